/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill as eslogger tells the start of a program whose arguments hold the name.
 *	{"event_type":9,"global_seq_num":7,"time":"2026-11-03T14:02:11.250000000Z",...
 */
#include "drill/drill.h"

#include "drill/text.h"

static void eslogger_lookup(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
			    struct ed_buf *out)
{
	ed_drill_fill(plan, l,
		      "{\"event_type\":9,\"global_seq_num\":@serial@,\"time\":\""
		      "@time:%Y-%m-%dT%H:%M:%S.%N000000Z@\","
		      "\"process\":{\"executable\":{\"path\":\"\\/bin\\/zsh\"}},"
		      "\"event\":{\"exec\":{\"target\":{\"audit_token\":{\"pid\":@pid@,"
		      "\"euid\":501},\"ppid\":640,"
		      "\"executable\":{\"path\":\"\\/usr\\/bin\\/dig\"}},\"args\":[\"dig\","
		      "\"TXT\",\"@name@\"]}}}\n",
		      out);
}

const struct ed_drill_writer ed_drill_eslogger = {
	.name = "eslogger",
	.suffix = "ndjson",
	.platform = ED_PLATFORM_MACOS,
	.lookup = eslogger_lookup,
};
