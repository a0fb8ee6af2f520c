/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BIND: an empty zone of its own for each domain, out of the database that named has built in for
 * RFC 6303, so that no zone file is needed. It covers all below it.
 *	zone "evil.example" { type primary; database "_builtin empty localhost. root.localhost."; };
 */
#include "contain/contain.h"

#include "contain/text.h"

static void bind_entry(const struct ed_contain_entry *e, const struct ed_contain_entry *before,
		       struct ed_buf *out)
{
	(void)before;
	ed_buf_puts(out, "zone \"");
	ed_contain_put_name(&e->domain, "\\", out);
	ed_buf_puts(out, "\" { type primary; database \"_builtin empty localhost. "
			 "root.localhost.\"; notify no; allow-transfer { none; }; };\n");
}

const struct ed_contain_writer ed_contain_bind = {
	.name = "bind",
	.help = "BIND: an empty zone for each domain, to be included in named.conf",
	.file = "earthdog.named.conf",
	.comment = "#",
	.check = "named-checkconf FILE",
	.takes = ED_CONTAIN_NAME,
	.entry = bind_entry,
};
