/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dnsmasq: a domain that is answered from local data only, of which there is none. It has no
 * escapes in names, so only plain ones can be written.
 *	local=/evil.example/
 */
#include "contain/contain.h"

#include "contain/text.h"

static int dnsmasq_fault(const struct ed_contain_entry *e, const struct ed_contain_frame *frame)
{
	(void)frame;
	return ed_contain_is_plain(&e->domain) ? 0 : ED_CONTAIN_BAD_NAME;
}

static void dnsmasq_entry(const struct ed_contain_entry *e, const struct ed_contain_entry *before,
			  struct ed_buf *out)
{
	(void)before;
	ed_buf_puts(out, "local=/");
	ed_contain_put_name(&e->domain, "\\", out);
	ed_buf_puts(out, "/\n");
}

const struct ed_contain_writer ed_contain_dnsmasq = {
	.name = "dnsmasq",
	.help = "dnsmasq: domains that are never forwarded",
	.file = "earthdog.dnsmasq.conf",
	.comment = "#",
	.check = "dnsmasq --test --conf-file=FILE",
	.takes = ED_CONTAIN_NAME,
	.fault = dnsmasq_fault,
	.entry = dnsmasq_entry,
};
