/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill as dnsmasq's log with log-queries=extra.
 *	Nov  3 14:02:11 dnsmasq[464]: 7 192.0.2.66/41000 query[TXT] kq5n.example.net from ...
 */
#include "drill/drill.h"

#include "drill/text.h"

static void dnsmasq_lookup(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
			   struct ed_buf *out)
{
	ed_drill_fill(plan, l,
		      "@time:%b %e %H:%M:%S@ dnsmasq[464]: @serial@ @client@/@port@ query[TXT] "
		      "@name@ from @client@\n"
		      "@time:%b %e %H:%M:%S@ dnsmasq[464]: @serial@ @client@/@port@ forwarded "
		      "@name@ to @resolver@\n"
		      "@answered:%b %e %H:%M:%S@ dnsmasq[464]: @serial@ @client@/@port@ reply "
		      "@name@ is @answer@\n",
		      out);
}

const struct ed_drill_writer ed_drill_dnsmasq = {
	.name = "dnsmasq",
	.suffix = "log",
	.platform = ED_PLATFORM_NETWORK,
	.lookup = dnsmasq_lookup,
};
