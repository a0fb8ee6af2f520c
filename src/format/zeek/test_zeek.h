/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests and fuzz targets of both Zeek formats share: run a text through a format, keep
 * what came out, and hold every run to the rules that hold for all input: the account closes,
 * events are well-formed.
 */
#ifndef ED_FORMAT_ZEEK_TEST_ZEEK_H
#define ED_FORMAT_ZEEK_TEST_ZEEK_H

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "format/drive.h"

enum { TEST_EVENTS_MAX = 32 };

struct test_event {
	struct ed_event ev;
	uint8_t name[ED_NAME_MAX + 1];
};

/* Everything of one run; `event` keeps the first TEST_EVENTS_MAX of n_events. */
struct test_run {
	struct ed_tally tally;
	size_t n_events;
	size_t n_port_53; /* events whose resolver listened on port 53 */
	size_t n_lossy;   /* events with ED_LOST_LABELS, _TAIL, _BYTES or _WIRE */
	struct test_event event[TEST_EVENTS_MAX];
};

static inline void test_take_batch(void *arg, const struct ed_batch *b)
{
	const unsigned lossy = ED_LOST_LABELS | ED_LOST_TAIL | ED_LOST_BYTES | ED_LOST_WIRE;
	struct test_run *run = arg;
	struct ed_event *ev;

	for (size_t pos = 0; (ev = ed_batch_at(b, pos)); pos += ev->size_bytes) {
		assert(ev->size_bytes % 8 == 0 && ev->size_bytes >= sizeof(*ev) + ev->name_n);
		assert(pos + ev->size_bytes <= b->used);
		assert(ev->kind < ED_EVENT_N);
		assert(!!(ev->has & ED_FIELD_QNAME) == (ev->name_n > 0));
		assert(ev->name_n == 0 || ed_name_valid(ed_event_qname(ev)));
		if (run->n_events < TEST_EVENTS_MAX)
			memcpy(&run->event[run->n_events], ev, sizeof(*ev) + ev->name_n);
		run->n_events++;
		run->n_port_53 += ev->resolver_port == 53;
		run->n_lossy += (ev->lost & lossy) != 0;
	}
}

static inline void test_run(const struct ed_format *f, struct ed_span file, struct test_run *ret)
{
	uint64_t dropped = 0;

	memset(ret, 0, sizeof(*ret));
	if (ed_format_drive(f, file, test_take_batch, ret, &ret->tally) != 0)
		abort();
	for (unsigned i = 0; i < ED_DROP_N; i++)
		dropped += ret->tally.n_dropped[i];
	assert(ret->tally.n_read == ret->tally.n_analysed + dropped);
	assert(ret->tally.n_analysed == ret->n_events);
}

/*
 * The same over pieces of text, NULL behind the last. With @quotes each ' stands for " and each `
 * for \", so that JSON, even JSON in a string of JSON, can be read in a test.
 */
static inline void test_run_text(const struct ed_format *f, const char *const *pieces, bool quotes,
				 struct test_run *ret)
{
	static char text[1 << 16];
	size_t n = 0;

	for (; *pieces; pieces++) {
		for (const char *p = *pieces; *p; p++) {
			assert(n + 2 < sizeof(text));
			if (quotes && *p == '`')
				text[n++] = '\\';
			text[n++] = quotes && (*p == '`' || *p == '\'') ? '"' : *p;
		}
	}
	test_run(f, ed_span_of(text, n), ret);
}

/* The name of event @i as canonical text, in a buffer that the next call overwrites. */
static inline const char *test_name(const struct test_run *run, size_t i)
{
	static char text[ED_NAME_TEXT_MAX + 1];

	ed_name_to_text(ed_span_of(run->event[i].name, run->event[i].ev.name_n), text);
	return text;
}

#endif
