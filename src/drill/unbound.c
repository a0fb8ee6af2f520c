/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill as Unbound's log of queries and replies.
 *	[1793714531] unbound[464:0] query: 192.0.2.66 kq5n.edd-3f9a.example.net. TXT IN
 */
#include "drill/drill.h"

#include "drill/text.h"

static void unbound_lookup(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
			   struct ed_buf *out)
{
	ed_drill_fill(plan, l,
		      "[@epoch-s@] unbound[464:0] query: @client@ @name@. TXT IN\n"
		      "[@answered:%s@] unbound[464:0] reply: @client@ @name@. TXT IN NOERROR "
		      "@rtt@ 0 @answer-bytes@\n",
		      out);
}

const struct ed_drill_writer ed_drill_unbound = {
	.name = "unbound",
	.suffix = "log",
	.platform = ED_PLATFORM_NETWORK,
	.lookup = unbound_lookup,
};
