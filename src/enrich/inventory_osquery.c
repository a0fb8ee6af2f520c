/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Results of osquery's scheduled queries, one a line. Samples:
 *	{"name":"if","hostIdentifier":"lx-042","unixTime":1795287600,
 *	 "columns":{"interface":"eth0","address":"10.0.10.42","mask":"..."},"action":"added"}
 *	{"name":"sys","hostIdentifier":"lx-042","snapshot":[{"hostname":"lx-042"}],...}
 *	{"name":"if","hostIdentifier":"lx-042","diffResults":{"added":[{...}],"removed":[{...}]}}
 * The one idea: queries are called what people like, so the columns tell which table a row is of.
 * Tables about other machines (arp_cache, routes, sockets) have addresses too, and others beside
 * them.
 */
#include "enrich/inventory_row.h"

#include "base/time.h"
#include "enrich/json_token.h"
#include "enrich/list.h"

enum key {
	KEY_OTHER,
	KEY_HOST,
	KEY_TIME,
	KEY_ACTION,
	KEY_COLUMNS,
	KEY_SNAPSHOT,
	KEY_DIFF,
	KEY_ADDED,
	KEY_REMOVED,
	KEY_DECORATIONS,
	KEY_INTERFACE, /* from here on: of a row */
	KEY_ADDRESS,
	KEY_MAC,
	KEY_HOSTNAME,
	KEY_COMPUTER,
	KEY_PLATFORM,
	KEY_VERSION,
	KEY_NAME,
	KEY_FOREIGN, /* a column that no table about the machine itself has */
	KEY_N
};

static const struct {
	const char *name;
	enum key key;
} keys[] = {
	{ "hostIdentifier", KEY_HOST },
	{ "unixTime", KEY_TIME },
	{ "action", KEY_ACTION },
	{ "columns", KEY_COLUMNS },
	{ "snapshot", KEY_SNAPSHOT },
	{ "diffResults", KEY_DIFF },
	{ "added", KEY_ADDED },
	{ "removed", KEY_REMOVED },
	{ "decorations", KEY_DECORATIONS },
	{ "interface", KEY_INTERFACE },
	{ "address", KEY_ADDRESS },
	{ "mac", KEY_MAC },
	{ "hostname", KEY_HOSTNAME },
	{ "computer_name", KEY_COMPUTER },
	{ "platform", KEY_PLATFORM },
	{ "version", KEY_VERSION },
	{ "name", KEY_NAME },
	{ "port", KEY_FOREIGN },
	{ "permanent", KEY_FOREIGN },
	{ "pid", KEY_FOREIGN },
	{ "gateway", KEY_FOREIGN },
	{ "destination", KEY_FOREIGN },
};

/* A line: what holds for all of its rows. */
struct line {
	struct ed_inventory_reader *r;
	const uint8_t *at;
	struct ed_json_tokens json;
	size_t n_scratch;
	enum key key[ED_JSON_TOKEN_DEPTH_MAX];  /* that was read last, by depth */
	enum key list[ED_JSON_TOKEN_DEPTH_MAX]; /* what an array is the value of */
	struct ed_span host, name;
	bool removed;
	int64_t time_ns;             /* ED_INVENTORY_ALWAYS_NS: not known */
	struct ed_span value[KEY_N]; /* of the row that is read */
};

static enum key key_of(struct ed_span s)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (ed_span_is(s, keys[i].name))
			return keys[i].key;
	}
	return KEY_OTHER;
}

static struct ed_span text_of(struct line *l, struct ed_span s)
{
	char *to = l->r->scratch + l->n_scratch;
	size_t n;

	if (!memchr(s.p, '\\', s.n))
		return s;
	if (s.n > ED_INVENTORY_SCRATCH_BYTES - l->n_scratch)
		return ed_span_of(s.p, 0);
	n = ed_json_token_unescape(s, to);
	l->n_scratch += n;
	return ed_span_of(to, n);
}

/* Loopback and link-local addresses are everybody's. */
static bool is_own(const struct ed_addr *a)
{
	static const uint8_t loopback6[16] = { [15] = 1 };

	if (ed_addr_is_v4(a))
		return a->b[12] != 127 && !(a->b[12] == 169 && a->b[13] == 254);
	return memcmp(a->b, loopback6, sizeof(loopback6)) != 0 &&
	       !(a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80);
}

/* Bridges inside the machine: every machine has the same addresses there. */
static bool is_inner(struct ed_span interface)
{
	return ed_span_starts(interface, "docker") || ed_span_starts(interface, "br-") ||
	       ed_span_starts(interface, "virbr") || ed_span_starts(interface, "veth") ||
	       ed_span_starts(interface, "cni") || ed_span_starts(interface, "lxcbr");
}

static void interface_row(const struct line *l, bool removed, struct ed_inventory_row *row)
{
	struct ed_span text = l->value[KEY_ADDRESS];
	const uint8_t *zone = text.n > 0 ? memchr(text.p, '%', text.n) : NULL;
	struct ed_addr addr;

	if (zone)
		text.n = (size_t)(zone - text.p);
	if (!ed_addr_from_text(text, &addr)) {
		row->bad = "not an address";
		return;
	}
	if (!is_own(&addr) || is_inner(l->value[KEY_INTERFACE]))
		return;
	ed_inventory_add_addr(row, &addr);
	row->sequence = ED_INVENTORY_OWN;
	if (removed) {
		row->verb = ED_INVENTORY_ENDS;
		row->to_ns = l->time_ns;
	} else {
		row->from_ns = l->time_ns;
	}
}

/* Which table a row is of, by its columns. */
enum table { TABLE_OTHER, TABLE_ADDRESSES, TABLE_INTERFACES, TABLE_SYSTEM, TABLE_OS };

static enum table table_of(const struct ed_span *v)
{
	if (v[KEY_FOREIGN].p)
		return TABLE_OTHER;
	if (v[KEY_INTERFACE].p && v[KEY_ADDRESS].p)
		return v[KEY_MAC].p ? TABLE_OTHER : TABLE_ADDRESSES;
	if (v[KEY_INTERFACE].p && v[KEY_MAC].p)
		return TABLE_INTERFACES;
	if (v[KEY_HOSTNAME].p)
		return TABLE_SYSTEM;
	return v[KEY_PLATFORM].p && v[KEY_VERSION].p ? TABLE_OS : TABLE_OTHER;
}

/* A row has ended: what it says of the machine, if anything. */
static void take_row(struct line *l, bool removed)
{
	const struct ed_span *v = l->value;
	enum table table = table_of(v);
	struct ed_inventory_row row;
	uint64_t mac;

	ed_inventory_row_init(&row, l->at);
	row.text[ED_INVENTORY_ID] = l->host;
	ed_inventory_add_name(&row, l->name);
	switch (table) {
	case TABLE_ADDRESSES:
		interface_row(l, removed, &row);
		break;
	case TABLE_INTERFACES:
		if (ed_inventory_mac(v[KEY_MAC], &mac))
			ed_inventory_add_mac(&row, mac);
		break;
	case TABLE_SYSTEM:
		ed_inventory_add_name(&row, v[KEY_HOSTNAME]);
		ed_inventory_add_name(&row, v[KEY_COMPUTER]);
		break;
	case TABLE_OS:
		row.platform = (uint8_t)ed_asset_platform_of(v[KEY_PLATFORM]);
		row.text[ED_INVENTORY_OS] = v[KEY_NAME];
		break;
	default:
		break;
	}
	if (table == TABLE_OTHER || l->host.n == 0 || (removed && table != TABLE_ADDRESSES) ||
	    (table == TABLE_ADDRESSES && row.n_addrs == 0 && !row.bad))
		l->r->n_other++;
	else
		ed_inventory_emit(l->r, &row);
}

/* The object at @depth holds a row: it is the value of "columns", or an item of a list of rows. */
static bool is_row(const struct line *l, unsigned depth)
{
	enum key what;

	if (depth < 2)
		return false;
	what = l->json.is_object[depth - 2] ? l->key[depth - 2] : l->list[depth - 2];
	return l->json.is_object[depth - 2] ?
		       what == KEY_COLUMNS :
		       what == KEY_SNAPSHOT || what == KEY_ADDED || what == KEY_REMOVED;
}

/* The members around the rows. */
static void take_context(struct line *l, unsigned depth, struct ed_span v)
{
	int64_t seconds;

	if (depth == 2 && l->key[0] == KEY_DECORATIONS && l->key[1] == KEY_HOSTNAME)
		l->name = text_of(l, v);
	if (depth != 1)
		return;
	switch (l->key[0]) {
	case KEY_HOST:
		l->host = text_of(l, v);
		break;
	case KEY_TIME:
		if (ed_inventory_number(v, &seconds))
			l->time_ns = ed_inventory_time(seconds, ED_INVENTORY_ALWAYS_NS);
		break;
	case KEY_ACTION:
		l->removed = ed_span_is(v, "removed");
		break;
	default:
		break;
	}
}

static void open_frame(struct line *l)
{
	unsigned depth = l->json.depth;

	l->key[depth - 1] = KEY_OTHER;
	l->list[depth - 1] = depth > 1 ? l->key[depth - 2] : KEY_OTHER;
	if (is_row(l, depth))
		memset(l->value, 0, sizeof(l->value));
}

static void close_frame(struct line *l, unsigned depth)
{
	bool removed = l->removed;

	if (!l->json.is_object[depth - 1] || !is_row(l, depth))
		return;
	if (!l->json.is_object[depth - 2] && l->list[depth - 2] != KEY_SNAPSHOT)
		removed = l->list[depth - 2] == KEY_REMOVED;
	take_row(l, removed);
}

/* Walks over the line: once for what holds for all of it, then for its rows. False: it is broken.
 */
static bool walk(struct line *l, struct ed_span text, bool rows)
{
	l->json = (struct ed_json_tokens){ .rest = text };
	for (;;) {
		unsigned depth = l->json.depth;
		struct ed_span v;

		switch (ed_json_token_next(&l->json, &v)) {
		case ED_TOKEN_END:
			return depth == 0;
		case ED_TOKEN_BAD:
			return false;
		case ED_TOKEN_OPEN:
			open_frame(l);
			break;
		case ED_TOKEN_CLOSE:
			if (rows)
				close_frame(l, depth);
			break;
		case ED_TOKEN_KEY:
			l->key[depth - 1] = key_of(v);
			break;
		default:
			if (depth == 0)
				return false;
			if (!rows)
				take_context(l, depth, v);
			else if (l->json.is_object[depth - 1] && is_row(l, depth))
				l->value[l->key[depth - 1]] = text_of(l, v);
		}
	}
}

void ed_inventory_read_osquery(struct ed_inventory_reader *r)
{
	struct ed_span text = r->text, line;

	while (ed_list_line(&text, &line)) {
		struct line l = { .r = r, .at = line.p, .time_ns = ED_INVENTORY_ALWAYS_NS };

		if (line.n == 0)
			continue;
		if (!walk(&l, line, false))
			ed_inventory_bad(r, line.p, "broken JSON");
		else
			(void)walk(&l, line, true);
	}
}
