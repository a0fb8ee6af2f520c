/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AdGuard Home: a filter list, for all or for one client. An address stands in quotes, for the
 * colons of IPv6.
 *	||evil.example^
 *	||evil.example^$client='192.0.2.5'
 */
#include "contain/contain.h"

#include "contain/text.h"

static int adguard_fault(const struct ed_contain_entry *e, const struct ed_contain_frame *frame)
{
	(void)frame;
	return ed_contain_is_plain(&e->domain) ? 0 : ED_CONTAIN_BAD_NAME;
}

static void adguard_entry(const struct ed_contain_entry *e, const struct ed_contain_entry *before,
			  struct ed_buf *out)
{
	(void)before;
	ed_buf_puts(out, "||");
	ed_contain_put_name(&e->domain, "\\", out);
	ed_buf_puts(out, "^");
	if (ed_addr_known(&e->client)) {
		ed_buf_puts(out, "$client='");
		ed_contain_put_addr(&e->client, out);
		ed_buf_puts(out, "'");
	}
	ed_buf_puts(out, "\n");
}

const struct ed_contain_writer ed_contain_adguard = {
	.name = "adguard",
	.help = "AdGuard Home: a filter list, for all or for one client",
	.file = "earthdog.adguard.txt",
	.comment = "!",
	.check = "a look at the list's page",
	.takes = ED_CONTAIN_NAME | ED_CONTAIN_CLIENT,
	.fault = adguard_fault,
	.entry = adguard_entry,
};
