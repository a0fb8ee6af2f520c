/* SPDX-License-Identifier: Apache-2.0 */
/* The registry of formats. */
#include "format/format.h"

const struct ed_format *const ed_formats[] = {
#define FORMAT(id) &ed_format_##id,
#include "format/format.def"
#undef FORMAT
	NULL,
};

void ed_format_names(const char **ret, size_t n)
{
	size_t i = 0;

	for (; ed_formats[i] && i + 1 < n; i++)
		ret[i] = ed_formats[i]->name;
	ret[i] = NULL;
}

const struct ed_format *ed_format_find(const char *name)
{
	for (size_t i = 0; ed_formats[i]; i++) {
		if (strcmp(ed_formats[i]->name, name) == 0)
			return ed_formats[i];
	}
	return NULL;
}

const struct ed_format *ed_format_sniff(struct ed_span head)
{
	const struct ed_format *best = NULL;
	unsigned best_sure = 0;

	for (size_t i = 0; ed_formats[i]; i++) {
		unsigned sure = ed_formats[i]->probe(head);

		if (sure > best_sure) {
			best_sure = sure;
			best = ed_formats[i];
		}
	}
	return best;
}
