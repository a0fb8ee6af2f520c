/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill as macOS's unified log in the style syslog.
 *	2026-11-03 14:02:11.250000+0000  localhost mDNSResponder[389]: ... START PID[812](curl)
 */
#include "drill/drill.h"

#include "drill/text.h"

static void macos_text_lookup(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
			      struct ed_buf *out)
{
	ed_drill_fill(plan, l,
		      "@time:%Y-%m-%d %H:%M:%S.%N000+0000@  localhost mDNSResponder[389]: "
		      "[com.apple.mDNSResponder:Default] [R@serial@] "
		      "DNSServiceQueryRecord(15000, 0, @name@, TXT) START PID[812](curl)\n",
		      out);
}

const struct ed_drill_writer ed_drill_macos_text = {
	.name = "macos-text",
	.suffix = "log",
	.platform = ED_PLATFORM_MACOS,
	.lookup = macos_text_lookup,
};
