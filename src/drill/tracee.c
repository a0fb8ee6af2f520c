/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill as Tracee tells a query and the program that sent it.
 *	{"timestamp":1793714531250000000,"hostProcessId":2214,"hostParentProcessId":2210,...
 */
#include "drill/drill.h"

#include "drill/text.h"

static void tracee_lookup(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
			  struct ed_buf *out)
{
	ed_drill_fill(plan, l,
		      "{\"timestamp\":@epoch-ns@,\"hostProcessId\":@pid@,"
		      "\"hostParentProcessId\":2210,\"userId\":33,\"processName\":\"dig\","
		      "\"executable\":{\"path\":\"/usr/bin/dig\"},\"hostName\":\"@host@\","
		      "\"containerId\":\"\",\"eventName\":\"net_packet_dns\","
		      "\"args\":[{\"name\":\"src\",\"type\":\"const char*\",\"value\":\""
		      "@client@\"},{\"name\":\"dst\",\"type\":\"const char*\",\"value\":\""
		      "@resolver@\"},{\"name\":\"src_port\",\"type\":\"u16\",\"value\":@port@},"
		      "{\"name\":\"dst_port\",\"type\":\"u16\",\"value\":53},"
		      "{\"name\":\"proto_dns\",\"type\":\"trace.ProtoDNS\",\"value\":{\"ID\":"
		      "@txid@,\"QR\":0,\"RD\":1,\"responseCode\":\"no error\","
		      "\"questions\":[{\"name\":\"@name@\",\"type\":\"TXT\",\"class\":\"IN\"}],"
		      "\"answers\":[]}}]}\n",
		      out);
}

const struct ed_drill_writer ed_drill_tracee = {
	.name = "tracee",
	.suffix = "json",
	.platform = ED_PLATFORM_LINUX,
	.lookup = tracee_lookup,
};
