/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill as Falco tells the start of a program whose arguments hold the name.
 *	{"hostname":"node1","output":"...","priority":"Informational","rule":"Lookup program ...
 */
#include "drill/drill.h"

#include "drill/text.h"

static void falco_lookup(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
			 struct ed_buf *out)
{
	ed_drill_fill(plan, l,
		      "{\"hostname\":\"@host@\",\"output\":\"@time:%H:%M:%S.%N000000@: "
		      "Informational Lookup program\",\"priority\":\"Informational\","
		      "\"rule\":\"Lookup program started\",\"source\":\"syscall\",\"time\":\""
		      "@time:%Y-%m-%dT%H:%M:%S.%N000000Z@\",\"output_fields\":{\"evt.time\":"
		      "@epoch-ns@,\"evt.type\":\"execve\",\"proc.name\":\"dig\","
		      "\"proc.exepath\":\"/usr/bin/dig\",\"proc.cmdline\":\"dig +short TXT "
		      "@name@\",\"proc.pid\":@pid@,\"proc.ppid\":2210,\"proc.pname\":\"sh\","
		      "\"user.name\":\"www-data\",\"container.id\":\"host\"}}\n",
		      out);
}

const struct ed_drill_writer ed_drill_falco = {
	.name = "falco",
	.suffix = "json",
	.platform = ED_PLATFORM_LINUX,
	.lookup = falco_lookup,
};
