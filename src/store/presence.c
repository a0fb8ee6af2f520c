/* SPDX-License-Identifier: Apache-2.0 */
/* Presence in the ledger; see presence.h. */
#include "store/presence.h"

#include <errno.h>
#include <stdio.h>

#include "base/mem.h"
#include "base/time.h"
#include "store/db.h"

/*
 * A machine is (host, addr, net_tag): a host name and no address, or an address alone. Of a host the
 * last address is kept beside.
 */
const char ed_presence_schema[] =
	"CREATE TABLE IF NOT EXISTS presence_source(id INTEGER PRIMARY KEY, name TEXT NOT NULL,"
	" format TEXT NOT NULL, UNIQUE(name, format));"
	"CREATE TABLE IF NOT EXISTS presence_day(day INTEGER NOT NULL, source INTEGER NOT NULL,"
	" host TEXT NOT NULL, addr BLOB NOT NULL, net_tag INTEGER NOT NULL, seen_addr BLOB NOT NULL,"
	" hours INTEGER NOT NULL, lookups0 INTEGER NOT NULL, lookups1 INTEGER NOT NULL,"
	" others0 INTEGER NOT NULL, others1 INTEGER NOT NULL, n_lookups INTEGER NOT NULL,"
	" n_others INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,"
	" kinds INTEGER NOT NULL, vantages INTEGER NOT NULL, platform INTEGER NOT NULL,"
	" listed INTEGER NOT NULL, PRIMARY KEY(day, source, host, addr, net_tag)) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS presence_hour(hour INTEGER NOT NULL, source INTEGER NOT NULL,"
	" n_lookups INTEGER NOT NULL, n_others INTEGER NOT NULL, n_lagged INTEGER NOT NULL,"
	" lag_max INTEGER NOT NULL, lag_sum INTEGER NOT NULL, PRIMARY KEY(hour, source))"
	" WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS presence_path(day INTEGER NOT NULL, host TEXT NOT NULL,"
	" addr BLOB NOT NULL, net_tag INTEGER NOT NULL, way INTEGER NOT NULL, server BLOB NOT NULL,"
	" more INTEGER NOT NULL, n INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,"
	" PRIMARY KEY(day, host, addr, net_tag, way, server)) WITHOUT ROWID;";

static const char put_source
	[] = "INSERT INTO presence_source(name,format) VALUES(?,?) ON CONFLICT DO NOTHING";
static const char find_source[] = "SELECT id FROM presence_source WHERE name=? AND format=?";
static const char put_day[] =
	"INSERT INTO presence_day VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE"
	" SET seen_addr=CASE WHEN length(excluded.seen_addr) THEN excluded.seen_addr ELSE seen_addr END,"
	" hours=hours|excluded.hours, lookups0=lookups0|excluded.lookups0,"
	" lookups1=lookups1|excluded.lookups1, others0=others0|excluded.others0,"
	" others1=others1|excluded.others1, n_lookups=n_lookups+excluded.n_lookups,"
	" n_others=n_others+excluded.n_others, first=min(first,excluded.first),"
	" last=max(last,excluded.last), kinds=kinds|excluded.kinds,"
	" vantages=vantages|excluded.vantages,"
	" platform=CASE WHEN excluded.platform THEN excluded.platform ELSE platform END,"
	" listed=max(listed,excluded.listed)";
static const char
	put_hour[] = "INSERT INTO presence_hour VALUES(?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET"
		     " n_lookups=n_lookups+excluded.n_lookups, n_others=n_others+excluded.n_others,"
		     " n_lagged=n_lagged+excluded.n_lagged, lag_max=max(lag_max,excluded.lag_max),"
		     " lag_sum=lag_sum+excluded.lag_sum";
static const char put_path
	[] = "INSERT INTO presence_path VALUES(?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET"
	     " more=max(more,excluded.more), n=n+excluded.n, first=min(first,excluded.first),"
	     " last=max(last,excluded.last)";

/* ------------------------------------------------------------------- writing */

static void bind_addr(sqlite3_stmt *q, int at, const struct ed_addr *a)
{
	int n = ed_addr_known(a) ? (int)sizeof(a->b) : 0;

	(void)sqlite3_bind_blob(q, at, n ? (const void *)a->b : "", n, SQLITE_TRANSIENT);
}

/* A host's key has no address. */
static void bind_subject(sqlite3_stmt *q, int at, const struct ed_presence_subject *s)
{
	static const struct ed_addr none;

	(void)sqlite3_bind_text(q, at, s->host, -1, SQLITE_TRANSIENT);
	bind_addr(q, at + 1, s->host[0] ? &none : &s->addr);
	(void)sqlite3_bind_int64(q, at + 2, s->host[0] ? 0 : s->net_tag);
}

/* The number of each source in the ledger. */
static int put_sources(struct ed_ledger *l, const struct ed_presence_rows *rows, int64_t *ret_ids)
{
	sqlite3_stmt *put = NULL, *find = NULL;
	int r = ed_db_prepare(ed_ledger_db(l), put_source, &put);

	if (r == 0)
		r = ed_db_prepare(ed_ledger_db(l), find_source, &find);
	for (uint32_t i = 0; i < rows->n_sources && r == 0; i++) {
		(void)sqlite3_bind_text(put, 1, rows->sources[i].name, -1, SQLITE_STATIC);
		(void)sqlite3_bind_text(put, 2, rows->sources[i].format, -1, SQLITE_STATIC);
		r = ed_db_step(put);
		if (r != 0)
			break;
		(void)sqlite3_bind_text(find, 1, rows->sources[i].name, -1, SQLITE_STATIC);
		(void)sqlite3_bind_text(find, 2, rows->sources[i].format, -1, SQLITE_STATIC);
		r = ed_db_number(find, &ret_ids[i]);
	}
	(void)sqlite3_finalize(put);
	(void)sqlite3_finalize(find);
	return r;
}

static int put_days(struct ed_ledger *l, const struct ed_presence_rows *rows, const int64_t *ids)
{
	static const struct ed_addr none;
	sqlite3_stmt *q = NULL;
	int r = ed_db_prepare(ed_ledger_db(l), put_day, &q);

	for (uint32_t i = 0; i < rows->n_days && r == 0; i++) {
		const struct ed_presence_day *d = &rows->days[i];
		const struct ed_presence_subject *s = &rows->subjects[d->subject];
		const int64_t numbers[] = { d->hours,     d->lookups[0], d->lookups[1],
					    d->others[0], d->others[1],  d->n_lookups,
					    d->n_others,  d->first_ns,   d->last_ns,
					    d->kinds,     d->vantages,   d->platform,
					    d->is_listed };

		(void)sqlite3_bind_int64(q, 1, d->day);
		(void)sqlite3_bind_int64(q, 2, ids[d->source]);
		bind_subject(q, 3, s);
		bind_addr(q, 6, s->host[0] ? &s->addr : &none);
		for (int k = 0; k < (int)(sizeof(numbers) / sizeof(numbers[0])); k++)
			(void)sqlite3_bind_int64(q, 7 + k, numbers[k]);
		r = ed_db_step(q);
	}
	(void)sqlite3_finalize(q);
	return r;
}

static int put_hours(struct ed_ledger *l, const struct ed_presence_rows *rows, const int64_t *ids)
{
	sqlite3_stmt *q = NULL;
	int r = ed_db_prepare(ed_ledger_db(l), put_hour, &q);

	for (uint32_t i = 0; i < rows->n_hours && r == 0; i++) {
		const struct ed_presence_hour *h = &rows->hours[i];
		const int64_t numbers[] = {
			h->hour,     ids[h->source], h->n_lookups,       h->n_others,
			h->n_lagged, h->lag_max,     (int64_t)h->lag_sum
		};

		for (int k = 0; k < (int)(sizeof(numbers) / sizeof(numbers[0])); k++)
			(void)sqlite3_bind_int64(q, 1 + k, numbers[k]);
		r = ed_db_step(q);
	}
	(void)sqlite3_finalize(q);
	return r;
}

static int put_paths(struct ed_ledger *l, const struct ed_presence_rows *rows)
{
	sqlite3_stmt *q = NULL;
	int r = ed_db_prepare(ed_ledger_db(l), put_path, &q);

	for (uint32_t i = 0; i < rows->n_paths && r == 0; i++) {
		const struct ed_presence_path *p = &rows->paths[i];

		(void)sqlite3_bind_int64(q, 1, p->day);
		bind_subject(q, 2, &rows->subjects[p->subject]);
		(void)sqlite3_bind_int64(q, 5, p->way);
		bind_addr(q, 6, &p->server);
		(void)sqlite3_bind_int64(q, 7, p->more);
		(void)sqlite3_bind_int64(q, 8, p->n);
		(void)sqlite3_bind_int64(q, 9, p->first_ns);
		(void)sqlite3_bind_int64(q, 10, p->last_ns);
		r = ed_db_step(q);
	}
	(void)sqlite3_finalize(q);
	return r;
}

int ed_store_presence_put(struct ed_ledger *l, const struct ed_presence_rows *rows)
{
	int64_t *ids = ed_mem_zalloc(rows->n_sources + 1, sizeof(*ids));
	int r;

	if (!ids)
		return -ENOMEM;
	r = ed_ledger_begin(l);
	if (r == 0) {
		r = put_sources(l, rows, ids);
		if (r == 0)
			r = put_days(l, rows, ids);
		if (r == 0)
			r = put_hours(l, rows, ids);
		if (r == 0)
			r = put_paths(l, rows);
		r = ed_ledger_end(l, r);
	}
	ed_mem_free(ids);
	return r;
}

/* ------------------------------------------------------------------- reading */

/* A text of the database, which anybody may have written: printable ASCII, cut. */
static void read_text(sqlite3_stmt *q, int at, char *ret, size_t n)
{
	const unsigned char *text = sqlite3_column_text(q, at);
	size_t i = 0;

	memset(ret, 0, n);
	for (; text && text[i] && i + 1 < n; i++)
		ret[i] = text[i] > ' ' && text[i] < 0x7f ? (char)text[i] :
			 text[i] == ' '                  ? ' ' :
							   '?';
}

static void read_addr(sqlite3_stmt *q, int at, struct ed_addr *ret)
{
	const void *blob = sqlite3_column_blob(q, at);

	memset(ret, 0, sizeof(*ret));
	if (blob && sqlite3_column_bytes(q, at) == (int)sizeof(ret->b))
		memcpy(ret->b, blob, sizeof(ret->b));
}

static void read_subject(sqlite3_stmt *q, int at, struct ed_presence_subject *ret)
{
	memset(ret, 0, sizeof(*ret));
	read_text(q, at, ret->host, sizeof(ret->host));
	read_addr(q, at + 1, &ret->addr);
	ret->net_tag = (uint32_t)sqlite3_column_int64(q, at + 2);
}

static uint32_t number(sqlite3_stmt *q, int at)
{
	int64_t v = sqlite3_column_int64(q, at);

	return v < 0 ? 0 : v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
}

static int each_day(sqlite3_stmt *q, const struct ed_store_presence_hooks *hooks)
{
	int rc;

	while ((rc = sqlite3_step(q)) == SQLITE_ROW) {
		struct ed_presence_day d = { .day = sqlite3_column_int(q, 0) };
		struct ed_presence_source source;
		struct ed_presence_subject who;
		struct ed_addr seen;

		read_text(q, 1, source.name, sizeof(source.name));
		read_text(q, 2, source.format, sizeof(source.format));
		read_subject(q, 3, &who);
		read_addr(q, 6, &seen);
		if (who.host[0])
			who.addr = seen;
		d.hours = number(q, 7) & 0xffffff;
		for (int i = 0; i < 2; i++) {
			d.lookups[i] = number(q, 8 + i);
			d.others[i] = number(q, 10 + i);
		}
		d.n_lookups = number(q, 12);
		d.n_others = number(q, 13);
		d.first_ns = sqlite3_column_int64(q, 14);
		d.last_ns = sqlite3_column_int64(q, 15);
		d.kinds = (uint16_t)number(q, 16);
		d.vantages = (uint8_t)number(q, 17);
		d.platform = number(q, 18) < ED_PLATFORM_N ? (uint8_t)number(q, 18) : 0;
		d.is_listed = number(q, 19) != 0;
		if (!hooks->day(hooks->arg, &source, &who, &d))
			return 0;
	}
	return rc == SQLITE_DONE ? 0 : ed_db_result(rc);
}

static int each_hour(sqlite3_stmt *q, const struct ed_store_presence_hooks *hooks)
{
	int rc;

	while ((rc = sqlite3_step(q)) == SQLITE_ROW) {
		struct ed_presence_hour h = { .hour = sqlite3_column_int(q, 0) };
		struct ed_presence_source source;

		read_text(q, 1, source.name, sizeof(source.name));
		read_text(q, 2, source.format, sizeof(source.format));
		h.n_lookups = number(q, 3);
		h.n_others = number(q, 4);
		h.n_lagged = number(q, 5);
		h.lag_max = number(q, 6) > UINT8_MAX ? UINT8_MAX : number(q, 6);
		h.lag_sum = (uint64_t)sqlite3_column_int64(q, 7);
		if (h.lag_sum > (uint64_t)h.n_lagged * UINT8_MAX)
			h.lag_sum = (uint64_t)h.n_lagged * UINT8_MAX;
		if (!hooks->hour(hooks->arg, &source, &h))
			return 0;
	}
	return rc == SQLITE_DONE ? 0 : ed_db_result(rc);
}

static int each_path(sqlite3_stmt *q, const struct ed_store_presence_hooks *hooks)
{
	int rc;

	while ((rc = sqlite3_step(q)) == SQLITE_ROW) {
		struct ed_presence_path p = { .day = sqlite3_column_int(q, 0) };
		struct ed_presence_subject who;

		read_subject(q, 1, &who);
		p.net_tag = who.net_tag;
		p.way = number(q, 4) < ED_PRESENCE_WAY_N ? (uint8_t)number(q, 4) : 0;
		read_addr(q, 5, &p.server);
		p.more = number(q, 6) != 0;
		p.n = number(q, 7);
		p.first_ns = sqlite3_column_int64(q, 8);
		p.last_ns = sqlite3_column_int64(q, 9);
		if (!hooks->path(hooks->arg, &who, &p))
			return 0;
	}
	return rc == SQLITE_DONE ? 0 : ed_db_result(rc);
}

/* The days of an open or closed period; @unit_s: a day, or an hour. */
static void bind_period(sqlite3_stmt *q, int64_t from_ns, int64_t to_ns, int64_t unit_s)
{
	int64_t unit_ns = unit_s * ED_NS_PER_S;

	(void)sqlite3_bind_int64(q, 1, from_ns ? from_ns / unit_ns : INT32_MIN);
	(void)sqlite3_bind_int64(q, 2, to_ns ? to_ns / unit_ns : INT32_MAX);
}

int ed_store_presence_each(struct ed_ledger *l, int64_t from_ns, int64_t to_ns,
			   const struct ed_store_presence_hooks *hooks)
{
	static const struct {
		const char *sql;
		int64_t unit_s;
		int (*each)(sqlite3_stmt *q, const struct ed_store_presence_hooks *hooks);
	} parts[] = {
		{ "SELECT day,name,format,host,addr,net_tag,seen_addr,hours,lookups0,lookups1,others0,"
		  "others1,n_lookups,n_others,first,last,kinds,vantages,platform,listed"
		  " FROM presence_day JOIN presence_source ON id=source"
		  " WHERE day BETWEEN ? AND ? ORDER BY day",
		  86400, each_day },
		{ "SELECT hour,name,format,n_lookups,n_others,n_lagged,lag_max,lag_sum"
		  " FROM presence_hour JOIN presence_source ON id=source"
		  " WHERE hour BETWEEN ? AND ? ORDER BY hour",
		  3600, each_hour },
		{ "SELECT day,host,addr,net_tag,way,server,more,n,first,last FROM presence_path"
		  " WHERE day BETWEEN ? AND ? ORDER BY day",
		  86400, each_path },
	};
	int r = 0;

	if (!ed_ledger_has(l, "presence_day"))
		return 0;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && r == 0; i++) {
		sqlite3_stmt *q = NULL;

		r = ed_db_prepare(ed_ledger_db(l), parts[i].sql, &q);
		if (r == 0) {
			bind_period(q, from_ns, to_ns, parts[i].unit_s);
			r = parts[i].each(q, hooks);
		}
		(void)sqlite3_finalize(q);
	}
	return r;
}

/* ------------------------------------------------------------------- expiry */

int ed_store_presence_expire(struct ed_ledger *l, int32_t day)
{
	static const char *const sql[] = {
		"DELETE FROM presence_day WHERE day<?",
		"DELETE FROM presence_path WHERE day<?",
		"DELETE FROM presence_hour WHERE hour<24*?",
	};
	int r = ed_ledger_begin(l);

	if (r != 0)
		return r;
	for (size_t i = 0; i < sizeof(sql) / sizeof(sql[0]) && r == 0; i++) {
		sqlite3_stmt *q = NULL;

		r = ed_db_prepare(ed_ledger_db(l), sql[i], &q);
		if (r == 0) {
			(void)sqlite3_bind_int(q, 1, day);
			r = ed_db_step(q);
		}
		(void)sqlite3_finalize(q);
	}
	return ed_ledger_end(l, r);
}
