/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: a command line, as one text and as arguments parted by zero bytes; the first one is
 * also the program. Every name must be well-formed, and the answer the same when asked twice.
 */
#include <assert.h>
#include <stdlib.h>

#include "format/linux/argv_name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct ed_argv_name *names, unsigned n)
{
	assert(n <= ED_ARGV_NAMES_MAX);
	for (unsigned i = 0; i < n; i++)
		assert(ed_name_valid(ed_span_of(names[i].name.wire, names[i].name.n)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ed_argv_name names[ED_ARGV_NAMES_MAX], again[ED_ARGV_NAMES_MAX];
	struct ed_span argv[ED_ARGV_WORDS_MAX + 4];
	uint8_t *copy = malloc(size > 0 ? size : 1);
	struct ed_span rest;
	unsigned n_argv = 0, n;

	assert(copy);
	if (size > 0)
		memcpy(copy, data, size);
	rest = ed_span_of(copy, size);
	n = ed_command_names(ed_span_of(NULL, 0), rest, names);
	check(names, n);
	assert(ed_command_names(ed_span_of(NULL, 0), rest, again) == n);
	while (n_argv < ED_ARGV_WORDS_MAX + 4 && rest.n > 0) {
		const uint8_t *end = memchr(rest.p, '\0', rest.n);

		argv[n_argv] = ed_span_of(rest.p, end ? (size_t)(end - rest.p) : rest.n);
		rest = ed_span_from(rest, argv[n_argv++].n + 1);
	}
	n = ed_argv_names(n_argv > 0 ? argv[0] : ed_span_of(NULL, 0), argv, n_argv, names);
	check(names, n);
	free(copy);
	return 0;
}
