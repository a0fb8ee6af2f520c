/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill as the DNS log of Cloudflare Gateway by Logpush.
 *	{"ColoCode":"LHR","Datetime":"2026-11-03T14:02:11Z","DstIP":"192.0.2.53",...
 */
#include "drill/drill.h"

#include "drill/text.h"

static void cloudflare_lookup(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
			      struct ed_buf *out)
{
	ed_drill_fill(plan, l,
		      "{\"ColoCode\":\"LHR\",\"Datetime\":\"@time:%Y-%m-%dT%H:%M:%SZ@\","
		      "\"DstIP\":\"@resolver@\",\"DstPort\":53,\"Location\":\"office\","
		      "\"Protocol\":\"udp\",\"QueryName\":\"@name@\",\"QueryNameReversed\":\""
		      "@reversed@\",\"QuerySize\":@query-bytes@,\"QueryType\":16,"
		      "\"QueryTypeName\":\"TXT\",\"RCode\":0,\"RData\":[{\"type\":\"16\","
		      "\"data\":\"@record@\"}],\"ResolvedIPs\":[],"
		      "\"ResolverDecision\":\"allowedOnNoPolicyMatch\",\"SrcIP\":\"@client@\","
		      "\"SrcPort\":@port@}\n",
		      out);
}

const struct ed_drill_writer ed_drill_cloudflare = {
	.name = "cloudflare",
	.suffix = "json",
	.platform = ED_PLATFORM_NETWORK,
	.lookup = cloudflare_lookup,
};
