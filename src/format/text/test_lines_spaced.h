/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON lines as only simdjson reads them: the scanners of Zeek's usual lines decline white space,
 * so with a space in front each line is the same line, read the other way.
 */
#ifndef ED_FORMAT_TEXT_TEST_LINES_SPACED_H
#define ED_FORMAT_TEXT_TEST_LINES_SPACED_H

#include <assert.h>
#include <stdlib.h>

#include "format/text/lines.h"

/* @text with a space in front of each line that is not empty; to be freed. */
static inline struct ed_span test_lines_spaced(struct ed_span text)
{
	uint8_t *spaced = malloc(2 * text.n + 2);
	struct ed_span line;
	size_t n = 0;

	assert(spaced);
	while (ed_lines_next(&text, &line)) {
		if (line.n > 0)
			spaced[n++] = ' ';
		memcpy(spaced + n, line.p, line.n);
		n += line.n;
		spaced[n++] = '\n';
	}
	return ed_span_of(spaced, n);
}

#endif
