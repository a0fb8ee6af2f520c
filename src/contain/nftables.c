/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nftables: what goes past the resolvers. A client that is contained reaches ports 53 and 853 of
 * the resolvers and of nobody else; a server that is contained is reached at these ports by nobody.
 * The whole table is replaced in one transaction, and what has expired the kernel forgets by
 * itself:
 *	add element inet earthdog clients4 { 192.0.2.5 timeout 86400s comment "2fa80b97-..." }
 */
#include "contain/contain.h"

#include "base/time.h"
#include "contain/text.h"

#include <inttypes.h>

static int nftables_fault(const struct ed_contain_entry *e, const struct ed_contain_frame *frame)
{
	if (ed_addr_known(&e->client) && frame->n_resolvers == 0)
		return ED_CONTAIN_NEEDS_RESOLVER;
	return 0;
}

static void put_resolvers(const struct ed_contain_frame *frame, bool v4, struct ed_buf *out)
{
	const char *between = "\t\telements = { ";

	ed_buf_printf(out, "\tset resolvers%c {\n\t\ttype ipv%c_addr\n", v4 ? '4' : '6',
		      v4 ? '4' : '6');
	for (size_t i = 0; i < frame->n_resolvers; i++) {
		if (ed_addr_is_v4(&frame->resolvers[i]) != v4)
			continue;
		ed_buf_puts(out, between);
		ed_contain_put_addr(&frame->resolvers[i], out);
		between = ", ";
	}
	ed_buf_puts(out, *between == ',' ? " }\n\t}\n" : "\t}\n");
}

static void nftables_frame(const struct ed_contain_frame *frame, struct ed_buf *out)
{
	/* The first line makes sure that there is a table to delete. */
	ed_buf_puts(out, "table inet earthdog\n"
			 "delete table inet earthdog\n"
			 "table inet earthdog {\n");
	put_resolvers(frame, true, out);
	put_resolvers(frame, false, out);
	ed_buf_puts(out, "\tset clients4 {\n\t\ttype ipv4_addr\n\t\tflags timeout\n\t}\n"
			 "\tset clients6 {\n\t\ttype ipv6_addr\n\t\tflags timeout\n\t}\n"
			 "\tset servers4 {\n\t\ttype ipv4_addr\n\t\tflags timeout\n\t}\n"
			 "\tset servers6 {\n\t\ttype ipv6_addr\n\t\tflags timeout\n\t}\n"
			 "\tchain dns {\n"
			 "\t\tip daddr @servers4 counter drop\n"
			 "\t\tip6 daddr @servers6 counter drop\n"
			 "\t\tip daddr @resolvers4 return\n"
			 "\t\tip6 daddr @resolvers6 return\n"
			 "\t\tip saddr @clients4 counter drop\n"
			 "\t\tip6 saddr @clients6 counter drop\n"
			 "\t}\n");
	for (unsigned i = 0; i < 2; i++) {
		const char *hook = i ? "output" : "forward";

		ed_buf_printf(out,
			      "\tchain %s {\n"
			      "\t\ttype filter hook %s priority -10; policy accept;\n"
			      "\t\tmeta l4proto { tcp, udp } th dport { 53, 853 } jump dns\n"
			      "\t}\n",
			      hook, hook);
	}
	ed_buf_puts(out, "}\n");
}

static void nftables_entry(const struct ed_contain_entry *e, const struct ed_contain_entry *before,
			   struct ed_buf *out)
{
	bool is_client = ed_addr_known(&e->client);
	const struct ed_addr *a = is_client ? &e->client : &e->server;
	int64_t left_s = (e->expires_ns - e->added_ns) / ED_NS_PER_S;

	(void)before;
	ed_buf_printf(out, "add element inet earthdog %s%c { ", is_client ? "clients" : "servers",
		      ed_addr_is_v4(a) ? '4' : '6');
	ed_contain_put_addr(a, out);
	ed_buf_printf(out, " timeout %" PRId64 "s comment \"%s\" }\n", left_s > 0 ? left_s : 1,
		      *e->alert ? e->alert : "earthdog");
}

const struct ed_contain_writer ed_contain_nftables = {
	.name = "nftables",
	.help = "nftables: clients that may ask the resolvers only, and servers nobody may ask",
	.file = "earthdog.nft",
	.comment = "#",
	.check = "nft --check --file FILE",
	.takes = ED_CONTAIN_CLIENT | ED_CONTAIN_SERVER,
	.fault = nftables_fault,
	.frame = nftables_frame,
	.entry = nftables_entry,
};
