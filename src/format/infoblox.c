/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Infoblox NIOS over syslog: what BIND writes, and lines that hold a whole lookup:
 *	<30>Nov  3 14:02:11 192.0.2.53 named[2588]: infoblox-responses: 03-Nov-2026 14:02:11.046
 *	  client 192.0.2.10#57738: UDP: query: a.net IN A response: NOERROR +A a.net. 60 IN A ...;
 *
 * Such a line is a response: where the query is logged in BIND's form too, the two are paired.
 */
#include "format/resolver/bind_line.h"

/* Sure as soon as a line has what BIND does not write. */
static unsigned infoblox_probe(struct ed_span head)
{
	return ed_logline_probe(ed_bind_line_infoblox, head) > 0 ? 96 : 0;
}

static void infoblox_decode(void *scratch, const struct ed_unit *unit, struct ed_batch *out)
{
	ed_logline_decode_usual(ed_bind_quick, ed_bind_line, scratch, unit, out);
}

const struct ed_format ed_format_infoblox = {
	.name = "infoblox",
	.help = "Infoblox NIOS DNS queries and responses over syslog",
	.fields = ED_BIND_FIELDS | ED_FIELD_TTL,
	.state_bytes = sizeof(struct ed_logline_state),
	.context_bytes = sizeof(struct ed_logline_context),
	.probe = infoblox_probe,
	.frame = ed_logline_frame,
	.scratch_new = ed_bind_scratch_new,
	.scratch_free = ed_bind_scratch_free,
	.decode = infoblox_decode,
};
