/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of NetFlow or IPFIX messages, one behind the other: IPFIX files (RFC 5655), or the payloads
 * that a collector was sent. Messages inside captures are read by the formats of captures.
 *	000a 0058 <seconds> <sequence> <domain> 0002 ...
 *
 * Templates reach from message to message, so all is read in the ordered pass.
 */
#include "format/flow/event.h"
#include "format/flow/export.h"
#include "format/format.h"

enum { MESSAGE_MAX_BYTES = 1 << 16, PROBE_MESSAGES = 4 };

static unsigned netflow_probe(struct ed_span head)
{
	unsigned n = 0;

	for (; n < PROBE_MESSAGES && head.n > 0; n++) {
		size_t n_bytes = ed_export_bytes(head);

		if (n_bytes == 0)
			return 0;
		if (n_bytes > head.n)
			return n > 0 ? 90 : 0;
		head = ed_span_from(head, n_bytes);
	}
	return n > 0 ? 90 : 0;
}

static enum ed_frame_verdict netflow_frame(void *state, struct ed_span in, bool eof, void *context,
					   struct ed_frame *ret)
{
	size_t n = 0;

	(void)state;
	(void)context;
	while (n < ED_UNIT_TARGET_BYTES && n < in.n) {
		struct ed_span rest = ed_span_from(in, n);
		size_t n_bytes = ed_export_bytes(rest);

		if (!eof && rest.n < MESSAGE_MAX_BYTES)
			break;
		if (n_bytes == 0 || n_bytes > rest.n)
			break;
		n += n_bytes;
	}
	ret->n_bytes = n;
	if (n > 0)
		return ED_FRAME_UNIT;
	if (!eof && in.n < MESSAGE_MAX_BYTES)
		return ED_FRAME_MORE;
	ret->n_bytes = in.n;
	ret->drop = ED_DROP_BAD_LENGTH;
	ret->n_dropped = in.n > 0;
	return in.n > 0 ? ED_FRAME_STOP : ED_FRAME_SKIP;
}

static void netflow_decode(void *scratch, const struct ed_unit *unit, struct ed_batch *out)
{
	(void)scratch;
	(void)unit;
	(void)out;
}

static void netflow_resolve(void *state, const struct ed_unit *unit, struct ed_batch *out)
{
	struct ed_span rest = unit->bytes;

	while (rest.n > 0) {
		size_t n = ed_export_bytes(rest);
		struct ed_export_message m = { .source = unit->source,
					       .offset = unit->offset + (unit->bytes.n - rest.n) };
		enum ed_drop drop;

		if (n == 0 || n > rest.n)
			n = rest.n; /* frame has looked: it does not happen */
		m.data = ed_span_of(rest.p, n);
		out->tally.n_read++;
		drop = ed_export_read(state, &m, out);
		if (drop < ED_DROP_N)
			ed_tally_drop(&out->tally, drop, m.offset);
		else
			out->tally.n_analysed++;
		rest = ed_span_from(rest, n);
	}
}

const struct ed_format ed_format_netflow = {
	.name = "netflow",
	.help = "NetFlow 5 and 9 and IPFIX messages, one behind the other",
	.fields = ED_FLOW_FIELDS,
	.state_bytes = sizeof(struct ed_export_templates),
	.probe = netflow_probe,
	.frame = netflow_frame,
	.decode = netflow_decode,
	.resolve = netflow_resolve,
};
