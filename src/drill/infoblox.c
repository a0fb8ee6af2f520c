/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill as what Infoblox NIOS sends by syslog with response logging.
 *	<30>Nov  3 14:02:11 192.0.2.53 named[2588]: infoblox-responses: 03-Nov-2026 ...
 */
#include "drill/drill.h"

#include "drill/text.h"

static void infoblox_lookup(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
			    struct ed_buf *out)
{
	ed_drill_fill(plan, l,
		      "<30>@answered:%b %e %H:%M:%S@ @resolver@ named[2588]: "
		      "infoblox-responses: @answered:%d-%b-%Y %H:%M:%S.%N@ client @client@#"
		      "@port@: UDP: query: @name@ IN TXT response: NOERROR +A @name@. 60 IN "
		      "TXT \"@answer@\";\n",
		      out);
}

const struct ed_drill_writer ed_drill_infoblox = {
	.name = "infoblox",
	.suffix = "log",
	.platform = ED_PLATFORM_NETWORK,
	.lookup = infoblox_lookup,
};
