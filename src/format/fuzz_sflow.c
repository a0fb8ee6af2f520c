/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: a file in the format sflow, read twice. Both readings must agree, the account must
 * close, and every event must be well-formed.
 */
#include <assert.h>
#include <stdlib.h>

#include "format/drive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_batch(void *arg, const struct ed_batch *b)
{
	uint64_t *n_events = arg;
	const struct ed_event *ev;

	for (size_t pos = 0; (ev = ed_batch_at(b, pos)); pos += ev->size_bytes) {
		assert(ev->kind < ED_EVENT_N && ev->time_quality == ED_TIME_NONE);
		assert(ev->transport == ED_TRANSPORT_UDP || ev->transport == ED_TRANSPORT_TCP);
		assert(!!(ev->has & ED_FIELD_QNAME) == (ev->name_n > 0));
		assert(ev->name_n == 0 || ed_name_valid(ed_event_qname(ev)));
		assert(ev->kind != ED_EVENT_FLOW ||
		       (ev->has & ED_FIELD_CLIENT && ev->has & ED_FIELD_RESOLVER));
		++*n_events;
	}
}

static uint64_t read_all(struct ed_span file)
{
	uint64_t n_events = 0, n_dropped = 0;
	struct ed_tally t;

	if (ed_format_drive(&ed_format_sflow, file, check_batch, &n_events, &t) != 0)
		abort();
	for (unsigned i = 0; i < ED_DROP_N; i++)
		n_dropped += t.n_dropped[i];
	assert(t.n_read == t.n_analysed + n_dropped);
	assert(n_events >= t.n_analysed);
	return n_events;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ed_span file = ed_span_of(data, size);
	uint64_t first, second;

	assert(ed_format_sflow.probe(file) <= 100);
	first = read_all(file);
	second = read_all(file);
	if (first != second)
		abort();
	return 0;
}
