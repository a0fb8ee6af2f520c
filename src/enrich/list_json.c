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
#include "enrich/json_token.h"
#include "enrich/list.h"

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

/* An object or array that is open. */
struct frame {
	enum key key;                /* that was read; KEY_N: one that nobody asks for */
	struct ed_span value[KEY_N]; /* as written, strings without quotes; p NULL: not there */
};

struct indicators {
	struct ed_list *l;
	struct ed_json_tokens json;
	struct frame frames[ED_JSON_TOKEN_DEPTH_MAX];
};

/* ------------------------------------------------------------------- values */

/* A string as written to its text. What does not fit is cut, and is no name anyway. */
static struct ed_span unescape(struct ed_span s, char ret[static ED_LIST_ITEM_MAX_BYTES])
{
	s.n = s.n < ED_LIST_ITEM_MAX_BYTES ? s.n : ED_LIST_ITEM_MAX_BYTES;
	return ed_span_of(ret, ed_json_token_unescape(s, ret));
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
	    v[KEY_PATTERN].n > sizeof(text) ||
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

/* -------------------------------------------------------------------- walk */

static enum key key_of(struct ed_span s)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (ed_span_is(s, keys[i].name))
			return keys[i].key;
	}
	return KEY_N;
}

/* What stands for the key that was read last, outside of arrays. */
static void take_value(struct indicators *in, unsigned depth, struct ed_span v)
{
	struct frame *f = &in->frames[depth - 1];

	if (f->key != KEY_N)
		f->value[f->key] = v;
	f->key = KEY_N;
}

static void open_frame(struct indicators *in)
{
	struct frame *f = &in->frames[in->json.depth - 1];

	if (in->json.depth > 1)
		take_value(in, in->json.depth - 1, ed_span_of(NULL, 0));
	memset(f, 0, sizeof(*f));
	f->key = KEY_N;
}

/* False at the end. */
static bool step(struct indicators *in)
{
	const unsigned depth = in->json.depth;
	struct ed_span text;

	switch (ed_json_token_next(&in->json, &text)) {
	case ED_TOKEN_OPEN:
		open_frame(in);
		return true;
	case ED_TOKEN_CLOSE:
		if (in->json.is_object[depth - 1])
			take_object(in->l, in->frames[depth - 1].value);
		return true;
	case ED_TOKEN_KEY:
		in->frames[depth - 1].key = key_of(text);
		return true;
	case ED_TOKEN_STRING:
	case ED_TOKEN_SCALAR:
		if (depth > 0)
			take_value(in, depth, text);
		return true;
	case ED_TOKEN_BAD:
		text = in->json.rest;
		in->l->cut = !ed_json_token_resume(
			&in->json); /* the document itself is cut or broken */
		if (!in->l->cut)
			ed_list_bad(in->l, text.p);
		return !in->l->cut;
	default:
		in->l->cut = depth > 0;
		return false;
	}
}

void ed_list_read_json(struct ed_list *l)
{
	struct indicators in;

	memset(&in, 0, sizeof(in));
	in.l = l;
	in.json.rest = l->text;
	while (step(&in))
		;
}
