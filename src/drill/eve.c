/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill as Suricata's eve.json, DNS of version 3: a request and a response.
 *	{"timestamp":"2026-11-03T14:02:11.250000+0000","flow_id":1,"event_type":"dns",...
 */
#include "drill/drill.h"

#include "drill/text.h"

static void eve_lookup(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
		       struct ed_buf *out)
{
	ed_drill_fill(plan, l,
		      "{\"timestamp\":\"@time:%Y-%m-%dT%H:%M:%S.%N000+0000@\",\"flow_id\":"
		      "@serial@@txid@,\"in_iface\":\"eth0\",\"event_type\":\"dns\","
		      "\"src_ip\":\"@client@\",\"src_port\":@port@,\"dest_ip\":\"@resolver@\","
		      "\"dest_port\":53,\"proto\":\"UDP\",\"dns\":{\"version\":3,"
		      "\"type\":\"request\",\"tx_id\":0,\"id\":@txid@,\"flags\":\"100\","
		      "\"rd\":true,\"opcode\":0,\"rcode\":\"NOERROR\","
		      "\"queries\":[{\"rrname\":\"@name@\",\"rrtype\":\"TXT\"}]}}\n"
		      "{\"timestamp\":\"@answered:%Y-%m-%dT%H:%M:%S.%N000+0000@\",\"flow_id\":"
		      "@serial@@txid@,\"in_iface\":\"eth0\",\"event_type\":\"dns\","
		      "\"src_ip\":\"@resolver@\",\"src_port\":53,\"dest_ip\":\"@client@\","
		      "\"dest_port\":@port@,\"proto\":\"UDP\",\"dns\":{\"version\":3,"
		      "\"type\":\"response\",\"tx_id\":1,\"id\":@txid@,\"flags\":\"8180\","
		      "\"qr\":true,\"rd\":true,\"ra\":true,\"opcode\":0,\"rcode\":\"NOERROR\","
		      "\"queries\":[{\"rrname\":\"@name@\",\"rrtype\":\"TXT\"}],"
		      "\"answers\":[{\"rrname\":\"@name@\",\"rrtype\":\"TXT\",\"ttl\":60,"
		      "\"rdata\":\"@answer@\"}],\"grouped\":{\"TXT\":[\"@answer@\"]}}}\n",
		      out);
}

const struct ed_drill_writer ed_drill_eve = {
	.name = "eve",
	.suffix = "json",
	.platform = ED_PLATFORM_NETWORK,
	.lookup = eve_lookup,
};
