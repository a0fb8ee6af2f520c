/* SPDX-License-Identifier: Apache-2.0 */
/* One event at a time for the tests of the forms that events are written in. */
#ifndef ED_SINK_TEST_EVENT_H
#define ED_SINK_TEST_EVENT_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "record/batch.h"

enum { TEST_EVENT_BATCH_BYTES = 16 << 10, TEST_EVENT_LINE_MAX_BYTES = 128 << 10 };

static uint64_t test_event_memory[TEST_EVENT_BATCH_BYTES / 8];
static struct ed_batch batch;

/* The first event of an empty batch, with nothing known but @kind and what @has says. */
static inline struct ed_event *test_event(unsigned kind, uint32_t has)
{
	struct ed_event *ev;

	batch = (struct ed_batch){ .data = (uint8_t *)test_event_memory,
				   .cap = sizeof(test_event_memory) };
	ed_batch_reset(&batch);
	ev = ed_batch_peek_process(&batch);
	assert_non_null(ev);
	ev->kind = (uint8_t)kind;
	ev->has = has;
	return ev;
}

static inline void test_event_name(struct ed_event *ev, const char *text)
{
	struct ed_name name;

	assert_int_equal(ed_name_from_text(ed_span_of(text, strlen(text)), ED_NAME_MASTER, &name),
			 0);
	memcpy(ed_event_name_room(ev), name.wire, name.n);
	ev->name_n = name.n;
	ev->has |= ED_FIELD_QNAME;
}

#endif
