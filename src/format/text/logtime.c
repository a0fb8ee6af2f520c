/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times of text logs; see logtime.h. The one idea: a log is written in order, so the date is
 * compared with the one before and only converted when it differs.
 *	Nov  3 14:02:11   03-Nov-2026 14:02:11.250   2026-11-03T14:02:11.250Z
 */
#include "format/text/logtime.h"

#include "base/ascii.h"
#include "base/time.h"
#include "format/text/lines.h"

enum {
	DATE_SHORT = 5,     /* "Nov 3" */
	DATE_SYSLOG = 6,    /* "Nov  3" */
	DATE_BIND = 11,     /* "03-Nov-2026" */
	DATE_ISO = 10,      /* "2026-11-03", "2026/11/03" */
	CLOCK = 8,          /* "14:02:11" */
	FRACTION_BYTES = 5, /* ".250 " */
	FRACTION_DIGITS = 9,
	YEAR_MIN = 1900,
	YEAR_MAX = 2261,
};

static inline unsigned digit(uint8_t c)
{
	return c - (unsigned)'0';
}

/* Two digits, the first of which may be a blank; above 99: they are not. */
static inline unsigned two(const uint8_t *p)
{
	unsigned tens = p[0] == ' ' ? 0 : digit(p[0]);
	unsigned ones = digit(p[1]);

	return tens <= 9 && ones <= 9 ? tens * 10 + ones : 100;
}

/* 1..12, 0: no month. */
static unsigned month_of(const uint8_t *p)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";

	for (unsigned i = 0; i < 12; i++) {
		if ((p[0] | 0x20) == names[3 * i] && (p[1] | 0x20) == names[3 * i + 1] &&
		    (p[2] | 0x20) == names[3 * i + 2])
			return i + 1;
	}
	return 0;
}

/* Howard Hinnant, "chrono-compatible low-level date algorithms": eras of 400 years from March. */
static int64_t days_from_civil(int64_t year, unsigned month, unsigned day)
{
	int64_t y = year - (month <= 2);
	int64_t era = y / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
	       day_of_year - 719468;
}

bool ed_logtime_day(int year, unsigned month, unsigned day, int64_t *ret_s)
{
	static const uint8_t days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	if (year < YEAR_MIN || year > YEAR_MAX || month < 1 || month > 12)
		return false;
	if (day < 1 || day > days[month - 1] || (month == 2 && day == 29 && !leap))
		return false;
	*ret_s = days_from_civil(year, month, day) * 86400;
	return true;
}

/*
 * "14:02:11" eight bytes at a time: taken from "00:00:00" bit by bit, digits become their values
 * and colons nothing.
 */
static inline bool clock_8(const uint8_t *p, unsigned ret[static 3])
{
	const uint64_t colons = UINT64_C(0x0000ff0000ff0000);
	uint64_t x = ed_load_8(p) ^ ed_load_8((const uint8_t *)"00:00:00");

	if ((x & colons) || (((x + ED_BYTES_8(6)) | x) & ED_BYTES_8(0xf0)))
		return false;
	x = x * 10 + (x >> 8);
	ret[0] = x & 0xff;
	ret[1] = x >> 24 & 0xff;
	ret[2] = x >> 48 & 0xff;
	return true;
}

/* Digit by digit, for "9:02:11". */
static size_t clock_slow(struct ed_span text, unsigned ret[static 3])
{
	const uint8_t *p = text.p;
	size_t at = p[1] == ':' ? 2 : 3;

	if (text.n < at + 5 || p[at - 1] != ':' || p[at + 2] != ':' || !ed_is_digit(p[at]) ||
	    !ed_is_digit(p[at + 3]))
		return 0;
	ret[0] = at == 2 ? digit(p[0]) : two(p);
	ret[1] = two(p + at);
	ret[2] = two(p + at + 3);
	return at + 5;
}

size_t ed_logtime_clock(struct ed_span text, int64_t *ret_s)
{
	unsigned hms[3];
	size_t n = CLOCK;

	if (text.n < CLOCK - 1 || !ed_is_digit(text.p[0]))
		return 0;
	if (text.n < CLOCK || !clock_8(text.p, hms))
		n = clock_slow(text, hms);
	if (n == 0 || hms[0] > 23 || hms[1] > 59 || hms[2] > 60)
		return 0;
	*ret_s = (int64_t)hms[0] * 3600 + (int64_t)hms[1] * 60 + hms[2];
	return n;
}

/* The year in which @month lies closest to the line before. */
static int guess_year(struct ed_logtime_year *last, unsigned month)
{
	int ahead = (int)month - last->month;

	if (last->year == 0)
		last->year = ED_LOGTIME_YEAR;
	else if (ahead > 6)
		last->year--;
	else if (ahead < -6)
		last->year++;
	if (last->year < YEAR_MIN || last->year > YEAR_MAX)
		last->year = ED_LOGTIME_YEAR;
	last->month = (uint8_t)month;
	return last->year;
}

static bool date_syslog(struct ed_logtime *t, const uint8_t *p, size_t n, int64_t *ret_s)
{
	unsigned month = month_of(p);
	unsigned day = n == DATE_SHORT ? digit(p[4]) : two(p + 4);
	int year;

	if (month == 0 || day > 31)
		return false;
	year = guess_year(&t->last, month);
	/* a 29 February where the guess has none: the leap year before */
	if (month == 2 && day == 29)
		year -= year % 4;
	return ed_logtime_day(year, month, day, ret_s);
}

static bool date_bind(const uint8_t *p, int64_t *ret_s)
{
	unsigned year = two(p + 7) * 100 + two(p + 9);

	return p[2] == '-' && p[6] == '-' && p[0] != ' ' && year < 10000 &&
	       ed_logtime_day((int)year, month_of(p + 3), two(p), ret_s);
}

static bool date_iso(const uint8_t *p, int64_t *ret_s)
{
	unsigned year = two(p) * 100 + two(p + 2);

	return p[4] == p[7] && year < 10000 &&
	       ed_logtime_day((int)year, two(p + 5), two(p + 8), ret_s);
}

/* The length of "Nov  3" or "Nov 3" and of "03-Nov-2026" and the like; 0: no shape of a date. */
static size_t word_date_length(const uint8_t *p)
{
	if (p[3] != ' ')
		return 0;
	if (p[5] == ' ')
		return DATE_SHORT;
	return p[6] == ' ' ? DATE_SYSLOG : 0;
}

static size_t digit_date_length(const uint8_t *p)
{
	if (p[2] == '-')
		return p[6] == '-' && p[11] == ' ' ? DATE_BIND : 0;
	if (p[4] != '-' && p[4] != '/')
		return 0;
	return p[7] == p[4] && ((p[10] | 0x20) == 't' || p[10] == ' ') ? DATE_ISO : 0;
}

static size_t date_length(struct ed_span text)
{
	if (text.n < DATE_BIND + 1)
		return 0;
	return ed_is_digit(text.p[0]) ? digit_date_length(text.p) : word_date_length(text.p);
}

static bool date_convert(struct ed_logtime *t, const uint8_t *p, size_t n)
{
	bool ok;

	t->date_n = 0;
	if (n <= DATE_SYSLOG)
		ok = date_syslog(t, p, n, &t->date_s);
	else if (n == DATE_BIND)
		ok = date_bind(p, &t->date_s);
	else
		ok = date_iso(p, &t->date_s);
	if (!ok)
		return false;
	t->date_n = (uint8_t)n;
	t->date_guessed = n <= DATE_SYSLOG;
	memcpy(t->date, p, n + 1);
	return true;
}

/* ".250" or ",250": up to nine digits count. Returns the bytes it takes. */
static size_t fraction(struct ed_span text, int64_t *ret_ns)
{
	int64_t scale = ED_NS_PER_S;
	size_t n = 1;

	*ret_ns = 0;
	if (text.n < 2 || (text.p[0] != '.' && text.p[0] != ',') || !ed_is_digit(text.p[1]))
		return 0;
	for (; n < text.n && n <= FRACTION_DIGITS && ed_is_digit(text.p[n]); n++) {
		scale /= 10;
		*ret_ns += digit(text.p[n]) * scale;
	}
	return n;
}

/* "Z", "+01:00", "-0500". Returns the bytes it takes, 0: no zone. */
static size_t zone(struct ed_span text, int64_t *ret_s, uint8_t *ret_quality)
{
	const uint8_t *p = text.p;
	size_t minutes;
	int64_t s;

	*ret_s = 0;
	*ret_quality = ED_TIME_EXACT_UTC;
	if (text.n >= 1 && (p[0] == 'Z' || p[0] == 'z'))
		return 1;
	*ret_quality = ED_TIME_ZONE_ASSUMED;
	if (text.n < 5 || (p[0] != '+' && p[0] != '-') || two(p + 1) > 23 || p[1] == ' ')
		return 0;
	minutes = p[3] == ':' ? 4 : 3;
	if (text.n < minutes + 2 || !ed_is_digit(p[minutes]) || two(p + minutes) > 59)
		return 0;
	s = (int64_t)two(p + 1) * 3600 + (int64_t)two(p + minutes) * 60;
	*ret_s = p[0] == '-' ? -s : s;
	*ret_quality = ED_TIME_OFFSET_KNOWN;
	return minutes + 2;
}

/* The date that was read last, and the byte behind it. */
static inline bool is_same_date(const struct ed_logtime *t, struct ed_span text)
{
	unsigned whole = (2U << t->date_n) - 1;

	return t->date_n > 0 && text.n > t->date_n &&
	       (ed_lines_equal(text.p, t->date) & whole) == whole;
}

/* ".250 " as milliseconds, in one word; false: it is none. */
static inline bool milliseconds(const uint8_t *p, unsigned *ret)
{
	const uint64_t marks = UINT64_C(0x000000ff000000ff), digits = UINT64_C(0xf0f0f000);
	uint64_t x = ed_load_8(p) ^ ed_load_8((const uint8_t *)".000 \0\0");

	if ((x & marks) || (((x + ED_BYTES_8(6)) | x) & digits))
		return false;
	*ret = (unsigned)((x >> 8 & 0xff) * 100 + (x >> 16 & 0xff) * 10 + (x >> 24 & 0xff));
	return true;
}

size_t ed_logtime_again(const struct ed_logtime *t, struct ed_span text,
			struct ed_logtime_read *ret)
{
	size_t n = t->date_n + 1U;
	unsigned hms[3], ms = 0;
	int64_t s;

	if (text.n < n + CLOCK + FRACTION_BYTES || !is_same_date(t, text) ||
	    !clock_8(text.p + n, hms) || hms[0] > 23 || hms[1] > 59 || hms[2] > 60)
		return 0;
	s = t->date_s + (int64_t)hms[0] * 3600 + (int64_t)hms[1] * 60 + hms[2];
	n += CLOCK;
	if (t->date_guessed) {
		if (text.p[n] != ' ')
			return 0;
		ret->quality = ED_TIME_YEAR_ASSUMED;
	} else {
		if (!milliseconds(text.p + n, &ms))
			return 0;
		ret->quality = ED_TIME_ZONE_ASSUMED;
		n += FRACTION_BYTES - 1;
	}
	ret->time_ns = s * ED_NS_PER_S + ms * INT64_C(1000000);
	return n;
}

size_t ed_logtime_read(struct ed_logtime *t, struct ed_span text, struct ed_logtime_read *ret)
{
	int64_t clock_s, ns, zone_s;
	size_t date_n, n, used;

	n = ed_logtime_again(t, text, ret);
	if (n > 0)
		return n;
	*ret = (struct ed_logtime_read){ .quality = ED_TIME_NONE };
	if (!is_same_date(t, text)) {
		date_n = date_length(text);
		if (date_n == 0 || !date_convert(t, text.p, date_n))
			return 0;
	}
	n = t->date_n + 1;
	used = ed_logtime_clock(ed_span_from(text, n), &clock_s);
	if (used == 0)
		return 0;
	n += used;
	used = fraction(ed_span_from(text, n), &ns);
	n += used;
	ret->quality = ED_TIME_YEAR_ASSUMED;
	zone_s = 0;
	if (!t->date_guessed)
		n += zone(ed_span_from(text, n), &zone_s, &ret->quality);
	if (used == 0 && ret->quality == ED_TIME_EXACT_UTC)
		ret->quality = ED_TIME_OFFSET_KNOWN;
	ret->time_ns = (t->date_s + clock_s - zone_s) * ED_NS_PER_S + ns;
	return n;
}
