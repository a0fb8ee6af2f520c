/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill as the DNS log of Cisco Umbrella.
 *	"2026-11-03 14:02:11","drill","drill","192.0.2.66","192.0.2.66","Allowed","16 (TXT)",...
 */
#include "drill/drill.h"

#include "drill/text.h"

static void umbrella_lookup(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
			    struct ed_buf *out)
{
	ed_drill_fill(plan, l,
		      "\"@time:%Y-%m-%d %H:%M:%S@\",\"@host@\",\"@host@\",\"@client@\",\""
		      "@client@\",\"Allowed\",\"16 (TXT)\",\"NOERROR\",\"@name@.\",\"\","
		      "\"Office policy\",\"AD Users\",\"AD Users,Networks\",\"\"\n",
		      out);
}

const struct ed_drill_writer ed_drill_umbrella = {
	.name = "umbrella",
	.suffix = "csv",
	.platform = ED_PLATFORM_NETWORK,
	.lookup = umbrella_lookup,
};
