/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names with escapes; see escaped_name.h. Each escape is undone to bytes, which are written again in
 * the one form that the reader of names takes: "zabd\312.t.example.net".
 */
#include "format/text/escaped_name.h"

#include "base/ascii.h"
#include "base/hex.h"
#include "format/zeek/text.h"

enum { NAME_ROOM_BYTES = 4 * ED_ESCAPED_NAME_MAX + ED_ZEEK_TEXT_SLACK_BYTES };

/* The values of "\ddd" at the front of @s by either reading, -1: by that one it is none. */
static void read_digits(struct ed_span s, int *ret_octal, int *ret_decimal)
{
	const uint8_t *p = s.p + 1;
	int decimal;

	*ret_octal = *ret_decimal = -1;
	if (s.n < 4 || !ed_is_digit(p[0]) || !ed_is_digit(p[1]) || !ed_is_digit(p[2]))
		return;
	decimal = (p[0] - '0') * 100 + (p[1] - '0') * 10 + (p[2] - '0');
	if (decimal <= UINT8_MAX)
		*ret_decimal = decimal;
	if (p[0] <= '3' && p[1] <= '7' && p[2] <= '7')
		*ret_octal = (p[0] - '0') << 6 | (p[1] - '0') << 3 | (p[2] - '0');
}

enum ed_name_escapes ed_name_escapes_of(struct ed_span text)
{
	unsigned n = 0, n_octal = 0, n_decimal = 0;
	const uint8_t *at;

	while (text.n > 0 && (at = memchr(text.p, '\\', text.n))) {
		int octal, decimal;

		text = ed_span_from(text, (size_t)(at - text.p));
		read_digits(text, &octal, &decimal);
		n_octal += octal >= 0 && decimal < 0;
		n_decimal += decimal >= 0 && octal < 0;
		n += octal >= 0 || decimal >= 0;
		text = ed_span_from(text, octal >= 0 || decimal >= 0 ? 4 : 2);
	}
	if (n == 0)
		return ED_NAME_ESCAPES_NOT_SEEN;
	return n_decimal > n_octal ? ED_NAME_ESCAPES_DECIMAL : ED_NAME_ESCAPES_OCTAL;
}

/* "\xhh" at the front of @s as a byte; -1: it is none. */
static int read_hex(struct ed_span s)
{
	int high, low;

	if (s.n < 4 || s.p[1] != 'x')
		return -1;
	high = ed_hex_value(s.p[2]);
	low = ed_hex_value(s.p[3]);
	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/*
 * The byte that the backslash at the front of @s writes; returns how much of @s that takes. Who
 * writes octal digits writes a new line as \n and leaves a backslash of the name alone.
 */
static size_t unescape(struct ed_span s, enum ed_name_escapes escapes, uint8_t *ret)
{
	static const char letters[] = "abtnvfr"; /* from 7 on */
	int octal, decimal, value;
	const char *letter;

	*ret = '\\';
	if (s.n < 2)
		return 1;
	read_digits(s, &octal, &decimal);
	value = escapes == ED_NAME_ESCAPES_DECIMAL ? decimal : octal;
	if (value < 0) /* by the rest of the file it is none, so it is the other */
		value = octal >= 0 ? octal : decimal;
	if (value < 0)
		value = read_hex(s);
	if (value >= 0) {
		*ret = (uint8_t)value;
		return 4;
	}
	if (escapes != ED_NAME_ESCAPES_OCTAL || !(ed_is_letter(s.p[1]) || ed_is_digit(s.p[1]))) {
		*ret = s.p[1];
		return 2;
	}
	letter = memchr(letters, s.p[1], sizeof(letters) - 1);
	if (!letter)
		return 1;
	*ret = (uint8_t)(7 + (letter - letters));
	return 2;
}

/* U+FFFD, in the place of a byte that is no text. */
static bool is_mask(struct ed_span s)
{
	return s.n >= 3 && s.p[0] == 0xef && s.p[1] == 0xbf && s.p[2] == 0xbd;
}

static size_t put_byte(uint8_t *p, uint8_t byte, bool is_escaped)
{
	static const char dot[4] = "\\x2e";

	if (byte == '.' && is_escaped) {
		memcpy(p, dot, sizeof(dot));
		return sizeof(dot);
	}
	p[0] = p[byte == '\\'] = byte;
	return 1U + (byte == '\\');
}

/*
 * tshark writes bytes that are UTF-8, but of a character that it does not print, as \u07BF or
 * \U0003DFFF. Puts them at the end of @room; returns how much of @s that takes, 0: it is no such.
 */
static size_t put_character(struct ed_span s, uint8_t *room, size_t *n)
{
	size_t n_digits = s.n > 1 && s.p[1] == 'u' ? 4 : 8;
	uint32_t c = 0;

	if (s.n < 2 + n_digits || (s.p[1] != 'u' && s.p[1] != 'U'))
		return 0;
	for (size_t i = 0; i < n_digits; i++) {
		int digit = ed_hex_value(s.p[2 + i]);

		if (digit < 0)
			return 0;
		c = c << 4 | (unsigned)digit;
	}
	if (c > 0x10ffff)
		return 0;
	if (c < 0x80) {
		*n += put_byte(room + *n, (uint8_t)c, true);
		return 2 + n_digits;
	}
	if (c >= 0x10000)
		room[(*n)++] = (uint8_t)(0xf0 | c >> 18);
	if (c >= 0x800)
		room[(*n)++] = (uint8_t)((c >= 0x10000 ? 0x80 : 0xe0) | (c >> 12 & 0x3f));
	room[(*n)++] = (uint8_t)((c >= 0x800 ? 0x80 : 0xc0) | (c >> 6 & 0x3f));
	room[(*n)++] = (uint8_t)(0x80 | (c & 0x3f));
	return 2 + n_digits;
}

/* @text with \\ and \x2e as the only escapes. */
static struct ed_span plain(struct ed_span text, enum ed_name_escapes escapes,
			    uint8_t room[static NAME_ROOM_BYTES], uint8_t *ret_lost)
{
	size_t n = 0, used;

	for (; text.n > 0; text = ed_span_from(text, used)) {
		uint8_t byte = text.p[0];
		bool is_escaped = byte == '\\';

		used = 1;
		if (is_escaped) {
			*ret_lost |= ED_LOST_ESCAPES;
			used = put_character(text, room, &n);
			if (used > 0)
				continue;
			used = unescape(text, escapes, &byte);
		} else if (is_mask(text)) {
			used = 3;
			byte = UINT8_MAX;
			*ret_lost |= ED_LOST_BYTES;
		}
		n += put_byte(room + n, byte, is_escaped);
	}
	memset(room + n, 0, ED_ZEEK_TEXT_SLACK_BYTES);
	return ed_span_of(room, n);
}

unsigned ed_escaped_name(struct ed_span text, enum ed_name_escapes escapes, struct ed_name *ret)
{
	uint8_t room[NAME_ROOM_BYTES];
	uint8_t lost = 0;

	if (text.n > ED_ESCAPED_NAME_MAX) {
		text = ed_span_from(text, text.n - ED_ESCAPED_NAME_MAX);
		lost |= ED_LOST_TAIL;
	}
	text = plain(text, escapes, room, &lost);
	return lost | ed_zeek_text_name(text, false, ret);
}
