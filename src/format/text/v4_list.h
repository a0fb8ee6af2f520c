/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of IPv4 addresses in log text, checked as a whole: one bit a byte of up to 64 bytes, and
 * then all items at once, whatever their lengths and their number.
 *	192.0.2.7,192.0.2.8	60.000000
 *
 * The idea: a sum carries. `mark + digits` moves a mark at the first digit of a run of digits to
 * the byte behind it, and that for all runs at once. So each item's first digit comes by three dots
 * to the end of the item, or it is no address: Cameron et al., "Parallel scanning with bitstream
 * addition" (2011).
 */
#ifndef ED_FORMAT_TEXT_V4_LIST_H
#define ED_FORMAT_TEXT_V4_LIST_H

#include "format/text/lines.h"
#include "format/text/addr.h"

enum { ED_V4_LIST_BYTES = 64 }; /* readable where a list may begin */

struct ed_v4_list {
	unsigned n; /* addresses */
	unsigned n_bytes;
	uint32_t first; /* in host order */
};

#ifdef __SSE2__
/* One bit a byte. */
struct ed_v4_masks {
	uint64_t digits;
	uint64_t dots;
	uint64_t commas;
	uint64_t zeros; /* the digit */
	uint64_t over;  /* above 255, if three digits begin there */
};

/* Puts the marks of the 16 bytes at @p + @at. Behind the last ones nothing need be readable. */
static inline void ed_v4_masks_add(struct ed_v4_masks *m, const uint8_t *p, unsigned at)
{
	bool last = at + 16 == ED_V4_LIST_BYTES;
	__m128i x = ed_text_load_less(p + at, 0);
	__m128i next = last ? _mm_srli_si128(x, 1) : ed_text_load_less(p + at + 1, 0);
	__m128i third = last ? _mm_srli_si128(x, 2) : ed_text_load_less(p + at + 2, 0);
	__m128i d = _mm_sub_epi8(x, _mm_set1_epi8('0'));

	m->digits |= (uint64_t)ed_text_at_most(d, 9) << at;
	m->dots |= (uint64_t)ed_text_is(x, '.') << at;
	m->commas |= (uint64_t)ed_text_is(x, ',') << at;
	m->zeros |= (uint64_t)ed_text_is(x, '0') << at;
	m->over |= (uint64_t)ed_text_over_255(x, next, third) << at;
}

/* True when what lies before @end, a single bit, is one address after the other. */
static inline bool ed_v4_masks_are_list(const struct ed_v4_masks *m, uint64_t end)
{
	uint64_t digits = m->digits & (end - 1);
	uint64_t dots = m->dots & (end - 1);
	uint64_t commas = m->commas & (end - 1);
	uint64_t items = commas << 1 | 1;
	uint64_t octets = items | dots << 1;
	uint64_t first = (items + digits) & ~digits;
	uint64_t second = ((first << 1) + digits) & ~digits;
	uint64_t third = ((second << 1) + digits) & ~digits;
	uint64_t ends = ((third << 1) + digits) & ~digits;
	uint64_t two = octets & digits >> 1;
	uint64_t three = two & digits >> 2;
	uint64_t bad = ((first | second | third) ^ dots) | (ends ^ (commas | end)) |
		       (octets & ~digits) | (two & m->zeros) | (three & (digits >> 3 | m->over));

	return bad == 0;
}

/* How many bits of @m are set, of which no byte has two. */
static inline unsigned ed_v4_list_count(uint64_t m)
{
	m |= m >> 4;
	m |= m >> 2;
	m |= m >> 1;
	return (unsigned)((m & ED_BYTES_8(1)) * ED_BYTES_8(1) >> 56);
}
#endif

/*
 * The addresses at @p with commas between them, up to whatever else stands there, where
 * ED_V4_LIST_BYTES are readable. False: they are no proper list, or no short one.
 */
static inline bool ed_v4_list_read(const uint8_t *p, struct ed_v4_list *ret)
{
#ifdef __SSE2__
	struct ed_v4_masks m = { 0 };
	uint64_t others;

	ed_v4_masks_add(&m, p, 0);
	ed_v4_masks_add(&m, p, 16);
	others = ~(m.digits | m.dots | m.commas) & UINT32_MAX;
	if (!others) {
		ed_v4_masks_add(&m, p, 32);
		ed_v4_masks_add(&m, p, 48);
		others = ~(m.digits | m.dots | m.commas);
		if (!others)
			return false;
	}
	others &= -others;
	if (!ed_v4_masks_are_list(&m, others))
		return false;
	m.commas &= others - 1;
	ret->n = ed_v4_list_count(m.commas) + 1;
	ret->n_bytes = (unsigned)__builtin_ctzll(others);
	ret->first = ed_text_v4_of(ed_span_of(p, (size_t)__builtin_ctzll(m.commas | others)));
	return true;
#else
	uint32_t v4;

	*ret = (struct ed_v4_list){ 0 };
	for (;; ret->n_bytes++) {
		size_t n = ed_text_v4_scan(p + ret->n_bytes, &v4);

		ret->n_bytes += (unsigned)n;
		if (n == 0 || ret->n_bytes >= ED_V4_LIST_BYTES)
			return false;
		if (ret->n++ == 0)
			ret->first = v4;
		if (p[ret->n_bytes] != ',')
			return true;
	}
#endif
}

#endif
