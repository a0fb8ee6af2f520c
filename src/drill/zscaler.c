/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill as the DNS feed of Zscaler Internet Access.
 *	{"version":"v3","sourcetype":"zscalernss-dns","event":{"epochtime":"1793714531",...
 */
#include "drill/drill.h"

#include "drill/text.h"

static void zscaler_lookup(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
			   struct ed_buf *out)
{
	ed_drill_fill(plan, l,
		      "{\"version\":\"v3\",\"sourcetype\":\"zscalernss-dns\","
		      "\"event\":{\"datetime\":\"@time:%a %b %e %H:%M:%S %Y@\",\"tz\":\"GMT\","
		      "\"epochtime\":\"@epoch-s@\",\"clt_sip\":\"@client@\",\"srv_dip\":\""
		      "@resolver@\",\"srv_dport\":\"53\",\"dns_req\":\"@name@\","
		      "\"dns_reqtype\":\"TXT\",\"dns_resp\":\"@answer@\",\"restype\":\"TXT\","
		      "\"error\":\"\",\"durationms\":\"12\",\"istcp\":\"0\",\"user\":\"@host@"
		      "\"}}\n",
		      out);
}

const struct ed_drill_writer ed_drill_zscaler = {
	.name = "zscaler",
	.suffix = "json",
	.platform = ED_PLATFORM_NETWORK,
	.lookup = zscaler_lookup,
};
