/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of Windows events share: run a text through a format and keep the first events
 * whole, with who asked. Every run is held to what holds for all input.
 */
#ifndef ED_FORMAT_TEST_WINDOWS_H
#define ED_FORMAT_TEST_WINDOWS_H

#include <assert.h>
#include <stdlib.h>

#include "base/time.h"
#include "format/drive.h"

enum { TEST_WINDOWS_MAX = 32 };

struct test_windows {
	struct ed_tally tally;
	size_t n_events;
	size_t n_kind[ED_EVENT_N];
	union {
		struct ed_event ev;
		uint8_t bytes[ED_EVENT_PROCESS_MAX_BYTES];
	} event[TEST_WINDOWS_MAX];
};

static inline void test_windows_batch(void *arg, const struct ed_batch *b)
{
	struct test_windows *t = arg;
	struct ed_event *ev;

	for (size_t pos = 0; (ev = ed_batch_at(b, pos)); pos += ev->size_bytes) {
		assert(ev->size_bytes % 8 == 0 && pos + ev->size_bytes <= b->used);
		assert(ev->kind < ED_EVENT_N);
		assert((ev->has & ED_FIELD_TIME) && ev->time_quality != ED_TIME_NONE);
		assert(!!(ev->has & ED_FIELD_QNAME) == (ev->name_n > 0));
		assert(ev->name_n == 0 || ed_name_valid(ed_event_qname(ev)));
		assert((ev->has & ED_FIELD_CLIENT) || ev->process_off > 0);
		assert(!(ev->has & ~ed_format_windows_json.fields));
		if (t->n_events < TEST_WINDOWS_MAX)
			memcpy(&t->event[t->n_events], ev, ev->size_bytes);
		t->n_events++;
		t->n_kind[ev->kind]++;
	}
}

static inline void test_windows_run(const struct ed_format *f, struct ed_span file,
				    struct test_windows *ret)
{
	uint64_t dropped = 0;

	memset(ret, 0, sizeof(*ret));
	if (ed_format_drive(f, file, test_windows_batch, ret, &ret->tally) != 0)
		abort();
	for (unsigned i = 0; i < ED_DROP_N; i++)
		dropped += ret->tally.n_dropped[i];
	assert(ret->tally.n_read == ret->tally.n_analysed + dropped);
}

static inline const struct ed_event *test_windows_event(const struct test_windows *t, size_t i)
{
	assert(i < t->n_events && i < TEST_WINDOWS_MAX);
	return &t->event[i].ev;
}

/* The following return text in a buffer of their own, which their next call overwrites. */

static inline const char *test_windows_name(const struct test_windows *t, size_t i)
{
	static char text[ED_NAME_TEXT_MAX + 1];

	ed_name_to_text(ed_event_qname(test_windows_event(t, i)), text);
	return text;
}

static inline const char *test_windows_time(const struct test_windows *t, size_t i)
{
	static char text[ED_TIME_TEXT_MAX];

	ed_time_to_text(test_windows_event(t, i)->time_ns, text);
	return text;
}

static inline const char *test_windows_addr(const struct ed_addr *a)
{
	static char text[ED_ADDR_TEXT_MAX];

	ed_addr_to_text(a, text);
	return text;
}

static inline const char *test_windows_text(const struct test_windows *t, size_t i, enum ed_text id)
{
	static char text[ED_TEXT_COMMAND_MAX + 1];
	const struct ed_process *p = ed_event_process(test_windows_event(t, i));
	struct ed_span s;

	assert(p);
	s = ed_process_text(p, id);
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	return text;
}

#endif
