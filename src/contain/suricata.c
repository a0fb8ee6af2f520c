/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Suricata 5 and later: drop a query below a domain; a sensor that only listens takes drop for
 * alert. With dotprefix the one pattern covers the domain and all below it, and no other. Bytes but
 * letters, digits and '-' stand as hexadecimal. The query buffer joins labels by dots, so a dot in
 * a label could not be told from one between two.
 *	drop dns 192.0.2.5 any -> any any (msg:"..."; dns.query; dotprefix;
 *	  content:".evil.example"; ...)
 * in one line.
 */
#include "contain/contain.h"

#include "base/ascii.h"
#include "contain/text.h"

static int suricata_fault(const struct ed_contain_entry *e, const struct ed_contain_frame *frame)
{
	(void)frame;
	return ed_contain_has_inner_dot(&e->domain) ? ED_CONTAIN_BAD_NAME : 0;
}

static bool is_quiet(uint8_t c)
{
	return ed_is_lower(c) || ed_is_digit(c) || c == '-';
}

static void put_content(const struct ed_name *name, struct ed_buf *out)
{
	for (size_t i = 0; i < name->n && name->wire[i]; i += name->wire[i] + 1U) {
		ed_buf_puts(out, ".");
		for (size_t k = 1; k <= name->wire[i]; k++) {
			uint8_t c = name->wire[i + k];

			if (is_quiet(c))
				ed_buf_put(out, &c, 1);
			else
				ed_buf_printf(out, "|%02x|", c);
		}
	}
}

static void suricata_entry(const struct ed_contain_entry *e, const struct ed_contain_entry *before,
			   struct ed_buf *out)
{
	(void)before;
	ed_buf_puts(out, "drop dns ");
	if (ed_addr_known(&e->client))
		ed_contain_put_addr(&e->client, out);
	else
		ed_buf_puts(out, "any");
	ed_buf_puts(out, " any -> any any (msg:\"earthdog: contained DNS tunnel\"; dns.query; "
			 "dotprefix; content:\"");
	put_content(&e->domain, out);
	ed_buf_printf(out,
		      "\"; nocase; endswith; sid:%u; rev:1; "
		      "metadata:mitre_technique_id T1071.004%s%s;)\n",
		      (unsigned)e->number, *e->alert ? ", earthdog_alert " : "", e->alert);
}

const struct ed_contain_writer ed_contain_suricata = {
	.name = "suricata",
	.help = "Suricata: rules that drop the queries",
	.file = "earthdog.rules",
	.comment = "#",
	.check = "suricata -T -S FILE",
	.takes = ED_CONTAIN_NAME | ED_CONTAIN_CLIENT,
	.fault = suricata_fault,
	.entry = suricata_entry,
};
