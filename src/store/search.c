/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of one day held against a query; see search.h. Which rows, search_find.c says. */
#include "store/search.h"

#include <errno.h>

#include "base/mem.h"
#include "store/day.h"
#include "store/pack.h"

static const char *const sql[ED_SEARCH_STATEMENTS] = {
	[ED_SEARCH_ZONE] = "SELECT key FROM zone WHERE id=?",
	[ED_SEARCH_KIND] = "SELECT resolver,who,qtype,rcode FROM kind WHERE id=?",
	[ED_SEARCH_WHO] = "SELECT host,image,user FROM who WHERE id=?",
	[ED_SEARCH_CLIENT] = "SELECT addr,net FROM client WHERE id=?",
	[ED_SEARCH_ZONES] = "SELECT id FROM zone WHERE key>=? AND key<?",
	[ED_SEARCH_BATCHES] = "SELECT id,span,spans FROM batch",
	[ED_SEARCH_LIST] = "SELECT id,zones FROM list WHERE id<=? ORDER BY id DESC LIMIT 1",
	[ED_SEARCH_SPAN] = "SELECT client,bucket,rows FROM span WHERE id=?",
	[ED_SEARCH_SPAN_CLIENT] = "SELECT client FROM span WHERE id=?",
	[ED_SEARCH_POSTINGS] = ("SELECT b.span,p.spans FROM posting p JOIN batch b"
				" ON b.id=p.batch WHERE p.zone=?"),
};

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

/* False: no answer is known. */
static bool answer_of(uint32_t v4, struct ed_addr *ret)
{
	const uint8_t b[4] = { (uint8_t)(v4 >> 24), (uint8_t)(v4 >> 16), (uint8_t)(v4 >> 8),
			       (uint8_t)v4 };

	ed_addr_from_v4(b, ret);
	return v4 != 0;
}

size_t ed_hunted_begin(const struct ed_hunted *h, const struct ed_addr *a)
{
	size_t low = 0, high = h->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (memcmp(&h->v[mid].low, a, sizeof(*a)) <= 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const struct ed_hunted_range *ed_hunted_next(const struct ed_hunted *h, const struct ed_addr *a,
					     size_t *at)
{
	while (*at > 0 && memcmp(&h->v[*at - 1].high_before, a, sizeof(*a)) >= 0) {
		const struct ed_hunted_range *r = &h->v[--*at];

		if (memcmp(&r->high, a, sizeof(*a)) >= 0)
			return r;
	}
	return NULL;
}

static bool answer_fits(const struct ed_search *s, uint32_t v4)
{
	struct ed_addr a;
	size_t at;

	if (!s->q->answer.set && !s->hunted)
		return true;
	if (!answer_of(v4, &a) || !in_range(&s->q->answer, &a))
		return false;
	if (!s->hunted)
		return true;
	at = ed_hunted_begin(s->hunted, &a);
	return ed_hunted_next(s->hunted, &a, &at) != NULL;
}

/* Once for each word that it fits. */
static void tell(struct ed_search *s)
{
	const struct ed_hunted_range *h;
	struct ed_addr a;
	size_t at;

	if (!s->hunted) {
		s->enough = !s->hooks->row(s->hooks->arg, &s->row);
		return;
	}
	(void)answer_of(s->row.answer_v4, &a);
	at = ed_hunted_begin(s->hunted, &a);
	while (!s->enough && (h = ed_hunted_next(s->hunted, &a, &at)) != NULL) {
		s->row.indicator = h->word;
		s->enough = !s->hooks->row(s->hooks->arg, &s->row);
	}
}

/* Letter case aside, as paths and users are on most machines. */
static bool who_fits(const struct ed_search *s)
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

int ed_search_get(struct ed_search *s, enum ed_search_statement which, int64_t id)
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

static int get_zone(struct ed_search *s, int64_t id, const struct ed_search_zone **ret)
{
	struct ed_search_zone *z = &s->zones[(uint64_t)id % ED_SEARCH_CACHE];
	uint8_t key[ED_NAME_MAX];
	size_t n;
	int r = 0;

	*ret = z;
	if (z->id == id)
		return 0;
	r = ed_search_get(s, ED_SEARCH_ZONE, id);
	z->id = 0;
	if (r == 0) {
		n = column(s->get[ED_SEARCH_ZONE], 0, key, ED_NAME_MAX - 1);
		z->n = (uint8_t)(ed_day_reverse(ed_span_of(key, n), z->wire) + 1);
		z->wire[z->n - 1] = 0;
		r = (size_t)z->n == n + 1 && ed_name_valid(ed_span_of(z->wire, z->n)) ?
			    0 :
			    ED_STORE_DAMAGED;
		z->id = r == 0 ? id : 0;
	}
	(void)sqlite3_reset(s->get[ED_SEARCH_ZONE]);
	return r;
}

static int get_kind(struct ed_search *s, int64_t id, const struct ed_search_kind **ret)
{
	struct ed_search_kind *k = &s->kinds[(uint64_t)id % ED_SEARCH_CACHE];
	sqlite3_stmt *q = s->get[ED_SEARCH_KIND];
	int r;

	*ret = k;
	if (k->id == id)
		return 0;
	r = ed_search_get(s, ED_SEARCH_KIND, id);
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

static int get_who(struct ed_search *s, int64_t id)
{
	int r = 0;

	if (s->who_id == id)
		return 0;
	for (unsigned i = 0; i < ED_WHO_TEXTS; i++)
		s->row.who[i] = ed_span_of(NULL, 0);
	s->who_id = id;
	if (id == 0)
		return 0;
	r = ed_search_get(s, ED_SEARCH_WHO, id);
	for (unsigned i = 0; i < ED_WHO_TEXTS && r == 0; i++)
		s->row.who[i] = ed_span_of(s->who_text[i], column(s->get[ED_SEARCH_WHO], (int)i,
								  s->who_text[i], ED_TEXT_MAX));
	(void)sqlite3_reset(s->get[ED_SEARCH_WHO]);
	return r;
}

static int get_client(struct ed_search *s, int64_t id)
{
	struct ed_search_client *c = &s->clients[(uint64_t)id % ED_SEARCH_CACHE];
	sqlite3_stmt *q = s->get[ED_SEARCH_CLIENT];
	int r = 0;

	if (c->id != id) {
		r = ed_search_get(s, ED_SEARCH_CLIENT, id);
		c->id = 0;
		memset(&c->addr, 0, sizeof(c->addr));
		if (r == 0) {
			(void)column(q, 0, &c->addr, sizeof(c->addr));
			c->net_tag = (uint32_t)sqlite3_column_int64(q, 1);
			c->id = id;
		}
		(void)sqlite3_reset(q);
	}
	s->row.client = c->addr;
	s->row.net_tag = c->net_tag;
	return r;
}

/* --------------------------------------------------------------------- rows */

static int show_row(struct ed_search *s, const struct ed_pack_row *p, int64_t bucket_ns)
{
	const struct ed_query *q = s->q;
	const struct ed_search_kind *kind;
	const struct ed_search_zone *zone;
	int r;

	s->row.first_ns = bucket_ns + (int64_t)p->first_ms * 1000000;
	s->row.last_ns = s->row.first_ns + (int64_t)p->span_ms * 1000000;
	if (!in_time(q, s->row.first_ns, s->row.last_ns) || !answer_fits(s, p->answer_v4))
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
	tell(s);
	return 0;
}

/* One span; @q stands on its client, bucket and rows. */
int ed_search_span(struct ed_search *s, sqlite3_stmt *q)
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

int ed_search_show(struct ed_search *s, sqlite3_stmt *q)
{
	int rc, r = 0;

	while (r == 0 && !s->enough && (rc = sqlite3_step(q)) != SQLITE_DONE)
		r = rc == SQLITE_ROW ? ed_search_span(s, q) : ed_db_result(rc);
	(void)sqlite3_reset(q);
	return r;
}

int ed_search_everything(struct ed_search *s)
{
	sqlite3_stmt *q = NULL;
	int r = ed_db_prepare(s->db, "SELECT client,bucket,rows FROM span", &q);

	s->whole = true;
	if (r == 0)
		r = ed_search_show(s, q);
	(void)sqlite3_finalize(q);
	return r;
}

/* ------------------------------------------------------------------ the day */

static int count(struct ed_search *s, const char *query, int64_t *ret)
{
	sqlite3_stmt *q = NULL;
	int r = ed_db_prepare(s->db, query, &q);

	*ret = 0;
	if (r == 0)
		r = ed_db_number(q, ret);
	(void)sqlite3_finalize(q);
	return r;
}

/* The statements for what the day has. */
static int prepare(struct ed_search *s)
{
	int64_t lists, postings, indices;
	int r = count(s, "SELECT count(*) FROM sqlite_schema WHERE name='list'", &lists);

	if (r == 0)
		r = count(s, "SELECT count(*) FROM sqlite_schema WHERE name='posting'", &postings);
	if (r == 0)
		r = count(s, "SELECT count(*) FROM sqlite_schema WHERE name='span_client'",
			  &indices);
	if (r == 0)
		r = count(s, "SELECT count(*) FROM batch", &s->n_batches);
	if (r != 0)
		return r;
	s->has_lists = lists > 0;
	s->has_postings = postings > 0;
	s->has_index = indices > 0;
	for (unsigned i = 0; i < ED_SEARCH_STATEMENTS && r == 0; i++) {
		if ((i != ED_SEARCH_LIST || s->has_lists) &&
		    (i != ED_SEARCH_POSTINGS || s->has_postings))
			r = ed_db_prepare(s->db, sql[i], &s->get[i]);
	}
	return r;
}

int ed_search_open(struct ed_search *s, const char *path, int64_t day)
{
	int r = ed_db_open(path, ED_DB_READ, ED_DB_HISTORY, NULL, &s->db);

	s->day = day;
	memset(s->kinds, 0, sizeof(s->kinds));
	for (unsigned i = 0; i < ED_SEARCH_CACHE; i++)
		s->zones[i].id = s->clients[i].id = 0;
	s->who_id = -1;
	if (r == 0)
		r = prepare(s);
	return r == 0 ? ed_db_run(s->db, "BEGIN") : r;
}

void ed_search_close(struct ed_search *s)
{
	for (unsigned i = 0; i < ED_SEARCH_STATEMENTS; i++) {
		(void)sqlite3_finalize(s->get[i]);
		s->get[i] = NULL;
	}
	(void)sqlite3_close(s->db);
	s->db = NULL;
}
