/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proper names without escapes, which nearly all are, from text to wire form in one pass: the text
 * behind one byte is the wire form but for the dots, and in their places go the lengths.
 *	www.example.net  ->  03 www 07 example 03 net 00
 *
 * What is any other name is declined and left to base/name.h, so that the result never depends on
 * which of the two has read it.
 */
#ifndef ED_FORMAT_TEXT_PLAIN_NAME_H
#define ED_FORMAT_TEXT_PLAIN_NAME_H

#include "base/name.h"
#include "format/text/lines.h"

enum {
	ED_PLAIN_NAME_STEP = 2 * ED_LINES_STEP, /* most names end within one */
	ED_PLAIN_NAME_ROOM_BYTES = 256,         /* for a name; nearly all may be written to */
	ED_PLAIN_NAME_SLACK_BYTES = ED_PLAIN_NAME_STEP, /* readable behind the text, whatever */
	/* Longer ones are declined: whole steps fit in the room. */
	ED_PLAIN_NAME_TEXT_BYTES = 7 * ED_PLAIN_NAME_STEP,
	ED_PLAIN_NAME_NO_END = UINT8_MAX, /* as an end: it is where the text ends */
};

/* How a log writes names. */
struct ed_plain_name_form {
	uint8_t escape;
	uint8_t end;       /* what stands behind the name, or ED_PLAIN_NAME_NO_END */
	bool ascii_only;   /* other bytes are declined */
	bool graphic_only; /* and blanks and controls too, line ends among them */
};

/* One bit a byte. */
struct ed_plain_name_marks {
	uint32_t dots;
	uint32_t ends;
	uint32_t others; /* what declines the name */
};

/* Copies ED_LINES_STEP bytes and puts their marks at bit @at. */
static inline void ed_plain_name_copy(const uint8_t *p, struct ed_plain_name_form form, unsigned at,
				      struct ed_plain_name_marks *marks, uint8_t *ret)
{
#ifdef __SSE2__
	__m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i others = _mm_cmpeq_epi8(x, _mm_set1_epi8((char)form.escape));

	if (form.ascii_only) /* the top bit is what makes the mask */
		others = _mm_or_si128(others, x);
	if (form.graphic_only) /* as signed numbers, all that is not ASCII lies below too */
		others = _mm_or_si128(others, _mm_cmplt_epi8(x, _mm_set1_epi8('!')));
	marks->dots |= (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8('.'))) << at;
	marks->others |= (uint32_t)_mm_movemask_epi8(others) << at;
	if (form.end != ED_PLAIN_NAME_NO_END)
		marks->ends |= (uint32_t)_mm_movemask_epi8(
				       _mm_cmpeq_epi8(x, _mm_set1_epi8((char)form.end)))
			       << at;
	_mm_storeu_si128((__m128i *)(void *)ret, x);
#else
	for (unsigned i = 0; i < ED_LINES_STEP; i++) {
		bool other = p[i] == form.escape || (form.ascii_only && p[i] >= 0x80) ||
			     (form.graphic_only && (p[i] <= ' ' || p[i] >= 0x80));
		bool end = form.end != ED_PLAIN_NAME_NO_END && p[i] == form.end;

		marks->dots |= (uint32_t)(p[i] == '.') << (at + i);
		marks->others |= (uint32_t)other << (at + i);
		marks->ends |= (uint32_t)end << (at + i);
	}
	memcpy(ret, p, ED_LINES_STEP);
#endif
}

/*
 * The name at the front of @text, up to its end. Returns the bytes of the wire form in @ret, which
 * are two more than those of its text; 0: declined.
 */
static inline uint8_t ed_plain_name_read(struct ed_span text, struct ed_plain_name_form form,
					 uint8_t ret[static ED_PLAIN_NAME_ROOM_BYTES])
{
	size_t label = 0; /* where the length of the open label goes */

	if (text.n == 0) /* perhaps a span of nothing */
		return 0;
	for (size_t at = 0; at <= text.n && at < ED_PLAIN_NAME_TEXT_BYTES;
	     at += ED_PLAIN_NAME_STEP) {
		struct ed_plain_name_marks m = { 0 };

		ed_plain_name_copy(text.p + at, form, 0, &m, ret + 1 + at);
		ed_plain_name_copy(text.p + at + ED_LINES_STEP, form, ED_LINES_STEP, &m,
				   ret + 1 + at + ED_LINES_STEP);
		if (text.n - at < ED_PLAIN_NAME_STEP)
			m.ends |= UINT32_C(1) << (text.n - at);
		if (m.ends) {
			/* The end counts as a dot, and what is behind does not count. */
			m.ends &= -m.ends;
			m.others &= m.ends - 1;
			m.dots = (m.dots & (m.ends - 1)) | m.ends;
		}
		if (m.others)
			return 0;
		for (; m.dots; m.dots &= m.dots - 1) {
			size_t dot = at + 1 + (unsigned)__builtin_ctz(m.dots);
			size_t n = dot - label - 1;

			if (n - 1 >= ED_LABEL_MAX)
				return 0;
			ret[label] = (uint8_t)n;
			label = dot;
		}
		if (m.ends) {
			ret[label] = 0;
			return (uint8_t)(label + 1);
		}
	}
	return 0;
}

#endif
