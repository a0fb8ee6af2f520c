/* SPDX-License-Identifier: Apache-2.0 */
/* JSON, token by token; see json_token.h. */
#include "enrich/json_token.h"

#include "base/ascii.h"
#include "base/hex.h"
#include "base/utf8.h"

/* -------------------------------------------------------------------- tokens */

static bool is_space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == ',' || c == ':';
}

static bool is_scalar(uint8_t c)
{
	return ed_is_lower(c) || ed_is_digit(c) || c == '-' || c == '+' || c == '.' || c == 'E';
}

/* The value whose key was read has come. */
static void value_came(struct ed_json_tokens *t)
{
	if (t->depth > 0)
		t->wants_value[t->depth - 1] = false;
}

static enum ed_json_token take_open(struct ed_json_tokens *t)
{
	value_came(t);
	if (t->depth == ED_JSON_TOKEN_DEPTH_MAX)
		return ED_TOKEN_BAD;
	t->is_object[t->depth] = t->rest.p[0] == '{';
	t->wants_value[t->depth] = false;
	t->depth++;
	t->rest = ed_span_from(t->rest, 1);
	return ED_TOKEN_OPEN;
}

static enum ed_json_token take_close(struct ed_json_tokens *t)
{
	if (t->depth == 0 || t->is_object[t->depth - 1] != (t->rest.p[0] == '}'))
		return ED_TOKEN_BAD;
	t->depth--;
	t->rest = ed_span_from(t->rest, 1);
	return ED_TOKEN_CLOSE;
}

/* A string does not go over the end of its line. */
static enum ed_json_token take_string(struct ed_json_tokens *t, struct ed_span *ret)
{
	struct ed_span s = ed_span_from(t->rest, 1);
	size_t n = 0;

	while (n < s.n && s.p[n] != '"' && s.p[n] >= 0x20)
		n += s.p[n] == '\\' && n + 1 < s.n && s.p[n + 1] >= 0x20 ? 2 : 1;
	if (n >= s.n || s.p[n] != '"')
		return ED_TOKEN_BAD;
	*ret = ed_span_of(s.p, n);
	t->rest = ed_span_from(s, n + 1);
	if (t->depth > 0 && t->is_object[t->depth - 1] && !t->wants_value[t->depth - 1]) {
		t->wants_value[t->depth - 1] = true;
		return ED_TOKEN_KEY;
	}
	value_came(t);
	return ED_TOKEN_STRING;
}

static enum ed_json_token take_scalar(struct ed_json_tokens *t, struct ed_span *ret)
{
	size_t n = 0;

	while (n < t->rest.n && is_scalar(t->rest.p[n]))
		n++;
	if (n == 0 || t->depth == 0)
		return ED_TOKEN_BAD;
	*ret = ed_span_of(t->rest.p, n);
	t->rest = ed_span_from(t->rest, n);
	value_came(t);
	return ED_TOKEN_SCALAR;
}

enum ed_json_token ed_json_token_next(struct ed_json_tokens *t, struct ed_span *ret)
{
	while (t->rest.n > 0 && is_space(t->rest.p[0]))
		t->rest = ed_span_from(t->rest, 1);
	if (t->rest.n == 0)
		return ED_TOKEN_END;
	*ret = ed_span_of(t->rest.p, 1);
	switch (t->rest.p[0]) {
	case '{':
	case '[':
		return take_open(t);
	case '}':
	case ']':
		return take_close(t);
	case '"':
		return take_string(t, ret);
	default:
		return take_scalar(t, ret);
	}
}

bool ed_json_token_resume(struct ed_json_tokens *t)
{
	const uint8_t *end = t->rest.n > 0 ? memchr(t->rest.p, '\n', t->rest.n) : NULL;

	t->depth = 0;
	t->rest = ed_span_from(t->rest, end ? (size_t)(end - t->rest.p) + 1 : t->rest.n);
	return end != NULL;
}

/* ------------------------------------------------------------------- escapes */

/* The four digits behind "\u"; surrogates and what is no number come out as U+FFFD. */
static uint32_t unicode(struct ed_span s)
{
	uint32_t c = 0;

	for (size_t i = 0; i < 4; i++) {
		int d = i < s.n ? ed_hex_value(s.p[i]) : -1;

		if (d < 0)
			return 0xfffd;
		c = c << 4 | (uint32_t)d;
	}
	return c >= 0xd800 && c <= 0xdfff ? 0xfffd : c;
}

size_t ed_json_token_unescape(struct ed_span s, char *ret)
{
	uint8_t *out = (uint8_t *)ret;

	while (s.n > 0) {
		if (s.p[0] != '\\' || s.n < 2) {
			*out++ = s.p[0];
			s = ed_span_from(s, 1);
		} else if (s.p[1] == 'u' &&
			   s.n >= 6) { /* at most three bytes, where six were written */
			out = ed_utf8_put(unicode(ed_span_from(s, 2)), out);
			s = ed_span_from(s, 6);
		} else {
			*out++ = strchr("\"\\/", s.p[1]) && s.p[1] ? s.p[1] : ' ';
			s = ed_span_from(s, 2);
		}
	}
	return (size_t)(out - (uint8_t *)ret);
}
