/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill as what Knot Resolver prints with IPTRACE and DEBUG_ALWAYS, in the journal.
 *	2026-11-03T14:02:11+00:00 ns1 kresd[610]: [reqdbg][policy][04711.00] request packet ...
 */
#include "drill/drill.h"

#include "drill/text.h"

static void knot_lookup(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
			struct ed_buf *out)
{
	ed_drill_fill(plan, l,
		      "@time:%Y-%m-%dT%H:%M:%S.%N000+00:00@ ns1 kresd[610]: [reqdbg][policy]["
		      "@txid@.00] request packet arrived from @client@#@port@ to @resolver@"
		      "#00053 (UDP)\n"
		      "@time:%Y-%m-%dT%H:%M:%S.%N000+00:00@ ns1 kresd[610]: [reqdbg][policy]["
		      "@txid@.00] request packet:\n"
		      "    ;; ->>HEADER<<- opcode: QUERY; status: NOERROR; id: @txid@\n"
		      "    ;; Flags: rd  QUERY: 1; ANSWER: 0; AUTHORITY: 0; ADDITIONAL: 0\n"
		      "    \n"
		      "    ;; QUESTION SECTION\n"
		      "    @name@.\t\tTXT\n"
		      "    \n"
		      "@answered:%Y-%m-%dT%H:%M:%S.%N000+00:00@ ns1 kresd[610]: "
		      "[reqdbg][policy][@txid@.00] answer packet:\n"
		      "    ;; ->>HEADER<<- opcode: QUERY; status: NOERROR; id: @txid@\n"
		      "    ;; Flags: qr rd ra  QUERY: 1; ANSWER: 1; AUTHORITY: 0; ADDITIONAL: 0"
		      "\n"
		      "    \n"
		      "    ;; QUESTION SECTION\n"
		      "    @name@.\t\tTXT\n"
		      "    \n"
		      "    ;; ANSWER SECTION\n"
		      "    @name@.\t60\tTXT\t\"@answer@\"\n"
		      "    \n",
		      out);
}

const struct ed_drill_writer ed_drill_knot = {
	.name = "knot",
	.suffix = "log",
	.platform = ED_PLATFORM_NETWORK,
	.lookup = knot_lookup,
};
