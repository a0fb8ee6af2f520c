/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill as the query log of AdGuard Home.
 *	{"T":"2026-11-03T14:02:11.250Z","QH":"kq5n.edd-3f9a.example.net","QT":"TXT",...
 */
#include "drill/drill.h"

#include "drill/text.h"

static void adguard_lookup(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
			   struct ed_buf *out)
{
	ed_drill_fill(plan, l,
		      "{\"T\":\"@time:%Y-%m-%dT%H:%M:%S.%NZ@\",\"QH\":\"@name@\","
		      "\"QT\":\"TXT\",\"QC\":\"IN\",\"CP\":\"\",\"Upstream\":\"@resolver@:53\","
		      "\"Answer\":\"@message@\",\"IP\":\"@client@\",\"Result\":{},\"Elapsed\":"
		      "@rtt-ns@}\n",
		      out);
}

const struct ed_drill_writer ed_drill_adguard = {
	.name = "adguard",
	.suffix = "json",
	.platform = ED_PLATFORM_NETWORK,
	.lookup = adguard_lookup,
};
