/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill as the DNS proxy's log of Azure Firewall.
 *	{"category":"AZFWDnsQuery","properties":{"DnssecOkBit":false,"EDNS0BufferSize":512,...
 */
#include "drill/drill.h"

#include "drill/text.h"

static void azure_firewall_lookup(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
				  struct ed_buf *out)
{
	ed_drill_fill(plan, l,
		      "{\"category\":\"AZFWDnsQuery\",\"properties\":{\"DnssecOkBit\":false,"
		      "\"EDNS0BufferSize\":512,\"ErrorMessage\":\"\",\"ErrorNumber\":0,"
		      "\"Protocol\":\"udp\",\"QueryClass\":\"IN\",\"QueryId\":@txid@,"
		      "\"QueryName\":\"@name@.\",\"QueryType\":\"TXT\",\"RequestDurationSecs\":"
		      "@rtt@,\"RequestSize\":@query-bytes@,\"ResponseCode\":\"NOERROR\","
		      "\"ResponseFlags\":\"qr,rd,ra\",\"ResponseSize\":@answer-bytes@,"
		      "\"SourceIp\":\"@client@\",\"SourcePort\":@port@},\"time\":\""
		      "@answered:%Y-%m-%dT%H:%M:%S.%N0000Z@\"}\n",
		      out);
}

const struct ed_drill_writer ed_drill_azure_firewall = {
	.name = "azure-firewall",
	.suffix = "json",
	.platform = ED_PLATFORM_NETWORK,
	.lookup = azure_firewall_lookup,
};
