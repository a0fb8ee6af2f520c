/* SPDX-License-Identifier: Apache-2.0 */
/* The journal's JSON, back to lines; see journal_line.h. */
#include "format/text/journal_line.h"

#include <stdio.h>

#include "base/ascii.h"
#include "base/hex.h"
#include "base/time.h"
#include "base/utf8.h"

enum { WORD_MAX = 64, SURROGATE_FIRST = 0xd800, SURROGATE_LAST = 0xdfff };

/* Values as they stand in the line, quotes and brackets included. */
struct fields {
	struct ed_span time, identifier, command, pid, host, message;
};

static const struct {
	const char *key;
	size_t at;
} wanted[] = {
	{ "__REALTIME_TIMESTAMP", offsetof(struct fields, time) },
	{ "SYSLOG_IDENTIFIER", offsetof(struct fields, identifier) },
	{ "_COMM", offsetof(struct fields, command) },
	{ "_PID", offsetof(struct fields, pid) },
	{ "_HOSTNAME", offsetof(struct fields, host) },
	{ "MESSAGE", offsetof(struct fields, message) },
};

/* ------------------------------------------------------------------ members */

static bool take(struct ed_span *rest, uint8_t c)
{
	if (rest->n == 0 || rest->p[0] != c)
		return false;
	*rest = ed_span_from(*rest, 1);
	return true;
}

static void skip_blanks(struct ed_span *rest)
{
	while (rest->n > 0 && (rest->p[0] == ' ' || rest->p[0] == '\t'))
		*rest = ed_span_from(*rest, 1);
}

/* A text with its quotes. */
static bool take_text(struct ed_span *rest, struct ed_span *ret)
{
	size_t n = 1;

	if (rest->n == 0 || rest->p[0] != '"')
		return false;
	while (n < rest->n && rest->p[n] != '"')
		n += rest->p[n] == '\\' ? 2 : 1;
	if (n >= rest->n)
		return false;
	*ret = ed_span_of(rest->p, n + 1);
	*rest = ed_span_from(*rest, n + 1);
	return true;
}

/* A text, a number or word, or an array of either; the journal has no objects. */
static bool take_value(struct ed_span *rest, struct ed_span *ret)
{
	const uint8_t *start = rest->p;
	size_t n = 0;
	bool in_array = rest->n > 0 && rest->p[0] == '[';

	if (take_text(rest, ret))
		return true;
	while (n < rest->n && (in_array ? rest->p[n] != ']' : !strchr(",} \t", rest->p[n]))) {
		struct ed_span text = ed_span_from(*rest, n);
		struct ed_span ignored;

		n += in_array && take_text(&text, &ignored) ? ignored.n : 1;
	}
	n += in_array;
	if (n == 0 || n > rest->n)
		return false;
	*ret = ed_span_of(start, n);
	*rest = ed_span_from(*rest, n);
	return true;
}

static void keep(struct ed_span key, struct ed_span value, struct fields *ret)
{
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		if (key.n == strlen(wanted[i].key) + 2 &&
		    memcmp(key.p + 1, wanted[i].key, key.n - 2) == 0)
			memcpy((uint8_t *)ret + wanted[i].at, &value, sizeof(value));
	}
}

static bool read_fields(struct ed_span line, struct fields *ret)
{
	struct ed_span rest = line, key, value;

	memset(ret, 0, sizeof(*ret));
	if (!take(&rest, '{'))
		return false;
	for (;;) {
		skip_blanks(&rest);
		if (!take_text(&rest, &key))
			return false;
		skip_blanks(&rest);
		if (!take(&rest, ':'))
			return false;
		skip_blanks(&rest);
		if (!take_value(&rest, &value))
			return false;
		keep(key, value, ret);
		skip_blanks(&rest);
		if (!take(&rest, ','))
			return take(&rest, '}') && ret->time.n > 0 && ret->message.n > 0;
	}
}

/* ------------------------------------------------------------------ writing */

struct writer {
	uint8_t *p;
	size_t n;
	bool full;
};

static void put(struct writer *w, uint8_t c)
{
	w->full |= w->n == ED_JOURNAL_LINE_MAX_BYTES;
	if (!w->full)
		w->p[w->n++] = c;
}

/* A byte of the message. */
static void put_said(struct writer *w, unsigned c)
{
	put(w, c < ' ' || c == 0x7f ? ' ' : (uint8_t)c);
}

/* A character of the Basic Multilingual Plane in UTF-8; halves of others say nothing. */
static void put_character(struct writer *w, unsigned c)
{
	uint8_t utf8[4];
	size_t n = (size_t)(ed_utf8_put(c, utf8) - utf8);

	if (c >= SURROGATE_FIRST && c <= SURROGATE_LAST) {
		put(w, '?');
	} else if (c < 0x80) {
		put_said(w, c);
	} else {
		for (size_t i = 0; i < n; i++)
			put(w, utf8[i]);
	}
}

/* "\u00e9" behind its "u"; how many bytes it takes, 0: it is broken. */
static size_t put_code(struct writer *w, struct ed_span digits)
{
	unsigned c = 0;

	if (digits.n < 4)
		return 0;
	for (unsigned i = 0; i < 4; i++) {
		int digit = ed_hex_value(digits.p[i]);

		if (digit < 0)
			return 0;
		c = c << 4 | (unsigned)digit;
	}
	put_character(w, c);
	return 4;
}

static bool put_text(struct writer *w, struct ed_span text)
{
	struct ed_span s = ed_span_of(text.p + 1, text.n - 2);

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '\\') {
			put_said(w, s.p[i]);
			continue;
		}
		if (++i == s.n)
			return false;
		if (s.p[i] == 'u') {
			size_t n = put_code(w, ed_span_from(s, i + 1));

			if (n == 0)
				return false;
			i += n;
		} else {
			put_said(w, strchr("bfnrt", s.p[i]) && s.p[i] ? ' ' : s.p[i]);
		}
	}
	return true;
}

/* [104,101,...]: a message that is no UTF-8. */
static bool put_numbers(struct writer *w, struct ed_span array)
{
	unsigned v = 0;
	bool any = false;

	for (size_t i = 1; i < array.n; i++) {
		uint8_t c = array.p[i];

		if (ed_is_digit(c) && v <= UINT8_MAX) {
			v = v * 10 + (c - '0');
			any = true;
		} else if (c == ',' || c == ']') {
			if (!any || v > UINT8_MAX)
				return false;
			put_said(w, v);
			v = 0;
			any = false;
		} else if (c != ' ') {
			return false;
		}
	}
	return true;
}

static bool put_message(struct writer *w, struct ed_span message)
{
	if (message.p[0] == '"')
		return put_text(w, message);
	return message.p[0] == '[' && put_numbers(w, message);
}

/* Of a quoted text what may stand in front of a message. */
static void put_word(struct writer *w, struct ed_span text, const char *otherwise)
{
	size_t before = w->n;

	for (size_t i = 1; text.n > 2 && i < text.n - 1 && i <= WORD_MAX; i++) {
		uint8_t c = text.p[i];

		if (ed_is_digit(c) || ed_is_letter(c) || c == '.' || c == '_' || c == '-')
			put(w, c);
	}
	if (w->n != before)
		return;
	for (size_t i = 0; otherwise[i]; i++)
		put(w, (uint8_t)otherwise[i]);
}

/* Microseconds since 1970, quoted. */
static bool put_time(struct writer *w, struct ed_span text)
{
	char time[ED_TIME_TEXT_MAX];
	int64_t us = 0;
	size_t n;

	for (size_t i = 1; i + 1 < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9' || us > INT64_MAX / 10 - 1)
			return false;
		us = us * 10 + (text.p[i] - '0');
	}
	if (us <= 0 || us > INT64_MAX / 1000)
		return false;
	n = ed_time_to_text(us * 1000, time);
	for (size_t i = 0; i < n; i++)
		put(w, (uint8_t)time[i]);
	return true;
}

size_t ed_journal_line_read(struct ed_span line, uint8_t ret[static ED_JOURNAL_LINE_MAX_BYTES])
{
	struct writer w = { .p = ret };
	struct fields f;
	bool said;

	if (!read_fields(line, &f) || !put_time(&w, f.time))
		return 0;
	put(&w, ' ');
	put_word(&w, f.host, "localhost");
	put(&w, ' ');
	put_word(&w, f.identifier.n > 2 ? f.identifier : f.command, "unknown");
	put(&w, '[');
	put_word(&w, f.pid, "0");
	put(&w, ']');
	put(&w, ':');
	put(&w, ' ');
	said = put_message(&w, f.message);
	return said && !w.full ? w.n : 0;
}
