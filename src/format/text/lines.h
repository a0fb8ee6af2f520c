/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines: the framing that all line-by-line logs share. A unit is a run of whole lines; a line ends
 * in "\n" or "\r\n", the last one of a file also without. A byte order mark at the start is
 * skipped. A line of ED_UNIT_MAX_BYTES or more is skipped in pieces and counted once, as OVERSIZE,
 * where it begins.
 */
#ifndef ED_FORMAT_TEXT_LINES_H
#define ED_FORMAT_TEXT_LINES_H

#include "format/format.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Part of the state of a format; zeroed memory is a good start. */
struct ed_lines {
	bool started; /* behind the place of the byte order mark */
	bool in_long; /* inside a line that is being skipped */
};

/*
 * The frame() of a format of lines. @is_directive (NULL: no line is one) tells from its first bytes
 * whether a line carries the format's own notes instead of a record. It is not asked about a line
 * that begins with a digit: that is a record. A unit then holds either directives or records, never
 * both. @in is bounded as format.h has it.
 */
enum ed_frame_verdict ed_lines_frame(struct ed_lines *l, struct ed_span in, bool eof,
				     bool (*is_directive)(struct ed_span line),
				     struct ed_frame *ret);

/* Cuts the next line off the front of @rest; @ret is without its end. False: nothing left. */
static inline bool ed_lines_next(struct ed_span *rest, struct ed_span *ret)
{
	const uint8_t *end;
	size_t n;

	if (rest->n == 0)
		return false;
	end = memchr(rest->p, '\n', rest->n);
	n = end ? (size_t)(end - rest->p) : rest->n;
	*ret = ed_span_of(rest->p, n);
	*rest = ed_span_from(*rest, end ? n + 1 : n);
	if (n > 0 && ret->p[n - 1] == '\r')
		ret->n--;
	return true;
}

/* One byte eight times over. */
#define ED_BYTES_8(c) (UINT64_C(0x0101010101010101) * (c))

/* Eight bytes as a number whose lowest byte is the first one, on any machine. */
static inline uint64_t ed_load_8(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	return v;
}

enum { ED_LINES_STEP = 16 };

/* Bit i is set where byte i of the ED_LINES_STEP at @p is @c: for splitting, many bytes at a time.
 */
static inline unsigned ed_lines_match(const uint8_t *p, uint8_t c)
{
#ifdef __SSE2__
	__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);

	return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8((char)c)));
#else
	unsigned bits = 0;

	for (unsigned i = 0; i < ED_LINES_STEP; i++)
		bits |= (unsigned)(p[i] == c) << i;
	return bits;
#endif
}

/* The same of twice as many bytes: where a word ends in nearly always less, but in which step is as
 * good as random. */
static inline uint32_t ed_lines_match_two(const uint8_t *p, uint8_t c)
{
	return ed_lines_match(p, c) | (uint32_t)ed_lines_match(p + ED_LINES_STEP, c)
					      << ED_LINES_STEP;
}

/* Bit i is set where byte i of the ED_LINES_STEP at @a is the one at @b. */
static inline unsigned ed_lines_equal(const uint8_t *a, const uint8_t *b)
{
#ifdef __SSE2__
	__m128i x = _mm_loadu_si128((const __m128i *)(const void *)a);
	__m128i y = _mm_loadu_si128((const __m128i *)(const void *)b);

	return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, y));
#else
	unsigned bits = 0;

	for (unsigned i = 0; i < ED_LINES_STEP; i++)
		bits |= (unsigned)(a[i] == b[i]) << i;
	return bits;
#endif
}

/*
 * The ends of parts among the ED_LINES_STEP bytes from @at on, in the bits of ed_lines_match: each
 * separator, and the end of @s, behind which ED_LINES_STEP bytes are readable but do not count.
 */
static inline unsigned ed_lines_ends(struct ed_span s, size_t at, uint8_t separator)
{
	unsigned hits = ed_lines_match(s.p + at, separator);

	if (s.n - at < ED_LINES_STEP)
		hits = (hits & ((1U << (s.n - at)) - 1)) | 1U << (s.n - at);
	return hits;
}

/* Skips a byte order mark; for probes, which see the file from its first byte. */
struct ed_span ed_lines_skip_bom(struct ed_span head);

#endif
