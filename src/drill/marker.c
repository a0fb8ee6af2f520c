/* SPDX-License-Identifier: Apache-2.0 */
/* The mark of a drill; see marker.h. */
#include "drill/marker.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "base/hex.h"

enum { PREFIX_BYTES = 4, ID_DIGITS = ED_DRILL_ID_BITS / 4, SUM_DIGITS = 8, DIGIT_BITS = 4 };

static const char prefix[] = "edd-";

static uint32_t sum_of(uint64_t id)
{
	/* any constant: the sum has to be the same in every program and for ever */
	return (uint32_t)ed_hash_mix(id ^ UINT64_C(0x6561727468646f67));
}

void ed_drill_mark_print(uint64_t id, char ret[static ED_DRILL_MARK_TEXT])
{
	id &= (UINT64_C(1) << ED_DRILL_ID_BITS) - 1;
	(void)snprintf(ret, ED_DRILL_MARK_TEXT, "%s%012" PRIx64 "%08" PRIx32, prefix, id,
		       sum_of(id));
}

static bool read_digits(const uint8_t *p, unsigned n, uint64_t *ret)
{
	*ret = 0;
	for (unsigned i = 0; i < n; i++) {
		int digit = ed_hex_value(p[i]);

		if (digit < 0)
			return false;
		*ret = *ret << DIGIT_BITS | (unsigned)digit;
	}
	return true;
}

bool ed_drill_mark_read(struct ed_span label, uint64_t *ret_id)
{
	uint64_t id, sum;

	if (label.n != ED_DRILL_MARK_BYTES)
		return false;
	for (unsigned i = 0; i < PREFIX_BYTES; i++) {
		if (ed_to_lower(label.p[i]) != (uint8_t)prefix[i])
			return false;
	}
	if (!read_digits(label.p + PREFIX_BYTES, ID_DIGITS, &id) ||
	    !read_digits(label.p + PREFIX_BYTES + ID_DIGITS, SUM_DIGITS, &sum) || sum != sum_of(id))
		return false;
	*ret_id = id;
	return true;
}

bool ed_drill_mark_find(struct ed_span name, uint64_t *ret_id)
{
	size_t at = 0;

	while (at < name.n && name.p[at] != 0) {
		size_t n = name.p[at];

		if (n > name.n - at - 1)
			return false;
		if (ed_drill_mark_read(ed_span_of(name.p + at + 1, n), ret_id))
			return true;
		at += 1 + n;
	}
	return false;
}
