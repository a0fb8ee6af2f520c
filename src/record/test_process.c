/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "record/batch.h"
#include "record/process.h"

enum { KEY = 7 };

static struct ed_span text(const char *s)
{
	return ed_span_of(s, strlen(s));
}

/* A process with these texts, in memory of its own. */
static struct ed_process *process(const char *host, const char *image, const char *user)
{
	const struct ed_span texts[ED_TEXT_N] = { [ED_TEXT_HOST] = text(host),
						  [ED_TEXT_IMAGE] = text(image),
						  [ED_TEXT_USER] = text(user) };
	struct ed_process *p = calloc(1, ED_PROCESS_MAX_BYTES);
	const struct ed_process head = { .pid = 42 };

	assert_non_null(p);
	(void)ed_process_write(&head, texts, p, ED_PROCESS_MAX_BYTES);
	return p;
}

static void assert_text(const struct ed_process *p, enum ed_text id, const char *expected)
{
	struct ed_span t = ed_process_text(p, id);

	assert_int_equal(t.n, strlen(expected));
	assert_memory_equal(t.p, expected, t.n);
}

static void test_texts_come_back(void **state)
{
	struct ed_process *p = process("ws1", "C:\\x\\y.exe", "CORP\\bob");

	(void)state;
	assert_text(p, ED_TEXT_HOST, "ws1");
	assert_text(p, ED_TEXT_IMAGE, "C:\\x\\y.exe");
	assert_text(p, ED_TEXT_COMMAND, "");
	assert_text(p, ED_TEXT_USER, "CORP\\bob");
	assert_false(p->is_cut);
	free(p);
}

static void test_long_texts_are_cut(void **state)
{
	char *longest = malloc(40000);
	struct ed_process *p;

	(void)state;
	assert_non_null(longest);
	memset(longest, 'a', 39999);
	longest[39999] = '\0';
	p = process("h", longest, longest);
	assert_int_equal(p->text_n[ED_TEXT_IMAGE], ED_TEXT_MAX);
	assert_int_equal(p->text_n[ED_TEXT_USER], ED_TEXT_MAX);
	assert_true(p->is_cut);
	free(p);
	free(longest);
}

/* One machine has one hash however its name is written; its programs differ. */
static void test_hashes_agree_across_sources(void **state)
{
	struct ed_process *a = process("WS1.corp.example", "C:\\Tools\\X.exe", "");
	struct ed_process *b = process("ws1", "c:\\tools\\x.exe", "other");
	struct ed_process *c = process("ws2", "c:\\tools\\x.exe", "");
	struct ed_process *d = process("10.1.2.3", "x", ""), *e = process("10.9.9.9", "x", "");
	struct ed_process *nobody = process("", "x", "");

	(void)state;
	assert_true(ed_process_host_hash(a, KEY) == ed_process_host_hash(b, KEY));
	assert_true(ed_process_program_hash(a, KEY) == ed_process_program_hash(b, KEY));
	assert_false(ed_process_program_hash(a, KEY) == ed_process_program_hash(c, KEY));
	assert_false(ed_process_host_hash(d, KEY) == ed_process_host_hash(e, KEY));
	assert_true(ed_process_host_hash(nobody, KEY) == 0);
	free(a);
	free(b);
	free(c);
	free(d);
	free(e);
	free(nobody);
}

static void test_actor_learns_what_it_lacks(void **state)
{
	struct ed_process *first = process("ws1", "x.exe", "");
	struct ed_process *second = process("ws1", "other.exe", "bob");
	struct ed_actor actor = { .known = false };

	(void)state;
	first->launch = ED_LAUNCH_CRON;
	second->attribution = ED_ATTRIBUTION_DIRECT;
	ed_actor_learn(&actor, first, ED_PLATFORM_WINDOWS);
	ed_actor_learn(&actor, second, ED_PLATFORM_LINUX);
	assert_text(&actor.process, ED_TEXT_IMAGE, "x.exe");
	assert_text(&actor.process, ED_TEXT_USER, "bob");
	assert_int_equal(actor.process.launch, ED_LAUNCH_CRON);
	assert_int_equal(actor.process.attribution, ED_ATTRIBUTION_DIRECT);
	assert_int_equal(actor.platform, ED_PLATFORM_WINDOWS);
	free(first);
	free(second);
}

/* Whatever a process calls itself, an actor holds it. */
static void test_actor_holds_the_longest(void **state)
{
	static uint8_t bytes[ED_TEXT_COMMAND_MAX];
	struct ed_span texts[ED_TEXT_N];
	struct ed_process *p = calloc(1, ED_PROCESS_MAX_BYTES);
	struct ed_actor actor = { .known = false };
	size_t sum = 0;

	(void)state;
	assert_non_null(p);
	for (unsigned i = 0; i < ED_TEXT_N; i++)
		texts[i] = ed_span_of(bytes, sizeof(bytes));
	(void)ed_process_write(&(struct ed_process){ .pid = 1 }, texts, p, ED_PROCESS_MAX_BYTES);
	ed_actor_learn(&actor, p, ED_PLATFORM_LINUX);
	for (unsigned i = 0; i < ED_TEXT_N; i++)
		sum += ed_actor_text(&actor, i).n;
	assert_int_equal(sum, ED_ACTOR_TEXT_BYTES);
	free(p);
}

static void test_print_escapes(void **state)
{
	char out[32];

	(void)state;
	assert_int_equal(ed_process_print(ed_span_of("a\n\033[1m\xc3", 7), out, sizeof(out)), 16);
	assert_string_equal(out, "a\\x0a\\x1b[1m\\xc3");
	assert_int_equal(ed_process_print(ed_span_of("abcdefgh", 8), out, 8), 4);
	assert_string_equal(out, "abcd");
}

static void test_image_base(void **state)
{
	struct ed_span unix_base = ed_image_base(text("/usr/bin/dig"));
	struct ed_span base = ed_image_base(text("C:\\Windows\\System32\\cmd.exe"));

	(void)state;
	assert_memory_equal(unix_base.p, "dig", 3);
	assert_memory_equal(base.p, "cmd.exe", 7);
	assert_int_equal(ed_image_base(text("/bin/")).n, 0);
}

/* A masked name becomes one under "hidden" that keeps its hash. */
static void test_masked_name(void **state)
{
	static uint8_t data[2 * ED_EVENT_PROCESS_MAX_BYTES] __attribute__((aligned(8)));
	const struct ed_span texts[ED_TEXT_N] = { [ED_TEXT_HOST] = text("mac") };
	const struct ed_process head = { .pid = 5 };
	struct ed_batch *b = calloc(1, sizeof(*b));
	struct ed_event *ev;

	(void)state;
	assert_non_null(b);
	b->data = data;
	b->cap = sizeof(data);
	ev = ed_batch_peek_process(b);
	ev->kind = ED_EVENT_DNS_QUERY;
	ev->lost = ED_LOST_NAME;
	ev->answers.hash = 0xf92d5498;
	ed_batch_commit_process(b, ev, &head, texts);
	assert_int_equal(b->n_events, 1);
	assert_memory_equal(ed_event_name(ev), "\010f92d5498\6hidden", 17);
	assert_int_equal(ev->name_n, 17);
	assert_true(ev->has & ED_FIELD_QNAME);
	assert_text(ed_event_process(ev), ED_TEXT_HOST, "mac");
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts_come_back),
		cmocka_unit_test(test_long_texts_are_cut),
		cmocka_unit_test(test_hashes_agree_across_sources),
		cmocka_unit_test(test_actor_learns_what_it_lacks),
		cmocka_unit_test(test_actor_holds_the_longest),
		cmocka_unit_test(test_print_escapes),
		cmocka_unit_test(test_image_base),
		cmocka_unit_test(test_masked_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
