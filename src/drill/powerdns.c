/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill as the structured log of PowerDNS Recursor.
 *	msg="Question" subsystem="syncres" level="0" prio="Info" tid="2" ts="1793714531.250" ...
 */
#include "drill/drill.h"

#include "drill/text.h"

static void powerdns_lookup(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
			    struct ed_buf *out)
{
	ed_drill_fill(plan, l,
		      "msg=\"Question\" subsystem=\"syncres\" level=\"0\" prio=\"Info\" "
		      "tid=\"2\" ts=\"@time:%s.%N@\" ecs=\"\" mtid=\"@serial@\" proto=\"udp\" "
		      "qname=\"@name@\" qtype=\"TXT\" remote=\"@client@:@port@\"\n",
		      out);
}

const struct ed_drill_writer ed_drill_powerdns = {
	.name = "powerdns",
	.suffix = "log",
	.platform = ED_PLATFORM_NETWORK,
	.lookup = powerdns_lookup,
};
