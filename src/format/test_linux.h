/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of Linux formats share: run lines through a format, keep the first events with who
 * is behind them, and hold every run to what holds for all input: the account closes, events are
 * well-formed.
 */
#ifndef ED_FORMAT_TEST_LINUX_H
#define ED_FORMAT_TEST_LINUX_H

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/time.h"
#include "format/drive.h"

enum { TEST_LINUX_EVENTS = 48, TEST_LINUX_FILE_MAX = 4 << 20 };

struct test_linux {
	struct ed_tally tally;
	size_t n;
	size_t n_of[ED_EVENT_N];
	_Alignas(8) uint8_t event[TEST_LINUX_EVENTS][ED_EVENT_PROCESS_MAX_BYTES];
};

static inline void test_linux_batch(void *arg, const struct ed_batch *b)
{
	struct test_linux *t = arg;
	struct ed_event *ev;

	for (size_t pos = 0; (ev = ed_batch_at(b, pos)); pos += ev->size_bytes) {
		assert(ev->size_bytes % 8 == 0 && pos + ev->size_bytes <= b->used);
		assert(ev->kind < ED_EVENT_N && ev->platform == ED_PLATFORM_LINUX);
		assert(ev->vantage == ED_VANTAGE_ENDPOINT);
		assert(!!(ev->has & ED_FIELD_QNAME) == (ev->name_n > 0));
		assert(ev->name_n == 0 || ed_name_valid(ed_event_qname(ev)));
		assert(!!(ev->has & ED_FIELD_CLIENT) == ed_addr_known(&ev->client));
		assert(ed_event_process(ev) && (ev->has & ED_FIELD_PROCESS));
		if (t->n < TEST_LINUX_EVENTS)
			memcpy(t->event[t->n], ev, ev->size_bytes);
		t->n++;
		t->n_of[ev->kind]++;
	}
}

static inline void test_linux_run(const struct ed_format *f, struct ed_span file,
				  struct test_linux *ret)
{
	uint64_t dropped = 0;

	memset(ret, 0, sizeof(*ret));
	if (ed_format_drive(f, file, test_linux_batch, ret, &ret->tally) != 0)
		abort();
	for (unsigned i = 0; i < ED_DROP_N; i++)
		dropped += ret->tally.n_dropped[i];
	assert(ret->tally.n_read == ret->tally.n_analysed + dropped);
}

/* The same with ' for ", so that JSON can be read in C. */
static inline void test_linux_json(const struct ed_format *f, const char *text,
				   struct test_linux *ret)
{
	static char copy[1 << 16];
	size_t n = strlen(text);

	assert(n < sizeof(copy));
	for (size_t i = 0; i <= n; i++)
		copy[i] = text[i] == '\'' ? '"' : text[i];
	test_linux_run(f, ed_span_of(copy, n), ret);
}

static inline const struct ed_event *test_linux_event(const struct test_linux *t, size_t i)
{
	assert(i < t->n && i < TEST_LINUX_EVENTS);
	return (const void *)t->event[i];
}

static inline const struct ed_process *test_linux_process(const struct test_linux *t, size_t i)
{
	return ed_event_process(test_linux_event(t, i));
}

/* In buffers that the next call overwrites. */
static inline const char *test_linux_text(const struct test_linux *t, size_t i, enum ed_text id)
{
	static char text[ED_TEXT_COMMAND_MAX + 1];
	struct ed_span s = ed_process_text(test_linux_process(t, i), id);

	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	return text;
}

static inline const char *test_linux_name(const struct test_linux *t, size_t i)
{
	static char text[ED_NAME_TEXT_MAX + 1];

	ed_name_to_text(ed_event_qname(test_linux_event(t, i)), text);
	return text;
}

static inline const char *test_linux_addr(const struct ed_addr *a)
{
	static char text[ED_ADDR_TEXT_MAX];

	ed_addr_to_text(a, text);
	return text;
}

static inline const char *test_linux_time(const struct test_linux *t, size_t i)
{
	static char text[ED_TIME_TEXT_MAX];

	ed_time_to_text(test_linux_event(t, i)->time_ns, text);
	return text;
}

/* A file of the data set (EARTHDOG_DATA), freed by the caller; p is NULL when it is not there. */
static inline struct ed_span test_linux_read(const char *path)
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
	p = malloc(TEST_LINUX_FILE_MAX);
	if (!p)
		abort();
	s = ed_span_of(p, fread(p, 1, TEST_LINUX_FILE_MAX, f));
	fclose(f);
	return s;
}

#endif
