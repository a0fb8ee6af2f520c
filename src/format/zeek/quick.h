/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times in the text of Zeek's records, for the readers of lines in the usual form: a few machine
 * words at a time (format/text/digits.h) instead of digit by digit.
 */
#ifndef ED_FORMAT_ZEEK_QUICK_H
#define ED_FORMAT_ZEEK_QUICK_H

#include "base/time.h"
#include "format/text/digits.h"
#include "format/zeek/record.h"

enum {
	ED_ZEEK_CLOCK_DIGITS = 10,   /* of the seconds since 1970, from 2001 on */
	ED_ZEEK_CLOCK_HIGH_MAX = 91, /* the first two of them: until 2261 nanoseconds fit */
};

/* The seconds of the last time that was read: records come many a second, and in order. */
struct ed_zeek_clock {
	uint8_t text[ED_ZEEK_CLOCK_DIGITS];
	int64_t time_ns;
};

/* Sets @c to the seconds in the text at @p, of which 16 bytes are readable. False: no digits. */
static inline bool ed_zeek_clock_read(struct ed_zeek_clock *c, const uint8_t *p)
{
	uint32_t high, low;

	if (memcmp(c->text, p, ED_ZEEK_CLOCK_DIGITS) == 0)
		return true;
	if (!ed_digits_read(p, ED_ZEEK_CLOCK_DIGITS - 8, &high) ||
	    !ed_digits_read(p + ED_ZEEK_CLOCK_DIGITS - 8, 8, &low))
		return false;
	if (high > ED_ZEEK_CLOCK_HIGH_MAX)
		return false;
	memcpy(c->text, p, ED_ZEEK_CLOCK_DIGITS);
	c->time_ns = ((int64_t)high * 100000000 + low) * ED_NS_PER_S;
	return true;
}

/* Notes a value that was read, and the field that it makes known. */
static inline bool ed_zeek_known(struct ed_zeek_record *r, enum ed_zeek_role role,
				 enum ed_field field)
{
	r->seen |= ed_zeek_bit(role);
	r->ev->has |= field;
	return true;
}

#endif
