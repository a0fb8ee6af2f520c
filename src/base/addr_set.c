/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses and networks; see addr_set.h. */
#include "base/addr_set.h"

#include <errno.h>

enum { V4_OFFSET_BITS = 96, ADDR_BITS = 128 };

/* Up to three digits, the bits of a mask. False: anything else. */
static bool bits_of(struct ed_span text, unsigned max, unsigned *ret)
{
	unsigned v = 0;

	if (text.n < 1 || text.n > 3)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
		v = v * 10 + (unsigned)(text.p[i] - '0');
	}
	*ret = v;
	return v <= max;
}

static void set_prefix(const struct ed_addr *a, unsigned bits, struct ed_addr_prefix *ret)
{
	uint8_t mask[16] = { 0 };

	for (unsigned i = 0; i < bits; i++)
		mask[i / 8] |= (uint8_t)(0x80U >> i % 8);
	memcpy(ret->mask, mask, sizeof(mask));
	memcpy(ret->value, a->b, sizeof(a->b));
	ret->value[0] &= ret->mask[0];
	ret->value[1] &= ret->mask[1];
}

int ed_addr_set_add(struct ed_addr_set *s, struct ed_span text)
{
	const uint8_t *slash = text.n > 0 ? memchr(text.p, '/', text.n) : NULL;
	struct ed_span addr = ed_span_of(text.p, slash ? (size_t)(slash - text.p) : text.n);
	unsigned offset, bits = ADDR_BITS;
	struct ed_addr a;

	if (!ed_addr_from_text(addr, &a))
		return -EINVAL;
	offset = ed_addr_is_v4(&a) ? V4_OFFSET_BITS : 0;
	if (slash) {
		if (!bits_of(ed_span_from(text, addr.n + 1), ADDR_BITS - offset, &bits))
			return -EINVAL;
		bits += offset;
	}
	if (s->n == ED_ADDR_SET_MAX)
		return -ENOSPC;
	set_prefix(&a, bits, &s->prefix[s->n++]);
	return 0;
}

int ed_addr_set_add_list(struct ed_addr_set *s, struct ed_span list, struct ed_span *ret_bad)
{
	struct ed_span item;
	int r = 0;

	while (r == 0 && ed_span_item(&list, ',', &item)) {
		*ret_bad = ed_span_trim(item);
		r = ed_addr_set_add(s, *ret_bad);
	}
	return r;
}

bool ed_addr_set_has(const struct ed_addr_set *s, const struct ed_addr *a)
{
	uint64_t v[2];

	memcpy(v, a->b, sizeof(v));
	for (unsigned i = 0; i < s->n; i++) {
		const struct ed_addr_prefix *p = &s->prefix[i];

		if ((v[0] & p->mask[0]) == p->value[0] && (v[1] & p->mask[1]) == p->value[1])
			return true;
	}
	return false;
}
