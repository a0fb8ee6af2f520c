/* SPDX-License-Identifier: Apache-2.0 */
/* Searching the history; see query.h. */
#include "store/query.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/day.h"
#include "store/files.h"
#include "store/pack.h"

enum {
	CACHE_N = 4096,  /* of kinds and zones, by number */
	ZONES_MAX = 256, /* more than these are not worth looking up one by one */
};

struct kind {
	int64_t id; /* 0: free */
	struct ed_addr resolver;
	int64_t who_id;
	uint16_t qtype, rcode;
};

struct zone {
	int64_t id; /* 0: free */
	uint8_t n;  /* with the root */
	uint8_t wire[ED_NAME_MAX];
};

enum statement { GET_ZONE, GET_KIND, GET_WHO, GET_CLIENT, N_STATEMENTS };

static const char *const sql[N_STATEMENTS] = {
	[GET_ZONE] = "SELECT key FROM zone WHERE id=?",
	[GET_KIND] = "SELECT resolver,who,qtype,rcode FROM kind WHERE id=?",
	[GET_WHO] = "SELECT host,image,user FROM who WHERE id=?",
	[GET_CLIENT] = "SELECT addr,net FROM client WHERE id=?",
};

struct search {
	const struct ed_query *q;
	const struct ed_query_hooks *hooks;
	sqlite3 *db;
	sqlite3_stmt *get[N_STATEMENTS];
	int64_t day;
	bool enough;
	bool whole; /* a span's rows are all wanted, not those of one zone */
	uint64_t only_zone;
	struct kind kinds[CACHE_N];
	struct zone zones[CACHE_N];
	int64_t client_id;
	struct ed_query_row row;
	int64_t who_id;
	uint8_t who_text[ED_WHO_TEXTS][ED_TEXT_MAX];
};

void ed_query_init(struct ed_query *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->qtype = ret->rcode = -1;
}

/* ---------------------------------------------------------------- conditions */

static bool in_range(const struct ed_addr_range *r, const struct ed_addr *a)
{
	return !r->set ||
	       (memcmp(a, &r->low, sizeof(*a)) >= 0 && memcmp(a, &r->high, sizeof(*a)) <= 0);
}

static bool in_time(const struct ed_query *q, int64_t first_ns, int64_t last_ns)
{
	return (!q->from_ns || last_ns >= q->from_ns) && (!q->to_ns || first_ns < q->to_ns);
}

static bool name_fits(const struct ed_query *q, const struct ed_name *name)
{
	size_t at = 0;

	if (q->name.n == 0)
		return true;
	while (q->is_suffix && name->n - at > q->name.n)
		at += 1 + (size_t)name->wire[at];
	return name->n - at == q->name.n && memcmp(name->wire + at, q->name.wire, q->name.n) == 0;
}

static bool answer_fits(const struct ed_query *q, uint32_t v4)
{
	const uint8_t b[4] = { (uint8_t)(v4 >> 24), (uint8_t)(v4 >> 16), (uint8_t)(v4 >> 8),
			       (uint8_t)v4 };
	struct ed_addr a;

	if (!q->answer.set)
		return true;
	ed_addr_from_v4(b, &a);
	return v4 != 0 && in_range(&q->answer, &a);
}

/* Letter case aside, as paths and users are on most machines. */
static bool who_fits(const struct search *s)
{
	for (unsigned i = 0; i < ED_WHO_TEXTS; i++) {
		char text[ED_TEXT_MAX + 1];
		struct ed_span have = s->row.who[i];

		if (!s->q->who[i][0])
			continue;
		for (size_t k = 0; k < have.n; k++)
			text[k] = (char)(have.p[k] ? have.p[k] : ' ');
		text[have.n] = '\0';
		if (!strcasestr(text, s->q->who[i]))
			return false;
	}
	return true;
}

/* ------------------------------------------------- what rows name by number */

static int begin_get(struct search *s, enum statement which, int64_t id)
{
	int rc;

	(void)sqlite3_bind_int64(s->get[which], 1, id);
	rc = sqlite3_step(s->get[which]);
	return rc == SQLITE_DONE ? ED_STORE_DAMAGED : ed_db_result(rc);
}

static size_t column(sqlite3_stmt *s, int at, void *ret, size_t max)
{
	const void *p = sqlite3_column_blob(s, at);
	size_t n = (size_t)sqlite3_column_bytes(s, at);

	n = n < max ? n : max;
	if (p && n > 0)
		memcpy(ret, p, n);
	return n;
}

static int get_zone(struct search *s, int64_t id, const struct zone **ret)
{
	struct zone *z = &s->zones[(uint64_t)id % CACHE_N];
	uint8_t key[ED_NAME_MAX];
	size_t n;
	int r = 0;

	*ret = z;
	if (z->id == id)
		return 0;
	r = begin_get(s, GET_ZONE, id);
	z->id = 0;
	if (r == 0) {
		n = column(s->get[GET_ZONE], 0, key, ED_NAME_MAX - 1);
		z->n = (uint8_t)(ed_day_reverse(ed_span_of(key, n), z->wire) + 1);
		z->wire[z->n - 1] = 0;
		r = (size_t)z->n == n + 1 && ed_name_valid(ed_span_of(z->wire, z->n)) ?
			    0 :
			    ED_STORE_DAMAGED;
		z->id = r == 0 ? id : 0;
	}
	(void)sqlite3_reset(s->get[GET_ZONE]);
	return r;
}

static int get_kind(struct search *s, int64_t id, const struct kind **ret)
{
	struct kind *k = &s->kinds[(uint64_t)id % CACHE_N];
	sqlite3_stmt *q = s->get[GET_KIND];
	int r;

	*ret = k;
	if (k->id == id)
		return 0;
	r = begin_get(s, GET_KIND, id);
	k->id = 0;
	if (r == 0) {
		memset(&k->resolver, 0, sizeof(k->resolver));
		(void)column(q, 0, &k->resolver, sizeof(k->resolver));
		k->who_id = sqlite3_column_int64(q, 1);
		k->qtype = (uint16_t)sqlite3_column_int(q, 2);
		k->rcode = (uint16_t)sqlite3_column_int(q, 3);
		k->id = id;
	}
	(void)sqlite3_reset(q);
	return r;
}

static int get_who(struct search *s, int64_t id)
{
	int r = 0;

	if (s->who_id == id)
		return 0;
	for (unsigned i = 0; i < ED_WHO_TEXTS; i++)
		s->row.who[i] = ed_span_of(NULL, 0);
	s->who_id = id;
	if (id == 0)
		return 0;
	r = begin_get(s, GET_WHO, id);
	for (unsigned i = 0; i < ED_WHO_TEXTS && r == 0; i++)
		s->row.who[i] = ed_span_of(s->who_text[i], column(s->get[GET_WHO], (int)i,
								  s->who_text[i], ED_TEXT_MAX));
	(void)sqlite3_reset(s->get[GET_WHO]);
	return r;
}

static int get_client(struct search *s, int64_t id)
{
	int r;

	if (s->client_id == id)
		return 0;
	r = begin_get(s, GET_CLIENT, id);
	s->client_id = r == 0 ? id : 0;
	memset(&s->row.client, 0, sizeof(s->row.client));
	if (r == 0) {
		(void)column(s->get[GET_CLIENT], 0, &s->row.client, sizeof(s->row.client));
		s->row.net_tag = (uint32_t)sqlite3_column_int64(s->get[GET_CLIENT], 1);
	}
	(void)sqlite3_reset(s->get[GET_CLIENT]);
	return r;
}

/* --------------------------------------------------------------------- rows */

static int show_row(struct search *s, const struct ed_pack_row *p, int64_t bucket_ns)
{
	const struct ed_query *q = s->q;
	const struct kind *kind;
	const struct zone *zone;
	int r;

	s->row.first_ns = bucket_ns + (int64_t)p->first_ms * 1000000;
	s->row.last_ns = s->row.first_ns + (int64_t)p->span_ms * 1000000;
	if (!in_time(q, s->row.first_ns, s->row.last_ns) || !answer_fits(q, p->answer_v4))
		return 0;
	r = get_zone(s, (int64_t)p->zone, &zone);
	if (r != 0)
		return r;
	if (p->labels_n + zone->n > ED_NAME_MAX)
		return ED_STORE_DAMAGED;
	memcpy(s->row.name.wire, p->labels, p->labels_n);
	memcpy(s->row.name.wire + p->labels_n, zone->wire, zone->n);
	s->row.name.n = (uint8_t)(p->labels_n + zone->n);
	if (!ed_name_valid(ed_span_of(s->row.name.wire, s->row.name.n)))
		return ED_STORE_DAMAGED;
	if (!name_fits(q, &s->row.name))
		return 0;
	r = get_kind(s, (int64_t)p->kind, &kind);
	if (r != 0 || (q->qtype >= 0 && kind->qtype != q->qtype) ||
	    (q->rcode >= 0 && kind->rcode != q->rcode) || !in_range(&q->resolver, &kind->resolver))
		return r;
	r = get_who(s, kind->who_id);
	if (r != 0 || !who_fits(s))
		return r;
	s->row.n = p->n;
	s->row.resolver = kind->resolver;
	s->row.answer_v4 = p->answer_v4;
	s->row.qtype = kind->qtype;
	s->row.rcode = kind->rcode;
	s->row.zone_off = p->labels_n;
	s->enough = !s->hooks->row(s->hooks->arg, &s->row);
	return 0;
}

/* One span; @q stands on its client, bucket and rows. */
static int show_span(struct search *s, sqlite3_stmt *q)
{
	struct ed_span rows = ed_span_of(sqlite3_column_blob(q, 2),
					 (size_t)sqlite3_column_bytes(q, 2));
	int64_t bucket_ns = s->day * ED_STORE_DAY_NS +
			    sqlite3_column_int64(q, 1) * ED_STORE_BUCKET_NS;
	struct ed_pack_row p = { .zone = 0 };
	int r;

	if (!in_time(s->q, bucket_ns, bucket_ns + ED_STORE_BUCKET_NS))
		return 0;
	r = get_client(s, sqlite3_column_int64(q, 0));
	if (r != 0 || !in_range(&s->q->client, &s->row.client))
		return r;
	while (r == 0 && !s->enough && rows.n > 0) {
		if (!ed_unpack_row(&rows, &p))
			return ED_STORE_DAMAGED;
		if (s->whole || p.zone == s->only_zone)
			r = show_row(s, &p, bucket_ns);
	}
	return r;
}

static int show_all(struct search *s, sqlite3_stmt *q)
{
	int rc, r = 0;

	while (r == 0 && !s->enough && (rc = sqlite3_step(q)) != SQLITE_DONE)
		r = rc == SQLITE_ROW ? show_span(s, q) : ed_db_result(rc);
	(void)sqlite3_reset(q);
	return r;
}

static int show_by_client(struct search *s)
{
	sqlite3_stmt *q = NULL;
	int r = ed_db_prepare(s->db,
			      "SELECT client,bucket,rows FROM span WHERE client IN"
			      " (SELECT id FROM client WHERE addr BETWEEN ? AND ?)",
			      &q);

	if (r == 0) {
		(void)sqlite3_bind_blob(q, 1, &s->q->client.low, 16, SQLITE_STATIC);
		(void)sqlite3_bind_blob(q, 2, &s->q->client.high, 16, SQLITE_STATIC);
		s->whole = true;
		r = show_all(s, q);
	}
	(void)sqlite3_finalize(q);
	return r;
}

static int show_everything(struct search *s)
{
	sqlite3_stmt *q = NULL;
	int r = ed_db_prepare(s->db, "SELECT client,bucket,rows FROM span", &q);

	s->whole = true;
	if (r == 0)
		r = show_all(s, q);
	(void)sqlite3_finalize(q);
	return r;
}

/* ------------------------------------------------------------------ by name */

struct by_name {
	sqlite3_stmt *zones, *postings, *span;
	uint64_t zone[ZONES_MAX];
	unsigned n;
};

/* Adds the zones whose key lies from @low to before @high. False: too many. */
static int add_zones(struct by_name *b, struct ed_span low, struct ed_span high)
{
	int rc;

	(void)sqlite3_bind_blob(b->zones, 1, low.n ? (const void *)low.p : "", (int)low.n,
				SQLITE_STATIC);
	(void)sqlite3_bind_blob(b->zones, 2, high.p, (int)high.n, SQLITE_STATIC);
	while ((rc = sqlite3_step(b->zones)) == SQLITE_ROW && b->n < ZONES_MAX)
		b->zone[b->n++] = (uint64_t)sqlite3_column_int64(b->zones, 0);
	(void)sqlite3_reset(b->zones);
	return rc == SQLITE_ROW ? -E2BIG : ed_db_result(rc);
}

/* Zones at and below the name, and zones above it, in which it may be a name. A label's length is
 * below 0x40, so that byte ends the range of all that begins with a key. */
static int find_zones(struct by_name *b, const struct ed_query *q)
{
	uint8_t key[ED_NAME_MAX + 1], end[ED_NAME_MAX + 1];
	size_t n = ed_day_reverse(ed_span_of(q->name.wire, q->name.n - 1U), key);
	int r = 0;

	memcpy(end, key, n);
	for (size_t at = 0; at < n && r == 0; at += 1 + (size_t)key[at]) {
		end[at] = 0; /* just behind the key itself: nothing lies between */
		r = add_zones(b, ed_span_of(key, at), ed_span_of(end, at + 1));
		end[at] = key[at];
	}
	end[n] = q->is_suffix ? 0x40 : 0;
	return r == 0 ? add_zones(b, ed_span_of(key, n), ed_span_of(end, n + 1)) : r;
}

static int show_posting(struct search *s, struct by_name *b)
{
	int64_t id = sqlite3_column_int64(b->postings, 0);
	struct ed_span list = ed_span_of(sqlite3_column_blob(b->postings, 1),
					 (size_t)sqlite3_column_bytes(b->postings, 1));
	uint64_t step;
	int r = 0;

	while (r == 0 && !s->enough && list.n > 0) {
		if (!ed_unpack_number(&list, &step))
			return ED_STORE_DAMAGED;
		id = (int64_t)((uint64_t)id + step);
		(void)sqlite3_bind_int64(b->span, 1, id);
		r = show_all(s, b->span);
	}
	return r;
}

static int show_zone(struct search *s, struct by_name *b, uint64_t zone)
{
	int rc, r = 0;

	s->only_zone = zone;
	(void)sqlite3_bind_int64(b->postings, 1, (int64_t)zone);
	while (r == 0 && !s->enough && (rc = sqlite3_step(b->postings)) != SQLITE_DONE)
		r = rc == SQLITE_ROW ? show_posting(s, b) : ed_db_result(rc);
	(void)sqlite3_reset(b->postings);
	return r;
}

static int show_by_name(struct search *s)
{
	struct by_name b = { .n = 0 };
	int r = ed_db_prepare(s->db, "SELECT id FROM zone WHERE key>=? AND key<?", &b.zones);

	if (r == 0)
		r = ed_db_prepare(
			s->db,
			"SELECT b.span,p.spans FROM posting p JOIN batch b ON b.id=p.batch"
			" WHERE p.zone=?",
			&b.postings);
	if (r == 0)
		r = ed_db_prepare(s->db, "SELECT client,bucket,rows FROM span WHERE id=?", &b.span);
	if (r == 0)
		r = find_zones(&b, s->q);
	s->whole = false;
	for (unsigned i = 0; i < b.n && r == 0 && !s->enough; i++)
		r = show_zone(s, &b, b.zone[i]);
	(void)sqlite3_finalize(b.zones);
	(void)sqlite3_finalize(b.postings);
	(void)sqlite3_finalize(b.span);
	return r == -E2BIG ? show_everything(s) : r;
}

/* --------------------------------------------------------------------- days */

static int show_day(struct search *s)
{
	const struct ed_query *q = s->q;

	if (q->client.set && (q->name.n == 0 || ed_addr_eq(&q->client.low, &q->client.high)))
		return show_by_client(s);
	return q->name.n > 0 ? show_by_name(s) : show_everything(s);
}

static int search_day(struct search *s, const char *path)
{
	int r = ed_db_open(path, ED_DB_READ, ED_DB_HISTORY, NULL, &s->db);

	memset(s->kinds, 0, sizeof(s->kinds));
	for (unsigned i = 0; i < CACHE_N; i++)
		s->zones[i].id = 0;
	s->client_id = 0;
	s->who_id = -1;
	for (unsigned i = 0; i < N_STATEMENTS && r == 0; i++)
		r = ed_db_prepare(s->db, sql[i], &s->get[i]);
	if (r == 0)
		r = ed_db_run(s->db, "BEGIN"); /* one state, whatever is written meanwhile */
	if (r == 0)
		r = show_day(s);
	for (unsigned i = 0; i < N_STATEMENTS; i++) {
		(void)sqlite3_finalize(s->get[i]);
		s->get[i] = NULL;
	}
	(void)sqlite3_close(s->db);
	s->db = NULL;
	return r;
}

static bool day_wanted(const struct ed_query *q, int64_t day)
{
	return in_time(q, day * ED_STORE_DAY_NS, (day + 1) * ED_STORE_DAY_NS);
}

static void search_days(struct search *s, const char *dir, const struct ed_files *files,
			struct ed_query_account *ret)
{
	char path[ED_STORE_PATH_MAX];

	for (uint32_t i = 0; i < files->n && !s->enough; i++) {
		int r;

		s->day = files->day[i].day;
		if (!day_wanted(s->q, s->day))
			continue;
		ed_day_path(dir, s->day, "", path);
		r = search_day(s, path);
		ret->n_days++;
		if (r == 0)
			continue;
		ret->n_unreadable++;
		if (s->hooks->trouble)
			s->hooks->trouble(s->hooks->arg, path, r);
	}
}

int ed_query_run(const char *dir, const struct ed_query *q, const struct ed_query_hooks *hooks,
		 struct ed_query_account *ret)
{
	struct search *s = ed_mem_zalloc(1, sizeof(*s));
	struct ed_files *files = ed_mem_zalloc(1, sizeof(*files));
	char path[ED_STORE_PATH_MAX];
	int r = s && files ? 0 : -ENOMEM;

	*ret = (struct ed_query_account){ .n_days = 0 };
	if (r == 0 && strlen(dir) > ED_STORE_PATH_MAX - 64)
		r = -ENAMETOOLONG;
	if (r == 0)
		r = ed_files_list(dir, files);
	if (r == 0) {
		(void)snprintf(path, sizeof(path), "%s/alerts.db", dir);
		r = files->n > 0 || access(path, F_OK) == 0 ? 0 : ED_STORE_FOREIGN;
	}
	if (r == 0) {
		s->q = q;
		s->hooks = hooks;
		if (files->n > 0)
			ret->oldest_ns = files->day[0].day * ED_STORE_DAY_NS;
		search_days(s, dir, files, ret);
	}
	ed_mem_free(files);
	ed_mem_free(s);
	return r;
}
