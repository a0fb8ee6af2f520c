/* SPDX-License-Identifier: Apache-2.0 */
/* XML text; see xml_out.h. */
#include "wire/xml_out.h"

#include "base/ascii.h"
#include "base/cursor.h"
#include "base/utf8.h"

enum {
	UNIT_TEXT_MAX_BYTES = 5, /* "&amp;", the longest that two bytes of UTF-16 become */
	REPLACEMENT = 0xfffd,
	ASCII_N = 0x80,
};

/* How an ASCII character is written: as it is, or as one of the texts below. */
enum ascii_kind { AS_IT_IS, ILLEGAL, TAB, LINE_FEED, RETURN, QUOTE, AMPERSAND, LESS, GREATER };

static const struct {
	char text[UNIT_TEXT_MAX_BYTES + 1];
	uint8_t n;
} escapes[] = {
	[ILLEGAL] = { "\xef\xbf\xbd", 3 },
	[TAB] = { "&#9;", 4 },
	[LINE_FEED] = { "&#10;", 5 },
	[RETURN] = { "&#13;", 5 },
	[QUOTE] = { "&#39;", 5 },
	[AMPERSAND] = { "&amp;", 5 },
	[LESS] = { "&lt;", 4 },
	[GREATER] = { "&gt;", 4 },
};

/* clang-format off */
static const uint8_t ascii_kinds[ASCII_N] = {
	ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL,
	ILLEGAL, TAB, LINE_FEED, ILLEGAL, ILLEGAL, RETURN, ILLEGAL, ILLEGAL,
	ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL,
	ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL,
	['&'] = AMPERSAND, ['\''] = QUOTE, ['<'] = LESS, ['>'] = GREATER, [0x7f] = ILLEGAL,
};
/* clang-format on */

static bool reserve(struct ed_xml_out *o, size_t n)
{
	if (o->full || o->cap - o->n < n)
		o->full = true;
	return !o->full;
}

void ed_xml_put(struct ed_xml_out *o, const void *p, size_t n)
{
	if (!reserve(o, n) || n == 0)
		return;
	memcpy(o->p + o->n, p, n);
	o->n += n;
}

void ed_xml_puts(struct ed_xml_out *o, const char *s)
{
	ed_xml_put(o, s, strlen(s));
}

static uint8_t *put_ascii(uint8_t *at, uint8_t c)
{
	unsigned kind = ascii_kinds[c];

	if (kind == AS_IT_IS) {
		*at = c;
		return at + 1;
	}
	memcpy(at, escapes[kind].text, escapes[kind].n);
	return at + escapes[kind].n;
}

/* A character above ASCII in UTF-8. */
static uint8_t *put_wide(uint8_t *at, uint32_t c)
{
	if (c == 0xfffe || c == 0xffff)
		c = REPLACEMENT;
	return ed_utf8_put(c, at);
}

/* The character that begins at unit @i of @n; *ret_n is how many units it takes. */
static uint32_t character(const uint8_t *p, size_t i, size_t n, size_t *ret_n)
{
	uint32_t c = ed_get_le16(p + 2 * i), low;

	*ret_n = 1;
	if (c < 0xd800 || c > 0xdfff)
		return c;
	low = c < 0xdc00 && i + 1 < n ? ed_get_le16(p + 2 * i + 2) : 0;
	if (low < 0xdc00 || low > 0xdfff)
		return REPLACEMENT;
	*ret_n = 2;
	return 0x10000 + ((c & 0x3ff) << 10) + (low & 0x3ff);
}

void ed_xml_utf16(struct ed_xml_out *o, struct ed_span text)
{
	size_t n = text.n / 2, n_taken;
	uint8_t *at = o->p + o->n;

	if (!reserve(o, n * UNIT_TEXT_MAX_BYTES))
		return;
	for (size_t i = 0; i < n; i += n_taken) {
		uint32_t c = character(text.p, i, n, &n_taken);

		at = c < ASCII_N ? put_ascii(at, (uint8_t)c) : put_wide(at, c);
	}
	o->n = (size_t)(at - o->p);
}

void ed_xml_latin1(struct ed_xml_out *o, struct ed_span text)
{
	uint8_t *at = o->p + o->n;

	if (!reserve(o, text.n * UNIT_TEXT_MAX_BYTES))
		return;
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];

		at = c < ASCII_N ? put_ascii(at, c) : put_wide(at, c);
	}
	o->n = (size_t)(at - o->p);
}

static bool is_name_ascii(uint8_t c, bool first)
{
	if (ed_is_letter(c) || c == '_' || c == ':')
		return true;
	return !first && (ed_is_digit(c) || c == '-' || c == '.');
}

/* Above ASCII: what the XML recommendation lets stand anywhere in a name. */
static bool is_name_wide(uint32_t c)
{
	return (c >= 0xf8 && c <= 0x2ff) || (c >= 0x370 && c <= 0x37d) ||
	       (c >= 0x37f && c <= 0x1fff) || (c >= 0x3001 && c <= 0xd7ff) ||
	       (c >= 0x10000 && c <= 0xeffff);
}

void ed_xml_name(struct ed_xml_out *o, struct ed_span utf16)
{
	size_t n = utf16.n / 2, n_taken;
	uint8_t *at = o->p + o->n;

	if (!reserve(o, n * UNIT_TEXT_MAX_BYTES))
		return;
	for (size_t i = 0; i < n; i += n_taken) {
		uint32_t c = character(utf16.p, i, n, &n_taken);

		if (c >= ASCII_N && is_name_wide(c))
			at = put_wide(at, c);
		else
			*at++ = c < ASCII_N && is_name_ascii((uint8_t)c, i == 0) ? (uint8_t)c : '_';
	}
	o->n = (size_t)(at - o->p);
}
