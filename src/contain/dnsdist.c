/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dnsdist, in Lua: NXDOMAIN for a suffix, for all or for one client. The escapes of names stand
 * within a Lua string, so their backslash is doubled.
 *	do
 *		local names = newSuffixMatchNode()
 *		names:add(newDNSName("evil.example."))
 *		addAction(SuffixMatchNodeRule(names), RCodeAction(DNSRCode.NXDOMAIN))
 *	end
 */
#include "contain/contain.h"

#include "contain/text.h"

static void dnsdist_entry(const struct ed_contain_entry *e, const struct ed_contain_entry *before,
			  struct ed_buf *out)
{
	bool one = ed_addr_known(&e->client);

	(void)before;
	ed_buf_puts(out, "do\n\tlocal names = newSuffixMatchNode()\n\tnames:add(newDNSName(\"");
	ed_contain_put_name(&e->domain, "\\\\", out);
	ed_buf_puts(out, ".\"))\n");
	if (one) {
		ed_buf_puts(out, "\tlocal clients = newNMG()\n\tclients:addMask(\"");
		ed_contain_put_host_net(&e->client, out);
		ed_buf_puts(out, "\")\n");
	}
	ed_buf_printf(out,
		      "\taddAction(%sSuffixMatchNodeRule(names)%s, "
		      "RCodeAction(DNSRCode.NXDOMAIN))\nend\n",
		      one ? "AndRule({NetmaskGroupRule(clients), " : "", one ? "})" : "");
}

const struct ed_contain_writer ed_contain_dnsdist = {
	.name = "dnsdist",
	.help = "dnsdist 1.7 and later: rules for all or for one client",
	.file = "earthdog.dnsdist.lua",
	.comment = "--",
	.check = "dnsdist --check-config -C FILE",
	.takes = ED_CONTAIN_NAME | ED_CONTAIN_CLIENT,
	.entry = dnsdist_entry,
};
