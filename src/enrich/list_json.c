/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threat exchanges' JSON, one document or one a line. Samples:
 *	{"841507":[{"ioc_value":"bad.example","ioc_type":"domain","confidence_level":100}]}
 *	{"884896":[{"dateadded":"...","url":"http://bad.example/x","url_status":"online"}]}
 *	{"Attribute":[{"type":"domain","value":"bad.example","to_ids":true}]}
 *	{"type":"indicator","pattern":"[domain-name:value = 'bad.example']","pattern_type":"stix"}
 * The one idea: wherever an object lies, the names of its members say what it is; so the nesting
 * is only counted, and a broken document is taken up again at its next line.
 */
#include "enrich/list.h"
#include "base/ascii.h"
#include "base/hex.h"

enum { DEPTH_MAX = 32 };

enum key {
	KEY_IOC,
	KEY_IOC_TYPE,
	KEY_URL,
	KEY_URL_MARK,
	KEY_TYPE,
	KEY_VALUE,
	KEY_TO_IDS,
	KEY_PATTERN,
	KEY_PATTERN_TYPE,
	KEY_REVOKED,
	KEY_SPEC,
	KEY_N
};

static const struct {
	const char *name;
	enum key key;
} keys[] = {
	{ "ioc", KEY_IOC },
	{ "ioc_value", KEY_IOC },
	{ "ioc_type", KEY_IOC_TYPE },
	{ "url", KEY_URL },
	{ "url_status", KEY_URL_MARK }, /* what makes a member "url" one of URLhaus */
	{ "dateadded", KEY_URL_MARK },
	{ "type", KEY_TYPE },
	{ "value", KEY_VALUE },
	{ "to_ids", KEY_TO_IDS },
	{ "pattern", KEY_PATTERN },
	{ "pattern_type", KEY_PATTERN_TYPE },
	{ "revoked", KEY_REVOKED },
	{ "spec_version", KEY_SPEC },
};

struct frame {
	bool is_object, has_key;
	enum key key;                /* KEY_N: one that nobody asks for */
	struct ed_span value[KEY_N]; /* as written, strings without quotes; p NULL: not there */
};

struct json {
	struct ed_list *l;
	struct ed_span rest;
	unsigned depth; /* frames in use */
	struct frame frames[DEPTH_MAX];
};

/* ------------------------------------------------------------------- values */

static size_t put_utf8(uint32_t c, char *ret)
{
	if (c < 0x80) {
		ret[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		ret[0] = (char)(0xc0 | c >> 6);
		ret[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	ret[0] = (char)(0xe0 | c >> 12);
	ret[1] = (char)(0x80 | (c >> 6 & 0x3f));
	ret[2] = (char)(0x80 | (c & 0x3f));
	return 3;
}

/* The character behind "\u"; what is no character comes out as a blank, which no name holds. */
static uint32_t unicode(struct ed_span s)
{
	uint32_t c = 0;

	for (size_t i = 0; i < 4; i++) {
		int d = i < s.n ? ed_hex_value(s.p[i]) : -1;

		if (d < 0)
			return ' ';
		c = c << 4 | (uint32_t)d;
	}
	return c >= 0xd800 && c <= 0xdfff ? ' ' : c;
}

/* A string as written to its text. What does not fit is cut, and is no name anyway. */
static struct ed_span unescape(struct ed_span s, char ret[static ED_LIST_ITEM_MAX_BYTES])
{
	size_t n = 0;

	while (s.n > 0 && n + 3 < ED_LIST_ITEM_MAX_BYTES) {
		if (s.p[0] != '\\' || s.n < 2) {
			ret[n++] = (char)s.p[0];
			s = ed_span_from(s, 1);
		} else if (s.p[1] == 'u') {
			n += put_utf8(unicode(ed_span_from(s, 2)), ret + n);
			s = ed_span_from(s, 6);
		} else {
			ret[n++] = strchr("\"\\/", s.p[1]) && s.p[1] ? (char)s.p[1] : ' ';
			s = ed_span_from(s, 2);
		}
	}
	return ed_span_of(ret, n);
}

/* ------------------------------------------------------------------ objects */

static bool is_false(struct ed_span v)
{
	return ed_span_is(v, "false") || ed_span_is(v, "0") || ed_span_is(v, "null");
}

static void take_indicator(struct ed_list *l, struct ed_span type, struct ed_span value)
{
	char text[ED_LIST_ITEM_MAX_BYTES];

	ed_list_indicator(l, type, unescape(value, text), value.p);
}

static void take_pattern(struct ed_list *l, const struct ed_span *v)
{
	char text[ED_LIST_ITEM_MAX_BYTES];
	bool other = v[KEY_PATTERN_TYPE].p && !ed_span_is(v[KEY_PATTERN_TYPE], "stix");

	if (other || (v[KEY_REVOKED].p && !is_false(v[KEY_REVOKED])) ||
	    v[KEY_PATTERN].n >= sizeof(text) - 3 ||
	    !ed_list_stix_pattern(l, unescape(v[KEY_PATTERN], text), v[KEY_PATTERN].p))
		l->n_other++;
}

/* An observable of STIX, or an attribute of MISP that is meant to detect. */
static void take_typed_value(struct ed_list *l, const struct ed_span *v)
{
	if (v[KEY_SPEC].p && ed_span_is(v[KEY_TYPE], "domain-name"))
		take_indicator(l, ed_span_str("domain"), v[KEY_VALUE]);
	else if (v[KEY_TO_IDS].p && !is_false(v[KEY_TO_IDS]))
		take_indicator(l, v[KEY_TYPE], v[KEY_VALUE]);
	else if (v[KEY_TO_IDS].p || v[KEY_SPEC].p)
		l->n_other++;
}

/* An object has ended: if it is an indicator of any kind, it is handed on. */
static void take_object(struct ed_list *l, const struct ed_span *v)
{
	if (v[KEY_IOC].p && v[KEY_IOC_TYPE].p)
		take_indicator(l, v[KEY_IOC_TYPE], v[KEY_IOC]);
	else if (v[KEY_URL].p && v[KEY_URL_MARK].p)
		take_indicator(l, ed_span_str("url"), v[KEY_URL]);
	else if (v[KEY_PATTERN].p && ed_span_is(v[KEY_TYPE], "indicator"))
		take_pattern(l, v);
	else if (v[KEY_VALUE].p && v[KEY_TYPE].p)
		take_typed_value(l, v);
}

/* ------------------------------------------------------------------- tokens */

static enum key key_of(struct ed_span s)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (ed_span_is(s, keys[i].name))
			return keys[i].key;
	}
	return KEY_N;
}

static void take_value(struct json *j, struct ed_span v, bool is_string)
{
	struct frame *f = j->depth > 0 ? &j->frames[j->depth - 1] : NULL;

	if (!f || !f->is_object)
		return;
	if (!f->has_key && is_string) {
		f->key = key_of(v);
		f->has_key = true;
		return;
	}
	if (f->has_key && f->key != KEY_N)
		f->value[f->key] = v;
	f->has_key = false;
}

static bool open_frame(struct json *j, bool is_object)
{
	struct frame *f;

	take_value(j, ed_span_of(NULL, 0), false);
	if (j->depth == DEPTH_MAX)
		return false;
	f = &j->frames[j->depth++];
	memset(f, 0, sizeof(*f));
	f->is_object = is_object;
	j->rest = ed_span_from(j->rest, 1);
	return true;
}

static bool close_frame(struct json *j, bool is_object)
{
	if (j->depth == 0 || j->frames[j->depth - 1].is_object != is_object)
		return false;
	j->depth--;
	if (is_object)
		take_object(j->l, j->frames[j->depth].value);
	j->rest = ed_span_from(j->rest, 1);
	return true;
}

/* False for one that its line does not close. */
static bool take_string(struct json *j)
{
	struct ed_span s = ed_span_from(j->rest, 1);
	size_t n = 0;

	while (n < s.n && s.p[n] != '"' && s.p[n] >= 0x20)
		n += s.p[n] == '\\' ? 2 : 1;
	if (n >= s.n || s.p[n] != '"')
		return false;
	take_value(j, ed_span_of(s.p, n), true);
	j->rest = ed_span_from(s, n + 1);
	return true;
}

static bool is_scalar_byte(uint8_t c)
{
	return ed_is_lower(c) || ed_is_digit(c) || c == '-' || c == '+' || c == '.' || c == 'E';
}

static bool take_scalar(struct json *j)
{
	size_t n = 0;

	while (n < j->rest.n && is_scalar_byte(j->rest.p[n]))
		n++;
	if (n == 0 || j->depth == 0)
		return false;
	take_value(j, ed_span_of(j->rest.p, n), false);
	j->rest = ed_span_from(j->rest, n);
	return true;
}

static bool take_token(struct json *j)
{
	switch (j->rest.p[0]) {
	case '{':
		return open_frame(j, true);
	case '[':
		return open_frame(j, false);
	case '}':
		return close_frame(j, true);
	case ']':
		return close_frame(j, false);
	case '"':
		return take_string(j);
	case ' ':
	case '\t':
	case '\r':
	case '\n':
	case ',':
	case ':':
		j->rest = ed_span_from(j->rest, 1);
		return true;
	default:
		return take_scalar(j);
	}
}

void ed_list_read_json(struct ed_list *l)
{
	struct json j = { .l = l, .rest = l->text };

	while (j.rest.n > 0) {
		const uint8_t *end;

		if (take_token(&j))
			continue;
		end = memchr(j.rest.p, '\n', j.rest.n);
		if (!end) { /* the document itself is cut or broken */
			l->cut = true;
			return;
		}
		ed_list_bad(l, j.rest.p);
		j.depth = 0;
		j.rest = ed_span_from(j.rest, (size_t)(end - j.rest.p) + 1);
	}
	l->cut = j.depth > 0;
}
