/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A response policy zone (draft-vixie-dnsop-dns-rpz): NXDOMAIN for the domain and all below it. The
 * names are relative, so the file serves under whatever name the resolver gives the zone. A
 * wildcard does not cover its own parent, hence two records:
 *	evil.example CNAME .
 *	*.evil.example CNAME .
 */
#include "contain/contain.h"

#include "contain/text.h"

/* Left for "*." and the name of the zone, which is the administrator's. */
enum { ZONE_RESERVED_BYTES = 34 };

static int rpz_fault(const struct ed_contain_entry *e, const struct ed_contain_frame *frame)
{
	(void)frame;
	return e->domain.n > ED_NAME_MAX - ZONE_RESERVED_BYTES ? ED_CONTAIN_TOO_LONG : 0;
}

static void rpz_frame(const struct ed_contain_frame *frame, struct ed_buf *out)
{
	ed_buf_printf(out,
		      "$TTL 60\n"
		      "@ SOA localhost. root.localhost. %u 60 60 86400 60\n"
		      "@ NS localhost.\n",
		      (unsigned)frame->serial);
}

static void rpz_entry(const struct ed_contain_entry *e, const struct ed_contain_entry *before,
		      struct ed_buf *out)
{
	(void)before;
	ed_contain_put_name(&e->domain, "\\", out);
	ed_buf_puts(out, " CNAME .\n*.");
	ed_contain_put_name(&e->domain, "\\", out);
	ed_buf_puts(out, " CNAME .\n");
}

const struct ed_contain_writer ed_contain_rpz = {
	.name = "rpz",
	.help = "response policy zone: BIND, Unbound, Knot Resolver, PowerDNS Recursor",
	.file = "earthdog.rpz",
	.comment = ";",
	.check = "named-checkzone rpz.earthdog FILE",
	.takes = ED_CONTAIN_NAME,
	.fault = rpz_fault,
	.frame = rpz_frame,
	.entry = rpz_entry,
};
