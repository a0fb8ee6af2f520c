/* SPDX-License-Identifier: Apache-2.0 */
/* Rows as bytes; see pack.h. */
#include "store/pack.h"

size_t ed_pack_number(uint64_t v, uint8_t *ret)
{
	size_t n = 0;

	for (; v >= 0x80; v >>= 7)
		ret[n++] = (uint8_t)(v | 0x80);
	ret[n++] = (uint8_t)v;
	return n;
}

bool ed_unpack_number(struct ed_span *bytes, uint64_t *ret)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < bytes->n && i < 10; i++) {
		v |= (uint64_t)(bytes->p[i] & 0x7f) << (7 * i);
		if (bytes->p[i] < 0x80) {
			*bytes = ed_span_from(*bytes, i + 1);
			*ret = v;
			return true;
		}
	}
	return false;
}

size_t ed_pack_row(const struct ed_pack_row *r, uint64_t zone_before,
		   uint8_t ret[static ED_PACK_ROW_MAX_BYTES])
{
	size_t n = ed_pack_number(r->zone - zone_before, ret);

	n += ed_pack_number(r->kind, ret + n);
	n += ed_pack_number(r->first_ms, ret + n);
	n += ed_pack_number((r->n - 1) << 1 | (r->answer_v4 != 0), ret + n);
	if (r->n > 1)
		n += ed_pack_number(r->span_ms, ret + n);
	if (r->answer_v4) {
		memcpy(ret + n, &r->answer_v4, sizeof(r->answer_v4));
		n += sizeof(r->answer_v4);
	}
	ret[n++] = r->labels_n;
	if (r->labels_n > 0)
		memcpy(ret + n, r->labels, r->labels_n);
	return n + r->labels_n;
}

static bool unpack_labels(struct ed_span *b, struct ed_pack_row *ret)
{
	if (b->n == 0 || b->n - 1 < b->p[0])
		return false;
	ret->labels_n = b->p[0];
	ret->labels = b->p + 1;
	*b = ed_span_from(*b, 1 + (size_t)ret->labels_n);
	return true;
}

bool ed_unpack_row(struct ed_span *bytes, struct ed_pack_row *ret)
{
	struct ed_span b = *bytes;
	uint64_t zone, first, counted, span = 0;

	if (!ed_unpack_number(&b, &zone) || !ed_unpack_number(&b, &ret->kind) ||
	    !ed_unpack_number(&b, &first) || !ed_unpack_number(&b, &counted))
		return false;
	ret->n = (counted >> 1) + 1;
	if (ret->n > 1 && !ed_unpack_number(&b, &span))
		return false;
	ret->answer_v4 = 0;
	if (counted & 1) {
		if (b.n < sizeof(ret->answer_v4))
			return false;
		memcpy(&ret->answer_v4, b.p, sizeof(ret->answer_v4));
		b = ed_span_from(b, sizeof(ret->answer_v4));
	}
	if (!unpack_labels(&b, ret))
		return false;
	ret->zone += zone;
	ret->first_ms = (uint32_t)first;
	ret->span_ms = (uint32_t)span;
	*bytes = b;
	return true;
}
