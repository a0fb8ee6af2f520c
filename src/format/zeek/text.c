/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text forms of Zeek's logs; see text.h. Escapes are read leniently: what only looks like one
 * stands for itself, because a name must come out whatever was logged.
 *	caf\xc3\xa9.example.net   TXT 11 hello world TXT 3 a\x09b
 */
#include "format/zeek/text.h"

#include "base/ascii.h"
#include "format/text/plain_name.h"

enum {
	TXT_STRING_MAX = 255,          /* RFC 1035 §3.3: one character string */
	SALVAGE_MAX = 4 * ED_NAME_MAX, /* no byte of a name takes more than four of text */
};

static int hex_value(uint8_t c)
{
	if (ed_is_digit(c))
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/*
 * The byte that the front of @s, which is not empty, stands for; returns how much of @s that takes.
 * What only looks like an escape is taken as it is.
 */
static size_t unescape(struct ed_span s, uint8_t *ret)
{
	int high, low;

	*ret = s.p[0];
	if (s.p[0] != '\\' || s.n < 2)
		return 1;
	if (s.p[1] == '\\')
		return 2;
	if (s.p[1] != 'x' || s.n < 4)
		return 1;
	high = hex_value(s.p[2]);
	low = hex_value(s.p[3]);
	if (high < 0 || low < 0)
		return 1;
	*ret = (uint8_t)(high << 4 | low);
	return 4;
}

size_t ed_zeek_text_bytes(struct ed_span s)
{
	size_t n = 0;
	uint8_t byte;

	if (!memchr(s.p, '\\', s.n))
		return s.n;
	for (size_t at = 0; at < s.n; n++)
		at += unescape(ed_span_from(s, at), &byte);
	return n;
}

bool ed_zeek_text_count(struct ed_span s, uint32_t max, uint32_t *ret)
{
	uint32_t v = 0;

	if (s.n == 0 || s.n > 9)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned d = s.p[i] - (unsigned)'0';

		if (d > 9)
			return false;
		v = v * 10 + d;
	}
	*ret = v;
	return v <= max;
}

/* Behind the text of @n bytes of data at the front of @s. */
static struct ed_span skip_data(struct ed_span s, size_t n)
{
	uint8_t byte;

	if (!memchr(s.p, '\\', n < s.n ? n : s.n))
		return ed_span_from(s, n);
	for (; n > 0 && s.n > 0; n--)
		s = ed_span_from(s, unescape(s, &byte));
	return s;
}

/*
 * The data is the attacker's, so it is stepped over by its length and never searched. A log that
 * cuts long fields still tells the lengths.
 */
uint32_t ed_zeek_text_txt_bytes(struct ed_span s)
{
	uint32_t total = 0;

	while (s.n > 4 && (ed_span_starts(s, "TXT ") || ed_span_starts(s, "SPF "))) {
		const uint8_t *end;
		size_t digits;
		uint32_t n;

		s = ed_span_from(s, 4);
		end = memchr(s.p, ' ', s.n < 4 ? s.n : 4);
		digits = end ? (size_t)(end - s.p) : s.n;
		if (!ed_zeek_text_count(ed_span_of(s.p, digits), TXT_STRING_MAX, &n))
			break;
		total += n;
		s = skip_data(ed_span_from(s, digits + 1), n);
		s = ed_span_from(s, 1);
	}
	return total;
}

/* A wire name under construction from a text that is no proper name. */
struct salvage {
	uint8_t wire[2 * SALVAGE_MAX + 2]; /* each byte of text gives a byte and at most a length */
	size_t label;                      /* where the length of the open label goes */
	size_t n;
};

/* False: the label is empty. */
static bool salvage_close(struct salvage *w)
{
	if (w->n == w->label + 1)
		return false;
	w->wire[w->label] = (uint8_t)(w->n - w->label - 1);
	w->label = w->n++;
	return true;
}

/* Whatever @text is, as a name. Returns what was lost. */
static unsigned salvage(struct ed_span text, struct ed_name *ret)
{
	unsigned lost = 0;
	struct salvage w;
	size_t first = 0;

	w.label = 0;
	w.n = 1;
	while (text.n > 0) {
		uint8_t byte;
		size_t used = unescape(text, &byte);

		if (text.p[0] == '.') {
			lost |= salvage_close(&w) ? 0 : ED_LOST_LABELS;
		} else {
			if (w.n - w.label - 1 == ED_LABEL_MAX) {
				salvage_close(&w);
				lost |= ED_LOST_LABELS;
			}
			w.wire[w.n++] = byte;
		}
		text = ed_span_from(text, used);
	}
	salvage_close(&w);
	w.wire[w.label] = 0;
	for (; w.label + 1 - first > ED_NAME_MAX; first += w.wire[first] + 1U)
		lost |= ED_LOST_TAIL;
	ret->n = (uint8_t)(w.label + 1 - first);
	memcpy(ret->wire, w.wire + first, ret->n);
	return lost;
}

/*
 * Zeek's JSON writer can put a byte NN that is no text as the private code point U+F00NN, which is
 * f3 b0 80..83 80..bf in UTF-8. Returns @text itself when it holds none.
 */
static struct ed_span undo_private_use(struct ed_span text, uint8_t buf[static SALVAGE_MAX])
{
	size_t n = 0;

	if (!memchr(text.p, 0xf3, text.n))
		return text;
	while (text.n > 0) {
		size_t used = 1;

		buf[n] = text.p[0];
		if (text.n >= 4 && text.p[0] == 0xf3 && text.p[1] == 0xb0 &&
		    text.p[2] >> 2 == 0x20) {
			buf[n] = (uint8_t)(text.p[2] << 6 | (text.p[3] & 0x3f));
			used = 4;
		}
		n++;
		text = ed_span_from(text, used);
	}
	return ed_span_of(buf, n);
}

uint8_t ed_zeek_text_plain_name(struct ed_span text, uint8_t ret[static ED_ZEEK_TEXT_ROOM_BYTES])
{
	const struct ed_plain_name_form form = { .escape = '\\',
						 .end = ED_PLAIN_NAME_NO_END,
						 .ascii_only = true };

	return ed_plain_name_read(text, form, ret);
}

unsigned ed_zeek_text_name(struct ed_span text, bool from_json, struct ed_name *ret)
{
	uint8_t buf[SALVAGE_MAX];
	unsigned lost = 0;

	if (text.n > SALVAGE_MAX) {
		text = ed_span_from(text, text.n - SALVAGE_MAX);
		lost |= ED_LOST_TAIL;
	}
	if (from_json && text.n > 0) {
		lost |= memchr(text.p, '\\', text.n) ? ED_LOST_ESCAPES : 0;
		text = undo_private_use(text, buf);
	}
	switch (ed_name_from_text(text, ED_NAME_HEX, ret)) {
	case 0:
		return lost;
	case ED_NAME_LABEL_TOO_LONG:
		return lost | ED_LOST_LABELS | salvage(text, ret);
	case ED_NAME_BAD_ESCAPE:
		return lost | ED_LOST_ESCAPES | salvage(text, ret);
	default:
		return lost | salvage(text, ret);
	}
}
