/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tests of formats share: run a file through a format, keep the first events, and hold each
 * run to the rules that hold for all input: the account closes, events are well-formed.
 */
#ifndef ED_FORMAT_TEST_EVENTS_H
#define ED_FORMAT_TEST_EVENTS_H

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "format/drive.h"

enum { TEST_EVENTS_KEPT = 32, TEST_FILE_MAX = 4 << 20 };

struct test_event {
	struct ed_event ev;
	uint8_t name[ED_NAME_MAX + 1];
};

struct test_events {
	struct ed_tally tally;
	size_t n;
	struct test_event event[TEST_EVENTS_KEPT];
};

static inline void test_events_batch(void *arg, const struct ed_batch *b)
{
	struct test_events *t = arg;
	struct ed_event *ev;

	for (size_t pos = 0; (ev = ed_batch_at(b, pos)); pos += ev->size_bytes) {
		assert(ev->size_bytes % 8 == 0 && ev->size_bytes >= sizeof(*ev) + ev->name_n);
		assert(!!(ev->has & ED_FIELD_QNAME) == (ev->name_n > 0));
		assert(ev->name_n == 0 || ed_name_valid(ed_event_qname(ev)));
		if (t->n < TEST_EVENTS_KEPT)
			memcpy(&t->event[t->n], ev, sizeof(*ev) + ev->name_n);
		t->n++;
	}
}

static inline void test_events_run(const struct ed_format *f, struct ed_span file,
				   struct test_events *ret)
{
	uint64_t dropped = 0;

	memset(ret, 0, sizeof(*ret));
	if (ed_format_drive(f, file, test_events_batch, ret, &ret->tally) != 0)
		abort();
	for (unsigned i = 0; i < ED_DROP_N; i++)
		dropped += ret->tally.n_dropped[i];
	assert(ret->tally.n_read == ret->tally.n_analysed + dropped);
}

/* The name of event @i as canonical text, in a buffer that the next call overwrites. */
static inline const char *test_events_name(const struct test_events *t, size_t i)
{
	static char text[ED_NAME_TEXT_MAX + 1];

	ed_name_to_text(ed_span_of(t->event[i].name, t->event[i].ev.name_n), text);
	return text;
}

/* Client or resolver of an event as text, in a buffer that the next call overwrites. */
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
