/* SPDX-License-Identifier: Apache-2.0 */
/* JSON, token by token: keys are told from values, what is broken is left at its line. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "enrich/json_token.h"

/* A letter a token, as in ed_json_token, "!" for what is broken and "$" at the end. */
static const char *tokens_of(const char *text)
{
	static const char letters[] = "$!{}ksv";
	static char ret[128];
	struct ed_json_tokens w = { .rest = ed_span_str(text) };
	size_t n = 0;

	for (;;) {
		struct ed_span token;
		enum ed_json_token kind = ed_json_token_next(&w, &token);

		assert_true(n + 2 < sizeof(ret));
		ret[n++] = letters[kind];
		ret[n] = '\0';
		if (kind == ED_TOKEN_END)
			return ret;
		if (kind == ED_TOKEN_BAD && !ed_json_token_resume(&w))
			return ret;
	}
}

static void test_tokens(void **state)
{
	static const struct {
		const char *text, *tokens;
	} cases[] = {
		{ "", "$" },
		{ "{}", "{}$" },
		{ "{\"a\":\"b\",\"c\":1,\"d\":{\"e\":[\"f\",true]},\"g\":null}",
		  "{kskvk{k{sv}}kv}$" },
		{ "[\"a\",{\"b\":\"c\"},\"d\"]\n[]\n", "{s{ks}s}{}$" },
		{ "{\"a\\\"b\":\"c\\\\\"}", "{ks}$" },
		{ "\"alone\"", "s$" },
		/* broken: what is behind its line is read again */
		{ "{\"a\":\"b\n{\"c\":1}\n", "{k!{kv}$" },
		{ "{\"a\":\"b\\\n{\"c\":1}\n", "{k!{kv}$" },
		{ "{]\n[]", "{!{}$" },
		{ "1\n[2]", "!{v}$" },
		{ "}", "!" },
		{ "{\"a\":?}", "{k!" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(tokens_of(cases[i].text), cases[i].tokens);
}

static void test_depth(void **state)
{
	char text[ED_JSON_TOKEN_DEPTH_MAX + 3] = "";

	(void)state;
	memset(text, '[', ED_JSON_TOKEN_DEPTH_MAX);
	assert_null(strchr(tokens_of(text), '!'));
	strcat(text, "[");
	assert_string_equal(tokens_of(text) + ED_JSON_TOKEN_DEPTH_MAX, "!");
	strcat(text, "\n");
	assert_string_equal(tokens_of(text) + ED_JSON_TOKEN_DEPTH_MAX, "!$");
}

static void test_escapes(void **state)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
		{ "plain", "plain" },
		{ "\\\"\\\\\\/", "\"\\/" },
		{ "a\\tb\\nc", "a b c" },
		{ "d\\u002eexample", "d.example" },
		{ "m\\u00fcller\\u20AC", "m\303\274ller\342\202\254" },
		{ "\\ud83d\\ude00", "\357\277\275\357\277\275" },
		{ "\\u12g4", "\357\277\275" },
		{ "\\u12", " 12" },
		{ "cut\\", "cut\\" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ed_span s = ed_span_str(cases[i].text);
		char said[64];

		assert_true(s.n <= sizeof(said));
		assert_int_equal(ed_json_token_unescape(s, said), strlen(cases[i].said));
		assert_memory_equal(said, cases[i].said, strlen(cases[i].said));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tokens),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_escapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
