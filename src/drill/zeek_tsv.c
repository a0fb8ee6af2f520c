/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill as Zeek's dns.log.
 *	1793714531.250000	CEd0000000000001	192.0.2.66	41000	192.0.2.53	53	udp	...
 */
#include "drill/drill.h"

#include "drill/text.h"

static void zeek_begin(const struct ed_drill_plan *plan, struct ed_buf *out)
{
	(void)plan;
	ed_buf_puts(out, "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n"
			 "#unset_field\t-\n#path\tdns\n");
	ed_buf_puts(out, "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\t"
			 "trans_id\trtt\tquery\tqclass\tqclass_name\tqtype\tqtype_name\trcode\t"
			 "rcode_name\tAA\tTC\tRD\tRA\tZ\tanswers\tTTLs\trejected\n");
	ed_buf_puts(out, "#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tcount\tinterval\t"
			 "string\tcount\tstring\tcount\tstring\tcount\tstring\tbool\tbool\tbool\t"
			 "bool\tcount\tvector[string]\tvector[interval]\tbool\n");
}

static void zeek_lookup(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
			struct ed_buf *out)
{
	ed_drill_fill(plan, l,
		      "@epoch@\tCEd@txid@x@index@\t@client@\t@port@\t@resolver@\t53\tudp\t@txid@\t"
		      "@rtt@\t@name@\t1\tC_INTERNET\t16\tTXT\t0\tNOERROR\tF\tF\tT\tT\t0\t"
		      "TXT @text-bytes@ @answer@\t60.000000\tF\n",
		      out);
}

static void zeek_end(const struct ed_drill_plan *plan, struct ed_buf *out)
{
	ed_drill_fill_at(plan, ed_drill_end_ns(plan), "#close\t@time:%Y-%m-%d-%H-%M-%S@\n", out);
}

const struct ed_drill_writer ed_drill_zeek_tsv = {
	.name = "zeek-tsv",
	.suffix = "log",
	.platform = ED_PLATFORM_NETWORK,
	.is_usual = true,
	.begin = zeek_begin,
	.lookup = zeek_lookup,
	.end = zeek_end,
};
