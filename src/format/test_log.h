/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of text logs share: run lines through a format, keep what came out, and hold every
 * run to what holds for all input: the account closes, events are well-formed.
 */
#ifndef ED_FORMAT_TEST_LOG_H
#define ED_FORMAT_TEST_LOG_H

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/time.h"
#include "format/drive.h"

enum { TEST_EVENTS_MAX = 32 };

struct test_event {
	struct ed_event ev;
	uint8_t name[ED_NAME_MAX + 1];
};

/* Everything of one run; `event` keeps the first TEST_EVENTS_MAX of n_events. */
struct test_run {
	struct ed_tally tally;
	uint32_t fields; /* that the format can fill */
	size_t n_events;
	struct test_event event[TEST_EVENTS_MAX];
};

static inline void test_take_batch(void *arg, const struct ed_batch *b)
{
	struct test_run *run = arg;
	struct ed_event *ev;

	for (size_t pos = 0; (ev = ed_batch_at(b, pos)); pos += ev->size_bytes) {
		assert(ev->size_bytes % 8 == 0 && ev->size_bytes >= sizeof(*ev) + ev->name_n);
		assert(pos + ev->size_bytes <= b->used);
		assert(ev->kind < ED_EVENT_N);
		assert((ev->has & ED_FIELD_CLIENT) || !(run->fields & ED_FIELD_CLIENT));
		assert(!!(ev->has & ED_FIELD_TIME) == (ev->time_quality != ED_TIME_NONE));
		assert(!!(ev->has & ED_FIELD_QNAME) == (ev->name_n > 0));
		assert(ev->name_n == 0 || ed_name_valid(ed_event_qname(ev)));
		if (run->n_events < TEST_EVENTS_MAX)
			memcpy(&run->event[run->n_events], ev, sizeof(*ev) + ev->name_n);
		run->n_events++;
	}
}

static inline void test_run(const struct ed_format *f, struct ed_span file, struct test_run *ret)
{
	uint64_t dropped = 0;

	memset(ret, 0, sizeof(*ret));
	ret->fields = f->fields;
	if (ed_format_drive(f, file, test_take_batch, ret, &ret->tally) != 0)
		abort();
	for (unsigned i = 0; i < ED_DROP_N; i++)
		dropped += ret->tally.n_dropped[i];
	assert(ret->tally.n_read == ret->tally.n_analysed + dropped);
	assert(ret->tally.n_analysed >= ret->n_events);
}

static inline void test_run_text(const struct ed_format *f, const char *text, struct test_run *ret)
{
	test_run(f, ed_span_str(text), ret);
}

/* How sure @f is of @text. */
static inline unsigned test_probe(const struct ed_format *f, const char *text)
{
	return f->probe(ed_span_str(text));
}

/* The name of event @i as canonical text, in a buffer that the next call overwrites. */
static inline const char *test_name(const struct test_run *run, size_t i)
{
	static char text[ED_NAME_TEXT_MAX + 1];

	ed_name_to_text(ed_span_of(run->event[i].name, run->event[i].ev.name_n), text);
	return text;
}

static inline const char *test_addr(const struct ed_addr *a)
{
	static char text[ED_ADDR_TEXT_MAX];

	ed_addr_to_text(a, text);
	return text;
}

static inline const char *test_time(const struct test_run *run, size_t i)
{
	static char text[ED_TIME_TEXT_MAX];

	ed_time_to_text(run->event[i].ev.time_ns, text);
	return text;
}

#endif
