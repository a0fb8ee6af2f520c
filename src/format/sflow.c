/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of sFlow datagrams, one behind the other, as a collector was sent them:
 *	00000005 00000001 c0000201 00000000 00000007 000927c0 00000001 ...
 *
 * Datagrams inside captures are read by the formats of captures, and have a time there.
 */
#include "format/flow/event.h"
#include "format/format.h"
#include "format/flow/sflow_datagram.h"

#include "base/time.h"

enum { DATAGRAM_MAX_BYTES = 1 << 16, PROBE_DATAGRAMS = 4 };

static unsigned sflow_probe(struct ed_span head)
{
	unsigned n = 0;

	for (; n < PROBE_DATAGRAMS && head.n > 0; n++) {
		size_t n_bytes = ed_sflow_bytes(head);

		if (n_bytes == 0)
			return 0;
		if (n_bytes > head.n)
			return n > 0 ? 90 : 0;
		head = ed_span_from(head, n_bytes);
	}
	return n > 0 ? 90 : 0;
}

static enum ed_frame_verdict sflow_frame(void *state, struct ed_span in, bool eof, void *context,
					 struct ed_frame *ret)
{
	size_t n = 0;

	(void)state;
	(void)context;
	while (n < ED_UNIT_TARGET_BYTES && n < in.n) {
		struct ed_span rest = ed_span_from(in, n);
		size_t n_bytes;

		if (!eof && rest.n < DATAGRAM_MAX_BYTES)
			break;
		n_bytes = ed_sflow_bytes(rest);
		if (n_bytes == 0 || n_bytes > rest.n)
			break;
		n += n_bytes;
	}
	ret->n_bytes = n;
	if (n > 0)
		return ED_FRAME_UNIT;
	if (!eof && in.n < DATAGRAM_MAX_BYTES)
		return ED_FRAME_MORE;
	ret->n_bytes = in.n;
	ret->drop = ED_DROP_BAD_LENGTH;
	ret->n_dropped = in.n > 0;
	return in.n > 0 ? ED_FRAME_STOP : ED_FRAME_SKIP;
}

static void sflow_decode(void *scratch, const struct ed_unit *unit, struct ed_batch *out)
{
	struct ed_span rest = unit->bytes;

	(void)scratch;
	while (rest.n > 0) {
		size_t n = ed_sflow_bytes(rest);
		struct ed_sflow_datagram d = { .source = unit->source,
					       .offset = unit->offset + (unit->bytes.n - rest.n),
					       .time_ns = ED_TIME_UNKNOWN_NS };
		enum ed_drop drop;

		if (n == 0 || n > rest.n)
			n = rest.n; /* frame has looked: it does not happen */
		d.data = ed_span_of(rest.p, n);
		out->tally.n_read++;
		drop = ed_sflow_read(&d, out);
		if (drop < ED_DROP_N)
			ed_tally_drop(&out->tally, drop, d.offset);
		else
			out->tally.n_analysed++;
		rest = ed_span_from(rest, n);
	}
}

const struct ed_format ed_format_sflow = {
	.name = "sflow",
	.help = "sFlow 5 datagrams, one behind the other",
	.fields = (ED_FLOW_FIELDS | ED_FIELD_TXID | ED_FIELD_QNAME | ED_FIELD_QNAME_CASE |
		   ED_FIELD_QNAME_BYTES | ED_FIELD_QTYPE | ED_FIELD_OPCODE | ED_FIELD_FLAGS |
		   ED_FIELD_EDNS | ED_FIELD_RCODE | ED_FIELD_ANSWERS | ED_FIELD_RDATA_BYTES |
		   ED_FIELD_TTL) &
		  ~ED_FIELD_TIME,
	.probe = sflow_probe,
	.frame = sflow_frame,
	.decode = sflow_decode,
};
