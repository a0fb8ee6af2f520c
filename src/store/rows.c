/* SPDX-License-Identifier: Apache-2.0 */
/* Lookups gathered before they are written; see rows.h. */
#include "store/rows.h"

#include <errno.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/time.h"

enum {
	INDEX_N = 2 * ED_ROWS_MAX,
	TEXT_BYTES = 6 << 20,
	TEXT_ONE_MAX = ED_NAME_MAX + sizeof(struct ed_rows_who),
};

static const enum ed_text kept_texts[ED_WHO_TEXTS] = { ED_TEXT_HOST, ED_TEXT_IMAGE, ED_TEXT_USER };

int ed_rows_init(struct ed_rows *t, bool each, uint64_t hash_key)
{
	*t = (struct ed_rows){ .each = each, .hash_key = hash_key };
	t->rows = ed_mem_zalloc(ED_ROWS_MAX, sizeof(*t->rows));
	t->index = ed_mem_zalloc(INDEX_N, sizeof(*t->index));
	t->text = ed_mem_zalloc(TEXT_BYTES, 1);
	if (t->rows && t->index && t->text)
		return 0;
	ed_rows_done(t);
	return -ENOMEM;
}

void ed_rows_done(struct ed_rows *t)
{
	ed_mem_free(t->rows);
	ed_mem_free(t->index);
	ed_mem_free(t->text);
	*t = (struct ed_rows){ .rows = NULL };
}

void ed_rows_clear(struct ed_rows *t)
{
	memset(t->index, 0, INDEX_N * sizeof(*t->index));
	t->n = 0;
	t->text_n = 0;
}

bool ed_rows_have_room(const struct ed_rows *t)
{
	return t->n < ED_ROWS_MAX && t->text_n + TEXT_ONE_MAX <= TEXT_BYTES;
}

static size_t gather_who(const struct ed_event *ev, struct ed_rows_who *ret)
{
	const struct ed_process *p = ed_event_process(ev);
	size_t n = 0;

	if (!p)
		return 0;
	for (unsigned i = 0; i < ED_WHO_TEXTS; i++) {
		struct ed_span text = ed_process_text(p, kept_texts[i]);
		size_t text_n = text.n < ED_TEXT_MAX ? text.n : ED_TEXT_MAX;

		if (text_n > 0)
			memcpy(ret->text + n, text.p, text_n);
		ret->text_n[i] = (uint16_t)text_n;
		n += text_n;
	}
	return n ? n + offsetof(struct ed_rows_who, text) : 0;
}

static bool same(const struct ed_rows *t, const struct ed_row *a, const struct ed_row *b,
		 const uint8_t *name, const struct ed_rows_who *who)
{
	return a->hash == b->hash && a->bucket == b->bucket && a->rcode == b->rcode &&
	       a->qtype == b->qtype && a->net_tag == b->net_tag &&
	       ed_addr_eq(&a->client, &b->client) && ed_addr_eq(&a->resolver, &b->resolver) &&
	       a->name_n == b->name_n && memcmp(t->text + a->name, name, a->name_n) == 0 &&
	       a->who_n == b->who_n && memcmp(t->text + a->who, who, a->who_n) == 0;
}

static uint64_t hash_of(const struct ed_rows *t, const struct ed_row *r, const uint8_t *name,
			const struct ed_rows_who *who)
{
	uint64_t h = ed_hash_bytes(name, r->name_n, t->hash_key);
	uint64_t a[4];

	memcpy(a, &r->client, sizeof(r->client));
	memcpy(a + 2, &r->resolver, sizeof(r->resolver));
	h = ed_hash_pair(h, ed_hash_bytes(a, sizeof(a), t->hash_key));
	h = ed_hash_pair(h, (uint64_t)r->bucket);
	h = ed_hash_pair(h, (uint64_t)r->net_tag << 32 | (uint32_t)r->qtype << 16 | r->rcode);
	return r->who_n ? ed_hash_pair(h, ed_hash_bytes(who, r->who_n, t->hash_key)) : h;
}

/* Where the row that is like @r is noted in the index, or where it belongs. */
static uint32_t *find(const struct ed_rows *t, const struct ed_row *r, const uint8_t *name,
		      const struct ed_rows_who *who)
{
	size_t i = r->hash & (INDEX_N - 1);

	while (t->index[i] && !same(t, &t->rows[t->index[i] - 1], r, name, who))
		i = (i + 1) & (INDEX_N - 1);
	return &t->index[i];
}

/* The query of a response was counted; it is one lookup. */
static bool take_query(struct ed_rows *t, const struct ed_row *response, const uint8_t *name,
		       const struct ed_rows_who *who)
{
	struct ed_row query = *response;
	uint32_t at;

	query.rcode = ED_ROW_NO_RCODE;
	query.hash = hash_of(t, &query, name, who);
	at = *find(t, &query, name, who);
	if (!at || t->rows[at - 1].n == 0)
		return false;
	t->rows[at - 1].n--;
	return true;
}

static uint32_t keep_text(struct ed_rows *t, const void *p, size_t n)
{
	uint32_t at = t->text_n;

	memcpy(t->text + at, p, n);
	t->text_n += (uint32_t)n;
	return at;
}

static void begin(struct ed_rows *t, uint32_t *at, struct ed_row *r, const uint8_t *name,
		  const struct ed_rows_who *who)
{
	r->name = keep_text(t, name, r->name_n);
	r->who = keep_text(t, who, r->who_n);
	t->rows[t->n++] = *r;
	if (!t->each)
		*at = t->n;
}

static void merge(struct ed_row *into, const struct ed_row *r)
{
	into->n += into->n < UINT32_MAX;
	into->first_ns = r->first_ns < into->first_ns ? r->first_ns : into->first_ns;
	into->last_ns = r->last_ns > into->last_ns ? r->last_ns : into->last_ns;
	if (r->answer_v4)
		into->answer_v4 = r->answer_v4;
}

unsigned ed_rows_add(struct ed_rows *t, const struct ed_event *ev)
{
	struct ed_rows_who who;
	uint8_t name[256];
	struct ed_row r = {
		.bucket = ed_store_floor(ev->time_ns, ED_STORE_BUCKET_NS),
		.first_ns = ev->time_ns,
		.last_ns = ev->time_ns,
		.client = ev->client,
		.resolver = ev->resolver,
		.net_tag = ev->net_tag,
		.n = 1,
		.answer_v4 = ev->has & ED_FIELD_ANSWERS ? ev->answers.first_v4 : 0,
		.qtype = ev->qtype,
		.rcode = ev->has & ED_FIELD_RCODE ? ev->rcode : ED_ROW_NO_RCODE,
		.name_n = ev->name_n,
		.zone_off = ev->zone_off,
	};
	unsigned n_new = 1;
	uint32_t *at;

	ed_name_lower(ed_event_name(ev), ev->name_n, name);
	r.who_n = (uint16_t)gather_who(ev, &who);
	if (t->each) {
		begin(t, NULL, &r, name, &who);
		return 1;
	}
	if (ev->kind == ED_EVENT_DNS_RESPONSE && r.rcode != ED_ROW_NO_RCODE)
		n_new = !take_query(t, &r, name, &who);
	r.hash = hash_of(t, &r, name, &who);
	at = find(t, &r, name, &who);
	if (*at)
		merge(&t->rows[*at - 1], &r);
	else
		begin(t, at, &r, name, &who);
	return n_new;
}
