/* SPDX-License-Identifier: Apache-2.0 */
/* Learning what is normal; see baseline_learn.h. */
#include "report/baseline_learn.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "model/name_model.h"
#include "record/asset.h"
#include "report/baseline_home.h"

#define DAY_NS (86400 * ED_NS_PER_S)

enum {
	PAIRS = 1 << 17, /* places in the table of an analytic */
	CLIENTS = 1 << 15,
	FINGERPRINTS = 1 << 21,
	SOURCES = 1024,
	WINDOW_LOOKUPS = 30, /* as TimeWindow counts them (analytic/an1121.c) */
	NS_PER_MS = 1000000,
	SLOT_MS = 10000,
	/* How a name counts towards the score of the mean name, as in evidence/content.c. */
	LLR_MIN_MBITS = -6 * 1024,
	LLR_MAX_MBITS = 12 * 1024,
	SHORT_BYTES = 6,
	DIGITS_BYTES = 24,
	DIGITS_MAX_MBITS = 2 * 1024,
	PREFIX_V4_BYTES = 3,
	PREFIX_V6_BYTES = 8,
	MBITS_A_BYTE = 8 * 1024,
};

/* A key-day, or with zone 0 a client-day. */
struct key {
	uint64_t id; /* 0: free */
	uint64_t who, zone;
	int64_t llr_mbits;
	uint64_t code_mbits;
	int32_t day;
	uint32_t first_ms, last_ms; /* of the day */
	uint32_t n, n_names, payload_bytes;
	uint32_t n_domains; /* of a client-day */
	uint32_t last_tail;
	uint32_t slot; /* of ten seconds, of the day */
	uint16_t n_in_slot, n_peak;
	uint8_t group;
};

struct table {
	struct key *keys; /* NULL: nothing came yet */
	uint32_t n, cap;
	uint64_t limit; /* ids above it are not in the sample */
};

/* Who and zone that an alert speaks of; 0: any. */
struct except {
	uint64_t who, zone;
	int64_t first_day, last_day;
};

struct ed_baseline_learner {
	struct ed_baseline_learn_conf conf;
	struct ed_baseline *b; /* groups are made as they are met */
	struct ed_baseline_home *home;
	struct table pairs[ED_ANALYTICS_MAX], clients[ED_ANALYTICS_MAX];
	uint32_t *seen; /* FINGERPRINTS */
	struct except *excepts;
	size_t n_excepts, excepts_cap;
	int error;          /* -ENOMEM, sticky */
	bool asks[SOURCES]; /* the source tells questions: its responses are no lookups */
};

/* ------------------------------------------------------------------- tables */

static int table_init(struct table *t, uint32_t cap, uint64_t limit)
{
	*t = (struct table){ .cap = cap, .limit = limit };
	t->keys = ed_mem_zalloc(cap, sizeof(*t->keys));
	return t->keys ? 0 : -ENOMEM;
}

static struct key *place_of(const struct table *t, uint64_t id)
{
	size_t i = id & (t->cap - 1);

	while (t->keys[i].id && t->keys[i].id != id)
		i = (i + 1) & (t->cap - 1);
	return &t->keys[i];
}

/* Drops the upper half of the sample. */
static int thin(struct table *t)
{
	struct table less;
	int r = table_init(&less, t->cap, t->limit / 2);

	if (r < 0)
		return r;
	for (uint32_t i = 0; i < t->cap; i++) {
		const struct key *k = &t->keys[i];

		if (!k->id || k->id > less.limit)
			continue;
		*place_of(&less, k->id) = *k;
		less.n++;
	}
	ed_mem_free(t->keys);
	*t = less;
	return 0;
}

/* The key, a new one with nothing but its id; NULL: it is not in the sample, or no memory. */
static struct key *find(struct ed_baseline_learner *l, struct table *t, uint32_t cap, uint64_t id)
{
	struct key *k;

	if (!t->keys && l->error == 0)
		l->error = table_init(t, cap, UINT64_MAX);
	while (l->error == 0 && t->n >= t->cap / 4 * 3)
		l->error = thin(t);
	if (l->error < 0 || !t->keys || id > t->limit)
		return NULL;
	k = place_of(t, id);
	if (!k->id) {
		k->id = id;
		t->n++;
	}
	return k;
}

/* True when @hash was not there, as far as is remembered. */
static bool is_new(struct ed_baseline_learner *l, uint64_t hash)
{
	uint32_t *at = &l->seen[hash & (FINGERPRINTS - 1)];
	uint32_t print = (uint32_t)(hash >> 32) | 1;
	bool new = *at != print;

	*at = print;
	return new;
}

/* ------------------------------------------------------------------- groups */

static void network_of(const struct ed_baseline_learner *l, const struct ed_event *ev,
		       char ret[static ED_BASELINE_TEXT_MAX])
{
	const char *known = l->conf.network ? l->conf.network(l->conf.arg, ev) : "";
	bool v4 = ed_addr_is_v4(&ev->client);
	struct ed_addr net = ev->client;
	char text[ED_ADDR_TEXT_MAX];
	size_t keep = v4 ? sizeof(net.b) - 4 + PREFIX_V4_BYTES : PREFIX_V6_BYTES;

	if (*known) {
		(void)ed_process_print(ed_span_str(known), ret, ED_BASELINE_TEXT_MAX);
		return;
	}
	if (!(ev->has & ED_FIELD_CLIENT)) {
		(void)snprintf(ret, ED_BASELINE_TEXT_MAX, "-");
		return;
	}
	memset(net.b + keep, 0, sizeof(net.b) - keep);
	ed_addr_to_text(&net, text);
	(void)snprintf(ret, ED_BASELINE_TEXT_MAX, "%s%s", text, v4 ? "/24" : "/64");
}

/* The group of the client; the last one is for all that find no place. */
static uint8_t group_of(struct ed_baseline_learner *l, const struct ed_event *ev)
{
	struct ed_baseline_group g = { .role = ev->asset_role };
	struct ed_baseline *b = l->b;

	network_of(l, ev, g.network);
	if (b->n_groups == ED_BASELINE_GROUPS_MAX) {
		b->is_full = true;
		return ED_BASELINE_GROUPS_MAX - 1;
	}
	if (b->n_groups == ED_BASELINE_GROUPS_MAX - 1)
		g = (struct ed_baseline_group){ .network = "others" };
	for (uint32_t i = 0; i < b->n_groups; i++) {
		if (b->groups[i].role == g.role && strcmp(b->groups[i].network, g.network) == 0)
			return (uint8_t)i;
	}
	b->groups[b->n_groups] = g;
	return (uint8_t)b->n_groups++;
}

/* ------------------------------------------------------------------- events */

/* Who asks: the address, or the program where a machine's own log does not tell it. */
static uint64_t who_of(const struct ed_baseline_learner *l, const struct ed_event *ev)
{
	const struct ed_process *p = ed_event_process(ev);

	if (ev->has & ED_FIELD_CLIENT)
		return ed_hash_bytes(ev->client.b, sizeof(ev->client.b), l->conf.hash_key);
	return p ? ed_process_program_hash(p, l->conf.hash_key) : 0;
}

/* The row of the analytic that speaks of @ev; ED_ANALYTICS_MAX: none does. */
static size_t row_of(const struct ed_baseline_learner *l, const struct ed_event *ev)
{
	for (size_t row = 0; ed_analytics[row]; row++) {
		if (ed_analytics[row]->in_scope((*l->conf.analytic_conf)[row], ev))
			return row;
	}
	return ED_ANALYTICS_MAX;
}

static bool is_lookup(struct ed_baseline_learner *l, const struct ed_event *ev)
{
	bool *asks = &l->asks[ev->source % SOURCES];

	if (!ed_event_is_lookup(ev) || !(ev->has & ED_FIELD_TIME) || ev->name_n == 0)
		return false;
	if (ev->kind == ED_EVENT_DNS_QUERY)
		*asks = true;
	return ev->kind != ED_EVENT_DNS_RESPONSE || !*asks;
}

static int64_t llr_of(struct key *k, const struct ed_event *ev)
{
	int32_t llr = ev->payload_llr, max = LLR_MAX_MBITS;

	if (ev->zone_off <= SHORT_BYTES)
		max = 0;
	else if (ev->payload_alphabet == ED_ALPHABET_DIGITS && ev->zone_off < DIGITS_BYTES)
		max = DIGITS_MAX_MBITS;
	if (ev->tail_hash && ev->tail_hash == k->last_tail)
		llr -= ev->tail_llr;
	k->last_tail = ev->tail_hash;
	return llr < LLR_MIN_MBITS ? LLR_MIN_MBITS : llr > max ? max : llr;
}

static void add_time(struct key *k, uint32_t ms)
{
	uint32_t slot = ms / SLOT_MS;

	k->first_ms = k->n == 0 || ms < k->first_ms ? ms : k->first_ms;
	k->last_ms = ms > k->last_ms ? ms : k->last_ms;
	k->n++;
	if (slot != k->slot) {
		k->slot = slot;
		k->n_in_slot = 0;
	}
	if (k->n_in_slot < UINT16_MAX)
		k->n_in_slot++;
	if (k->n_in_slot > k->n_peak)
		k->n_peak = k->n_in_slot;
}

static void add_name(struct key *k, const struct ed_event *ev)
{
	k->n_names++;
	k->payload_bytes += ev->zone_off;
	k->code_mbits += ev->payload_code;
	k->llr_mbits += llr_of(k, ev);
}

static void note_lookup(struct ed_baseline_learner *l, const struct ed_event *ev, size_t row)
{
	int64_t day = ev->time_ns / DAY_NS - (ev->time_ns % DAY_NS < 0);
	uint32_t ms = (uint32_t)((ev->time_ns - day * DAY_NS) / NS_PER_MS);
	uint64_t who = who_of(l, ev);
	uint64_t at = ed_hash_pair(ed_hash_pair(who, row), (uint64_t)day);
	uint64_t id = ed_hash_pair(at, ev->zone_hash) | 1;
	struct key *client = find(l, &l->clients[row], CLIENTS, at | 1);
	struct key *pair = find(l, &l->pairs[row], PAIRS, id);
	bool new_name = ev->zone_off > 0 && is_new(l, ed_hash_pair(id, ev->name_hash));
	bool new_zone = client && is_new(l, ed_hash_mix(id));

	if (client && client->n == 0) {
		client->who = who;
		client->day = (int32_t)day;
		client->group = group_of(l, ev);
	}
	if (client) {
		add_time(client, ms);
		client->n_domains += new_zone;
	}
	if (pair && pair->n == 0) {
		pair->who = who;
		pair->zone = ev->zone_hash;
		pair->day = (int32_t)day;
		pair->group = client ? client->group : group_of(l, ev);
	}
	if (pair)
		add_time(pair, ms);
	if (client && new_name)
		add_name(client, ev);
	if (pair && new_name)
		add_name(pair, ev);
}

void ed_baseline_note(struct ed_baseline_learner *l, const struct ed_event *ev)
{
	struct ed_baseline *b = l->b;
	size_t row;

	if (l->error < 0)
		return;
	if (!(ev->has & ED_FIELD_TIME) || ev->time_ns <= l->conf.now_ns - l->conf.quarantine_ns)
		ed_baseline_home_note(l->home, ev);
	if (!is_lookup(l, ev))
		return;
	b->n_lookups++;
	if (b->first_ns == 0 || ev->time_ns < b->first_ns)
		b->first_ns = ev->time_ns;
	if (ev->time_ns > b->last_ns)
		b->last_ns = ev->time_ns;
	row = row_of(l, ev);
	if (row < ED_ANALYTICS_MAX)
		note_lookup(l, ev, row);
}

/* ------------------------------------------------------------------- alerts */

static int64_t day_of(int64_t time_ns)
{
	return time_ns / DAY_NS - (time_ns % DAY_NS < 0);
}

void ed_baseline_except(struct ed_baseline_learner *l, const struct ed_alert *a)
{
	struct except e = { .first_day = day_of(a->start_ns), .last_day = day_of(a->end_ns) };
	uint64_t key = l->conf.hash_key;

	if (l->error < 0 || (a->domain.n == 0 && ed_addr_known(&a->server)))
		return; /* a rule about servers says nothing of what was asked */
	if (l->n_excepts == l->excepts_cap) {
		size_t cap = l->excepts_cap ? 2 * l->excepts_cap : 64;
		struct except *v = reallocarray(l->excepts, cap, sizeof(*v));

		if (!v) {
			l->error = -ENOMEM;
			return;
		}
		l->excepts = v;
		l->excepts_cap = cap;
	}
	if (ed_addr_known(&a->client))
		e.who = ed_hash_bytes(a->client.b, sizeof(a->client.b), key);
	else if (a->actor.known && !a->all_clients)
		e.who = ed_process_program_hash(&a->actor.process, key);
	if (a->domain.n > 0 && !a->is_masked)
		e.zone = ed_hash_bytes(a->domain.wire, a->domain.n, key);
	if (e.who == 0 && e.zone == 0)
		return;
	l->excepts[l->n_excepts++] = e;
	l->b->n_alerts++;
	ed_baseline_home_except(l->home, &a->actor);
}

static int by_except(const void *a, const void *b)
{
	const struct except *x = a, *y = b;

	if (x->who != y->who)
		return x->who < y->who ? -1 : 1;
	return (x->zone > y->zone) - (x->zone < y->zone);
}

static bool has_except(const struct ed_baseline_learner *l, uint64_t who, uint64_t zone)
{
	const struct except want = { .who = who, .zone = zone };

	return (who || zone) && l->n_excepts > 0 &&
	       bsearch(&want, l->excepts, l->n_excepts, sizeof(want), by_except);
}

/* A client's day does not teach when an alert about it falls on the day. */
static bool is_client_excepted(const struct ed_baseline_learner *l, const struct key *k)
{
	size_t low = 0, high = l->n_excepts;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (l->excepts[mid].who < k->who)
			low = mid + 1;
		else
			high = mid;
	}
	for (; k->who && low < l->n_excepts && l->excepts[low].who == k->who; low++) {
		if (l->excepts[low].first_day <= k->day && k->day <= l->excepts[low].last_day)
			return true;
	}
	return false;
}

/* ----------------------------------------------------------------- learning */

static bool is_young(const struct ed_baseline_learner *l, const struct key *k)
{
	int64_t last_ns = (int64_t)k->day * DAY_NS + (int64_t)k->last_ms * NS_PER_MS;

	return last_ns > l->conf.now_ns - l->conf.quarantine_ns;
}

static uint32_t whole(double v)
{
	return v < 1 ? 1 : v > 1 << 30 ? 1 << 30 : (uint32_t)lround(v);
}

static void teach_pair(struct ed_baseline_part *p, const struct key *k)
{
	struct ed_ddsketch *f = p->feature;

	p->n_key_days++;
	ed_ddsketch_add(&f[ED_BASELINE_BURST], k->n_peak, 1);
	ed_ddsketch_add(&f[ED_BASELINE_VOLUME], whole((double)k->code_mbits / MBITS_A_BYTE), 1);
	if (k->n >= WINDOW_LOOKUPS)
		ed_ddsketch_add(&f[ED_BASELINE_WINDOW],
				whole((double)(k->last_ms - k->first_ms) * WINDOW_LOOKUPS / k->n),
				1);
	if (k->n_names == 0)
		return;
	ed_ddsketch_add(&f[ED_BASELINE_QUERY_LENGTH], whole((double)k->payload_bytes / k->n_names),
			1);
	ed_ddsketch_add(&f[ED_BASELINE_ENCODED],
			whole(1e6 * (1 - ed_subdomain_entropy_score((double)k->llr_mbits / 1024 /
								    k->n_names))),
			1);
}

static void teach_client(struct ed_baseline_part *p, const struct key *k)
{
	struct ed_ddsketch *f = p->feature;

	p->n_client_days++;
	ed_ddsketch_add(&f[ED_BASELINE_CLIENT_LOOKUPS], k->n, 1);
	ed_ddsketch_add(&f[ED_BASELINE_CLIENT_DOMAINS], k->n_domains, 1);
	ed_ddsketch_add(&f[ED_BASELINE_CLIENT_VOLUME], whole((double)k->code_mbits / MBITS_A_BYTE),
			1);
}

static void teach_pairs(struct ed_baseline_learner *l, size_t row)
{
	const struct table *t = &l->pairs[row];
	struct ed_baseline *b = l->b;

	b->share[row] = (double)t->limit / (double)UINT64_MAX;
	for (uint32_t i = 0; i < t->cap && l->error == 0; i++) {
		const struct key *k = &t->keys[i];
		struct ed_baseline_part *p;

		if (!k->id)
			continue;
		if (has_except(l, k->who, k->zone) || has_except(l, 0, k->zone) ||
		    has_except(l, k->who, 0)) {
			b->n_alerted++;
		} else if (is_young(l, k)) {
			b->n_young++;
		} else if ((p = ed_baseline_part(b, (uint8_t)row, k->group)) != NULL) {
			teach_pair(p, k);
			b->n_key_days++;
		} else {
			l->error = -ENOMEM;
		}
	}
}

static void teach_clients(struct ed_baseline_learner *l, size_t row)
{
	const struct table *t = &l->clients[row];

	for (uint32_t i = 0; i < t->cap && l->error == 0; i++) {
		const struct key *k = &t->keys[i];
		struct ed_baseline_part *p;

		if (!k->id || is_client_excepted(l, k) || is_young(l, k))
			continue;
		p = ed_baseline_part(l->b, (uint8_t)row, k->group);
		if (p)
			teach_client(p, k);
		else
			l->error = -ENOMEM;
		l->b->n_client_days++;
	}
}

int ed_baseline_learn(struct ed_baseline_learner *l, struct ed_baseline **ret)
{
	if (l->n_excepts > 0)
		qsort(l->excepts, l->n_excepts, sizeof(*l->excepts), by_except);
	for (size_t row = 0; ed_analytics[row]; row++) {
		if (l->pairs[row].keys)
			teach_pairs(l, row);
		if (l->clients[row].keys)
			teach_clients(l, row);
	}
	ed_baseline_home_finish(l->home);
	*ret = NULL;
	if (l->error < 0)
		return l->error;
	l->b->made_ns = l->conf.now_ns;
	l->b->quarantine_ns = l->conf.quarantine_ns;
	*ret = l->b;
	l->b = NULL;
	return 0;
}

int ed_baseline_learner_new(const struct ed_baseline_learn_conf *conf,
			    struct ed_baseline_learner **ret)
{
	struct ed_baseline_learner *l = ed_mem_zalloc(1, sizeof(*l));
	int r = l ? 0 : -ENOMEM;

	*ret = NULL;
	if (r < 0)
		return r;
	l->conf = *conf;
	l->b = ed_baseline_new();
	l->seen = ed_mem_zalloc(FINGERPRINTS, sizeof(*l->seen));
	r = l->b && l->seen ? ed_baseline_home_new(l->b, conf->hash_key, &l->home) : -ENOMEM;
	if (r < 0)
		ed_baseline_learner_free(l);
	else
		*ret = l;
	return r;
}

void ed_baseline_learner_free(struct ed_baseline_learner *l)
{
	if (!l)
		return;
	for (size_t row = 0; row < ED_ANALYTICS_MAX; row++) {
		ed_mem_free(l->pairs[row].keys);
		ed_mem_free(l->clients[row].keys);
	}
	ed_baseline_home_free(l->home);
	ed_baseline_free(l->b);
	ed_mem_free(l->seen);
	free(l->excepts);
	ed_mem_free(l);
}
