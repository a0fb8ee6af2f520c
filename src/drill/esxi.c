/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill as ESXi's shell log as it is sent by syslog: commands that hold the name.
 *	<14>2026-11-03T14:02:11.250Z esx1 shell[2239481]: [root]: nslookup kq5n.example.net
 */
#include "drill/drill.h"

#include "drill/text.h"

static void esxi_lookup(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
			struct ed_buf *out)
{
	ed_drill_fill(plan, l,
		      "<14>@time:%Y-%m-%dT%H:%M:%S.%NZ@ @host@ shell[2239481]: [root]: "
		      "nslookup -type=TXT @name@\n",
		      out);
}

const struct ed_drill_writer ed_drill_esxi = {
	.name = "esxi",
	.suffix = "log",
	.platform = ED_PLATFORM_ESXI,
	.is_usual = true,
	.lookup = esxi_lookup,
};
