/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill as Zeek's dns.log in JSON.
 *	{"ts":1793714531.250000,"uid":"CEd4711x0","id.orig_h":"192.0.2.66","id.orig_p":41000,...
 */
#include "drill/drill.h"

#include "drill/text.h"

static void zeek_json_lookup(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
			     struct ed_buf *out)
{
	ed_drill_fill(plan, l,
		      "{\"ts\":@epoch@,\"uid\":\"CEd@txid@x@index@\",\"id.orig_h\":\"@client@"
		      "\",\"id.orig_p\":@port@,\"id.resp_h\":\"@resolver@\",\"id.resp_p\":53,"
		      "\"proto\":\"udp\",\"trans_id\":@txid@,\"rtt\":@rtt@,\"query\":\"@name@"
		      "\",\"qclass\":1,\"qclass_name\":\"C_INTERNET\",\"qtype\":16,"
		      "\"qtype_name\":\"TXT\",\"rcode\":0,\"rcode_name\":\"NOERROR\","
		      "\"AA\":false,\"TC\":false,\"RD\":true,\"RA\":true,\"Z\":0,"
		      "\"answers\":[\"TXT @text-bytes@ @answer@\"],\"TTLs\":[60.0],"
		      "\"rejected\":false}\n",
		      out);
}

const struct ed_drill_writer ed_drill_zeek_json = {
	.name = "zeek-json",
	.suffix = "json",
	.platform = ED_PLATFORM_NETWORK,
	.lookup = zeek_json_lookup,
};
