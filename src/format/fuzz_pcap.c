/* SPDX-License-Identifier: Apache-2.0 */
/* Capture files, classic or pcapng by their first bytes: the account closes, and events are
 * well-formed. */
#include "format/drive.h"

enum { EVENT_BYTES_MAX = ED_EVENT_MAX_BYTES };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_batch(void *arg, const struct ed_batch *b)
{
	uint32_t n_events = 0;
	struct ed_event *ev;

	(void)arg;
	for (size_t pos = 0; (ev = ed_batch_at(b, pos)) != NULL; pos += ev->size_bytes) {
		assert(ev->size_bytes >= sizeof(*ev) + ev->name_n &&
		       ev->size_bytes <= EVENT_BYTES_MAX);
		assert(ev->size_bytes % 8 == 0);
		assert(ev->kind < ED_EVENT_N);
		assert(ev->time_ns >= 0);
		assert(ev->rcode < 4096 && ev->opcode < 16);
		assert((ev->name_n > 0) == ((ev->has & ED_FIELD_QNAME) != 0));
		assert(ev->name_n == 0 || ed_name_valid(ed_event_qname(ev)));
		n_events++;
	}
	assert(n_events == b->n_events);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct ed_span file = ed_span_of(data, n);
	const struct ed_format *f = &ed_format_pcap;
	struct ed_tally t;
	uint64_t n_settled;
	int r;

	if (ed_format_pcapng.probe(file) > 0)
		f = &ed_format_pcapng;
	r = ed_format_drive(f, file, check_batch, NULL, &t);
	assert(r == 0);
	(void)r;
	n_settled = t.n_analysed;
	for (unsigned i = 0; i < ED_DROP_N; i++)
		n_settled += t.n_dropped[i];
	assert(t.n_read == n_settled);
	(void)n_settled;
	return 0;
}
