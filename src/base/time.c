/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event time to and from text; see time.h. Days and dates are converted as Howard Hinnant's
 * "chrono-compatible low-level date algorithms" do: in eras of 400 years that begin on the first of
 * March.
 */
#include "base/time.h"

#include "base/ascii.h"

enum {
	DAYS_PER_ERA = 146097,
	DAYS_TO_EPOCH = 719468, /* from 0000-03-01 to 1970-01-01 */
	YEAR_MIN = 1678,        /* the whole years that 64 bits of nanoseconds hold */
	YEAR_MAX = 2261,
	NS_DIGITS = 9,
};

struct civil {
	int64_t year;
	unsigned month; /* 1..12 */
	unsigned day;   /* 1..31 */
};

static int64_t days_from_civil(struct civil d)
{
	int64_t y = d.year - (d.month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;

	return era * DAYS_PER_ERA + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
	       day_of_year - DAYS_TO_EPOCH;
}

static struct civil civil_from_days(int64_t days)
{
	int64_t z = days + DAYS_TO_EPOCH;
	int64_t era = (z >= 0 ? z : z - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA;
	int64_t doe = z - era * DAYS_PER_ERA;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / (DAYS_PER_ERA - 1)) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	struct civil d;

	d.day = (unsigned)(doy - (153 * mp + 2) / 5 + 1);
	d.month = (unsigned)(mp < 10 ? mp + 3 : mp - 9);
	d.year = yoe + era * 400 + (d.month <= 2);
	return d;
}

/* @v as @width digits at @at; returns what lies behind them. */
static char *put_digits(char *at, uint64_t v, unsigned width)
{
	for (unsigned i = width; i > 0; i--) {
		at[i - 1] = (char)('0' + v % 10);
		v /= 10;
	}
	return at + width;
}

size_t ed_time_to_text(int64_t time_ns, char ret[static ED_TIME_TEXT_MAX])
{
	int64_t s = time_ns / ED_NS_PER_S - (time_ns % ED_NS_PER_S < 0);
	/* time_ns - s * 1e9 would overflow near the lower end of the range. */
	int64_t ns = time_ns % ED_NS_PER_S + (time_ns % ED_NS_PER_S < 0 ? ED_NS_PER_S : 0);
	int64_t days = s / 86400 - (s % 86400 < 0);
	uint64_t rest = (uint64_t)(s - days * 86400);
	struct civil d = civil_from_days(days);
	char *p = ret;

	p = put_digits(p, (uint64_t)d.year, 4);
	*p++ = '-';
	p = put_digits(p, d.month, 2);
	*p++ = '-';
	p = put_digits(p, d.day, 2);
	*p++ = 'T';
	p = put_digits(p, rest / 3600, 2);
	*p++ = ':';
	p = put_digits(p, rest / 60 % 60, 2);
	*p++ = ':';
	p = put_digits(p, rest % 60, 2);
	*p++ = '.';
	p = put_digits(p, (uint64_t)ns / 1000000, 3);
	*p++ = 'Z';
	*p = '\0';
	return (size_t)(p - ret);
}

/* A text that is eaten from the front; `failed` sticks. */
struct scan {
	struct ed_span s;
	bool failed;
};

static bool scan_is(const struct scan *c, char wanted)
{
	return c->s.n > 0 && c->s.p[0] == (uint8_t)wanted;
}

static bool scan_take(struct scan *c, char wanted)
{
	if (!scan_is(c, wanted))
		return false;
	c->s = ed_span_from(c->s, 1);
	return true;
}

static void scan_need(struct scan *c, char wanted)
{
	if (!scan_take(c, wanted))
		c->failed = true;
}

static bool scan_at_digit(const struct scan *c)
{
	return c->s.n > 0 && ed_is_digit(c->s.p[0]);
}

/* Exactly @width digits. */
static unsigned scan_digits(struct scan *c, unsigned width)
{
	unsigned v = 0;

	for (unsigned i = 0; i < width; i++) {
		if (!scan_at_digit(c)) {
			c->failed = true;
			return 0;
		}
		v = v * 10 + (c->s.p[0] - '0');
		c->s = ed_span_from(c->s, 1);
	}
	return v;
}

/* A fraction behind its point: 1..9 digits, as nanoseconds. */
static int64_t scan_fraction_ns(struct scan *c)
{
	int64_t ns = 0;
	unsigned n = 0;

	while (n < NS_DIGITS && scan_at_digit(c)) {
		ns = ns * 10 + (c->s.p[0] - '0');
		c->s = ed_span_from(c->s, 1);
		n++;
	}
	if (n == 0)
		c->failed = true;
	for (; n < NS_DIGITS; n++)
		ns *= 10;
	return ns;
}

/* 'Z', +hh:mm, +hhmm, -... or nothing, as seconds east of Greenwich. */
static int64_t scan_zone_s(struct scan *c)
{
	unsigned hours, minutes;
	int64_t s;

	if (c->s.n == 0 || scan_take(c, 'Z') || scan_take(c, 'z'))
		return 0;
	if (!scan_is(c, '+') && !scan_is(c, '-')) {
		c->failed = true;
		return 0;
	}
	s = scan_is(c, '-') ? -1 : 1;
	c->s = ed_span_from(c->s, 1);
	hours = scan_digits(c, 2);
	(void)scan_take(c, ':');
	minutes = scan_digits(c, 2);
	if (hours > 23 || minutes > 59)
		c->failed = true;
	return s * ((int64_t)hours * 3600 + (int64_t)minutes * 60);
}

static unsigned month_days(int64_t year, unsigned month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

static int64_t scan_date_days(struct scan *c)
{
	struct civil d;

	d.year = scan_digits(c, 4);
	scan_need(c, '-');
	d.month = scan_digits(c, 2);
	scan_need(c, '-');
	d.day = scan_digits(c, 2);
	if (d.year < YEAR_MIN || d.year > YEAR_MAX || d.month < 1 || d.month > 12)
		c->failed = true;
	if (c->failed || d.day < 1 || d.day > month_days(d.year, d.month)) {
		c->failed = true;
		return 0;
	}
	return days_from_civil(d);
}

bool ed_time_from_text(struct ed_span text, int64_t *ret_ns)
{
	struct scan c = { .s = text };
	unsigned hour, minute, second;
	int64_t s, ns = 0;

	s = scan_date_days(&c) * 86400;
	if (!scan_take(&c, 'T') && !scan_take(&c, 't'))
		scan_need(&c, ' ');
	hour = scan_digits(&c, 2);
	scan_need(&c, ':');
	minute = scan_digits(&c, 2);
	scan_need(&c, ':');
	second = scan_digits(&c, 2);
	if (scan_take(&c, '.'))
		ns = scan_fraction_ns(&c);
	s += (int64_t)hour * 3600 + (int64_t)minute * 60 + second - scan_zone_s(&c);
	/* 60 is a leap second; it becomes the first second of the next minute. */
	if (c.failed || c.s.n > 0 || hour > 23 || minute > 59 || second > 60)
		return false;
	*ret_ns = s * ED_NS_PER_S + ns;
	return true;
}

bool ed_time_from_epoch_text(struct ed_span text, int64_t *ret_ns)
{
	struct scan c = { .s = text };
	bool negative = scan_take(&c, '-');
	int64_t s = 0, ns = 0, whole;

	if (!negative)
		(void)scan_take(&c, '+');
	if (!scan_at_digit(&c))
		return false;
	while (scan_at_digit(&c)) {
		if (s > INT64_MAX / ED_NS_PER_S)
			return false;
		s = s * 10 + (c.s.p[0] - '0');
		c.s = ed_span_from(c.s, 1);
	}
	if (scan_take(&c, '.'))
		ns = scan_fraction_ns(&c);
	/* Doubles are sometimes printed with more digits than they have; those below 1 ns are cut.
	 */
	while (scan_at_digit(&c))
		c.s = ed_span_from(c.s, 1);
	if (c.failed || c.s.n > 0)
		return false;
	if (__builtin_mul_overflow(s, ED_NS_PER_S, &whole) ||
	    __builtin_add_overflow(whole, ns, &whole))
		return false;
	*ret_ns = negative ? -whole : whole;
	return true;
}
