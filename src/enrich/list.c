/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the readers of reputation lists have in common: lines, words, and host names however they
 * were written. Samples: "EXAMPLE.com.", "hxxps://user@de[.]fanged.example:8080/x", "192.0.2.1".
 */
#include "enrich/list.h"

#include <idn2.h>

#include "base/ascii.h"
#include "base/addr.h"

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f';
}

struct ed_span ed_list_trim(struct ed_span s)
{
	while (s.n > 0 && is_blank(s.p[0]))
		s = ed_span_from(s, 1);
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool ed_list_line(struct ed_span *text, struct ed_span *ret)
{
	const uint8_t *end;
	size_t n;

	if (text->n == 0)
		return false;
	end = memchr(text->p, '\n', text->n);
	n = end ? (size_t)(end - text->p) : text->n;
	*ret = ed_list_trim(ed_span_of(text->p, n));
	*text = ed_span_from(*text, n + 1);
	return true;
}

struct ed_span ed_list_word(struct ed_span *s)
{
	struct ed_span word;
	size_t n = 0;

	while (s->n > 0 && is_blank(s->p[0]))
		*s = ed_span_from(*s, 1);
	while (n < s->n && !is_blank(s->p[n]))
		n++;
	word = ed_span_of(s->p, n);
	*s = ed_span_from(*s, n);
	return word;
}

uint64_t ed_list_line_number(const struct ed_list *l, const uint8_t *at)
{
	uint64_t n = 1;

	for (const uint8_t *p = l->text.p; p < at; n++) {
		p = memchr(p, '\n', (size_t)(at - p));
		if (!p)
			break;
		p++;
	}
	return n;
}

void ed_list_bad(struct ed_list *l, const uint8_t *at)
{
	if (l->n_bad++ == 0)
		l->first_bad = at;
}

/* ------------------------------------------------------------------- names */

/* Lower case of what a host name may hold, 0 of all else. */
static uint8_t host_byte(uint8_t c)
{
	c = ed_to_lower(c);
	return ed_is_host(c) ? c : 0;
}

/* The label whose length byte is at @from and that ends before @to. */
static bool label_fits(unsigned from, unsigned to)
{
	return to - from > 1 && to - from <= ED_LABEL_MAX + 1U;
}

static enum ed_list_host ascii_to_wire(struct ed_span text, struct ed_name *ret)
{
	unsigned n = 1, label = 0, n_labels = 1;
	bool letters = false;

	if (text.n > 0 && text.p[text.n - 1] == '.')
		text.n--;
	if (text.n == 0 || text.n > ED_NAME_MAX - 2)
		return ED_HOST_BAD;
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];

		if (c == '.') {
			if (!label_fits(label, n))
				return ED_HOST_BAD;
			ret->wire[label] = (uint8_t)(n - label - 1);
			label = n++;
			n_labels++;
			continue;
		}
		c = host_byte(c);
		if (c == 0)
			return ED_HOST_BAD;
		letters = letters || c < '0' || c > '9';
		ret->wire[n++] = c;
	}
	if (!label_fits(label, n))
		return ED_HOST_BAD;
	ret->wire[label] = (uint8_t)(n - label - 1);
	ret->wire[n++] = 0;
	ret->n = (uint8_t)n;
	if (!letters)
		return ED_HOST_ADDRESS;
	return n_labels == 1 ? ED_HOST_SINGLE : ED_HOST_NAME;
}

/* UTF-8 to A-labels as clients do it (UTS 46, non-transitional). */
static enum ed_list_host idn_to_wire(struct ed_span text, struct ed_name *ret)
{
	char copy[ED_NAME_TEXT_MAX + 1];
	enum ed_list_host host = ED_HOST_BAD;
	uint8_t *ascii = NULL;

	if (text.n >= sizeof(copy) || memchr(text.p, 0, text.n))
		return ED_HOST_BAD;
	ed_name_lower(text.p, text.n, (uint8_t *)copy);
	copy[text.n] = '\0';
	if (idn2_lookup_u8((const uint8_t *)copy, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) ==
	    IDN2_OK)
		host = ascii_to_wire(ed_span_str((const char *)ascii), ret);
	idn2_free(ascii);
	return host;
}

enum ed_list_host ed_list_to_wire(struct ed_span text, struct ed_name *ret)
{
	enum ed_list_host host = ascii_to_wire(text, ret);
	struct ed_addr addr;

	if (host != ED_HOST_BAD)
		return host;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] >= 0x80)
			return idn_to_wire(text, ret);
	}
	return ed_addr_from_text(text, &addr) ? ED_HOST_ADDRESS : ED_HOST_BAD;
}

void ed_list_name(struct ed_list *l, struct ed_span name, unsigned cover, const uint8_t *at)
{
	struct ed_name wire;

	switch (ed_list_to_wire(name, &wire)) {
	case ED_HOST_NAME:
		l->n_entries++;
		l->n_exceptions += (cover & ED_LIST_EXCEPT) != 0;
		l->entry(l->arg, ed_span_of(wire.wire, wire.n), cover);
		return;
	case ED_HOST_BAD:
		ed_list_bad(l, at);
		return;
	default:
		l->n_other++;
	}
}

/* -------------------------------------------------------------------- URLs */

/* "[.]", "(.)" and "[dot]" to a dot, "[:]" to a colon; 0: not enough room. */
static size_t refang(struct ed_span s, char ret[static ED_LIST_ITEM_MAX_BYTES])
{
	static const char *const dots[] = { "[.]", "(.)", "{.}", "[dot]", "(dot)" };
	size_t n = 0;

	if (s.n > ED_LIST_ITEM_MAX_BYTES)
		return 0;
	while (s.n > 0) {
		size_t skip = 1;

		ret[n] = (char)s.p[0];
		for (size_t i = 0; i < sizeof(dots) / sizeof(dots[0]); i++) {
			if (ed_span_starts(s, dots[i])) {
				ret[n] = '.';
				skip = strlen(dots[i]);
			}
		}
		if (ed_span_starts(s, "[:]")) {
			ret[n] = ':';
			skip = 3;
		}
		n++;
		s = ed_span_from(s, skip);
	}
	return n;
}

/* What follows "scheme://"; empty when there is none. */
static struct ed_span after_scheme(struct ed_span s)
{
	for (size_t i = 0; i + 2 < s.n && i < 16; i++) {
		if (memcmp(s.p + i, "://", 3) == 0)
			return ed_span_from(s, i + 3);
	}
	return ed_span_of(s.p, 0);
}

static struct ed_span before(struct ed_span s, const char *stops)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != 0 && strchr(stops, s.p[i]))
			return ed_span_of(s.p, i);
	}
	return s;
}

/* Without user and port; an IPv6 address in brackets or with more than one colon stays whole. */
static struct ed_span host_of(struct ed_span authority)
{
	const uint8_t *user = memrchr(authority.p, '@', authority.n);
	const uint8_t *colon;

	if (user)
		authority = ed_span_from(authority, (size_t)(user - authority.p) + 1);
	if (authority.n > 0 && authority.p[0] == '[')
		return before(ed_span_from(authority, 1), "]");
	colon = memchr(authority.p, ':', authority.n);
	if (!colon)
		return authority;
	if (memchr(colon + 1, ':', authority.n - (size_t)(colon - authority.p) - 1)) {
		struct ed_addr addr;
		const uint8_t *last = memrchr(authority.p, ':', authority.n);

		/* address and port, as threat exchanges write them: 2001:db8::1:443 */
		if (!ed_addr_from_text(authority, &addr))
			authority.n = (size_t)(last - authority.p);
		return authority;
	}
	return ed_span_of(authority.p, (size_t)(colon - authority.p));
}

void ed_list_url(struct ed_list *l, struct ed_span url, unsigned cover, const uint8_t *at)
{
	char clean[ED_LIST_ITEM_MAX_BYTES] = { 0 };
	struct ed_span rest;

	url = ed_list_trim(url);
	if (url.n > sizeof(clean))
		url.n = sizeof(clean); /* the host comes first */
	url = ed_span_of(clean, refang(url, clean));
	rest = after_scheme(url);
	if (rest.n > 0) {
		url = rest;
		cover = (cover & ~(unsigned)ED_LIST_TREE) | ED_LIST_SELF;
	}
	ed_list_name(l, host_of(before(url, "/?#")), cover, at);
}

void ed_list_indicator(struct ed_list *l, struct ed_span type, struct ed_span value,
		       const uint8_t *at)
{
	if (ed_span_is(type, "domain") || ed_span_is(type, "domain|ip"))
		ed_list_url(l, before(value, "|"), ED_LIST_TREE, at);
	else if (ed_span_is(type, "hostname") || ed_span_is(type, "hostname|port"))
		ed_list_url(l, before(value, "|"), ED_LIST_SELF, at);
	else if (ed_span_is(type, "url") || ed_span_is(type, "uri"))
		ed_list_url(l, value, ED_LIST_SELF, at);
	else
		l->n_other++;
}
