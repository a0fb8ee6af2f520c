/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tests of formats share: run a file through a format, keep the first events whole, with who is
 * behind them, and hold each run to the rules that hold for all input: the account closes, events are
 * well-formed, and the format fills no field that it does not declare.
 */
#ifndef ED_FORMAT_TEST_EVENTS_H
#define ED_FORMAT_TEST_EVENTS_H

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/time.h"
#include "format/drive.h"

enum { TEST_EVENTS_KEPT = 48, TEST_FILE_MAX = 4 << 20 };

union test_event {
	struct ed_event ev;
	uint8_t bytes[ED_EVENT_PROCESS_MAX_BYTES];
};

struct test_events {
	const struct ed_format *format;
	struct ed_tally tally;
	size_t n;
	size_t n_kind[ED_EVENT_N];
	union test_event event[TEST_EVENTS_KEPT];
};

/* Who asked. */
static inline void test_events_check_process(const struct ed_event *ev, uint32_t platforms)
{
	const struct ed_process *p = ed_event_process(ev);
	bool is_machines = platforms && !(platforms >> ED_PLATFORM_NETWORK & 1);

	assert(!is_machines || (p && ev->vantage == ED_VANTAGE_ENDPOINT));
	assert(!is_machines || (platforms >> ev->platform & 1));
	assert(p || (ev->has & ED_FIELD_CLIENT));
	if (!p)
		return;
	assert(!!(ev->has & ED_FIELD_IMAGE) == (p->text_n[ED_TEXT_IMAGE] > 0));
	assert(!!(ev->has & ED_FIELD_PROCESS) == (p->text_n[ED_TEXT_IMAGE] > 0 || p->pid > 0));
	assert(!!(ev->has & ED_FIELD_HOST) == (p->text_n[ED_TEXT_HOST] > 0));
}

static inline void test_events_batch(void *arg, const struct ed_batch *b)
{
	struct test_events *t = arg;
	struct ed_event *ev;

	for (size_t pos = 0; (ev = ed_batch_at(b, pos)); pos += ev->size_bytes) {
		assert(ev->size_bytes % 8 == 0 && pos + ev->size_bytes <= b->used);
		assert(ev->size_bytes >= sizeof(*ev) + ev->name_n);
		assert(ev->size_bytes <= ED_EVENT_PROCESS_MAX_BYTES);
		assert(ev->kind < ED_EVENT_N && ev->platform < ED_PLATFORM_N);
		assert(!(ev->has & ~t->format->fields));
		assert(!!(ev->has & ED_FIELD_TIME) == (ev->time_quality != ED_TIME_NONE));
		assert(!!(ev->has & ED_FIELD_CLIENT) == ed_addr_known(&ev->client));
		assert(!!(ev->has & ED_FIELD_QNAME) == (ev->name_n > 0));
		assert(ev->name_n == 0 || ed_name_valid(ed_event_qname(ev)));
		test_events_check_process(ev, t->format->platforms);
		if (t->n < TEST_EVENTS_KEPT)
			memcpy(&t->event[t->n], ev, ev->size_bytes);
		t->n++;
		t->n_kind[ev->kind]++;
	}
}

static inline void test_events_run(const struct ed_format *f, struct ed_span file,
				   struct test_events *ret)
{
	uint64_t dropped = 0;

	memset(ret, 0, sizeof(*ret));
	ret->format = f;
	if (ed_format_drive(f, file, test_events_batch, ret, &ret->tally) != 0)
		abort();
	for (unsigned i = 0; i < ED_DROP_N; i++)
		dropped += ret->tally.n_dropped[i];
	assert(ret->tally.n_read == ret->tally.n_analysed + dropped);
}

/* The same with ' for ", so that JSON can be read in C. */
static inline void test_events_json(const struct ed_format *f, const char *text,
				    struct test_events *ret)
{
	static char copy[1 << 16];
	size_t n = strlen(text);

	assert(n < sizeof(copy));
	for (size_t i = 0; i <= n; i++)
		copy[i] = text[i] == '\'' ? '"' : text[i];
	test_events_run(f, ed_span_of(copy, n), ret);
}

static inline const struct ed_event *test_events_event(const struct test_events *t, size_t i)
{
	assert(i < t->n && i < TEST_EVENTS_KEPT);
	return &t->event[i].ev;
}

static inline const struct ed_process *test_events_process(const struct test_events *t, size_t i)
{
	const struct ed_process *p = ed_event_process(test_events_event(t, i));

	assert(p);
	return p;
}

/* The following return text in a buffer of their own, which their next call overwrites. */

static inline const char *test_events_text(const struct test_events *t, size_t i, enum ed_text id)
{
	static char text[ED_TEXT_COMMAND_MAX + 1];
	struct ed_span s = ed_process_text(test_events_process(t, i), id);

	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	return text;
}

static inline const char *test_events_name(const struct test_events *t, size_t i)
{
	static char text[ED_NAME_TEXT_MAX + 1];

	ed_name_to_text(ed_event_qname(test_events_event(t, i)), text);
	return text;
}

static inline const char *test_events_time(const struct test_events *t, size_t i)
{
	static char text[ED_TIME_TEXT_MAX];

	ed_time_to_text(test_events_event(t, i)->time_ns, text);
	return text;
}

static inline const char *test_events_addr(const struct ed_addr *a)
{
	static char text[ED_ADDR_TEXT_MAX];

	ed_addr_to_text(a, text);
	return text;
}

/* A file of the data set (EARTHDOG_DATA), freed by the caller; p is NULL when it is not there. */
static inline struct ed_span test_events_read(const char *path)
{
	const char *dir = getenv("EARTHDOG_DATA");
	struct ed_span s = { .p = NULL };
	char full[4096];
	uint8_t *p;
	FILE *f;

	if (!dir || (size_t)snprintf(full, sizeof(full), "%s/%s", dir, path) >= sizeof(full))
		return s;
	f = fopen(full, "rb");
	if (!f)
		return s;
	p = malloc(TEST_FILE_MAX);
	if (!p)
		abort();
	s = ed_span_of(p, fread(p, 1, TEST_FILE_MAX, f));
	fclose(f);
	return s;
}

/* The surest format of a file by its first bytes; NULL: none. */
static inline const struct ed_format *test_events_sniff(struct ed_span file)
{
	return ed_format_sniff(
		ed_span_of(file.p, file.n < ED_PROBE_BYTES ? file.n : ED_PROBE_BYTES));
}

#endif
