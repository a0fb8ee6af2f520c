/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill as BIND's query log.
 *	03-Nov-2026 14:02:11.250 queries: info: client @0x7f33df100098 192.0.2.66#41000 ...
 */
#include "drill/drill.h"

#include "drill/text.h"

static void bind_lookup(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
			struct ed_buf *out)
{
	ed_drill_fill(plan, l,
		      "@time:%d-%b-%Y %H:%M:%S.%N@ queries: info: client @@0x7f33df100098 "
		      "@client@#@port@ (@name@): query: @name@ IN TXT +E(0) (@resolver@)\n",
		      out);
}

const struct ed_drill_writer ed_drill_bind = {
	.name = "bind",
	.suffix = "log",
	.platform = ED_PLATFORM_NETWORK,
	.lookup = bind_lookup,
};
