/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns of STIX 2.1 (OASIS STIX 2.1 §9), as far as one name can satisfy them alone. A sample:
 *	[domain-name:value = 'a.example' OR domain-name:value LIKE '%.b.example']
 * The one idea: comparisons that are joined by OR stand each for itself; a pattern with AND,
 * FOLLOWEDBY or NOT asks for more than a name and is left alone as a whole.
 */
#include "enrich/list.h"

struct stix {
	struct ed_span rest;
};

/* The next token: a string with its quotes, a bracket, an operator or a word; empty at the end. */
static struct ed_span take_token(struct stix *s)
{
	static const char alone[] = "[](),";
	struct ed_span rest = s->rest, token;
	size_t n = 0;

	while (rest.n > 0 && rest.p[0] <= ' ')
		rest = ed_span_from(rest, 1);
	if (rest.n > 0 && rest.p[0] == '\'') {
		for (n = 1; n < rest.n && rest.p[n] != '\''; n++)
			n += rest.p[n] == '\\';
		n++; /* the closing quote */
	} else if (rest.n > 0 && rest.p[0] && strchr(alone, rest.p[0])) {
		n = 1;
	} else {
		while (n < rest.n && rest.p[n] > ' ' && rest.p[n] != '\'' &&
		       !strchr(alone, rest.p[n]))
			n++;
	}
	token = ed_span_of(rest.p, n < rest.n ? n : rest.n);
	s->rest = ed_span_from(rest, n);
	return token;
}

static bool asks_for_more(struct ed_span pattern)
{
	struct stix s = { .rest = pattern };
	struct ed_span t;

	while ((t = take_token(&s)).n > 0) {
		if (ed_span_is(t, "AND") || ed_span_is(t, "FOLLOWEDBY") || ed_span_is(t, "NOT"))
			return true;
	}
	return false;
}

/* What is between the quotes; escapes do not occur in names. Empty when it is no whole string. */
static struct ed_span content_of(struct ed_span string)
{
	if (string.n < 3 || string.p[0] != '\'' || string.p[string.n - 1] != '\'')
		return ed_span_of(string.p, 0);
	return ed_span_of(string.p + 1, string.n - 2);
}

static bool take_equal(struct ed_list *l, bool is_url, struct ed_span string, const uint8_t *at)
{
	struct ed_span v = content_of(string);

	if (v.n == 0)
		return false;
	ed_list_indicator(l, ed_span_str(is_url ? "url" : "domain"), v, at);
	return true;
}

/* "%.b.example" is every name below; any other wildcard knows no dots. */
static bool take_like(struct ed_list *l, struct ed_span string, const uint8_t *at)
{
	struct ed_span v = content_of(string);
	unsigned cover = ED_LIST_TREE;

	if (ed_span_starts(v, "%.")) {
		v = ed_span_from(v, 2);
		cover = ED_LIST_BELOW;
	}
	if (v.n == 0 || memchr(v.p, '%', v.n) || memchr(v.p, '_', v.n))
		return false;
	ed_list_name(l, v, cover, at);
	return true;
}

static bool take_set(struct ed_list *l, bool is_url, struct stix *s, const uint8_t *at)
{
	struct ed_span t = take_token(s);
	bool any = false;

	if (!ed_span_is(t, "("))
		return false;
	while ((t = take_token(s)).n > 0 && !ed_span_is(t, ")")) {
		if (!ed_span_is(t, ","))
			any |= take_equal(l, is_url, t, at);
	}
	return any;
}

bool ed_list_stix_pattern(struct ed_list *l, struct ed_span pattern, const uint8_t *at)
{
	struct stix s = { .rest = pattern };
	struct ed_span t, op;
	bool any = false;

	if (asks_for_more(pattern))
		return false;
	while ((t = take_token(&s)).n > 0) {
		bool is_url = ed_span_is(t, "url:value");

		if (!is_url && !ed_span_is(t, "domain-name:value"))
			continue;
		op = take_token(&s);
		if (ed_span_is(op, "="))
			any |= take_equal(l, is_url, take_token(&s), at);
		else if (ed_span_is(op, "LIKE") && !is_url)
			any |= take_like(l, take_token(&s), at);
		else if (ed_span_is(op, "IN"))
			any |= take_set(l, is_url, &s, at);
	}
	return any;
}
