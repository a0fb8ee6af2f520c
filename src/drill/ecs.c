/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill as Packetbeat writes it in the Elastic Common Schema.
 *	{"@timestamp":"2026-11-03T14:02:11.250Z","type":"dns","client":{"ip":"192.0.2.66",...
 */
#include "drill/drill.h"

#include "drill/text.h"

static void ecs_lookup(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
		       struct ed_buf *out)
{
	ed_drill_fill(plan, l,
		      "{\"@@timestamp\":\"@time:%Y-%m-%dT%H:%M:%S.%NZ@\",\"type\":\"dns\","
		      "\"client\":{\"ip\":\"@client@\",\"port\":@port@,\"bytes\":@query-bytes@"
		      "},\"server\":{\"ip\":\"@resolver@\",\"port\":53,\"bytes\":@answer-bytes@"
		      "},\"network\":{\"transport\":\"udp\"},"
		      "\"event\":{\"dataset\":\"network_traffic.dns\",\"duration\":@rtt-ns@},"
		      "\"dns\":{\"type\":\"answer\",\"id\":@txid@,\"op_code\":\"QUERY\","
		      "\"header_flags\":[\"RD\",\"RA\"],\"response_code\":\"NOERROR\","
		      "\"question\":{\"name\":\"@name@\",\"type\":\"TXT\"},\"answers_count\":1,"
		      "\"answers\":[{\"name\":\"@name@\",\"type\":\"TXT\",\"ttl\":\"60\","
		      "\"data\":\"@answer@\"}]}}\n",
		      out);
}

const struct ed_drill_writer ed_drill_ecs = {
	.name = "ecs",
	.suffix = "json",
	.platform = ED_PLATFORM_NETWORK,
	.lookup = ecs_lookup,
};
