/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Knot Resolver 5, in Lua. A name is given in wire form, as the function todname() would make it,
 * so no byte of it has to be escaped for two languages:
 *	policy.add(policy.suffix(policy.DENY, {'\004evil\007example\000'}))
 *	view:addr('192.0.2.5/32', policy.suffix(policy.DENY, {'\004evil\007example\000'}))
 */
#include "contain/contain.h"

#include "base/ascii.h"
#include "contain/text.h"

static bool is_quiet(uint8_t c)
{
	return ed_is_lower(c) || c == '-' || c == '_';
}

/* A digit would be read as one more of an escape before it, so digits are escaped as well. */
static void put_wire(const struct ed_name *name, struct ed_buf *out)
{
	ed_buf_puts(out, "'");
	for (size_t i = 0; i < name->n; i++) {
		if (is_quiet(name->wire[i]))
			ed_buf_put(out, &name->wire[i], 1);
		else
			ed_buf_printf(out, "\\%03u", name->wire[i]);
	}
	ed_buf_puts(out, "'");
}

static void knot_entry(const struct ed_contain_entry *e, const struct ed_contain_entry *before,
		       struct ed_buf *out)
{
	(void)before;
	if (ed_addr_known(&e->client)) {
		ed_buf_puts(out, "modules.load('view')\nview:addr('");
		ed_contain_put_host_net(&e->client, out);
		ed_buf_puts(out, "', ");
	} else {
		ed_buf_puts(out, "policy.add(");
	}
	ed_buf_puts(out, "policy.suffix(policy.DENY, {");
	put_wire(&e->domain, out);
	ed_buf_puts(out, "}))\n");
}

const struct ed_contain_writer ed_contain_knot = {
	.name = "knot",
	.help = "Knot Resolver 5: policies, and views where it is one client",
	.file = "earthdog.kresd.lua",
	.comment = "--",
	.check = "luajit -bl FILE",
	.takes = ED_CONTAIN_NAME | ED_CONTAIN_CLIENT,
	.entry = knot_entry,
};
