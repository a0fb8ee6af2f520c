/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Framing of lines; see lines.h. Each byte is looked at a bounded number of times: a unit is cut by
 * one search from its target size on; where the kind of line matters, by blocks of many lines as
 * long as all begin with one digit, else line by line. What was cut is not looked at again.
 */
#include "format/text/lines.h"

#include "base/ascii.h"

enum { BLOCK_BYTES = 64 };

static const uint8_t bom[] = { 0xef, 0xbb, 0xbf };

struct ed_span ed_lines_skip_bom(struct ed_span head)
{
	if (head.n >= sizeof(bom) && memcmp(head.p, bom, sizeof(bom)) == 0)
		return ed_span_from(head, sizeof(bom));
	return head;
}

/* The bytes up to and with the first newline at or behind @from; 0: there is none. */
static size_t through_newline(struct ed_span in, size_t from)
{
	const uint8_t *end = from < in.n ? memchr(in.p + from, '\n', in.n - from) : NULL;

	return end ? (size_t)(end - in.p) + 1 : 0;
}

/* The bytes of whole lines among the @n at @p. */
static size_t through_last_newline(const uint8_t *p, size_t n)
{
	const uint8_t *last = n > 0 ? memrchr(p, '\n', n) : NULL;

	return last ? (size_t)(last - p) + 1 : 0;
}

/* The bytes of whole lines at the front of @in, about ED_UNIT_TARGET_BYTES; 0: not one is whole. */
static size_t cut_any(struct ed_span in, bool eof)
{
	size_t n = through_newline(in, ED_UNIT_TARGET_BYTES - 1);

	if (n > 0 || eof)
		return n > 0 ? n : in.n;
	return through_last_newline(in.p,
				    in.n < ED_UNIT_TARGET_BYTES ? in.n : ED_UNIT_TARGET_BYTES);
}

/* Nearly all lines are records and begin with a digit, which says so. */
static inline bool is_of_notes(struct ed_span line, bool (*is_directive)(struct ed_span line))
{
	return !ed_is_digit(line.p[0]) && is_directive(line);
}

/*
 * True when each line that begins behind a newline among the BLOCK_BYTES at @p begins with @first;
 * one byte more is readable. Lines vary in length, so none of them is looked for.
 */
static inline bool begin_alike(const uint8_t *p, uint8_t first)
{
#ifdef __SSE2__
	const __m128i newline = _mm_set1_epi8('\n');
	const __m128i start = _mm_set1_epi8((char)first);
	__m128i others = _mm_setzero_si128();

	for (unsigned i = 0; i < BLOCK_BYTES; i += ED_LINES_STEP) {
		__m128i x = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
		__m128i next = _mm_loadu_si128((const __m128i *)(const void *)(p + i + 1));
		__m128i ends = _mm_cmpeq_epi8(x, newline);

		others = _mm_or_si128(others, _mm_andnot_si128(_mm_cmpeq_epi8(next, start), ends));
	}
	return _mm_movemask_epi8(others) == 0;
#else
	bool alike = true;

	for (unsigned i = 0; i < BLOCK_BYTES; i++)
		alike &= p[i] != '\n' || p[i + 1] == first;
	return alike;
#endif
}

/* How many bytes before @stop need no look at single lines: all that begin there begin with the
 * digit that the first one does. */
static size_t skip_alike(const uint8_t *p, const uint8_t *stop)
{
	size_t n = 0;

	if (ed_is_digit(p[0]))
		while ((size_t)(stop - p) - n > BLOCK_BYTES && begin_alike(p + n, p[0]))
			n += BLOCK_BYTES;
	return n;
}

/* The same, but only lines of the kind that the first one is of; @in is not empty. */
static size_t cut_alike(struct ed_span in, bool eof, bool (*is_directive)(struct ed_span line))
{
	bool directive = is_of_notes(in, is_directive);
	const uint8_t *end = in.p + in.n;
	const uint8_t *stop = in.n < ED_UNIT_TARGET_BYTES ? end : in.p + ED_UNIT_TARGET_BYTES;
	const uint8_t *p = in.p + skip_alike(in.p, stop);

	do {
		const uint8_t *newline = memchr(p, '\n', (size_t)(end - p));

		if (!newline)
			return eof ? in.n : through_last_newline(in.p, (size_t)(p - in.p));
		p = newline + 1;
	} while (p < stop &&
		 is_of_notes(ed_span_of(p, (size_t)(end - p)), is_directive) == directive);
	return (size_t)(p - in.p);
}

static enum ed_frame_verdict skip_long(struct ed_lines *l, struct ed_span in, struct ed_frame *ret)
{
	size_t n = through_newline(in, 0);

	l->in_long = n == 0;
	ret->n_bytes = n > 0 ? n : in.n;
	return ED_FRAME_SKIP;
}

enum ed_frame_verdict ed_lines_frame(struct ed_lines *l, struct ed_span in, bool eof,
				     bool (*is_directive)(struct ed_span line),
				     struct ed_frame *ret)
{
	ret->n_bytes = 0;
	if (in.n == 0)
		return ED_FRAME_SKIP;
	if (!l->started) {
		if (in.n < sizeof(bom) && !eof && memcmp(in.p, bom, in.n) == 0)
			return ED_FRAME_MORE;
		l->started = true;
		ret->n_bytes = in.n - ed_lines_skip_bom(in).n;
		if (ret->n_bytes > 0)
			return ED_FRAME_SKIP;
	}
	if (l->in_long)
		return skip_long(l, in, ret);
	ret->n_bytes = is_directive ? cut_alike(in, eof, is_directive) : cut_any(in, eof);
	if (ret->n_bytes > 0)
		return ED_FRAME_UNIT;
	if (in.n < ED_UNIT_MAX_BYTES)
		return ED_FRAME_MORE;
	l->in_long = true;
	ret->n_bytes = in.n;
	ret->drop = ED_DROP_OVERSIZE;
	ret->n_dropped = 1;
	return ED_FRAME_SKIP;
}
