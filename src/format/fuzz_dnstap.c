/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: a file in the format dnstap. Every record ends as analysed or dropped, every event
 * is well-formed, and no message of the far side comes out behind one of the near side in its unit.
 */
#include "format/drive.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_batch(void *arg, const struct ed_batch *b)
{
	uint64_t *n_events = arg;
	bool far = false, near = false;
	struct ed_event *ev;

	for (size_t pos = 0; (ev = ed_batch_at(b, pos)); pos += ev->size_bytes) {
		assert(ev->size_bytes % 8 == 0 && ev->size_bytes >= sizeof(*ev) + ev->name_n);
		assert(pos + ev->size_bytes <= b->used);
		assert(ev->kind == ED_EVENT_DNS_QUERY || ev->kind == ED_EVENT_DNS_RESPONSE);
		assert((ev->has & (ED_FIELD_TIME | ED_FIELD_CLIENT)) ==
		       (ED_FIELD_TIME | ED_FIELD_CLIENT));
		assert(ed_addr_known(&ev->client) && ev->time_ns >= 0);
		assert(ev->name_n == 0 || ed_name_valid(ed_event_qname(ev)));
		assert(!(ev->has & ED_FIELD_RTT) || ev->rtt_us >= 0);
		far |= ev->vantage == ED_VANTAGE_UPSTREAM;
		near |= ev->vantage != ED_VANTAGE_UPSTREAM;
		++*n_events;
	}
	/* A near message that cannot be read counts as one, an event that can be is always one. */
	assert(!far || !near);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t n_events = 0, n_dropped = 0;
	struct ed_tally tally;

	assert(ed_format_dnstap.probe(ed_span_of(data, size)) <= 100);
	if (ed_format_drive(&ed_format_dnstap, ed_span_of(data, size), check_batch, &n_events,
			    &tally) != 0)
		abort();
	for (unsigned i = 0; i < ED_DROP_N; i++)
		n_dropped += tally.n_dropped[i];
	assert(tally.n_read == tally.n_analysed + n_dropped);
	assert(tally.n_analysed == n_events);
	return 0;
}
