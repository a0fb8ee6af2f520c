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

enum { BLOB_BYTES = 1 << 20, BUCKETS_A_DAY = 144, LIST_BYTES = 1000 };

#define LIST_SCHEMA "CREATE TABLE list(id INTEGER PRIMARY KEY, zones BLOB NOT NULL);"

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
	" rows BLOB NOT NULL);" LIST_SCHEMA;

static const char from_version_1[] = "BEGIN IMMEDIATE;" LIST_SCHEMA "PRAGMA user_version=2;COMMIT";

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
	ADD_LIST,
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
	[ADD_LIST] = "INSERT INTO list VALUES(?,?)",
	[LAST_SPAN] = "SELECT coalesce(max(id),0) FROM span",
	[LAST_BATCH] = "SELECT coalesce(max(id),0) FROM batch",
};

int ed_day_init(struct ed_day *d, uint64_t hash_key)
{
	*d = (struct ed_day){ .hash_key = hash_key };
	d->cache = ed_mem_zalloc(ED_DAY_CACHE, sizeof(*d->cache));
	d->keys = ed_mem_zalloc(ED_ROWS_MAX, sizeof(*d->keys));
	d->pairs = ed_mem_zalloc(ED_ROWS_MAX, sizeof(*d->pairs));
	d->blob = ed_mem_zalloc(BLOB_BYTES, 1);
	d->blob_bytes = BLOB_BYTES;
	if (d->cache && d->keys && d->pairs && d->blob)
		return 0;
	ed_day_done(d);
	return -ENOMEM;
}

void ed_day_done(struct ed_day *d)
{
	ed_day_close(d);
	ed_mem_free(d->cache);
	ed_mem_free(d->keys);
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

int ed_day_check(const char *dir, int64_t day)
{
	char path[ED_STORE_PATH_MAX];
	sqlite3 *db;
	int r;

	ed_day_path(dir, day, "", path);
	r = ed_db_open(path, ED_DB_WRITE, ED_DB_HISTORY, ed_day_schema, &db);
	ed_db_close(db);
	return r;
}

/* A day of version 1 gets what it has not; a reader finds both. */
static int upgrade(sqlite3 *db)
{
	int64_t version;
	int r = ed_db_version(db, &version);

	if (r != 0 || version == ED_STORE_VERSION)
		return r;
	r = ed_db_run(db, from_version_1);
	if (r != 0)
		(void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return r;
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
	if (r == 0)
		r = upgrade(d->db);
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

static struct ed_day_cached *cache_set(const struct ed_day *d, uint64_t hash)
{
	size_t sets = ED_DAY_CACHE / ED_DAY_CACHE_WAYS;

	return &d->cache[(hash >> 8 & (sets - 1)) * ED_DAY_CACHE_WAYS];
}

/* The values are bound to both statements: found, or added. */
static int intern(struct ed_day *d, enum statement find, uint64_t hash, uint32_t *ret)
{
	struct ed_day_cached *set = cache_set(d, hash);
	int64_t id;
	int r = ed_db_number(d->statement[find], &id);

	if (r == -ENOENT) {
		r = ed_db_step(d->statement[find + 1]);
		id = sqlite3_last_insert_rowid(d->db);
	}
	if (r == 0 && (id <= 0 || id > UINT32_MAX))
		r = ED_STORE_DAMAGED;
	if (r != 0)
		return r;
	memmove(set + 1, set, (ED_DAY_CACHE_WAYS - 1) * sizeof(*set));
	*set = (struct ed_day_cached){ .hash = hash, .id = id };
	*ret = (uint32_t)id;
	return 0;
}

/* The cache holds 64-bit keyed hashes in place of what was hashed. */
static bool cached(const struct ed_day *d, uint64_t hash, uint32_t *ret)
{
	const struct ed_day_cached *set = cache_set(d, hash);

	for (unsigned i = 0; i < ED_DAY_CACHE_WAYS; i++) {
		if (set[i].hash == hash) {
			*ret = (uint32_t)set[i].id;
			return true;
		}
	}
	return false;
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

static int zone_id(struct ed_day *d, const uint8_t *zone, size_t n, uint32_t *ret)
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

static int client_id(struct ed_day *d, const struct ed_row *row, uint32_t *ret)
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

static int who_id(struct ed_day *d, const struct ed_rows *t, const struct ed_row *row,
		  uint32_t *ret)
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
		   uint32_t *ret)
{
	uint32_t who;
	uint64_t hash;
	int r = who_id(d, t, row, &who);

	if (r != 0)
		return r;
	hash = hash_as(d, FIND_KIND, &row->resolver, sizeof(row->resolver));
	hash = ed_hash_pair(hash, who);
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

struct batch {
	int64_t id, first_span;
	uint32_t n_spans, n_rows;
	uint64_t n_lookups;
};

static int by_place(const void *a, const void *b)
{
	const struct ed_day_key *x = a, *y = b;

	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	if (x->zone != y->zone)
		return x->zone < y->zone ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

static uint32_t to_ms(int64_t ns)
{
	return (uint32_t)(ns / 1000000);
}

static int64_t bucket_ns(const struct ed_row *row)
{
	return row->bucket * ED_STORE_BUCKET_NS;
}

/* The numbers of a row, those that are new among them added. */
static int number_row(struct ed_day *d, const struct ed_rows *t, uint32_t at,
		      struct ed_day_key *ret)
{
	const struct ed_row *row = &t->rows[at];
	const uint8_t *zone_name = ed_row_name(t, row) + row->zone_off;
	uint32_t client, zone;
	int r = client_id(d, row, &client);

	if (r == 0)
		r = zone_id(d, zone_name, (size_t)row->name_n - row->zone_off, &zone);
	if (r == 0)
		r = kind_id(d, t, row, &ret->kind);
	if (r != 0)
		return r;
	ret->place = (uint64_t)client << 8 | (uint64_t)(row->bucket - d->day * BUCKETS_A_DAY);
	ret->zone = (uint64_t)zone << 32 | to_ms(row->first_ns - bucket_ns(row));
	ret->row = at;
	return 0;
}

static size_t pack_key(const struct ed_rows *t, const struct ed_day_key *key, uint64_t zone_before,
		       uint8_t *ret)
{
	const struct ed_row *row = &t->rows[key->row];
	const struct ed_pack_row packed = {
		.zone = key->zone >> 32,
		.kind = key->kind,
		.n = row->n,
		.first_ms = (uint32_t)key->zone,
		.span_ms = to_ms(row->last_ns - row->first_ns),
		.answer_v4 = row->answer_v4,
		.labels_n = row->zone_off,
		.labels = ed_row_name(t, row),
	};

	return ed_pack_row(&packed, zone_before, ret);
}

/* Rows of one client and ten minutes as the next span of the batch. */
static int write_span(struct ed_day *d, const struct ed_rows *t, const struct ed_day_key *keys,
		      uint32_t n, struct batch *b)
{
	sqlite3_stmt *s = d->statement[ADD_SPAN];
	uint64_t before = 0;
	size_t bytes = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint64_t zone = keys[i].zone >> 32;

		bytes += pack_key(t, &keys[i], before, d->blob + bytes);
		b->n_lookups += t->rows[keys[i].row].n;
		if (i == 0 || zone != before)
			d->pairs[d->n_pairs++] = zone << 32 | b->n_spans;
		before = zone;
	}
	(void)sqlite3_bind_int64(s, 1, b->first_span + b->n_spans);
	(void)sqlite3_bind_int64(s, 2, (int64_t)(keys[0].place >> 8));
	(void)sqlite3_bind_int64(s, 3, (int64_t)(keys[0].place & 0xff));
	bind(s, 4, d->blob, bytes);
	b->n_spans++;
	b->n_rows += n;
	return ed_db_step(s);
}

static int write_spans(struct ed_day *d, const struct ed_rows *t, const uint32_t *order, uint32_t n,
		       struct batch *b)
{
	const struct ed_day_key *keys = d->keys;
	uint32_t from = 0;
	int r = 0;

	for (uint32_t i = 0; i < n && r == 0; i++)
		r = number_row(d, t, order[i], &d->keys[i]);
	if (r != 0)
		return r;
	qsort(d->keys, n, sizeof(*d->keys), by_place);
	while (from < n && r == 0) {
		uint32_t to = from + 1;

		while (to < n && to - from < ED_DAY_ROWS_A_SPAN &&
		       keys[to].place == keys[from].place)
			to++;
		r = write_span(d, t, keys + from, to - from, b);
		from = to;
	}
	return r;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The list of the zone at @pairs behind the @bytes that are there; @n: of its spans. */
static size_t add_list(struct ed_day *d, const uint64_t *pairs, size_t n, uint64_t zone_before,
		       size_t bytes)
{
	uint8_t *numbers = d->blob + BLOB_BYTES / 2; /* at most ten bytes each */
	uint64_t before = 0;
	size_t numbers_bytes = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t span = pairs[i] & UINT32_MAX;

		numbers_bytes += ed_pack_number(span - before, numbers + numbers_bytes);
		before = span;
	}
	bytes += ed_pack_number((pairs[0] >> 32) - zone_before, d->blob + bytes);
	bytes += ed_pack_number(numbers_bytes, d->blob + bytes);
	memcpy(d->blob + bytes, numbers, numbers_bytes);
	return bytes + numbers_bytes;
}

/* The lists of the zones, some to a row: each by itself would take more for its place than it is. */
static int write_lists(struct ed_day *d, int64_t batch)
{
	sqlite3_stmt *s = d->statement[ADD_LIST];
	uint64_t first = 0, before = 0;
	size_t bytes = 0;
	int r = 0;

	qsort(d->pairs, d->n_pairs, sizeof(*d->pairs), by_number);
	for (size_t i = 0, n = 0; i < d->n_pairs && r == 0; i += n) {
		uint64_t zone = d->pairs[i] >> 32;

		for (n = 1; i + n < d->n_pairs && d->pairs[i + n] >> 32 == zone;)
			n++;
		if (bytes == 0)
			first = before = zone;
		bytes = add_list(d, &d->pairs[i], n, before, bytes);
		before = zone;
		if (bytes < LIST_BYTES && i + n < d->n_pairs)
			continue;
		(void)sqlite3_bind_int64(s, 1, (int64_t)((uint64_t)batch << 32 | first));
		bind(s, 2, d->blob, bytes);
		r = ed_db_step(s);
		bytes = 0;
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
		r = write_lists(d, b.id);
	if (r == 0)
		r = ed_db_run(d->db, "COMMIT");
	if (r != 0) {
		(void)sqlite3_exec(d->db, "ROLLBACK", NULL, NULL, NULL);
		memset(d->cache, 0, ED_DAY_CACHE * sizeof(*d->cache)); /* numbers taken back */
	}
	return r;
}
