/* SPDX-License-Identifier: Apache-2.0 */
/* Names asked by several clients; see shared_names.h. */
#include "shard/shared_names.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"

enum {
	LIFE_MAX_S = INT16_MAX,
	OTHER_TYPE = ED_SHARED_TYPES - 1,
	TAG_SHIFT = 40,
	TAG_MASK = 0xffffff
};

/* Its own bits: the lower ones say where the name lies. */
static uint32_t tag_of(uint64_t name_hash)
{
	return (uint32_t)(name_hash >> TAG_SHIFT);
}

int ed_shared_names_init(struct ed_shared_names *t, uint32_t capacity, struct ed_mem_pool *pool)
{
	uint32_t n = 16;

	while (n * 2 <= capacity)
		n *= 2;
	t->mask = n - 1;
	t->names = ed_mem_take(pool, n, sizeof(*t->names));
	return t->names ? 0 : -ENOMEM;
}

void ed_shared_names_done(struct ed_shared_names *t)
{
	ed_mem_free(t->names);
	memset(t, 0, sizeof(*t));
}

static unsigned n_clients(const struct ed_shared_name *e)
{
	unsigned n = 0;

	while (n < ED_SHARED_CLIENTS && e->client[n] != 0)
		n++;
	return n;
}

unsigned ed_shared_names_note(struct ed_shared_names *t, uint64_t name_hash, uint64_t client_hash)
{
	struct ed_shared_name *e = &t->names[name_hash & t->mask];
	uint32_t tag = tag_of(name_hash);
	uint16_t client = (uint16_t)(client_hash >> 48);

	if (client == 0)
		client = 1;
	if (e->tag != tag)
		*e = (struct ed_shared_name){ .tag = tag & TAG_MASK };
	for (unsigned i = 0; i < ED_SHARED_CLIENTS; i++) {
		if (e->client[i] == 0)
			e->client[i] = client;
		if (e->client[i] == client)
			return n_clients(e);
	}
	return ED_SHARED_CLIENTS;
}

/* ------------------------------------------------------------- heard by the owner */

/* Which type comes next, and whether its answer is known, cannot be foreseen, so nothing here
 * branches on it. */
static inline unsigned slot_of(uint16_t qtype)
{
	return (unsigned)(qtype != ED_RR_A) + ((qtype != ED_RR_A) & (qtype != ED_RR_AAAA));
}

/*
 * When the answer of the event runs out, in seconds as they are kept; 0: it does not say. That
 * there are no records is not taken to live: how long is not in the answer.
 */
static inline uint16_t runs_out(const struct ed_event *ev, int64_t now_s)
{
	bool is_failure = ((ev->has & ED_FIELD_RCODE) != 0) & (ev->rcode != ED_RCODE_NOERROR);
	bool tells = ev->has & ED_FIELD_ANSWERS;
	bool lives = tells & (ev->answers.n > 0);
	uint32_t ttl_s = ev->answers.ttl_min_s < LIFE_MAX_S ? ev->answers.ttl_min_s : LIFE_MAX_S;
	uint16_t at = (uint16_t)(now_s + (lives ? ttl_s : 0));
	bool unknown = (ev->kind == ED_EVENT_DNS_QUERY) | (lives & !(ev->has & ED_FIELD_TTL)) |
		       !(tells | is_failure);

	at = at ? at : 1;
	return unknown ? 0 : at;
}

/* When the answer before runs out. Nothing is known to live of a type that was not told last. */
static uint16_t ran_out(const struct ed_shared_name *e, unsigned slot, uint16_t qtype,
			uint16_t now_s)
{
	bool is_another = (slot == OTHER_TYPE) & (e->other_type != (uint8_t)qtype);

	return (is_another & (e->expires_s[slot] != 0)) ? now_s : e->expires_s[slot];
}

bool ed_shared_names_heard(struct ed_shared_names *t, const struct ed_event *ev)
{
	struct ed_shared_name *e = &t->names[ev->name_hash & t->mask];
	int64_t now_s = ev->time_ns / 1000000000;
	unsigned slot = slot_of(ev->qtype);
	uint16_t before, after;
	bool known, lives, has_moved;

	if (e->tag != tag_of(ev->name_hash) || !(ev->has & ED_FIELD_TIME))
		return false;
	before = ran_out(e, slot, ev->qtype, (uint16_t)now_s);
	after = runs_out(ev, now_s);
	known = before != 0;
	lives = (int16_t)(before - (uint16_t)now_s) > 0;
	has_moved = (after != 0) & ((int16_t)(after - before) > 1);
	if (after) {
		e->expires_s[slot] = after;
		e->other_type = slot == OTHER_TYPE ? (uint8_t)ev->qtype : e->other_type;
	}
	if (ev->kind == ED_EVENT_DNS_RESPONSE)
		return known & lives & has_moved;
	return (known & (!lives | has_moved)) | (!known & (after != 0));
}
