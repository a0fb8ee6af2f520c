/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill as the query log of Google Cloud DNS.
 *	{"insertId":"7","jsonPayload":{"authAnswer":false,"protocol":"UDP","queryName":...
 */
#include "drill/drill.h"

#include "drill/text.h"

static void gcp_dns_lookup(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
			   struct ed_buf *out)
{
	ed_drill_fill(plan, l,
		      "{\"insertId\":\"@serial@\",\"jsonPayload\":{\"authAnswer\":false,"
		      "\"protocol\":\"UDP\",\"queryName\":\"@name@.\",\"queryType\":\"TXT\","
		      "\"rdata\":\"@name@.\\t60\\tIN\\ttxt\\t\\\"@answer@\\\"\","
		      "\"responseCode\":\"NOERROR\",\"serverLatency\":8,\"sourceIP\":\"@client@"
		      "\",\"sourceNetwork\":\"default\",\"vmInstanceName\":\"1.@host@\"},"
		      "\"logName\":\"projects/example/logs/dns.googleapis.com%2Fdns_queries\","
		      "\"resource\":{\"labels\":{\"source_type\":\"gce-vm\"},"
		      "\"type\":\"dns_query\"},\"severity\":\"INFO\",\"timestamp\":\""
		      "@answered:%Y-%m-%dT%H:%M:%S.%NZ@\"}\n",
		      out);
}

const struct ed_drill_writer ed_drill_gcp_dns = {
	.name = "gcp-dns",
	.suffix = "json",
	.platform = ED_PLATFORM_NETWORK,
	.lookup = gcp_dns_lookup,
};
