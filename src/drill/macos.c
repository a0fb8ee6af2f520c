/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill as macOS's unified log in JSON: what mDNSResponder says.
 *	{"timestamp":"2026-11-03 14:02:11.250000+0000","processImagePath":"\/usr\/sbin\/mDNS...
 */
#include "drill/drill.h"

#include "drill/text.h"

static void macos_lookup(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
			 struct ed_buf *out)
{
	ed_drill_fill(plan, l,
		      "{\"timestamp\":\"@time:%Y-%m-%d %H:%M:%S.%N000+0000@\","
		      "\"messageType\":\"Default\",\"eventType\":\"logEvent\","
		      "\"subsystem\":\"com.apple.mDNSResponder\",\"category\":\"Default\","
		      "\"processID\":389,\"hostname\":\"@host@\","
		      "\"processImagePath\":\"\\/usr\\/sbin\\/mDNSResponder\","
		      "\"eventMessage\":\"[R@serial@] DNSServiceQueryRecord START -- qname: "
		      "@name@, qtype: TXT, flags: 0x1D000, interface index: 0, client pid: 812 "
		      "(curl), name hash: @name-hash@\"}\n",
		      out);
}

const struct ed_drill_writer ed_drill_macos = {
	.name = "macos",
	.suffix = "ndjson",
	.platform = ED_PLATFORM_MACOS,
	.is_usual = true,
	.lookup = macos_lookup,
};
