/* SPDX-License-Identifier: Apache-2.0 */
/* The table of stretches: what is found, for how long, and that other texts never are. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "format/text/memo.h"

static struct ed_text_memo memo;
static uint8_t text[ED_TEXT_MEMO_TEXT_MAX + 1 + ED_TEXT_MEMO_SLACK_BYTES];

/* The stretch @s of the kind @from, in front of other bytes. */
static struct ed_text_stretch stretch(const char *s, uint8_t from)
{
	memset(text, 0xff, sizeof(text));
	memcpy(text, s, strlen(s));
	return (struct ed_text_stretch){ .p = text,
					 .from = from,
					 .word = { 0, (uint8_t)(strlen(s) - 8) } };
}

static int find(const char *s, uint8_t from)
{
	struct ed_text_stretch at = stretch(s, from);

	const struct ed_text_memo_head *h = ed_text_memo_find(&memo, &at, text + strlen(s));

	if (h)
		assert_int_equal(h->n, strlen(s));
	return h ? (int)h->place : -1;
}

static int keep(const char *s, uint8_t from)
{
	struct ed_text_stretch at = stretch(s, from);

	return ed_text_memo_keep(&memo, &at, text + strlen(s));
}

static void test_found(void **state)
{
	int a, b;

	(void)state;
	ed_text_memo_clear(&memo);
	assert_int_equal(find("IN A + (192.0.2.53)", 1), -1);
	a = keep("IN A + (192.0.2.53)", 1);
	b = keep("IN AAAA + (192.0.2.53)", 1);
	assert_in_range(a, 0, ED_TEXT_MEMO_PLACES - 1);
	assert_in_range(b, 0, ED_TEXT_MEMO_PLACES - 1);
	assert_int_not_equal(a, b);
	assert_int_equal(find("IN A + (192.0.2.53)", 1), a);
	assert_int_equal(find("IN AAAA + (192.0.2.53)", 1), b);
	assert_int_equal(find("IN A + (192.0.2.53)", 2), -1);
	/* the words that are hashed are alike, what lies between them is not */
	assert_int_equal(find("IN A + - (192.0.2.53)", 1), -1);
	ed_text_memo_clear(&memo);
	assert_int_equal(find("IN A + (192.0.2.53)", 1), -1);
}

static void test_bounds(void **state)
{
	char longest[ED_TEXT_MEMO_TEXT_MAX + 2];
	struct ed_text_stretch s = stretch("IN A +", 1);

	(void)state;
	ed_text_memo_clear(&memo);
	s.word[1] = 0;
	assert_int_equal(ed_text_memo_keep(&memo, &s, text + 6), -1);
	assert_int_equal(ed_text_memo_keep(&memo, &s, text + 7), -1);
	assert_true(ed_text_memo_keep(&memo, &s, text + 8) >= 0);
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(keep(longest, 1), -1);
	longest[sizeof(longest) - 2] = '\0';
	assert_true(keep(longest, 1) >= 0);
	assert_true(find(longest, 1) >= 0);
	/* a text that is kept is not found where only a part of it is left */
	longest[100] = '\0';
	assert_int_equal(find(longest, 1), -1);
}

/* More than fit in: each is found until others took its place, and then is not taken for them. */
static void test_many(void **state)
{
	enum { N = 5 * ED_TEXT_MEMO_PLACES };
	int owner[ED_TEXT_MEMO_PLACES];
	char s[64];
	int place;

	(void)state;
	ed_text_memo_clear(&memo);
	memset(owner, -1, sizeof(owner));
	for (int i = 0; i < N; i++) {
		snprintf(s, sizeof(s), "IN TYPE%d +E(0)D (192.0.2.53)", i);
		place = keep(s, 1);
		assert_in_range(place, 0, ED_TEXT_MEMO_PLACES - 1);
		owner[place] = i;
		assert_int_equal(find(s, 1), place);
	}
	for (int i = 0; i < N; i++) {
		snprintf(s, sizeof(s), "IN TYPE%d +E(0)D (192.0.2.53)", i);
		place = find(s, 1);
		assert_true(place < 0 || owner[place] == i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
