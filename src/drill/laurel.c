/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill as laurel writes Linux audit events.
 *	{"ID":"1793714531.250:412","NODE":"web1","SYSCALL":{"arch":"0xc000003e","syscall":59,...
 */
#include "drill/drill.h"

#include "drill/text.h"

static void laurel_lookup(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
			  struct ed_buf *out)
{
	ed_drill_fill(plan, l,
		      "{\"ID\":\"@time:%s.%N@:@serial@\",\"NODE\":\"@host@\","
		      "\"SYSCALL\":{\"arch\":\"0xc000003e\",\"syscall\":59,\"success\":\"yes\","
		      "\"exit\":0,\"ppid\":2210,\"pid\":@pid@,\"auid\":4294967295,\"uid\":33,"
		      "\"tty\":\"(none)\",\"comm\":\"dig\",\"exe\":\"/usr/bin/dig\","
		      "\"key\":\"dns_exec\",\"SYSCALL\":\"execve\",\"UID\":\"www-data\"},"
		      "\"EXECVE\":{\"argc\":4,\"ARGV\":[\"dig\",\"+short\",\"TXT\",\"@name@"
		      "\"]},\"PPID\":{\"comm\":\"sh\",\"exe\":\"/usr/bin/dash\"}}\n",
		      out);
}

const struct ed_drill_writer ed_drill_laurel = {
	.name = "laurel",
	.suffix = "json",
	.platform = ED_PLATFORM_LINUX,
	.lookup = laurel_lookup,
};
