/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pi-hole: a list to subscribe to, in the adblock style, which covers all below a domain. Which
 * clients it holds for is a matter of Pi-hole's groups.
 *	||evil.example^
 */
#include "contain/contain.h"

#include "contain/text.h"

static int pihole_fault(const struct ed_contain_entry *e, const struct ed_contain_frame *frame)
{
	(void)frame;
	return ed_contain_is_plain(&e->domain) ? 0 : ED_CONTAIN_BAD_NAME;
}

static void pihole_entry(const struct ed_contain_entry *e, const struct ed_contain_entry *before,
			 struct ed_buf *out)
{
	(void)before;
	ed_buf_puts(out, "||");
	ed_contain_put_name(&e->domain, "\\", out);
	ed_buf_puts(out, "^\n");
}

const struct ed_contain_writer ed_contain_pihole = {
	.name = "pihole",
	.help = "Pi-hole: a list to subscribe to",
	.file = "earthdog.pihole.txt",
	.comment = "#",
	.check = "pihole -g",
	.takes = ED_CONTAIN_NAME,
	.fault = pihole_fault,
	.entry = pihole_entry,
};
