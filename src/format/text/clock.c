/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times of packet printers; see clock.h.
 *	14:02:11.250000 IP 192.0.2.10.40000 > ...
 *	   12   3.250000   192.0.2.10 → ...
 */
#include "format/text/clock.h"

#include "base/ascii.h"
#include "base/time.h"
#include "format/text/logline.h"

enum {
	DAY_S = 86400,
	NUMBER_DIGITS_MAX = 10, /* of a packet */
	FALLS_LINES_MIN = 8,    /* before it is told what falls mean */
	FALLS_SHARE = 8,        /* one line in so many */
};

/* 1973: less is a time since something. */
static const int64_t EPOCH_MIN_NS = INT64_C(100000000) * ED_NS_PER_S;
/* 200 years: more is no time of a capture, and sums of it would run over. */
static const int64_t RELATIVE_MAX_NS = INT64_C(6311520000) * ED_NS_PER_S;
static const int64_t FALL_MIN_NS = ED_NS_PER_S / 1000;

static void give(const struct ed_text_clock *c, struct ed_logtime_read *ret)
{
	int64_t first_s = 0;

	(void)ed_logtime_day(ED_LOGTIME_YEAR, 1, 1, &first_s);
	ret->time_ns = first_s * ED_NS_PER_S + c->now_ns;
	ret->quality = ED_TIME_YEAR_ASSUMED;
}

static void advance(struct ed_text_clock *c, int64_t by_ns)
{
	if (by_ns <= RELATIVE_MAX_NS && c->now_ns <= RELATIVE_MAX_NS - by_ns)
		c->now_ns += by_ns;
	if (c->now_ns < 0)
		c->now_ns = 0;
}

static void take_time_of_day(struct ed_text_clock *c, int64_t ns)
{
	const int64_t day_ns = DAY_S * ED_NS_PER_S;
	int64_t by_ns = ns - c->last_ns;

	if (by_ns < -day_ns / 2)
		by_ns += day_ns;
	else if (c->is_started && by_ns > day_ns / 2)
		by_ns -= day_ns; /* late, from the day before */
	c->is_started = true;
	c->last_ns = ns;
	advance(c, by_ns);
}

static void take_relative(struct ed_text_clock *c, int64_t ns)
{
	bool falls = c->last_ns >= FALL_MIN_NS && ns <= c->last_ns / 2;

	if (c->n_relative < UINT32_MAX) {
		c->n_relative++;
		c->n_falls += falls;
	}
	c->last_ns = ns;
	if (c->n_relative >= FALLS_LINES_MIN && c->n_falls >= c->n_relative / FALLS_SHARE) {
		advance(c, ns);
		return;
	}
	if (falls)
		c->base_ns = c->now_ns;
	c->now_ns = c->base_ns;
	advance(c, ns);
}

/* "14:02:11.250000"; bytes, 0: none. */
static size_t read_hands(struct ed_span text, int64_t *ret_ns)
{
	size_t n = ed_logtime_clock(text, ret_ns);
	int64_t fraction_ns = 0;
	size_t end = n;

	if (n == 0)
		return 0;
	if (n < text.n && text.p[n] == '.') {
		uint8_t digits[ED_LOGLINE_SLACK_BYTES] = "0.";

		end = n + 1;
		while (end < text.n && end - n <= 9 && ed_is_digit(text.p[end]))
			end++;
		memcpy(digits + 1, text.p + n, end - n);
		if (!ed_logline_seconds(ed_span_of(digits, 1 + end - n), &fraction_ns))
			return 0;
	}
	if (end < text.n && text.p[end] != ' ')
		return 0;
	*ret_ns = *ret_ns * ED_NS_PER_S + fraction_ns;
	return end;
}

/* "3.250000", "1793714531.250000": a point is needed. Bytes, 0: none. */
static size_t read_seconds(struct ed_span text, int64_t *ret_ns)
{
	size_t n = 0;

	while (n < text.n && text.p[n] != ' ')
		n++;
	if (!memchr(text.p, '.', n) || !ed_logline_seconds(ed_span_of(text.p, n), ret_ns))
		return 0;
	return n;
}

static size_t skip_blanks(struct ed_span line, size_t at)
{
	while (at < line.n && line.p[at] == ' ')
		at++;
	return at;
}

/* "   12 " of tshark, or of tcpdump -#: where it ends, and 0 when there is none. */
static size_t number_end(struct ed_span line)
{
	size_t first = skip_blanks(line, 0), at = first;

	while (at < line.n && ed_is_digit(line.p[at]))
		at++;
	if (at == first || at - first > NUMBER_DIGITS_MAX || at == line.n || line.p[at] != ' ')
		return 0;
	return at;
}

/* A time that is no date. Bytes, 0: none. */
static size_t read_other(struct ed_text_clock *c, struct ed_span text, bool is_relative,
			 struct ed_logtime_read *ret)
{
	int64_t ns;
	size_t n = read_hands(text, &ns);

	if (n > 0 && !is_relative) {
		take_time_of_day(c, ns);
		give(c, ret);
		return n;
	}
	if (n == 0)
		n = read_seconds(text, &ns);
	if (n == 0)
		return 0;
	if (ns >= EPOCH_MIN_NS) {
		*ret = (struct ed_logtime_read){ .time_ns = ns, .quality = ED_TIME_EXACT_UTC };
		return n;
	}
	take_relative(c, ns);
	give(c, ret);
	return n;
}

void ed_text_clock_cut(struct ed_text_clock *c, struct ed_span *line, struct ed_logtime_read *ret)
{
	size_t number = number_end(*line);
	size_t at = skip_blanks(*line, number);
	bool is_relative = number == 0 && at == 1; /* the blank in the place of a sign */
	struct ed_span text = ed_span_from(*line, at);
	size_t n = 0;

	*ret = (struct ed_logtime_read){ .quality = ED_TIME_NONE };
	if (number > 0)
		*line = text;
	if (text.n > 0)
		n = ed_logtime_read(&c->date, text, ret);
	if (n == 0) {
		*ret = (struct ed_logtime_read){ .quality = ED_TIME_NONE };
		if (text.n > 0)
			n = read_other(c, text, is_relative, ret);
	}
	if (n > 0)
		*line = ed_span_from(text, n);
}
