/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the readers of inventories have in common: names of columns, and cells. Samples of cells:
 * "10.0.10.42, 10.0.11.42", "10.0.20.0/24", "AA-BB-CC-DD-EE-01", "n/a", "2026-11-03", "1782000000".
 */
#include "enrich/inventory_row.h"

#include "base/ascii.h"
#include "base/time.h"
#include "enrich/list.h"
#include "base/hex.h"

enum { COLUMN_NAME_MAX = 32, MAC_DIGITS = 12, DUID_MAX = 130 };

/* ------------------------------------------------------------------ columns */

static const struct {
	const char *name;
	enum ed_inventory_column column;
} columns[] = {
	{ "ip", ED_COLUMN_ADDR },
	{ "ips", ED_COLUMN_ADDR },
	{ "ipaddress", ED_COLUMN_ADDR },
	{ "ipaddresses", ED_COLUMN_ADDR },
	{ "ipaddr", ED_COLUMN_ADDR },
	{ "ipv4", ED_COLUMN_ADDR },
	{ "ipv4address", ED_COLUMN_ADDR },
	{ "ipv4addresses", ED_COLUMN_ADDR },
	{ "ipv6", ED_COLUMN_ADDR },
	{ "ipv6address", ED_COLUMN_ADDR },
	{ "ipv6addresses", ED_COLUMN_ADDR },
	{ "ip4", ED_COLUMN_ADDR },
	{ "ip6", ED_COLUMN_ADDR },
	{ "address", ED_COLUMN_ADDR },
	{ "addresses", ED_COLUMN_ADDR },
	{ "addr", ED_COLUMN_ADDR },
	{ "hostip", ED_COLUMN_ADDR },
	{ "primaryip", ED_COLUMN_ADDR },
	{ "primaryip4", ED_COLUMN_ADDR },
	{ "primaryip6", ED_COLUMN_ADDR },
	{ "primaryipaddress", ED_COLUMN_ADDR },
	{ "managementip", ED_COLUMN_ADDR },
	{ "mgmtip", ED_COLUMN_ADDR },
	{ "cidr", ED_COLUMN_PREFIX },
	{ "subnet", ED_COLUMN_PREFIX },
	{ "prefix", ED_COLUMN_PREFIX },
	{ "networkaddress", ED_COLUMN_PREFIX },
	{ "ipnetwork", ED_COLUMN_PREFIX },
	{ "name", ED_COLUMN_NAME },
	{ "names", ED_COLUMN_NAME },
	{ "hostname", ED_COLUMN_NAME },
	{ "hostnames", ED_COLUMN_NAME },
	{ "host", ED_COLUMN_NAME },
	{ "dnshostname", ED_COLUMN_NAME },
	{ "dnsname", ED_COLUMN_NAME },
	{ "fqdn", ED_COLUMN_NAME },
	{ "computer", ED_COLUMN_NAME },
	{ "computername", ED_COLUMN_NAME },
	{ "devicename", ED_COLUMN_NAME },
	{ "assetname", ED_COLUMN_NAME },
	{ "alias", ED_COLUMN_NAME },
	{ "aliases", ED_COLUMN_NAME },
	{ "id", ED_COLUMN_ID },
	{ "assetid", ED_COLUMN_ID },
	{ "assettag", ED_COLUMN_ID },
	{ "deviceid", ED_COLUMN_ID },
	{ "uuid", ED_COLUMN_ID },
	{ "guid", ED_COLUMN_ID },
	{ "objectguid", ED_COLUMN_ID },
	{ "sysid", ED_COLUMN_ID },
	{ "serial", ED_COLUMN_ID },
	{ "serialnumber", ED_COLUMN_ID },
	{ "mac", ED_COLUMN_MAC },
	{ "macs", ED_COLUMN_MAC },
	{ "macaddress", ED_COLUMN_MAC },
	{ "macaddresses", ED_COLUMN_MAC },
	{ "hwaddr", ED_COLUMN_MAC },
	{ "hardwareaddress", ED_COLUMN_MAC },
	{ "physicaladdress", ED_COLUMN_MAC },
	{ "ethernet", ED_COLUMN_MAC },
	{ "os", ED_COLUMN_OS },
	{ "osname", ED_COLUMN_OS },
	{ "operatingsystem", ED_COLUMN_OS },
	{ "platform", ED_COLUMN_PLATFORM },
	{ "role", ED_COLUMN_ROLE },
	{ "devicerole", ED_COLUMN_ROLE },
	{ "type", ED_COLUMN_ROLE },
	{ "devicetype", ED_COLUMN_ROLE },
	{ "assettype", ED_COLUMN_ROLE },
	{ "category", ED_COLUMN_ROLE },
	{ "function", ED_COLUMN_ROLE },
	{ "distinguishedname", ED_COLUMN_UNIT },
	{ "network", ED_COLUMN_NETWORK },
	{ "networkname", ED_COLUMN_NETWORK },
	{ "subnetname", ED_COLUMN_NETWORK },
	{ "segment", ED_COLUMN_NETWORK },
	{ "zone", ED_COLUMN_NETWORK },
	{ "site", ED_COLUMN_NETWORK },
	{ "owner", ED_COLUMN_OWNER },
	{ "ownedby", ED_COLUMN_OWNER },
	{ "managedby", ED_COLUMN_OWNER },
	{ "department", ED_COLUMN_OWNER },
	{ "team", ED_COLUMN_OWNER },
	{ "responsible", ED_COLUMN_OWNER },
	{ "contact", ED_COLUMN_OWNER },
	{ "user", ED_COLUMN_USER },
	{ "username", ED_COLUMN_USER },
	{ "assignedto", ED_COLUMN_USER },
	{ "assigneduser", ED_COLUMN_USER },
	{ "primaryuser", ED_COLUMN_USER },
	{ "validfrom", ED_COLUMN_FROM },
	{ "from", ED_COLUMN_FROM },
	{ "start", ED_COLUMN_FROM },
	{ "starts", ED_COLUMN_FROM },
	{ "leasestart", ED_COLUMN_FROM },
	{ "validto", ED_COLUMN_TO },
	{ "validuntil", ED_COLUMN_TO },
	{ "to", ED_COLUMN_TO },
	{ "until", ED_COLUMN_TO },
	{ "end", ED_COLUMN_TO },
	{ "ends", ED_COLUMN_TO },
	{ "expire", ED_COLUMN_TO },
	{ "expires", ED_COLUMN_TO },
	{ "leaseexpires", ED_COLUMN_TO },
	{ "leaseend", ED_COLUMN_TO },
	{ "vlan", ED_COLUMN_NET_TAG },
	{ "vlanid", ED_COLUMN_NET_TAG },
	{ "vni", ED_COLUMN_NET_TAG },
};

enum ed_inventory_column ed_inventory_column_of(struct ed_span name)
{
	char buf[COLUMN_NAME_MAX] = "";
	struct ed_span bare = ed_span_of(buf, 0);

	for (size_t i = 0; i < name.n; i++) {
		uint8_t c = ed_to_lower(name.p[i]);

		if (!ed_is_lower(c) && !ed_is_digit(c))
			continue;
		if (bare.n == sizeof(buf))
			return ED_COLUMN_NONE;
		buf[bare.n++] = (char)c;
	}
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		if (buf[0] == columns[i].name[0] && ed_span_is(bare, columns[i].name))
			return columns[i].column;
	}
	return ED_COLUMN_NONE;
}

bool ed_inventory_columns_suffice(uint32_t columns_set)
{
	const uint32_t where = 1U << ED_COLUMN_ADDR | 1U << ED_COLUMN_PREFIX;
	const uint32_t who = 1U << ED_COLUMN_NAME | 1U << ED_COLUMN_ID | 1U << ED_COLUMN_MAC;
	const uint32_t what = 1U << ED_COLUMN_OS | 1U << ED_COLUMN_PLATFORM | 1U << ED_COLUMN_ROLE |
			      1U << ED_COLUMN_NETWORK | 1U << ED_COLUMN_OWNER |
			      1U << ED_COLUMN_USER;

	if (columns_set & where)
		return (columns_set & (who | what)) != 0;
	return (columns_set & who) && (columns_set & what);
}

/* -------------------------------------------------------------------- pieces */

static bool is_same(struct ed_span s, const char *lower)
{
	size_t n = strlen(lower);

	if (s.n != n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (ed_to_lower(s.p[i]) != (uint8_t)lower[i])
			return false;
	}
	return true;
}

bool ed_inventory_is_nothing(struct ed_span text)
{
	static const char *const nothings[] = { "-",    "--",      "*",   "?",    "n/a", "na",
						"none", "unknown", "nil", "null", "tbd", "(null)" };

	if (text.n == 0)
		return true;
	for (size_t i = 0; i < sizeof(nothings) / sizeof(nothings[0]); i++) {
		if (is_same(text, nothings[i]))
			return true;
	}
	return false;
}

bool ed_inventory_number(struct ed_span text, int64_t *ret)
{
	int64_t v = 0;

	if (text.n == 0 || text.n > 18)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
		v = v * 10 + (text.p[i] - '0');
	}
	*ret = v;
	return true;
}

int64_t ed_inventory_time(int64_t seconds, int64_t unknown)
{
	if (seconds < INT64_MIN / ED_NS_PER_S || seconds > INT64_MAX / ED_NS_PER_S)
		return unknown;
	return seconds * ED_NS_PER_S;
}

/* All zeros and all ones are no card's. */
static bool is_card(uint64_t mac)
{
	return mac != 0 && mac != (UINT64_C(1) << 48) - 1;
}

/* "aa:bb:cc:dd:ee:ff", with dashes, as "aabb.ccdd.eeff", or bare; dnsmasq may write "06-" before
 * it. */
bool ed_inventory_mac(struct ed_span text, uint64_t *ret)
{
	uint64_t mac = 0;
	unsigned n_digits = 0;

	if (text.n > 17 && text.p[2] == '-' && text.n - 3 == 17)
		text = ed_span_from(text, 3);
	if (text.n > 17)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		int d = ed_hex_value(text.p[i]);

		if (d >= 0 && n_digits < MAC_DIGITS) {
			mac = mac << 4 | (unsigned)d;
			n_digits++;
		} else if (d >= 0 || n_digits % 2 ||
			   (text.p[i] != ':' && text.p[i] != '-' && text.p[i] != '.')) {
			return false;
		}
	}
	*ret = mac;
	return n_digits == MAC_DIGITS && is_card(mac);
}

bool ed_inventory_mac_of_duid(const uint8_t *duid, size_t n, uint64_t *ret)
{
	/* RFC 8415 §11: link layer address with a time before it, and without */
	bool with_time = n == 14 && duid[0] == 0 && duid[1] == 1;
	bool without = n == 10 && duid[0] == 0 && duid[1] == 3;
	uint64_t mac = 0;

	if ((!with_time && !without) || duid[2] != 0 || duid[3] != 1)
		return false;
	for (size_t i = n - 6; i < n; i++)
		mac = mac << 8 | duid[i];
	*ret = mac;
	return is_card(mac);
}

bool ed_inventory_mac_of_duid_text(struct ed_span hex, uint64_t *ret)
{
	uint8_t duid[DUID_MAX];
	size_t n = 0;

	for (size_t i = 0; i + 1 < hex.n && n < sizeof(duid); i += 2) {
		int high, low;

		if (hex.p[i] == ':' && i + 2 < hex.n)
			i++;
		high = ed_hex_value(hex.p[i]);
		low = ed_hex_value(hex.p[i + 1]);
		if (high < 0 || low < 0)
			return false;
		duid[n++] = (uint8_t)(high << 4 | low);
	}
	return ed_inventory_mac_of_duid(duid, n, ret);
}

void ed_inventory_add_name(struct ed_inventory_row *row, struct ed_span name)
{
	struct ed_addr unused;

	name = ed_list_trim(name);
	if (name.n > 1 && name.p[name.n - 1] == '.')
		name.n--;
	if (ed_inventory_is_nothing(name) || is_same(name, "localhost") ||
	    is_same(name, "localhost.localdomain") || ed_addr_from_text(name, &unused))
		return;
	for (unsigned i = 0; i < row->n_names; i++) {
		if (ed_span_eq(row->name[i], name))
			return;
	}
	if (row->n_names < ED_ASSET_NAMES_MAX)
		row->name[row->n_names++] = name;
}

static void add_prefix(struct ed_inventory_row *row, const struct ed_addr *addr, unsigned bits)
{
	if (row->n_addrs == ED_INVENTORY_ADDRS_MAX) {
		row->has_more_addrs = true;
		return;
	}
	row->addr[row->n_addrs++] = (struct ed_inventory_prefix){ *addr, (uint8_t)bits };
}

void ed_inventory_add_addr(struct ed_inventory_row *row, const struct ed_addr *addr)
{
	if (ed_addr_known(addr))
		add_prefix(row, addr, 128);
}

void ed_inventory_add_mac(struct ed_inventory_row *row, uint64_t mac)
{
	if (row->n_macs < ED_INVENTORY_MACS_MAX)
		row->mac[row->n_macs++] = mac;
}

/* --------------------------------------------------------------------- cells */

static bool has_host_bits(const struct ed_addr *a, unsigned bits)
{
	for (unsigned i = bits; i < 128; i++) {
		if (a->b[i / 8] >> (7 - i % 8) & 1)
			return true;
	}
	return false;
}

/* An address, with or without "/24". With a host behind the prefix it is that host. */
static bool parse_prefix(struct ed_span s, struct ed_inventory_prefix *ret)
{
	const uint8_t *slash = memchr(s.p, '/', s.n);
	const uint8_t *zone = memchr(s.p, '%', s.n);
	struct ed_span addr = s;
	int64_t bits;

	if (slash)
		addr.n = (size_t)(slash - s.p);
	else if (zone)
		addr.n = (size_t)(zone - s.p);
	if (!ed_addr_from_text(addr, &ret->addr))
		return false;
	ret->bits = 128;
	if (!slash)
		return true;
	if (!ed_inventory_number(ed_span_from(s, addr.n + 1), &bits))
		return false;
	if (ed_addr_is_v4(&ret->addr))
		bits += 96;
	if (bits > 128)
		return false;
	if (!has_host_bits(&ret->addr, (unsigned)bits))
		ret->bits = (uint8_t)bits;
	return true;
}

/* Names may hold blanks and brackets, addresses do not. */
static const char between_names[] = ",;|\n\r";
static const char between_addrs[] = ",;|\n\r \t[](){}";

static bool is_between(uint8_t c, const char *between)
{
	return c != 0 && strchr(between, c) != NULL;
}

/* Takes the next of several values in one cell off @s; empty at the end. */
static struct ed_span next_value(struct ed_span *s, const char *between)
{
	struct ed_span v;
	size_t n = 0;

	while (s->n > 0 && is_between(s->p[0], between))
		*s = ed_span_from(*s, 1);
	while (n < s->n && !is_between(s->p[n], between))
		n++;
	v = ed_span_of(s->p, n);
	*s = ed_span_from(*s, n);
	return v;
}

static void set_addrs(struct ed_inventory_row *row, struct ed_span cell)
{
	struct ed_span v;

	while ((v = next_value(&cell, between_addrs)).n > 0) {
		struct ed_inventory_prefix p;

		if (is_same(v, "dhcp") || is_same(v, "dynamic") || ed_inventory_is_nothing(v))
			continue;
		if (!parse_prefix(v, &p)) {
			row->bad = "not an address";
			return;
		}
		if (ed_addr_known(&p.addr) || p.bits < 128)
			add_prefix(row, &p.addr, p.bits);
	}
}

/* What is no card's address is passed over: inventories have notes there. */
static void set_macs(struct ed_inventory_row *row, struct ed_span cell)
{
	struct ed_span v;
	uint64_t mac;

	while ((v = next_value(&cell, between_addrs)).n > 0) {
		if (ed_inventory_mac(v, &mac))
			ed_inventory_add_mac(row, mac);
	}
}

static void set_names(struct ed_inventory_row *row, struct ed_span cell)
{
	struct ed_span v;

	while ((v = next_value(&cell, between_names)).n > 0)
		ed_inventory_add_name(row, v);
}

static void set_time(struct ed_inventory_row *row, struct ed_span cell, int64_t *ret)
{
	char day[] = "0000-00-00T00:00:00Z";
	int64_t seconds;

	if (is_same(cell, "never") || is_same(cell, "infinite") ||
	    (ed_inventory_number(cell, &seconds) && seconds == 0))
		return;
	if (cell.n == 10 && cell.p[4] == '-') {
		memcpy(day, cell.p, 10);
		cell = ed_span_str(day);
	}
	if (!ed_time_from_text(cell, ret) && !ed_time_from_epoch_text(cell, ret))
		row->bad = "not a time";
}

static void set_role(struct ed_inventory_row *row, struct ed_span cell)
{
	enum ed_asset_role role;

	if (ed_asset_role_from_text(cell, &role)) {
		if (row->role == ED_ASSET_UNKNOWN)
			row->role = (uint8_t)role;
	} else {
		row->has_odd_role = true;
	}
}

/* Units are named after people and sites too: only the two plain roles are taken from there. */
static void set_unit(struct ed_inventory_row *row, struct ed_span cell)
{
	enum ed_asset_role role;
	struct ed_span v;

	while ((v = next_value(&cell, ",")).n > 0 && row->role == ED_ASSET_UNKNOWN) {
		if ((ed_span_starts(v, "OU=") || ed_span_starts(v, "ou=")) &&
		    ed_asset_role_from_text(ed_span_from(v, 3), &role) &&
		    (role == ED_ASSET_SERVER || role == ED_ASSET_WORKSTATION))
			row->role = (uint8_t)role;
	}
}

static void set_platform(struct ed_inventory_row *row, struct ed_span cell)
{
	enum ed_platform platform;

	if (!ed_platform_from_name(cell, &platform))
		platform = ed_asset_platform_of(cell);
	if (row->platform == ED_PLATFORM_UNKNOWN)
		row->platform = (uint8_t)platform;
}

static void set_text(struct ed_inventory_row *row, enum ed_inventory_text id, struct ed_span cell)
{
	if (row->text[id].n == 0)
		row->text[id] = cell;
}

/* lint: complex: one case a column, a table in all but form */
void ed_inventory_set(struct ed_inventory_row *row, enum ed_inventory_column column,
		      struct ed_span value)
{
	int64_t tag;

	value = ed_list_trim(value);
	if (ed_inventory_is_nothing(value))
		return;
	switch (column) {
	case ED_COLUMN_ADDR:
		set_addrs(row, value);
		break;
	case ED_COLUMN_NAME:
		set_names(row, value);
		break;
	case ED_COLUMN_ID:
		set_text(row, ED_INVENTORY_ID, value);
		break;
	case ED_COLUMN_MAC:
		set_macs(row, value);
		break;
	case ED_COLUMN_OS:
		set_text(row, ED_INVENTORY_OS, value);
		break;
	case ED_COLUMN_PLATFORM:
		set_platform(row, value);
		break;
	case ED_COLUMN_ROLE:
		set_role(row, value);
		break;
	case ED_COLUMN_UNIT:
		set_unit(row, value);
		break;
	case ED_COLUMN_PREFIX:
		row->prefix = value;
		break;
	case ED_COLUMN_NETWORK:
		set_text(row, ED_INVENTORY_NETWORK, value);
		break;
	case ED_COLUMN_OWNER:
		set_text(row, ED_INVENTORY_OWNER, value);
		break;
	case ED_COLUMN_USER:
		set_text(row, ED_INVENTORY_USER, value);
		break;
	case ED_COLUMN_FROM:
		set_time(row, value, &row->from_ns);
		break;
	case ED_COLUMN_TO:
		set_time(row, value, &row->to_ns);
		break;
	case ED_COLUMN_NET_TAG:
		if (ed_inventory_number(value, &tag) && tag < UINT32_MAX)
			row->net_tag = (uint32_t)tag;
		break;
	default:
		break;
	}
}

/* The row is a network's, if it names one and there is no machine for it. */
static void take_prefix(struct ed_inventory_row *row)
{
	struct ed_span *network = &row->text[ED_INVENTORY_NETWORK];
	struct ed_inventory_prefix p;

	if (row->prefix.n == 0 && network->n > 0 && memchr(network->p, '/', network->n) &&
	    parse_prefix(*network, &p)) {
		row->prefix = *network;
		*network = ed_span_of(NULL, 0);
	}
	if (row->prefix.n == 0)
		return;
	if (!memchr(row->prefix.p, '/', row->prefix.n) || !parse_prefix(row->prefix, &p))
		row->bad = "not a network";
	else
		add_prefix(row, &p.addr, p.bits);
}

void ed_inventory_settle(struct ed_inventory_row *row, uint32_t columns_set)
{
	const uint32_t machine = 1U << ED_COLUMN_ADDR | 1U << ED_COLUMN_MAC;

	if (row->bad)
		return;
	if (!(columns_set & machine))
		take_prefix(row);
	else if (row->text[ED_INVENTORY_NETWORK].n == 0)
		row->text[ED_INVENTORY_NETWORK] = row->prefix;
	if (row->from_ns >= row->to_ns)
		row->bad = "ends before it begins";
}
