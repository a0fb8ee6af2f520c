/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill as Tetragon tells the start of a program whose arguments hold the name.
 *	{"process_exec":{"process":{"exec_id":"bm9kZTE6MTIz","pid":2214,"uid":33,"binary":...
 */
#include "drill/drill.h"

#include "drill/text.h"

static void tetragon_lookup(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
			    struct ed_buf *out)
{
	ed_drill_fill(plan, l,
		      "{\"process_exec\":{\"process\":{\"exec_id\":\"ZHJpbGw6@serial@\","
		      "\"pid\":@pid@,\"uid\":33,\"binary\":\"/usr/bin/dig\","
		      "\"arguments\":\"+short TXT @name@\",\"start_time\":\""
		      "@time:%Y-%m-%dT%H:%M:%S.%N000000Z@\","
		      "\"parent_exec_id\":\"ZHJpbGw6MTIy\"},"
		      "\"parent\":{\"exec_id\":\"ZHJpbGw6MTIy\",\"pid\":2210,"
		      "\"binary\":\"/usr/bin/dash\",\"arguments\":\"-c drill\"}},"
		      "\"node_name\":\"@host@\",\"time\":\"@time:%Y-%m-%dT%H:%M:%S.%N000000Z@"
		      "\"}\n",
		      out);
}

const struct ed_drill_writer ed_drill_tetragon = {
	.name = "tetragon",
	.suffix = "json",
	.platform = ED_PLATFORM_LINUX,
	.lookup = tetragon_lookup,
};
