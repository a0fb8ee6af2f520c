/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill as the debug log of Windows DNS Server.
 *	2026-11-03 14:02:11 0E70 PACKET  00000000033397A0 UDP Rcv 192.0.2.66      5b47   Q ...
 */
#include "drill/drill.h"

#include "drill/text.h"

static void windows_dns_lookup(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
			       struct ed_buf *out)
{
	ed_drill_fill(plan, l,
		      "@time:%Y-%m-%d %H:%M:%S@ 0E70 PACKET  00000000033397A0 UDP Rcv @client@ "
		      "     @txid-hex@   Q [0001   D   NOERROR] TXT    @counted@\n"
		      "@answered:%Y-%m-%d %H:%M:%S@ 0E70 PACKET  00000000033397A0 UDP Snd "
		      "@client@      @txid-hex@ R Q [8081   DR  NOERROR] TXT    @counted@\n",
		      out);
}

const struct ed_drill_writer ed_drill_windows_dns = {
	.name = "windows-dns",
	.suffix = "log",
	.platform = ED_PLATFORM_NETWORK,
	.lookup = windows_dns_lookup,
};
