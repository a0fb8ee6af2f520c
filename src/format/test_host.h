/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of endpoint formats share: run a text through a format, keep the first events with
 * their processes, and hold each run to what holds for all input: the account closes, events are
 * well-formed.
 */
#ifndef ED_FORMAT_TEST_HOST_H
#define ED_FORMAT_TEST_HOST_H

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/time.h"
#include "format/drive.h"

enum { TEST_HOST_KEPT = 32 };

struct test_host {
	struct ed_tally tally;
	size_t n;
	size_t n_kind[ED_EVENT_N];
	_Alignas(8) uint8_t kept[TEST_HOST_KEPT][ED_EVENT_PROCESS_MAX_BYTES];
};

static inline void test_host_batch(void *arg, const struct ed_batch *b)
{
	struct test_host *t = arg;
	struct ed_event *ev;

	for (size_t pos = 0; (ev = ed_batch_at(b, pos)); pos += ev->size_bytes) {
		const struct ed_process *p = ed_event_process(ev);

		assert(ev->size_bytes % 8 == 0 && ev->size_bytes >= sizeof(*ev) + ev->name_n);
		assert(ev->size_bytes <= ED_EVENT_PROCESS_MAX_BYTES);
		assert(ev->kind < ED_EVENT_N && ev->platform != ED_PLATFORM_UNKNOWN);
		assert(!!(ev->has & ED_FIELD_TIME) == (ev->time_quality != ED_TIME_NONE));
		assert(!!(ev->has & ED_FIELD_QNAME) == (ev->name_n > 0));
		assert(ev->name_n == 0 || ed_name_valid(ed_event_qname(ev)));
		assert(p && !!(ev->has & ED_FIELD_PROCESS) == (p->text_n[ED_TEXT_IMAGE] > 0));
		if (t->n < TEST_HOST_KEPT)
			memcpy(t->kept[t->n], ev, ev->size_bytes);
		t->n++;
		t->n_kind[ev->kind]++;
	}
}

static inline void test_host_run(const struct ed_format *f, struct ed_span file,
				 struct test_host *ret)
{
	uint64_t dropped = 0;

	memset(ret, 0, offsetof(struct test_host, kept));
	if (ed_format_drive(f, file, test_host_batch, ret, &ret->tally) != 0)
		abort();
	for (unsigned i = 0; i < ED_DROP_N; i++)
		dropped += ret->tally.n_dropped[i];
	assert(ret->tally.n_read == ret->tally.n_analysed + dropped);
}

static inline const struct ed_event *test_host_event(const struct test_host *t, size_t i)
{
	assert(i < t->n && i < TEST_HOST_KEPT);
	return (const void *)t->kept[i];
}

static inline const struct ed_process *test_host_process(const struct test_host *t, size_t i)
{
	return ed_event_process(test_host_event(t, i));
}

/* A text of event @i with a NUL behind it, in a buffer that the next call overwrites. */
static inline const char *test_host_text(const struct test_host *t, size_t i, enum ed_text id)
{
	static char text[ED_TEXT_COMMAND_MAX + 1];
	struct ed_span s = ed_process_text(test_host_process(t, i), id);

	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	return text;
}

static inline const char *test_host_name(const struct test_host *t, size_t i)
{
	static char text[ED_NAME_TEXT_MAX + 1];

	ed_name_to_text(ed_event_qname(test_host_event(t, i)), text);
	return text;
}

static inline const char *test_host_time(const struct test_host *t, size_t i)
{
	static char text[ED_TIME_TEXT_MAX];

	ed_time_to_text(test_host_event(t, i)->time_ns, text);
	return text;
}

#endif
