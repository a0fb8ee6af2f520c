/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill as the log of CoreDNS, with the time that a container's log has in front.
 *	2026-11-03T14:02:11.250Z [INFO] 192.0.2.66:41000 - 4711 "TXT IN kq5n. udp 57 ...
 */
#include "drill/drill.h"

#include "drill/text.h"

static void coredns_lookup(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
			   struct ed_buf *out)
{
	ed_drill_fill(plan, l,
		      "@time:%Y-%m-%dT%H:%M:%S.%NZ@ [INFO] @client@:@port@ - @txid@ \"TXT IN "
		      "@name@. udp @query-bytes@ false 1232\" NOERROR qr,rd,ra @answer-bytes@ "
		      "@rtt@s\n",
		      out);
}

const struct ed_drill_writer ed_drill_coredns = {
	.name = "coredns",
	.suffix = "log",
	.platform = ED_PLATFORM_NETWORK,
	.lookup = coredns_lookup,
};
