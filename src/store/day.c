/* SPDX-License-Identifier: Apache-2.0 */
/* One day of history; see day.h. */
#include "store/day.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/time.h"
#include "store/pack.h"

enum { BLOB_BYTES = 1 << 20, BUCKETS_A_DAY = 144 };

const char ed_day_schema[] =
	"CREATE TABLE zone(id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE);"
	"CREATE TABLE client(id INTEGER PRIMARY KEY, addr BLOB NOT NULL, net INTEGER NOT NULL,"
	" UNIQUE(addr, net));"
	"CREATE TABLE who(id INTEGER PRIMARY KEY, host BLOB NOT NULL, image BLOB NOT NULL,"
	" user BLOB NOT NULL, UNIQUE(host, image, user));"
	"CREATE TABLE kind(id INTEGER PRIMARY KEY, qtype INTEGER NOT NULL, rcode INTEGER NOT NULL,"
	" resolver BLOB NOT NULL, who INTEGER NOT NULL, UNIQUE(who, resolver, qtype, rcode));"
	"CREATE TABLE batch(id INTEGER PRIMARY KEY, span INTEGER NOT NULL, spans INTEGER NOT NULL,"
	" rows INTEGER NOT NULL, lookups INTEGER NOT NULL);"
	"CREATE TABLE span(id INTEGER PRIMARY KEY, client INTEGER NOT NULL, bucket INTEGER NOT NULL,"
	" rows BLOB NOT NULL);"
	"CREATE INDEX span_client ON span(client);"
	"CREATE TABLE posting(zone INTEGER, batch INTEGER, spans BLOB NOT NULL,"
	" PRIMARY KEY(zone, batch)) WITHOUT ROWID;";

enum statement {
	FIND_ZONE,
	ADD_ZONE,
	FIND_CLIENT,
	ADD_CLIENT,
	FIND_WHO,
	ADD_WHO,
	FIND_KIND,
	ADD_KIND,
	ADD_SPAN,
	ADD_BATCH,
	ADD_POSTING,
	LAST_SPAN,
	LAST_BATCH,
	N_STATEMENTS
};

static const char *const sql[N_STATEMENTS] = {
	[FIND_ZONE] = "SELECT id FROM zone WHERE key=?",
	[ADD_ZONE] = "INSERT INTO zone(key) VALUES(?)",
	[FIND_CLIENT] = "SELECT id FROM client WHERE addr=? AND net=?",
	[ADD_CLIENT] = "INSERT INTO client(addr,net) VALUES(?,?)",
	[FIND_WHO] = "SELECT id FROM who WHERE host=? AND image=? AND user=?",
	[ADD_WHO] = "INSERT INTO who(host,image,user) VALUES(?,?,?)",
	[FIND_KIND] = "SELECT id FROM kind WHERE who=? AND resolver=? AND qtype=? AND rcode=?",
	[ADD_KIND] = "INSERT INTO kind(who,resolver,qtype,rcode) VALUES(?,?,?,?)",
	[ADD_SPAN] = "INSERT INTO span VALUES(?,?,?,?)",
	[ADD_BATCH] = "INSERT INTO batch VALUES(?,?,?,?,?)",
	[ADD_POSTING] = "INSERT INTO posting VALUES(?,?,?)",
	[LAST_SPAN] = "SELECT coalesce(max(id),0) FROM span",
	[LAST_BATCH] = "SELECT coalesce(max(id),0) FROM batch",
};

int ed_day_init(struct ed_day *d, uint64_t hash_key)
{
	*d = (struct ed_day){ .hash_key = hash_key };
	d->cache = ed_mem_zalloc(ED_DAY_CACHE, sizeof(*d->cache));
	d->pairs = ed_mem_zalloc(ED_ROWS_MAX, sizeof(*d->pairs));
	d->blob = ed_mem_zalloc(BLOB_BYTES, 1);
	d->blob_bytes = BLOB_BYTES;
	if (d->cache && d->pairs && d->blob)
		return 0;
	ed_day_done(d);
	return -ENOMEM;
}

void ed_day_done(struct ed_day *d)
{
	ed_day_close(d);
	ed_mem_free(d->cache);
	ed_mem_free(d->pairs);
	ed_mem_free(d->blob);
	*d = (struct ed_day){ .db = NULL };
}

void ed_day_path(const char *dir, int64_t day, const char *suffix,
		 char ret[static ED_STORE_PATH_MAX])
{
	char date[ED_TIME_TEXT_MAX];

	/* Half a day in: the first instant of 1970 is the time that is unknown. */
	ed_time_to_text(day * ED_STORE_DAY_NS + ED_STORE_DAY_NS / 2, date);
	(void)snprintf(ret, ED_STORE_PATH_MAX, "%s/dns-%.10s.db%s", dir, date, suffix);
}

int ed_day_open(struct ed_day *d, const char *dir, int64_t day)
{
	char path[ED_STORE_PATH_MAX];
	int r;

	if (d->db && d->day == day)
		return 0;
	ed_day_close(d);
	ed_day_path(dir, day, "", path);
	r = ed_db_open(path, ED_DB_WRITE, ED_DB_HISTORY, ed_day_schema, &d->db);
	for (unsigned i = 0; i < N_STATEMENTS && r == 0; i++)
		r = ed_db_prepare(d->db, sql[i], &d->statement[i]);
	d->day = day;
	if (r != 0)
		ed_day_close(d);
	return r;
}

void ed_day_close(struct ed_day *d)
{
	for (unsigned i = 0; i < N_STATEMENTS; i++) {
		(void)sqlite3_finalize(d->statement[i]);
		d->statement[i] = NULL;
	}
	ed_db_close(d->db);
	d->db = NULL;
	if (d->cache)
		memset(d->cache, 0, ED_DAY_CACHE * sizeof(*d->cache));
}

/* ------------------------------------------------- numbers for what repeats */

static void bind(sqlite3_stmt *s, int at, const void *p, size_t n)
{
	(void)sqlite3_bind_blob(s, at, n ? p : "", (int)n, SQLITE_STATIC);
}

/* The values are bound to both statements: found, or added. */
static int intern(struct ed_day *d, enum statement find, uint64_t hash, int64_t *ret)
{
	struct ed_day_cached *c = &d->cache[hash & (ED_DAY_CACHE - 1)];
	int r = ed_db_number(d->statement[find], ret);

	if (r == -ENOENT) {
		r = ed_db_step(d->statement[find + 1]);
		*ret = sqlite3_last_insert_rowid(d->db);
	}
	if (r == 0)
		*c = (struct ed_day_cached){ .hash = hash, .id = *ret };
	return r;
}

/* The cache holds 64-bit keyed hashes in place of what was hashed. */
static bool cached(const struct ed_day *d, uint64_t hash, int64_t *ret)
{
	const struct ed_day_cached *c = &d->cache[hash & (ED_DAY_CACHE - 1)];

	*ret = c->id;
	return c->hash == hash;
}

static uint64_t hash_as(const struct ed_day *d, enum statement what, const void *p, size_t n)
{
	return ed_hash_bytes(p, n, d->hash_key + (uint64_t)what) | 1;
}

size_t ed_day_reverse(struct ed_span labels, uint8_t ret[static ED_NAME_MAX])
{
	size_t n = labels.n, at = n;

	for (size_t i = 0; i < n;) {
		size_t label = 1 + (size_t)labels.p[i];

		if (label > n - i || label > at)
			return 0;
		at -= label;
		memcpy(ret + at, labels.p + i, label);
		i += label;
	}
	return n;
}

static int zone_id(struct ed_day *d, const uint8_t *zone, size_t n, int64_t *ret)
{
	uint64_t hash = hash_as(d, FIND_ZONE, zone, n);
	uint8_t key[ED_NAME_MAX];

	if (cached(d, hash, ret))
		return 0;
	n = ed_day_reverse(ed_span_of(zone, n - 1), key);
	for (unsigned i = FIND_ZONE; i <= ADD_ZONE; i++)
		bind(d->statement[i], 1, key, n);
	return intern(d, FIND_ZONE, hash, ret);
}

static int client_id(struct ed_day *d, const struct ed_row *row, int64_t *ret)
{
	uint64_t hash = ed_hash_pair(hash_as(d, FIND_CLIENT, &row->client, sizeof(row->client)),
				     row->net_tag) |
			1;

	if (cached(d, hash, ret))
		return 0;
	for (unsigned i = FIND_CLIENT; i <= ADD_CLIENT; i++) {
		bind(d->statement[i], 1, &row->client, sizeof(row->client));
		(void)sqlite3_bind_int64(d->statement[i], 2, row->net_tag);
	}
	return intern(d, FIND_CLIENT, hash, ret);
}

static int who_id(struct ed_day *d, const struct ed_rows *t, const struct ed_row *row, int64_t *ret)
{
	struct ed_rows_who who;
	uint64_t hash;

	*ret = 0;
	if (row->who_n == 0)
		return 0;
	hash = hash_as(d, FIND_WHO, t->text + row->who, row->who_n);
	if (cached(d, hash, ret))
		return 0;
	memcpy(&who, t->text + row->who, row->who_n);
	for (unsigned i = FIND_WHO; i <= ADD_WHO; i++) {
		const uint8_t *p = who.text;

		for (unsigned k = 0; k < ED_WHO_TEXTS; p += who.text_n[k++])
			bind(d->statement[i], (int)k + 1, p, who.text_n[k]);
	}
	return intern(d, FIND_WHO, hash, ret);
}

static int kind_id(struct ed_day *d, const struct ed_rows *t, const struct ed_row *row,
		   int64_t *ret)
{
	int64_t who;
	uint64_t hash;
	int r = who_id(d, t, row, &who);

	if (r != 0)
		return r;
	hash = hash_as(d, FIND_KIND, &row->resolver, sizeof(row->resolver));
	hash = ed_hash_pair(hash, (uint64_t)who);
	hash = ed_hash_pair(hash, (uint64_t)row->qtype << 16 | row->rcode) | 1;
	if (cached(d, hash, ret))
		return 0;
	for (unsigned i = FIND_KIND; i <= ADD_KIND; i++) {
		(void)sqlite3_bind_int64(d->statement[i], 1, who);
		bind(d->statement[i], 2, &row->resolver, sizeof(row->resolver));
		(void)sqlite3_bind_int(d->statement[i], 3, row->qtype);
		(void)sqlite3_bind_int(d->statement[i], 4, row->rcode);
	}
	return intern(d, FIND_KIND, hash, ret);
}

/* ----------------------------------------------------------------- a batch */

struct span_row {
	struct ed_pack_row packed;
	const struct ed_row *row;
};

static int by_zone(const void *a, const void *b)
{
	const struct span_row *x = a, *y = b;

	if (x->packed.zone != y->packed.zone)
		return x->packed.zone < y->packed.zone ? -1 : 1;
	return (x->row->first_ns > y->row->first_ns) - (x->row->first_ns < y->row->first_ns);
}

static uint32_t to_ms(int64_t ns)
{
	return (uint32_t)(ns / 1000000);
}

static int number_row(struct ed_day *d, const struct ed_rows *t, struct span_row *ret)
{
	const struct ed_row *row = ret->row;
	const uint8_t *name = ed_row_name(t, row);
	int64_t zone, kind;
	int r = zone_id(d, name + row->zone_off, (size_t)row->name_n - row->zone_off, &zone);

	if (r == 0)
		r = kind_id(d, t, row, &kind);
	if (r != 0)
		return r;
	ret->packed = (struct ed_pack_row){
		.zone = (uint64_t)zone,
		.kind = (uint64_t)kind,
		.n = row->n,
		.first_ms = to_ms(row->first_ns - row->bucket * ED_STORE_BUCKET_NS),
		.span_ms = to_ms(row->last_ns - row->first_ns),
		.answer_v4 = row->answer_v4,
		.labels_n = row->zone_off,
		.labels = name,
	};
	return 0;
}

struct batch {
	int64_t id, first_span;
	uint32_t n_spans, n_rows;
	uint64_t n_lookups;
};

/* Rows of one client and ten minutes as the next span of the batch. */
static int write_span(struct ed_day *d, struct span_row *rows, uint32_t n, int64_t client,
		      const struct batch *b)
{
	sqlite3_stmt *s = d->statement[ADD_SPAN];
	uint64_t zone = 0;
	size_t bytes = 0;

	qsort(rows, n, sizeof(*rows), by_zone);
	for (uint32_t i = 0; i < n; i++) {
		bytes += ed_pack_row(&rows[i].packed, zone, d->blob + bytes);
		if (i == 0 || rows[i].packed.zone != zone)
			d->pairs[d->n_pairs++] = rows[i].packed.zone << 32 | b->n_spans;
		zone = rows[i].packed.zone;
	}
	(void)sqlite3_bind_int64(s, 1, b->first_span + b->n_spans);
	(void)sqlite3_bind_int64(s, 2, client);
	(void)sqlite3_bind_int64(s, 3, rows[0].row->bucket - d->day * BUCKETS_A_DAY);
	bind(s, 4, d->blob, bytes);
	return ed_db_step(s);
}

static bool together(const struct ed_row *a, const struct ed_row *b)
{
	return a->bucket == b->bucket && a->net_tag == b->net_tag &&
	       ed_addr_eq(&a->client, &b->client);
}

static int write_spans(struct ed_day *d, const struct ed_rows *t, const uint32_t *order, uint32_t n,
		       struct batch *b)
{
	struct span_row rows[ED_DAY_ROWS_A_SPAN];
	uint32_t i = 0;
	int r = 0;

	while (i < n && r == 0) {
		uint32_t k = 0;
		int64_t client;

		do {
			rows[k].row = &t->rows[order[i++]];
			b->n_lookups += rows[k].row->n;
			r = number_row(d, t, &rows[k++]);
		} while (r == 0 && i < n && k < ED_DAY_ROWS_A_SPAN &&
			 together(rows[0].row, &t->rows[order[i]]));
		if (r == 0)
			r = client_id(d, rows[0].row, &client);
		if (r == 0)
			r = write_span(d, rows, k, client, b);
		b->n_spans++;
		b->n_rows += k;
	}
	return r;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static int write_posting(struct ed_day *d, int64_t batch, uint64_t zone, size_t bytes)
{
	sqlite3_stmt *s = d->statement[ADD_POSTING];

	(void)sqlite3_bind_int64(s, 1, (int64_t)zone);
	(void)sqlite3_bind_int64(s, 2, batch);
	bind(s, 3, d->blob, bytes);
	return ed_db_step(s);
}

static int write_postings(struct ed_day *d, int64_t batch)
{
	uint64_t before = 0;
	size_t bytes = 0;
	int r = 0;

	qsort(d->pairs, d->n_pairs, sizeof(*d->pairs), by_number);
	for (size_t i = 0; i < d->n_pairs && r == 0; i++) {
		uint64_t zone = d->pairs[i] >> 32, span = d->pairs[i] & UINT32_MAX;

		bytes += ed_pack_number(span - before, d->blob + bytes);
		before = span;
		if (i + 1 < d->n_pairs && d->pairs[i + 1] >> 32 == zone)
			continue;
		r = write_posting(d, batch, zone, bytes);
		bytes = 0;
		before = 0;
	}
	return r;
}

static int write_batch(struct ed_day *d, const struct batch *b)
{
	sqlite3_stmt *s = d->statement[ADD_BATCH];

	(void)sqlite3_bind_int64(s, 1, b->id);
	(void)sqlite3_bind_int64(s, 2, b->first_span);
	(void)sqlite3_bind_int64(s, 3, b->n_spans);
	(void)sqlite3_bind_int64(s, 4, b->n_rows);
	(void)sqlite3_bind_int64(s, 5, (int64_t)b->n_lookups);
	return ed_db_step(s);
}

int ed_day_write(struct ed_day *d, const struct ed_rows *t, const uint32_t *order, uint32_t n)
{
	struct batch b = { .n_spans = 0 };
	int r = ed_db_run(d->db, "BEGIN IMMEDIATE");

	if (r != 0)
		return r;
	d->n_pairs = 0;
	r = ed_db_number(d->statement[LAST_SPAN], &b.first_span);
	b.first_span++;
	if (r == 0)
		r = ed_db_number(d->statement[LAST_BATCH], &b.id);
	b.id++;
	if (r == 0)
		r = write_spans(d, t, order, n, &b);
	if (r == 0)
		r = write_batch(d, &b);
	if (r == 0)
		r = write_postings(d, b.id);
	if (r == 0)
		r = ed_db_run(d->db, "COMMIT");
	if (r != 0) {
		(void)sqlite3_exec(d->db, "ROLLBACK", NULL, NULL, NULL);
		memset(d->cache, 0, ED_DAY_CACHE * sizeof(*d->cache)); /* numbers taken back */
	}
	return r;
}
