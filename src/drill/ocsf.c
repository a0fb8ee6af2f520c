/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill as DNS Activity of the Open Cybersecurity Schema Framework.
 *	{"activity_id":6,"category_uid":4,"class_uid":4003,"type_uid":400306,...
 */
#include "drill/drill.h"

#include "drill/text.h"

static void ocsf_lookup(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
			struct ed_buf *out)
{
	ed_drill_fill(plan, l,
		      "{\"activity_id\":6,\"category_uid\":4,\"class_uid\":4003,"
		      "\"type_uid\":400306,\"time\":@epoch-ms@,\"duration\":12,"
		      "\"src_endpoint\":{\"ip\":\"@client@\",\"port\":@port@},"
		      "\"dst_endpoint\":{\"ip\":\"@resolver@\",\"port\":53},"
		      "\"connection_info\":{\"protocol_name\":\"udp\"},"
		      "\"query\":{\"hostname\":\"@name@\",\"type\":\"TXT\",\"class\":\"IN\","
		      "\"opcode_id\":0,\"packet_uid\":@txid@},\"answers\":[{\"rdata\":\""
		      "@answer@\",\"type\":\"TXT\",\"class\":\"IN\",\"ttl\":60}],"
		      "\"rcode\":\"NoError\",\"rcode_id\":0}\n",
		      out);
}

const struct ed_drill_writer ed_drill_ocsf = {
	.name = "ocsf",
	.suffix = "json",
	.platform = ED_PLATFORM_NETWORK,
	.lookup = ocsf_lookup,
};
