/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that hide alerts, out of any bytes; those that are taken are asked about an alert. */
#include "alert/allow.h"

#include <stdlib.h>

enum { SHOWN_MAX = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void count_suffix(void *arg, const struct ed_name *suffix)
{
	size_t *n = arg;

	if (!ed_name_valid(ed_span_of(suffix->wire, suffix->n)))
		abort();
	++*n;
}

static void ask(const struct ed_allow *a)
{
	static struct ed_alert alert = { .analytic = "AN1124", .verdict = ED_VERDICT_BOUND };
	struct ed_allow_subject s;
	size_t n = 0;

	(void)ed_name_from_text(ed_span_str("a.vendor.example"), ED_NAME_MASTER, &alert.domain);
	(void)ed_addr_from_text(ed_span_str("10.1.2.3"), &alert.client);
	ed_allow_subject_of(&alert, &s);
	for (size_t i = 0; i < ed_allow_n_rows(a); i++) {
		char text[SHOWN_MAX];

		ed_allow_describe(a, i, text, sizeof(text));
		for (const char *c = text; *c; c++) {
			if (*c < 0x20 || *c > 0x7e)
				abort();
		}
		ed_allow_each_suffix(a, i, count_suffix, &n);
		if (!ed_allow_row(a, i)->says.reason || !ed_allow_row(a, i)->says.owner)
			abort();
	}
	(void)ed_allow_match(a, &s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ed_yaml_fault fault;
	struct ed_allow *a;

	if (ed_allow_parse(ed_span_of(data, size), 1, &a, &fault) == 0)
		ask(a);
	else if (!fault.text[0] || memchr(fault.text, '\n', strlen(fault.text)))
		abort();
	ed_allow_free(a);
	return 0;
}
