/* SPDX-License-Identifier: Apache-2.0 */
/* Views of one tunnel; see views.h. */
#include "shard/views.h"

#include <time.h>

#include "base/hash.h"
#include "base/time.h"
#include "record/asset.h"
#include "shard/weigh.h"

enum {
	BUCKETS = 512,
	PASSES = 4,      /* a client, its forwarder, the forwarder's resolver, and so on */
	NAMES_MIN = 2,   /* in common, where it is known who asks whom */
	NAMES_SURE = 8,  /* where it is not */
	SLACK_NAMES = 8, /* names that one view may have more than the others */
	YEAR_ASSUMED = 1972,
	OTHERS_MAX = 128, /* that a view is held against */
	NONE = UINT32_MAX /* end of a bucket */
};

static const int64_t TOGETHER_NS = 5 * ED_NS_PER_S; /* two clocks */
static const int64_t YEAR_KNOWN_NS = 3 * INT64_C(366) * 86400 * ED_NS_PER_S;
static const int64_t QUARTER_NS = 15 * 60 * ED_NS_PER_S, ZONES_NS = 14 * 3600 * ED_NS_PER_S;

struct views {
	struct ed_partition *all;
	unsigned n;
	struct ed_partition *p;  /* the one that is worked on */
	uint32_t heads[BUCKETS]; /* suspects by domain; the next one is in the suspect */
};

/* What others know of a view: who they are and whether they explain it. */
struct match {
	uint32_t view;
	uint32_t one; /* of the others; all there is when n_others is 1 */
	unsigned n_others;
	uint32_t known;     /* bit i: least[i] of the view */
	uint64_t n_names;   /* of the others */
	unsigned level_max; /* of the others */
};

void ed_views_note(struct ed_suspect *s, uint64_t payload_hash)
{
	uint32_t id = (uint32_t)payload_hash;
	unsigned at = s->n_least;

	while (at > 0 && s->least[at - 1] > id)
		at--;
	if ((at > 0 && s->least[at - 1] == id) || at == ED_SUSPECT_LEAST)
		return;
	if (s->n_least < ED_SUSPECT_LEAST)
		s->n_least++;
	memmove(&s->least[at + 1], &s->least[at], (s->n_least - at - 1U) * sizeof(s->least[0]));
	s->least[at] = id;
}

static struct ed_key *key_of(const struct views *v, uint32_t i)
{
	return &v->p->keys.keys[v->p->suspects[i].key];
}

/* A client's view of a domain, as the network saw it. */
static bool is_view(const struct views *v, uint32_t i)
{
	const struct ed_suspect *s = &v->p->suspects[i];
	const struct ed_key *k;

	if (s->key == ED_KEY_NONE || s->n_least == 0 || !ed_addr_known(&s->client))
		return false;
	k = &v->p->keys.keys[s->key];
	return k->suspect == i && k->hash != 0 && k->kind == ED_KEY_PAIR;
}

static bool same_domain(const struct views *v, uint32_t i, uint32_t j)
{
	const struct ed_name *a = &v->p->suspects[i].domain, *b = &v->p->suspects[j].domain;

	return a->n == b->n && memcmp(a->wire, b->wire, a->n) == 0;
}

/* ------------------------------------------------------------ which way */

static bool is_loopback(const struct ed_addr *a)
{
	static const uint8_t six[16] = { [15] = 1 };

	return ed_addr_is_v4(a) ? a->b[12] == 127 : memcmp(a->b, six, sizeof(six)) == 0;
}

static uint32_t server_hash(const struct views *v, const struct ed_addr *a)
{
	return ed_resolver_hash_of(a, v->p->conf->hash_key);
}

/* Known to be asked by others, or meant to be. */
static bool is_server(const struct views *v, uint32_t i)
{
	const struct ed_addr *a = &v->p->suspects[i].client;
	const struct ed_client *c = ed_clients_find(&v->p->client_table, key_of(v, i)->client_hash);
	const struct ed_addr_set *sanctioned = v->p->conf->egress.sanctioned;

	if (v->p->suspects[i].is_moved)
		return false;
	if (c && c->asset_role == ED_ASSET_RESOLVER)
		return true;
	if (sanctioned && ed_addr_set_has(sanctioned, a))
		return true;
	for (unsigned n = 0; n < v->n; n++) {
		if (ed_resolvers_find(&v->all[n].resolvers, server_hash(v, a)))
			return true;
	}
	return false;
}

static bool asked(const struct views *v, uint32_t i, uint32_t server)
{
	return key_of(v, i)->resolver == server_hash(v, &v->p->suspects[server].client);
}

static unsigned zones_of(const struct views *v, uint32_t i)
{
	const struct ed_client *c = ed_clients_find(&v->p->client_table, key_of(v, i)->client_hash);

	return c ? ed_client_zones(c) : 0;
}

/* The same day and time of the year that logs without a year are put into. */
static int64_t without_year(int64_t time_ns)
{
	time_t s = (time_t)(time_ns / ED_NS_PER_S);
	struct tm tm;

	if (time_ns < YEAR_KNOWN_NS || !gmtime_r(&s, &tm))
		return time_ns;
	tm.tm_year = YEAR_ASSUMED - 1900;
	return (int64_t)timegm(&tm) * ED_NS_PER_S;
}

/* The same time by two clocks. Where one has no year, its zone is not sure either: zones are whole
 * quarters of an hour apart. */
static bool is_near(int64_t a_ns, int64_t b_ns)
{
	int64_t apart_ns = a_ns > b_ns ? a_ns - b_ns : b_ns - a_ns, rest_ns;

	if ((a_ns < YEAR_KNOWN_NS) == (b_ns < YEAR_KNOWN_NS))
		return apart_ns <= TOGETHER_NS;
	apart_ns = without_year(a_ns) - without_year(b_ns);
	apart_ns = apart_ns < 0 ? -apart_ns : apart_ns;
	rest_ns = apart_ns % QUARTER_NS;
	return apart_ns <= ZONES_NS &&
	       (rest_ns <= TOGETHER_NS || rest_ns >= QUARTER_NS - TOGETHER_NS);
}

/* Who says nothing of itself asks for all that its clients ask for, and asks a little later. */
static bool seems_further(const struct views *v, uint32_t i, uint32_t than)
{
	const struct ed_key *a = key_of(v, than), *b = key_of(v, i);
	unsigned zones_a = zones_of(v, than), zones_b = zones_of(v, i);

	if (v->p->suspects[i].n_least < NAMES_SURE || b->n_queries > 2 * b->n_names ||
	    !is_near(a->first_ns, b->first_ns) || !is_near(a->last_ns, b->last_ns))
		return false;
	if (zones_a != zones_b)
		return zones_b > zones_a;
	if (a->first_ns != b->first_ns)
		return b->first_ns > a->first_ns;
	return memcmp(&v->p->suspects[i].client, &v->p->suspects[than].client,
		      sizeof(struct ed_addr)) > 0;
}

static bool is_further(const struct views *v, uint32_t i, uint32_t than)
{
	const struct ed_addr *a = &v->p->suspects[than].client, *b = &v->p->suspects[i].client;
	bool server_a, server_b;

	if (ed_addr_eq(a, b)) /* in two networks */
		return key_of(v, i)->first_ns > key_of(v, than)->first_ns;
	if (is_loopback(a) != is_loopback(b))
		return is_loopback(b);
	if (asked(v, than, i) != asked(v, i, than))
		return asked(v, than, i);
	server_a = is_server(v, than);
	server_b = is_server(v, i);
	return server_a != server_b ? server_b : seems_further(v, i, than);
}

/* --------------------------------------------------------------- matching */

static bool remembers(const struct views *v, uint32_t i, uint32_t id)
{
	const struct ed_suspect *s = &v->p->suspects[i];

	for (unsigned n = 0; n < s->n_least; n++) {
		if (s->least[n] == id)
			return true;
	}
	return ed_key_knows(&v->p->keys, key_of(v, i), id);
}

/* Which of the view's names another one asked for, as bits. */
static uint32_t known_to(const struct views *v, uint32_t view, uint32_t other)
{
	const struct ed_suspect *s = &v->p->suspects[view];
	uint32_t known = 0;

	for (unsigned n = 0; n < s->n_least; n++)
		known |= (uint32_t)remembers(v, other, s->least[n]) << n;
	return known;
}

static void match_of(const struct views *v, uint32_t view, struct match *ret)
{
	const struct ed_partition *p = v->p;
	uint32_t i = v->heads[key_of(v, view)->zone_hash % BUCKETS];

	*ret = (struct match){ .view = view };
	for (unsigned n = 0; i != NONE && n < OTHERS_MAX; i = p->suspects[i].next, n++) {
		uint32_t known;

		if (i == view || !is_view(v, i) || !same_domain(v, view, i))
			continue;
		known = known_to(v, view, i);
		if (known == 0 || !is_further(v, view, i))
			continue;
		ret->known |= known;
		ret->one = i;
		ret->n_others++;
		ret->n_names += key_of(v, i)->n_names;
		if (p->suspects[i].level > ret->level_max)
			ret->level_max = p->suspects[i].level;
	}
}

/* Three quarters of its names are known, and it has about as many as the others together. */
static bool is_explained(const struct views *v, const struct match *m)
{
	unsigned n = v->p->suspects[m->view].n_least;
	unsigned n_known = (unsigned)__builtin_popcount(m->known);

	return m->n_others > 0 && n_known >= NAMES_MIN && 4 * n_known >= 3 * n &&
	       key_of(v, m->view)->n_names <= m->n_names + m->n_names / 4 + SLACK_NAMES;
}

/* ---------------------------------------------------------------- merging */

static void add_place(struct ed_suspect *s, const struct ed_addr *a)
{
	if (ed_addr_eq(a, &s->client) || is_loopback(a))
		return;
	for (unsigned i = 0; i < s->n_seen_from; i++) {
		if (ed_addr_eq(a, &s->seen_from[i]))
			return;
	}
	if (s->n_seen_from < ED_SEEN_FROM_MAX)
		s->seen_from[s->n_seen_from++] = *a;
}

static void add_places(struct ed_suspect *s, const struct ed_suspect *from)
{
	add_place(s, &from->client);
	for (unsigned i = 0; i < from->n_seen_from; i++)
		add_place(s, &from->seen_from[i]);
}

/* What @i says is told by @by. */
static void withdraw(struct views *v, uint32_t i, uint32_t by)
{
	struct ed_partition *p = v->p;

	key_of(v, by)->formats |= key_of(v, i)->formats;
	if (p->conf->withdraw)
		p->conf->withdraw(p->conf->arg, p->index, key_of(v, i)->hash);
	p->suspects[i].key = ED_KEY_NONE;
}

/* The view further on saw more (a capture, where the client's side left a log): its figures are
 * told, of the client. */
static void take_over(struct views *v, uint32_t view, uint32_t client)
{
	struct ed_partition *p = v->p;
	struct ed_suspect *s = &p->suspects[view], *c = &p->suspects[client];
	struct ed_addr place = s->client;

	s->client = c->client;
	s->is_moved = true;
	s->groups = c->groups;
	s->machine_traits |= c->machine_traits;
	add_place(s, &place);
	add_places(s, c);
	if (p->actors[client].known)
		p->actors[view] = p->actors[client];
	withdraw(v, client, view);
	ed_weigh_key(p, key_of(v, view), NULL);
}

/* All of those who know its names tell the view. */
static void give_way(struct views *v, const struct match *m)
{
	struct ed_partition *p = v->p;
	uint32_t by = NONE;
	uint32_t i = v->heads[key_of(v, m->view)->zone_hash % BUCKETS];

	for (unsigned n = 0; i != NONE && n < OTHERS_MAX; i = p->suspects[i].next, n++) {
		if (i == m->view || !is_view(v, i) || !same_domain(v, m->view, i) ||
		    known_to(v, m->view, i) == 0 || !is_further(v, m->view, i))
			continue;
		add_places(&p->suspects[i], &p->suspects[m->view]);
		key_of(v, i)->formats |= key_of(v, m->view)->formats;
		ed_weigh_key(p, key_of(v, i), NULL);
		by = i;
	}
	if (by != NONE)
		withdraw(v, m->view, by);
}

static bool merge(struct views *v, uint32_t view)
{
	struct match m;

	match_of(v, view, &m);
	if (!is_explained(v, &m))
		return false;
	if (v->p->suspects[view].level <= m.level_max)
		give_way(v, &m);
	else if (m.n_others == 1)
		take_over(v, view, m.one);
	else
		return false; /* the sum over many clients is worth an incident of its own */
	return true;
}

static void merge_partition(struct views *v)
{
	struct ed_partition *p = v->p;
	bool again = true;

	memset(v->heads, 0xff, sizeof(v->heads));
	for (uint32_t i = p->n_suspects_used; i-- > 0;) {
		uint32_t *head;

		if (!is_view(v, i))
			continue;
		head = &v->heads[key_of(v, i)->zone_hash % BUCKETS];
		p->suspects[i].next = *head;
		*head = i;
	}
	for (unsigned pass = 0; again && pass < PASSES; pass++) {
		again = false;
		for (uint32_t i = 0; i < p->n_suspects_used; i++) {
			if (is_view(v, i) && merge(v, i))
				again = true;
		}
	}
}

void ed_views_merge(struct ed_partition *partitions, unsigned n)
{
	struct views v = { .all = partitions, .n = n };

	for (unsigned i = 0; i < n; i++) {
		v.p = &partitions[i];
		merge_partition(&v);
	}
}
