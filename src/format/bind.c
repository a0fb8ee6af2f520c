/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The query log of BIND 9, with the responses and errors that may stand in it:
 *	03-Nov-2026 14:02:11.250 queries: info: client @0x7f33df100098 192.0.2.10#41096
 *	  (www.example.net): query: www.example.net IN A +E(0)D (192.0.2.53)
 *
 * A query and its response are separate lines, so they are separate events.
 */
#include "format/resolver/bind_line.h"

static unsigned bind_probe(struct ed_span head)
{
	return ed_logline_probe(ed_bind_line, head);
}

static void bind_decode(void *scratch, const struct ed_unit *unit, struct ed_batch *out)
{
	ed_logline_decode_usual(ed_bind_quick, ed_bind_line, scratch, unit, out);
}

const struct ed_format ed_format_bind = {
	.name = "bind",
	.help = "BIND 9 query log, with or without syslog",
	.fields = ED_BIND_FIELDS,
	.state_bytes = sizeof(struct ed_logline_state),
	.context_bytes = sizeof(struct ed_logline_context),
	.probe = bind_probe,
	.frame = ed_logline_frame,
	.scratch_new = ed_bind_scratch_new,
	.scratch_free = ed_bind_scratch_free,
	.decode = bind_decode,
};
