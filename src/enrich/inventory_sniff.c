/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which syntax an inventory is in, by what only that one has: the first bytes, the first line that
 * is no comment, or a word that its program writes everywhere; then its reader; and how a row comes
 * out of it.
 */
#include "enrich/inventory_row.h"

#include <errno.h>
#include <stdlib.h>

#include "enrich/list.h"

enum { LOOK_MAX_BYTES = 1 << 16, LINES_MAX = 64 };

static const struct {
	const char *name;
	void (*read)(struct ed_inventory_reader *r);
} syntaxes[ED_INVENTORY_SYNTAXES] = {
	[ED_INVENTORY_CSV] = { "CSV", ed_inventory_read_csv },
	[ED_INVENTORY_KEA] = { "Kea leases", ed_inventory_read_kea },
	[ED_INVENTORY_DHCPD] = { "dhcpd leases", ed_inventory_read_dhcpd },
	[ED_INVENTORY_DNSMASQ] = { "dnsmasq leases", ed_inventory_read_dnsmasq },
	[ED_INVENTORY_NMAP] = { "Nmap XML", ed_inventory_read_nmap },
	[ED_INVENTORY_NMAP_GREP] = { "Nmap grepable", ed_inventory_read_nmap_grep },
	[ED_INVENTORY_OSQUERY] = { "osquery results", ed_inventory_read_osquery },
	[ED_INVENTORY_JSON] = { "JSON", ed_inventory_read_json },
	[ED_INVENTORY_PACKED] = { "compressed file", NULL },
	[ED_INVENTORY_UNKNOWN] = { "unknown", NULL },
};

const char *ed_inventory_syntax_name(enum ed_inventory_syntax syntax)
{
	return syntaxes[syntax].name;
}

static bool is_packed(struct ed_span t)
{
	return ed_span_starts(t, "\x1f\x8b") || ed_span_starts(t, "PK\x03\x04") ||
	       ed_span_starts(t, "\x28\xb5\x2f\xfd") || ed_span_starts(t, "BZh") ||
	       ed_span_starts(t, "\xfd"
				 "7zXZ");
}

static bool holds(struct ed_span s, const char *what)
{
	return memmem(s.p, s.n, what, strlen(what)) != NULL;
}

static struct ed_span skip_space(struct ed_span t)
{
	while (t.n > 0 && (t.p[0] == ' ' || (t.p[0] >= '\t' && t.p[0] <= '\r')))
		t = ed_span_from(t, 1);
	return t;
}

static bool is_dnsmasq(struct ed_span line)
{
	struct ed_span word = ed_list_word(&line);
	struct ed_addr addr;
	int64_t expire;

	if (ed_span_is(word, "duid")) {
		bool has_id = ed_list_word(&line).n > 0;

		return has_id && ed_list_word(&line).n == 0;
	}
	if (!ed_inventory_number(word, &expire))
		return false;
	(void)ed_list_word(&line);
	return ed_addr_from_text(ed_list_word(&line), &addr) && ed_list_word(&line).n > 0;
}

/* A statement of dhcpd's that its lease files begin with. */
static bool is_dhcpd(struct ed_span line)
{
	struct ed_span word = ed_list_word(&line);

	if (ed_span_is(word, "lease") || ed_span_is(word, "host"))
		return holds(line, "{");
	if (ed_span_is(word, "failover"))
		return ed_span_is(ed_list_word(&line), "peer");
	if (ed_span_is(word, "ia-na") || ed_span_is(word, "ia-ta") || ed_span_is(word, "ia-pd") ||
	    ed_span_is(word, "server-duid"))
		return holds(line, "\"");
	return ed_span_is(word, "authoring-byte-order");
}

static enum ed_inventory_syntax syntax_of(struct ed_span line)
{
	if (ed_span_starts(line, "address,") && holds(line, ",valid_lifetime,expire,"))
		return ED_INVENTORY_KEA;
	if (ed_span_starts(line, "Host: ") &&
	    (holds(line, "\tStatus: ") || holds(line, "\tPorts: ")))
		return ED_INVENTORY_NMAP_GREP;
	if (is_dhcpd(line))
		return ED_INVENTORY_DHCPD;
	return is_dnsmasq(line) ? ED_INVENTORY_DNSMASQ : ED_INVENTORY_CSV;
}

/* What a comment says of its file; UNKNOWN: nothing. */
static enum ed_inventory_syntax syntax_of_comment(struct ed_span line)
{
	if (ed_span_starts(line, "# Nmap "))
		return ED_INVENTORY_NMAP_GREP;
	return holds(line, "dhcpd.leases") ? ED_INVENTORY_DHCPD : ED_INVENTORY_UNKNOWN;
}

static enum ed_inventory_syntax sniff_lines(struct ed_span text)
{
	struct ed_span line;

	for (unsigned i = 0; i < LINES_MAX && ed_list_line(&text, &line); i++) {
		enum ed_inventory_syntax syntax = ED_INVENTORY_UNKNOWN;

		if (line.n > 0 && line.p[0] != '#')
			return syntax_of(line);
		if (line.n > 0)
			syntax = syntax_of_comment(line);
		if (syntax != ED_INVENTORY_UNKNOWN)
			return syntax;
	}
	return ED_INVENTORY_UNKNOWN;
}

enum ed_inventory_syntax ed_inventory_sniff(struct ed_span text)
{
	if (is_packed(text))
		return ED_INVENTORY_PACKED;
	text = skip_space(text);
	if (text.n > LOOK_MAX_BYTES)
		text.n = LOOK_MAX_BYTES;
	if (text.n == 0)
		return ED_INVENTORY_UNKNOWN;
	if (text.p[0] == '<')
		return holds(text, "<nmaprun") ? ED_INVENTORY_NMAP : ED_INVENTORY_UNKNOWN;
	if (text.p[0] == '{' || text.p[0] == '[')
		return holds(text, "\"hostIdentifier\"") ? ED_INVENTORY_OSQUERY : ED_INVENTORY_JSON;
	return sniff_lines(text);
}

int ed_inventory_read(struct ed_inventory_reader *r, enum ed_inventory_syntax syntax)
{
	if (!syntaxes[syntax].read)
		return 0;
	r->scratch = malloc(ED_INVENTORY_SCRATCH_BYTES);
	if (!r->scratch)
		return -ENOMEM;
	syntaxes[syntax].read(r);
	free(r->scratch);
	r->scratch = NULL;
	return 0;
}

/* ---------------------------------------------------------------------- rows */

void ed_inventory_row_init(struct ed_inventory_row *row, const uint8_t *at)
{
	memset(row, 0, sizeof(*row));
	row->at = at;
	row->from_ns = ED_INVENTORY_ALWAYS_NS;
	row->to_ns = ED_INVENTORY_NEVER_NS;
}

void ed_inventory_bad(struct ed_inventory_reader *r, const uint8_t *at, const char *why)
{
	if (r->n_bad++ > 0)
		return;
	r->first_bad = at;
	r->first_bad_why = why;
}

void ed_inventory_emit(struct ed_inventory_reader *r, const struct ed_inventory_row *row)
{
	if (row->bad) {
		ed_inventory_bad(r, row->at, row->bad);
		return;
	}
	if (row->n_addrs == 0 && row->n_names == 0 && row->n_macs == 0 &&
	    row->text[ED_INVENTORY_ID].n == 0) {
		r->n_other++;
		return;
	}
	if (row->has_odd_role && row->role == ED_ASSET_UNKNOWN && r->n_odd_roles++ == 0)
		r->first_odd_role = row->at;
	r->n_cut += row->has_more_addrs;
	r->n_rows++;
	r->row(r->arg, row);
}
