/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill as tcpdump -n -tttt prints it.
 *	2026-11-03 14:02:11.250000 IP 192.0.2.10.40000 > 192.0.2.53.53: 464+ TXT? ...
 */
#include "drill/drill.h"

#include "drill/text.h"

static void packet_text_lookup(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
			       struct ed_buf *out)
{
	ed_drill_fill(
		plan, l,
		"@time:%Y-%m-%d %H:%M:%S.%N000@ IP @client@.@port@ > @resolver@.53: @txid@+ TXT? "
		"@name@. (@query-bytes@)\n"
		"@answered:%Y-%m-%d %H:%M:%S.%N000@ IP @resolver@.53 > @client@.@port@: @txid@ 1/0/0 "
		"TXT \"@answer@\" (@answer-bytes@)\n",
		out);
}

const struct ed_drill_writer ed_drill_packet_text = {
	.name = "packet-text",
	.suffix = "txt",
	.platform = ED_PLATFORM_NETWORK,
	.lookup = packet_text_lookup,
};
