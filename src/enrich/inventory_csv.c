/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables of assets and networks, directory exports and Kea's lease file. Samples:
 *	ip_address;hostname;os;role;owner
 *	10.0.10.42, 10.0.11.42;"ws-042";Windows 11;workstation;"Smith; J."
 *
 *	cidr,name,role
 *	10.0.20.0/24,servers,server
 *
 *	address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state
 *	10.0.10.50,aa:bb:cc:dd:ee:01,,691200,1782000000,1,0,0,laptop-42,0
 * The one idea: columns are found by their names, for everybody's table is another; the separator
 * is the one that makes known columns out of the first line.
 */
#include "enrich/inventory_row.h"

#include "enrich/list.h"

enum { FIELD_MAX_BYTES = 8192, HEADER_LINES_MAX = 16, NO_FIELD = -1 };

/* ------------------------------------------------------------------- records */

static bool is_end(const struct ed_inventory_csv *c, uint8_t byte)
{
	return byte == (uint8_t)c->separator || byte == '\n';
}

/* The length of a quoted text whose opening quote was read; SIZE_MAX: it is not closed. The lines
 * of a record are limited, so that one that turns out bad late is not read over and over. */
static size_t quoted_n(struct ed_inventory_csv *c, struct ed_span s)
{
	for (size_t n = 0; n < s.n && n < FIELD_MAX_BYTES; n++) {
		c->n_lines += s.p[n] == '\n';
		if (c->n_lines > ED_INVENTORY_LINES_QUOTED_MAX)
			break;
		if (s.p[n] != '"')
			continue;
		if (n + 1 == s.n || s.p[n + 1] != '"')
			return n;
		n++;
	}
	return SIZE_MAX;
}

/* Without the second of two quotes, in the scratch. */
static struct ed_span undouble(struct ed_inventory_csv *c, struct ed_span s)
{
	char *to = c->scratch + c->n_scratch;
	size_t n = 0;

	if (!memchr(s.p, '"', s.n))
		return s;
	if (!c->scratch || ED_INVENTORY_SCRATCH_BYTES - c->n_scratch < s.n) {
		c->bad = true;
		return ed_span_of(s.p, 0);
	}
	for (size_t i = 0; i < s.n; i++) {
		to[n++] = (char)s.p[i];
		i += s.p[i] == '"';
	}
	c->n_scratch += n;
	return ed_span_of(to, n);
}

static struct ed_span take_quoted(struct ed_inventory_csv *c)
{
	struct ed_span s = ed_span_from(c->rest, 1);
	size_t n = quoted_n(c, s);
	struct ed_span field;

	if (n == SIZE_MAX) {
		c->bad = true;
		return ed_span_of(s.p, 0);
	}
	field = undouble(c, ed_span_of(s.p, n));
	s = ed_span_from(s, n + 1);
	while (s.n > 0 && !is_end(c, s.p[0])) {
		c->bad = c->bad || (s.p[0] != ' ' && s.p[0] != '\r');
		s = ed_span_from(s, 1);
	}
	c->rest = s;
	return field;
}

static struct ed_span take_field(struct ed_inventory_csv *c)
{
	struct ed_span s;
	size_t n = 0;

	while (c->rest.n > 0 && c->rest.p[0] == ' ')
		c->rest = ed_span_from(c->rest, 1);
	if (c->rest.n > 0 && c->rest.p[0] == '"')
		return take_quoted(c);
	s = c->rest;
	while (n < s.n && !is_end(c, s.p[n]))
		n++;
	c->rest = ed_span_from(s, n);
	return ed_list_trim(ed_span_of(s.p, n));
}

static void take_record(struct ed_inventory_csv *c)
{
	struct ed_span line = c->rest, unused;

	c->at = c->rest.p;
	c->n = 0;
	c->n_scratch = 0;
	c->n_lines = 0;
	c->bad = false;
	for (;;) {
		struct ed_span field = take_field(c);

		if (c->bad)
			break;
		if (c->n < ED_CSV_FIELDS_MAX)
			c->field[c->n++] = field;
		if (c->rest.n == 0 || c->rest.p[0] == '\n')
			break;
		c->rest = ed_span_from(c->rest, 1);
	}
	if (c->bad) { /* it costs its first line alone */
		(void)ed_list_line(&line, &unused);
		c->rest = line;
		return;
	}
	c->rest = ed_span_from(c->rest, 1);
}

static bool is_empty(const struct ed_inventory_csv *c)
{
	for (size_t i = 0; i < c->n; i++) {
		if (c->field[i].n > 0)
			return false;
	}
	return !c->bad;
}

bool ed_inventory_csv_next(struct ed_inventory_csv *c)
{
	while (c->rest.n > 0) {
		take_record(c);
		if (!is_empty(c))
			return true;
	}
	return false;
}

/* -------------------------------------------------------------------- assets */

/* The columns that a header has. */
struct table {
	uint32_t columns; /* 1 << ed_inventory_column */
	size_t n;
	uint8_t column[ED_CSV_FIELDS_MAX];
};

static void read_header(const struct ed_inventory_csv *c, struct table *ret)
{
	ret->columns = 0;
	ret->n = c->n;
	for (size_t i = 0; i < c->n; i++) {
		ret->column[i] = (uint8_t)ed_inventory_column_of(c->field[i]);
		ret->columns |= 1U << ret->column[i];
	}
}

/* Moves @c behind the header, the first of its lines that is one by some separator. */
static bool find_header(struct ed_inventory_csv *c, struct table *ret)
{
	static const char separators[] = ",;\t|";

	for (unsigned i = 0; i < HEADER_LINES_MAX && c->rest.n > 0; i++) {
		struct ed_span line, here = c->rest;

		for (const char *s = separators; *s; s++) {
			c->rest = here;
			c->separator = *s;
			take_record(c);
			read_header(c, ret);
			if (!c->bad && ed_inventory_columns_suffice(ret->columns))
				return true;
		}
		c->rest = here;
		(void)ed_list_line(&c->rest, &line);
		if (line.n > 0 && line.p[0] != '#' && !ed_span_starts(line, "sep="))
			return false;
	}
	return false;
}

static void take_row(struct ed_inventory_reader *r, const struct ed_inventory_csv *c,
		     const struct table *t)
{
	struct ed_inventory_row row;

	if (c->n != t->n && c->n + 1 != t->n) { /* some leave out the last empty field */
		ed_inventory_bad(r, c->at, "more or fewer fields than the header");
		return;
	}
	ed_inventory_row_init(&row, c->at);
	row.is_declared = true;
	for (size_t i = 0; i < c->n && !row.bad; i++)
		ed_inventory_set(&row, t->column[i], c->field[i]);
	ed_inventory_settle(&row, t->columns);
	ed_inventory_emit(r, &row);
}

void ed_inventory_read_csv(struct ed_inventory_reader *r)
{
	struct ed_inventory_csv c = { .rest = r->text, .scratch = r->scratch };
	struct table t = { .n = 0 };

	if (!find_header(&c, &t))
		return;
	while (ed_inventory_csv_next(&c)) {
		if (c.bad)
			ed_inventory_bad(r, c.at, "a quote that is not closed");
		else if (c.field[0].n > 0 && c.field[0].p[0] == '#')
			r->n_other++;
		else
			take_row(r, &c, &t);
	}
}

/* ----------------------------------------------------------------------- Kea */

enum kea_column {
	KEA_ADDRESS,
	KEA_HWADDR,
	KEA_DUID,
	KEA_LIFETIME,
	KEA_EXPIRE,
	KEA_HOSTNAME,
	KEA_STATE,
	KEA_LEASE_TYPE,
	KEA_COLUMNS
};

/* What Kea calls the states of a lease. */
enum { KEA_ASSIGNED, KEA_DECLINED, KEA_RECLAIMED };

enum { KEA_LEASE_PREFIX = 2 }; /* a network for a router, no address of its own */

static const char *const kea_names[KEA_COLUMNS] = {
	"address", "hwaddr", "duid", "valid_lifetime", "expire", "hostname", "state", "lease_type",
};

struct kea {
	struct ed_inventory_reader *r;
	struct ed_inventory_csv *c;
	int at[KEA_COLUMNS];
};

static struct ed_span kea_field(const struct kea *k, enum kea_column column)
{
	int at = k->at[column];

	return at == NO_FIELD || (size_t)at >= k->c->n ? ed_span_of(k->c->at, 0) : k->c->field[at];
}

/* 0 when the column is not there. */
static bool kea_number(const struct kea *k, enum kea_column column, int64_t *ret)
{
	*ret = 0;
	return k->at[column] == NO_FIELD || ed_inventory_number(kea_field(k, column), ret);
}

/* "&#x2c" stands for a comma; a name with one is none. */
static void kea_who(const struct kea *k, struct ed_inventory_row *row)
{
	struct ed_span name = kea_field(k, KEA_HOSTNAME);
	uint64_t mac;

	if (!memchr(name.p, '&', name.n))
		ed_inventory_add_name(row, name);
	if (ed_inventory_mac(kea_field(k, KEA_HWADDR), &mac) ||
	    ed_inventory_mac_of_duid_text(kea_field(k, KEA_DUID), &mac))
		ed_inventory_add_mac(row, mac);
}

static void kea_row(const struct kea *k)
{
	int64_t lifetime, expire, state, type;
	struct ed_inventory_row row;
	struct ed_addr addr;

	ed_inventory_row_init(&row, k->c->at);
	row.sequence = ED_INVENTORY_TENANTS;
	if (!ed_addr_from_text(kea_field(k, KEA_ADDRESS), &addr)) {
		ed_inventory_bad(k->r, row.at, "not an address");
		return;
	}
	if (!kea_number(k, KEA_LIFETIME, &lifetime) || !kea_number(k, KEA_EXPIRE, &expire) ||
	    !kea_number(k, KEA_STATE, &state) || !kea_number(k, KEA_LEASE_TYPE, &type)) {
		ed_inventory_bad(k->r, row.at, "not a number");
		return;
	}
	if (state == KEA_RECLAIMED || type == KEA_LEASE_PREFIX) {
		k->r->n_other++;
		return;
	}
	ed_inventory_add_addr(&row, &addr);
	row.from_ns = ed_inventory_time(expire - lifetime, ED_INVENTORY_ALWAYS_NS);
	row.to_ns = ed_inventory_time(expire, ED_INVENTORY_NEVER_NS);
	if (lifetime == 0)
		row.verb = ED_INVENTORY_ENDS;
	else if (state != KEA_ASSIGNED)
		row.verb = ED_INVENTORY_NOBODY;
	else
		kea_who(k, &row);
	ed_inventory_emit(k->r, &row);
}

void ed_inventory_read_kea(struct ed_inventory_reader *r)
{
	struct ed_inventory_csv c = { .rest = r->text, .scratch = r->scratch, .separator = ',' };
	struct kea k = { .r = r, .c = &c };

	if (!ed_inventory_csv_next(&c))
		return;
	for (unsigned i = 0; i < KEA_COLUMNS; i++) {
		k.at[i] = NO_FIELD;
		for (size_t f = 0; f < c.n; f++) {
			if (ed_span_is(c.field[f], kea_names[i]))
				k.at[i] = (int)f;
		}
	}
	while (ed_inventory_csv_next(&c)) {
		if (c.bad || c.n <= (size_t)k.at[KEA_EXPIRE])
			ed_inventory_bad(r, c.at, "a line that is cut short");
		else
			kea_row(&k);
	}
}
