/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stepping over a value of a JSON record without undoing its escapes, for records with many long
 * strings that nobody reads:
 *	"senderImagePath":"\/usr\/lib\/system\/libsystem_info.dylib"
 */
#ifndef ED_FORMAT_JSON_SKIP_H
#define ED_FORMAT_JSON_SKIP_H

#include "format/json/text.h"

/* From behind the opening quote to behind the closing one; @ret is what stands between them,
 * escapes and all. False: malformed. */
static inline bool ed_json_skip_string(struct ed_json_text *t, struct ed_span *ret)
{
	const uint8_t *p = t->p;

	for (;;) {
		unsigned hits = ed_json_text_special(p);

		if (!hits) {
			p += ED_LINES_STEP;
			continue;
		}
		p += (unsigned)__builtin_ctz(hits);
		if (*p == '"')
			break;
		if (*p != '\\' || p[1] < ' ')
			return false;
		p += 2;
	}
	*ret = ed_span_of(t->p, (size_t)(p - t->p));
	t->p = p + 1;
	return true;
}

/* The value at the front; of a string what stands between its quotes, of a number or word all of
 * it, of an object or array nothing. False: malformed. */
static inline bool ed_json_skip_value(struct ed_json_text *t, struct ed_span *ret)
{
	ed_json_text_space(t);
	if (*t->p == '"') {
		t->p++;
		return ed_json_skip_string(t, ret);
	}
	*ret = ed_span_of(t->p, 0);
	if (*t->p == '{' || *t->p == '[')
		return ed_json_text_skip(t);
	return ed_json_text_scalar(t, ret);
}

#endif
