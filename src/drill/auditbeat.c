/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill as Auditbeat writes Linux audit events.
 *	{"@timestamp":"2026-11-03T14:02:11.250Z","host":{"name":"web1"},"event":{...
 */
#include "drill/drill.h"

#include "drill/text.h"

static void auditbeat_lookup(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
			     struct ed_buf *out)
{
	ed_drill_fill(plan, l,
		      "{\"@@timestamp\":\"@time:%Y-%m-%dT%H:%M:%S.%NZ@\",\"host\":{\"name\":\""
		      "@host@\"},\"event\":{\"module\":\"auditd\",\"action\":\"executed\","
		      "\"outcome\":\"success\"},\"auditd\":{\"message_type\":\"syscall\","
		      "\"result\":\"success\",\"sequence\":@serial@,"
		      "\"data\":{\"syscall\":\"execve\",\"exit\":\"0\",\"tty\":\"(none)\","
		      "\"arch\":\"x86_64\"}},\"process\":{\"pid\":@pid@,"
		      "\"parent\":{\"pid\":2210},\"executable\":\"/usr/bin/dig\","
		      "\"args\":[\"dig\",\"+short\",\"TXT\",\"@name@\"],\"title\":\"dig +short "
		      "TXT @name@\"},\"user\":{\"id\":\"33\",\"name\":\"www-data\","
		      "\"audit\":{\"id\":\"unset\"}}}\n",
		      out);
}

const struct ed_drill_writer ed_drill_auditbeat = {
	.name = "auditbeat",
	.suffix = "json",
	.platform = ED_PLATFORM_LINUX,
	.lookup = auditbeat_lookup,
};
