/* SPDX-License-Identifier: Apache-2.0 */
/* Resolvers over HTTPS; see doh.h. The rows are in doh.def. */
#include "enrich/doh.h"

#include "base/hash.h"
#include "base/time.h"

struct resolver {
	const char *text;
	bool is_addr;
	int32_t until_day;
};

/* Days from 1970 to the first of January of @year, 1970..2099. */
#define DAY_OF_YEAR(year) (((year)-1970) * 365 + ((year)-1969) / 4)

static const struct resolver resolvers[] = {
#define DOH_NAME(text, year) { text, false, DAY_OF_YEAR(year) },
#define DOH_ADDR(text, year) { text, true, DAY_OF_YEAR(year) },
#include "enrich/doh.def"
#undef DOH_NAME
#undef DOH_ADDR
};

enum { N_RESOLVERS = sizeof(resolvers) / sizeof(resolvers[0]) };
static_assert(N_RESOLVERS * 2 <= ED_DOH_SLOTS, "room in the table");

static uint64_t hash_of(const struct ed_doh *d, const void *p, size_t n)
{
	uint64_t h = ed_hash_bytes(p, n, d->hash_key);

	return h ? h : 1;
}

static bool row_hash(const struct ed_doh *d, const struct resolver *row, uint64_t *ret)
{
	struct ed_span text = ed_span_str(row->text);
	struct ed_addr addr;
	struct ed_name name;

	if (row->is_addr) {
		if (!ed_addr_from_text(text, &addr))
			return false;
		*ret = hash_of(d, &addr, sizeof(addr));
		return true;
	}
	if (ed_name_from_text(text, ED_NAME_PLAIN, &name) != 0)
		return false;
	*ret = hash_of(d, name.wire, name.n);
	return true;
}

void ed_doh_init(struct ed_doh *d, uint64_t hash_key)
{
	memset(d, 0, sizeof(*d));
	d->hash_key = hash_key;
	for (unsigned i = 0; i < N_RESOLVERS; i++) {
		uint64_t hash;
		unsigned at;

		if (!row_hash(d, &resolvers[i], &hash))
			continue;
		at = (unsigned)(hash % ED_DOH_SLOTS);
		while (d->slots[at].hash)
			at = (at + 1) % ED_DOH_SLOTS;
		d->slots[at].hash = hash;
		d->slots[at].until_day = resolvers[i].until_day;
	}
}

static bool is_listed(const struct ed_doh *d, uint64_t hash, int64_t day)
{
	for (unsigned at = (unsigned)(hash % ED_DOH_SLOTS); d->slots[at].hash;
	     at = (at + 1) % ED_DOH_SLOTS) {
		if (d->slots[at].hash == hash)
			return day < d->slots[at].until_day;
	}
	return false;
}

static bool is_listed_name(const struct ed_doh *d, const struct ed_event *ev, int64_t day)
{
	uint8_t lower[ED_NAME_MAX + 1];

	ed_name_lower(ed_event_name(ev), ev->name_n, lower);
	for (size_t i = 0; i < ev->name_n && lower[i] != 0; i += 1U + lower[i]) {
		if (is_listed(d, hash_of(d, lower + i, ev->name_n - i), day))
			return true;
	}
	return false;
}

void ed_doh_mark(const struct ed_doh *d, struct ed_event *ev)
{
	int64_t day = ev->time_ns / (86400 * ED_NS_PER_S);

	if (ev->kind != ED_EVENT_FLOW || ev->flow.service != ED_FLOW_HTTPS)
		return;
	if ((ev->name_n > 0 && is_listed_name(d, ev, day)) ||
	    ((ev->has & ED_FIELD_RESOLVER) &&
	     is_listed(d, hash_of(d, &ev->resolver, sizeof(ev->resolver)), day)))
		ev->flow.service = ED_FLOW_DOH;
}
