/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/batch.h"
#include "shard/machines.h"

enum { KEY = 7, BYTES = 1 << 20, TIME_NS = 1000 };

static struct ed_span text(const char *s)
{
	return ed_span_of(s, strlen(s));
}

/* An event of this kind by a program, in memory that the next one takes. */
static struct ed_event *event(enum ed_event_kind kind, const char *host, const char *image,
			      uint64_t id, uint64_t parent_id)
{
	static uint8_t data[2 * ED_EVENT_PROCESS_MAX_BYTES] __attribute__((aligned(8)));
	static struct ed_batch b;
	const struct ed_span texts[ED_TEXT_N] = { [ED_TEXT_HOST] = text(host),
						  [ED_TEXT_IMAGE] = text(image),
						  [ED_TEXT_COMMAND] = text(image) };
	const struct ed_process head = { .id = id, .parent_id = parent_id };
	struct ed_event *ev;

	b.data = data;
	b.cap = sizeof(data);
	b.used = 0;
	ev = ed_batch_peek_process(&b);
	ev->kind = (uint8_t)kind;
	ev->time_ns = TIME_NS;
	ev->platform = ED_PLATFORM_LINUX;
	ed_batch_commit_process(&b, ev, &head, texts);
	return ev;
}

static void test_started_is_found(void **state)
{
	const struct ed_process *p;
	struct ed_started t;

	(void)state;
	assert_int_equal(ed_started_init(&t, 1 << 18), 0);
	ed_started_note(&t, 5, ed_event_process(event(ED_EVENT_PROCESS, "h", "/bin/a", 11, 10)));
	ed_started_note(&t, 5, ed_event_process(event(ED_EVENT_PROCESS, "h", "/bin/b", 0, 10)));
	p = ed_started_find(&t, 5, 11);
	assert_non_null(p);
	assert_int_equal(p->parent_id, 10);
	assert_int_equal(ed_process_text(p, ED_TEXT_IMAGE).n, 6);
	assert_null(ed_started_find(&t, 6, 11)); /* another machine */
	assert_null(ed_started_find(&t, 5, 0));
	ed_started_done(&t);
}

/* A flood of starts pushes out the oldest and nothing else; what is found is what was put in. */
static void test_started_forgets_the_oldest(void **state)
{
	enum { STARTS = 20000 };
	struct ed_started t;
	unsigned found = 0;
	bool lost = false;

	(void)state;
	assert_int_equal(ed_started_init(&t, 1 << 18), 0);
	for (uint64_t i = 1; i <= STARTS; i++) {
		char image[32];

		(void)snprintf(image, sizeof(image), "/bin/%u", (unsigned)i);
		ed_started_note(&t, 1,
				ed_event_process(event(ED_EVENT_PROCESS, "h", image, i, i - 1)));
	}
	assert_non_null(ed_started_find(&t, 1, STARTS));
	assert_null(ed_started_find(&t, 1, 1));
	for (uint64_t i = STARTS; i > 0; i--) {
		const struct ed_process *p = ed_started_find(&t, 1, i);

		lost |= p == NULL;
		found += p != NULL;
		if (p)
			assert_int_equal(p->parent_id, i - 1);
	}
	assert_true(lost);
	assert_in_range(found, 500, 4000); /* some 180 bytes each */
	ed_started_done(&t);
}

static struct ed_talker talker;
static unsigned n_talkers;

static void keep_talker(void *arg, struct ed_talker *k)
{
	(void)arg;
	talker = *k;
	n_talkers++;
}

static void test_talker(void **state)
{
	struct ed_machines t;

	(void)state;
	assert_int_equal(ed_machines_init(&t, BYTES, KEY), 0);
	for (unsigned i = 0; i < 12; i++) {
		struct ed_event *ev = event(ED_EVENT_FLOW, "web1", "/usr/bin/python3", 3, 2);

		ev->flow.service = i < 10 ? ED_FLOW_DNS : ED_FLOW_HTTPS;
		ev->size_query = 50;
		ev->time_ns = TIME_NS + i;
		ed_addr_from_v4((const uint8_t[]){ 10, 0, 0, (uint8_t)(i & 1) }, &ev->resolver);
		ed_machines_note(&t, ev);
	}
	n_talkers = 0;
	ed_machines_each_talker(&t, keep_talker, NULL);
	assert_int_equal(n_talkers, 1);
	assert_int_equal(talker.n_flows, 10); /* connections elsewhere do not count */
	assert_int_equal(talker.bytes_up, 500);
	assert_int_equal(__builtin_popcountll(talker.servers), 2);
	assert_int_equal(talker.last_ns, TIME_NS + 9);
	assert_int_equal(talker.spells[0].n_flows, 10);
	assert_int_equal(talker.spells[0].last_ns, TIME_NS + 9);
	assert_int_equal(talker.spells[1].n_flows, 0);
	ed_machines_done(&t);
}

static void test_machine_traits(void **state)
{
	const struct ed_machine *m;
	struct ed_machines t;
	struct ed_event *ev;
	uint64_t host;

	(void)state;
	assert_int_equal(ed_machines_init(&t, BYTES, KEY), 0);
	ev = event(ED_EVENT_PACKAGE, "esx1", "good", 0, 0);
	ev->platform = ED_PLATFORM_ESXI;
	ev->package.judgement = ED_PACKAGE_KNOWN_GOOD;
	host = ed_process_host_hash(ed_event_process(ev), KEY);
	ed_machines_note(&t, ev);
	m = ed_machines_find(&t, host);
	assert_non_null(m);
	assert_int_equal(m->traits, 0);
	ev = event(ED_EVENT_PACKAGE, "esx1", "bad", 0, 0);
	ev->platform = ED_PLATFORM_ESXI;
	ev->package.judgement = ED_PACKAGE_UNKNOWN_NAME;
	ev->package.action = ED_PACKAGE_INSTALLED;
	ed_machines_note(&t, ev);
	assert_int_equal(m->traits, ED_MACHINE_UNKNOWN_PACKAGE);
	ev->package.action = ED_PACKAGE_LEVEL_SET;
	ev->package.acceptance = ED_ACCEPTANCE_COMMUNITY;
	ed_machines_note(&t, ev);
	assert_int_equal(m->traits, ED_MACHINE_UNKNOWN_PACKAGE | ED_MACHINE_LAX);
	ed_machines_done(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_started_is_found),
		cmocka_unit_test(test_started_forgets_the_oldest),
		cmocka_unit_test(test_talker),
		cmocka_unit_test(test_machine_traits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
