/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `esxcli software vib list` prints, as a table or with --formatter=csv, json or keyvalue
 * (record/vib.h):
 *	Name      Version                         Vendor  Acceptance Level  Install Date
 *	--------  ------------------------------  ------  ----------------  ------------
 *	atlantic  1.0.3.0-15vmw.900.0.24755229    VMW     VMwareCertified   2025-12-06
 *
 * A list is one unit: its rows mean nothing without what stands at its head.
 */
#include "format/host/event.h"
#include "format/text/logline.h"

#include "record/vib.h"

enum { PROBE_ROWS = 20, PROBE_SURE = 90 };

/* All of the file; what lies behind a megabyte, which no host's list comes near, begins anew. */
static enum ed_frame_verdict vib_list_frame(void *state, struct ed_span in, bool eof, void *context,
					    struct ed_frame *ret)
{
	const uint8_t *end;

	(void)state;
	(void)context;
	ret->n_bytes = in.n;
	if (in.n == 0)
		return ED_FRAME_SKIP;
	if (eof && in.n < ED_UNIT_MAX_BYTES)
		return ED_FRAME_UNIT;
	if (in.n < ED_UNIT_MAX_BYTES)
		return ED_FRAME_MORE;
	end = memrchr(in.p, '\n', in.n);
	if (end)
		ret->n_bytes = (size_t)(end - in.p) + 1;
	return ED_FRAME_UNIT;
}

static bool commit_row(const struct ed_vib *vib, struct ed_host_event *h, struct ed_batch *out)
{
	h->ev.kind = ED_EVENT_PACKAGE;
	h->ev.package.action = ED_PACKAGE_LISTED;
	h->ev.package.acceptance = vib->acceptance;
	h->text[ED_TEXT_PACKAGE] = vib->name;
	h->text[ED_TEXT_VERSION] = vib->version;
	h->text[ED_TEXT_VENDOR] = vib->vendor;
	return ed_host_event_commit(out, h);
}

static void vib_list_decode(void *scratch, const struct ed_unit *unit, struct ed_batch *out)
{
	enum ed_vib_step step;
	struct ed_host_event h;
	struct ed_vib_list l;
	struct ed_vib vib;

	(void)scratch;
	ed_vib_list_init(&l, unit->bytes);
	while ((step = ed_vib_list_next(&l, &vib)) != ED_VIB_END) {
		enum ed_drop drop = step == ED_VIB_NOTE ? ED_DROP_OTHER_LOG : ED_DROP_BAD_LINE;
		uint64_t offset = unit->offset + (uint64_t)(l.at - unit->bytes.p);

		out->tally.n_read++;
		if (step == ED_VIB_ROW) {
			ed_host_event_init(&h, ED_PLATFORM_ESXI);
			h.ev.offset = offset;
			h.ev.source = unit->source;
			drop = commit_row(&vib, &h, out) ? ED_DROP_N : ED_DROP_BATCH_FULL;
		}
		if (drop < ED_DROP_N)
			ed_tally_drop(&out->tally, drop, offset);
		else
			out->tally.n_analysed++;
	}
}

/* Rows with a version and a level that VMware knows. */
static unsigned vib_list_probe(struct ed_span head)
{
	unsigned n_own = 0;
	struct ed_vib_list l;
	struct ed_vib vib;

	ed_vib_list_init(&l, head);
	for (unsigned i = 0; i < PROBE_ROWS; i++) {
		enum ed_vib_step step = ed_vib_list_next(&l, &vib);

		if (step == ED_VIB_END)
			break;
		n_own += step == ED_VIB_ROW && vib.version.n > 0 && vib.acceptance != 0;
	}
	return n_own > 0 ? PROBE_SURE : 0;
}

const struct ed_format ed_format_vib_list = {
	.name = "vib-list",
	.help = "ESXi's installed software, esxcli software vib list",
	.platforms = 1u << ED_PLATFORM_ESXI,
	.fields = 0,
	.state_bytes = sizeof(struct ed_lines),
	.probe = vib_list_probe,
	.frame = vib_list_frame,
	.decode = vib_list_decode,
};
