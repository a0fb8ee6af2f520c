/* SPDX-License-Identifier: Apache-2.0 */
/* Which spans of a day a query needs: those of a client, those of a zone, or all; see search.h. */
#include <errno.h>

#include "store/day.h"
#include "store/pack.h"
#include "store/search.h"

/* More than these are not worth looking up one by one; of the last, in all batches together. */
enum { ZONES_MAX = 256, CLIENTS_MAX = 64, LOOKS_MAX = 1 << 16 };

/* A reader of all batches of the day. */
struct batches {
	sqlite3_stmt *q;
	int64_t id, first_span, n_spans;
	int error;
};

static struct batches batches_begin(struct ed_search *s)
{
	return (struct batches){ .q = s->get[ED_SEARCH_BATCHES] };
}

/* False: no more, or an error. Resets the statement then. */
static bool batches_next(struct batches *b)
{
	int rc = sqlite3_step(b->q);

	if (rc == SQLITE_ROW) {
		b->id = sqlite3_column_int64(b->q, 0);
		b->first_span = sqlite3_column_int64(b->q, 1);
		b->n_spans = sqlite3_column_int64(b->q, 2);
		if (b->id > 0 && b->id <= INT32_MAX && b->first_span > 0 &&
		    b->first_span < INT64_MAX / 2 && b->n_spans >= 0 && b->n_spans <= UINT32_MAX)
			return true;
		b->error = ED_STORE_DAMAGED;
	} else if (rc != SQLITE_DONE) {
		b->error = ed_db_result(rc);
	}
	(void)sqlite3_reset(b->q);
	return false;
}

/* ---------------------------------------------------------------- by client */

struct clients {
	int64_t id[CLIENTS_MAX];
	unsigned n;
};

/* -E2BIG: too many. */
static int find_clients(struct ed_search *s, struct clients *ret)
{
	sqlite3_stmt *q = NULL;
	int r = ed_db_prepare(s->db, "SELECT id FROM client WHERE addr BETWEEN ? AND ?", &q);
	int rc;

	if (r != 0)
		return r;
	(void)sqlite3_bind_blob(q, 1, &s->q->client.low, 16, SQLITE_STATIC);
	(void)sqlite3_bind_blob(q, 2, &s->q->client.high, 16, SQLITE_STATIC);
	while ((rc = sqlite3_step(q)) == SQLITE_ROW && ret->n < CLIENTS_MAX)
		ret->id[ret->n++] = sqlite3_column_int64(q, 0);
	(void)sqlite3_finalize(q);
	return rc == SQLITE_ROW ? -E2BIG : ed_db_result(rc);
}

/* The first span of the batch that is of @client or a later one. */
static int first_span_of(struct ed_search *s, const struct batches *b, int64_t client, int64_t *ret)
{
	sqlite3_stmt *q = s->get[ED_SEARCH_SPAN_CLIENT];
	int64_t low = b->first_span, high = low + b->n_spans;

	while (low < high) {
		int64_t mid = low + (high - low) / 2, at;
		int r;

		(void)sqlite3_bind_int64(q, 1, mid);
		r = ed_db_number(q, &at);
		if (r != 0)
			return r == -ENOENT ? ED_STORE_DAMAGED : r;
		if (at < client)
			low = mid + 1;
		else
			high = mid;
	}
	*ret = low;
	return 0;
}

/* Spans of a batch lie by client. */
static int show_client(struct ed_search *s, const struct batches *b, int64_t client)
{
	sqlite3_stmt *q = s->get[ED_SEARCH_SPAN];
	bool same = true;
	int64_t id;
	int r = first_span_of(s, b, client, &id);

	for (; r == 0 && same && !s->enough && id < b->first_span + b->n_spans; id++) {
		r = ed_search_get(s, ED_SEARCH_SPAN, id);
		same = r == 0 && sqlite3_column_int64(q, 0) == client;
		if (same)
			r = ed_search_span(s, q);
		(void)sqlite3_reset(q);
	}
	return r;
}

static int show_by_index(struct ed_search *s)
{
	sqlite3_stmt *q = NULL;
	int r = ed_db_prepare(s->db,
			      "SELECT client,bucket,rows FROM span WHERE client IN"
			      " (SELECT id FROM client WHERE addr BETWEEN ? AND ?)",
			      &q);

	if (r == 0) {
		(void)sqlite3_bind_blob(q, 1, &s->q->client.low, 16, SQLITE_STATIC);
		(void)sqlite3_bind_blob(q, 2, &s->q->client.high, 16, SQLITE_STATIC);
		r = ed_search_show(s, q);
	}
	(void)sqlite3_finalize(q);
	return r;
}

static int show_by_client(struct ed_search *s)
{
	struct batches b = batches_begin(s);
	struct clients clients = { .n = 0 };
	int r;

	s->whole = true;
	if (s->has_index)
		return show_by_index(s);
	r = find_clients(s, &clients);
	if (r == -E2BIG || (r == 0 && clients.n * s->n_batches > LOOKS_MAX))
		return ed_search_everything(s);
	if (clients.n == 0)
		return r;
	while (r == 0 && !s->enough && batches_next(&b)) {
		for (unsigned i = 0; i < clients.n && r == 0 && !s->enough; i++)
			r = show_client(s, &b, clients.id[i]);
	}
	(void)sqlite3_reset(b.q);
	return r ? r : b.error;
}

/* ------------------------------------------------------------------ by name */

struct zones {
	uint64_t id[ZONES_MAX];
	unsigned n;
};

/* Adds the zones whose key lies from @low to before @high. -E2BIG: too many. */
static int add_zones(struct ed_search *s, struct ed_span low, struct ed_span high,
		     struct zones *ret)
{
	sqlite3_stmt *q = s->get[ED_SEARCH_ZONES];
	int rc;

	(void)sqlite3_bind_blob(q, 1, low.n ? (const void *)low.p : "", (int)low.n, SQLITE_STATIC);
	(void)sqlite3_bind_blob(q, 2, high.p, (int)high.n, SQLITE_STATIC);
	while ((rc = sqlite3_step(q)) == SQLITE_ROW && ret->n < ZONES_MAX)
		ret->id[ret->n++] = (uint64_t)sqlite3_column_int64(q, 0);
	(void)sqlite3_reset(q);
	return rc == SQLITE_ROW ? -E2BIG : ed_db_result(rc);
}

/* Zones at and below the name, and zones above it, in which it may be a name. A label's length is
 * below 0x40, so that byte ends the range of all that begins with a key. */
static int find_zones(struct ed_search *s, struct zones *ret)
{
	const struct ed_query *q = s->q;
	uint8_t key[ED_NAME_MAX + 1], end[ED_NAME_MAX + 1];
	size_t n = ed_day_reverse(ed_span_of(q->name.wire, q->name.n - 1U), key);
	int r = 0;

	memcpy(end, key, n);
	for (size_t at = 0; at < n && r == 0; at += 1 + (size_t)key[at]) {
		end[at] = 0; /* just behind the key itself: nothing lies between */
		r = add_zones(s, ed_span_of(key, at), ed_span_of(end, at + 1), ret);
		end[at] = key[at];
	}
	end[n] = q->is_suffix ? 0x40 : 0;
	return r == 0 ? add_zones(s, ed_span_of(key, n), ed_span_of(end, n + 1), ret) : r;
}

/* The spans of a list, numbered from @id. */
static int show_list(struct ed_search *s, struct ed_span list, int64_t id)
{
	uint64_t step;
	int r = 0;

	while (r == 0 && !s->enough && list.n > 0) {
		if (!ed_unpack_number(&list, &step))
			return ED_STORE_DAMAGED;
		id = (int64_t)((uint64_t)id + step);
		(void)sqlite3_bind_int64(s->get[ED_SEARCH_SPAN], 1, id);
		r = ed_search_show(s, s->get[ED_SEARCH_SPAN]);
	}
	return r;
}

static struct ed_span blob(sqlite3_stmt *q, int at)
{
	const void *p = sqlite3_column_blob(q, at);

	return ed_span_of(p, (size_t)sqlite3_column_bytes(q, at));
}

/* The list of @zone in the stretch that begins with the zone @at; empty: it is not there. */
static int find_list(struct ed_span lists, uint64_t at, uint64_t zone, struct ed_span *ret)
{
	uint64_t step, bytes;

	*ret = ed_span_of(NULL, 0);
	while (at <= zone && lists.n > 0) {
		if (!ed_unpack_number(&lists, &step) || !ed_unpack_number(&lists, &bytes) ||
		    bytes > lists.n)
			return ED_STORE_DAMAGED;
		at += step;
		if (at == zone) {
			*ret = ed_span_of(lists.p, (size_t)bytes);
			return 0;
		}
		lists = ed_span_from(lists, (size_t)bytes);
	}
	return 0;
}

/* The spans of the zone in one batch. */
static int show_zone_of(struct ed_search *s, const struct batches *b, uint64_t zone)
{
	sqlite3_stmt *q = s->get[ED_SEARCH_LIST];
	uint64_t key = (uint64_t)b->id << 32, id;
	struct ed_span list;
	int rc, r = 0;

	(void)sqlite3_bind_int64(q, 1, (int64_t)(key | zone));
	rc = sqlite3_step(q);
	if (rc == SQLITE_ROW) {
		id = (uint64_t)sqlite3_column_int64(q, 0);
		if (id >> 32 == (uint64_t)b->id) {
			r = find_list(blob(q, 1), id & UINT32_MAX, zone, &list);
			if (r == 0)
				r = show_list(s, list, b->first_span);
		}
	} else if (rc != SQLITE_DONE) {
		r = ed_db_result(rc);
	}
	(void)sqlite3_reset(q);
	return r;
}

/* The same by the table of version 1. */
static int show_postings(struct ed_search *s, uint64_t zone)
{
	sqlite3_stmt *q = s->get[ED_SEARCH_POSTINGS];
	int rc, r = 0;

	(void)sqlite3_bind_int64(q, 1, (int64_t)zone);
	while (r == 0 && !s->enough && (rc = sqlite3_step(q)) != SQLITE_DONE) {
		if (rc == SQLITE_ROW)
			r = show_list(s, blob(q, 1), sqlite3_column_int64(q, 0));
		else
			r = ed_db_result(rc);
	}
	(void)sqlite3_reset(q);
	return r;
}

static int show_zone(struct ed_search *s, uint64_t zone)
{
	struct batches b = batches_begin(s);
	int r = 0;

	if (zone > UINT32_MAX)
		return ED_STORE_DAMAGED;
	s->whole = false;
	s->only_zone = zone;
	if (s->has_postings)
		r = show_postings(s, zone);
	while (s->has_lists && r == 0 && !s->enough && batches_next(&b))
		r = show_zone_of(s, &b, zone);
	(void)sqlite3_reset(b.q);
	return r ? r : b.error;
}

static int show_by_name(struct ed_search *s)
{
	struct zones zones = { .n = 0 };
	int r = find_zones(s, &zones);

	if (r == -E2BIG || (r == 0 && zones.n > 1 && zones.n * s->n_batches > LOOKS_MAX))
		return ed_search_everything(s);
	for (unsigned i = 0; i < zones.n && r == 0 && !s->enough; i++)
		r = show_zone(s, zones.id[i]);
	return r;
}

/* ------------------------------------------------------------------ the day */

int ed_search_day(struct ed_search *s)
{
	const struct ed_query *q = s->q;

	if (q->client.set && (q->name.n == 0 || ed_addr_eq(&q->client.low, &q->client.high)))
		return show_by_client(s);
	return q->name.n > 0 ? show_by_name(s) : ed_search_everything(s);
}
