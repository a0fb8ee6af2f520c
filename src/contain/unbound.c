/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unbound: local zones that do not exist, for all clients or in a view of one client. A view can be
 * opened once only, so the entries of a client share it:
 *	server:
 *		local-zone: "evil.example." always_nxdomain
 *	server:
 *		access-control-view: 192.0.2.5/32 "earthdog-192.0.2.5"
 *	view:
 *		name: "earthdog-192.0.2.5"
 *		view-first: yes
 *		local-zone: "evil.example." always_nxdomain
 */
#include "contain/contain.h"

#include "contain/text.h"

static void put_view(const struct ed_addr *client, struct ed_buf *out)
{
	ed_buf_puts(out, "\"earthdog-");
	ed_contain_put_addr(client, out);
	ed_buf_puts(out, "\"\n");
}

static void unbound_entry(const struct ed_contain_entry *e, const struct ed_contain_entry *before,
			  struct ed_buf *out)
{
	if (!ed_addr_known(&e->client)) {
		ed_buf_puts(out, "server:\n");
	} else if (!before || !ed_addr_eq(&before->client, &e->client)) {
		ed_buf_puts(out, "server:\n\taccess-control-view: ");
		ed_contain_put_host_net(&e->client, out);
		ed_buf_puts(out, " ");
		put_view(&e->client, out);
		ed_buf_puts(out, "view:\n\tname: ");
		put_view(&e->client, out);
		ed_buf_puts(out, "\tview-first: yes\n");
	}
	ed_buf_puts(out, "\tlocal-zone: \"");
	ed_contain_put_name(&e->domain, "\\", out);
	ed_buf_puts(out, ".\" always_nxdomain\n");
}

const struct ed_contain_writer ed_contain_unbound = {
	.name = "unbound",
	.help = "Unbound: local zones, in a view where it is one client",
	.file = "earthdog.conf",
	.comment = "#",
	.check = "unbound-checkconf",
	.takes = ED_CONTAIN_NAME | ED_CONTAIN_CLIENT,
	.entry = unbound_entry,
};
