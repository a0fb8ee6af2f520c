/* SPDX-License-Identifier: Apache-2.0 */
/* The client table; see clients.h. */
#include "shard/clients.h"

#include "record/asset.h"

#include <errno.h>
#include <math.h>

#include "base/hash.h"
#include "base/mem.h"

enum { WAYS = 2, ZONE_BITS = 64, FEW_ZONES = 2, MANY_ZONES = 60 };
/* So many domains are asked for mail's sake, and one of so many: a resolver whose clients are mail
 * servers among others asks for more, but for much else too. */
enum { MAIL_ZONES = 4, MAIL_SHARE = 8 };
/* After the bits were full once, so many of them are needed to judge anew. */
enum { JUDGE_BITS = 32 };
enum { PAST_NONE, PAST_MAIL, PAST_OTHER };

int ed_clients_init(struct ed_clients *t, uint32_t capacity, struct ed_mem_pool *pool)
{
	memset(t, 0, sizeof(*t));
	t->n_sets = capacity < WAYS ? 1 : capacity / WAYS;
	t->clients = ed_mem_take(pool, (size_t)t->n_sets * WAYS, sizeof(*t->clients));
	return t->clients ? 0 : -ENOMEM;
}

void ed_clients_done(struct ed_clients *t)
{
	ed_mem_free(t->clients);
	memset(t, 0, sizeof(*t));
}

static struct ed_client *set_of(const struct ed_clients *t, uint64_t hash)
{
	return &t->clients[(size_t)ed_hash_below(hash, t->n_sets) * WAYS];
}

void ed_clients_prefetch(const struct ed_clients *t, uint64_t client_hash)
{
	const struct ed_client *set = set_of(t, client_hash);

	/* a set may lie in two cache lines */
	__builtin_prefetch(set);
	__builtin_prefetch((const uint8_t *)(set + WAYS) - 1);
}

/* The client's place in its set; NULL: it has none. */
static struct ed_client *place_in(struct ed_client *set, uint64_t client_hash)
{
	struct ed_client *c = &set[ed_hash_way(set[0].hash, set[1].hash, client_hash)];

	return c->hash == client_hash ? c : NULL;
}

const struct ed_client *ed_clients_find(const struct ed_clients *t, uint64_t client_hash)
{
	return place_in(set_of(t, client_hash), client_hash);
}

static struct ed_client *place(struct ed_clients *t, const struct ed_event *ev)
{
	struct ed_client *set = set_of(t, ev->client_hash), *least;
	struct ed_client *c = place_in(set, ev->client_hash);

	if (c)
		return c;
	least = &set[set[1].n_questions < set[0].n_questions];
	t->n_displaced += least->hash != 0;
	*least = (struct ed_client){ .hash = ev->client_hash, .addr = ev->client };
	return least;
}

static double estimate(uint64_t zones)
{
	unsigned empty = ZONE_BITS - (unsigned)__builtin_popcountll(zones);

	return ZONE_BITS * log(ZONE_BITS / (empty ? empty : 0.5));
}

/* What a mail server asks, it asks mostly for mail's sake. */
static bool asks_for_mail(const struct ed_client *c)
{
	if (c->past != PAST_NONE && __builtin_popcountll(c->zones) < JUDGE_BITS)
		return c->past == PAST_MAIL;
	return __builtin_popcountll(c->mail_zones) >= MAIL_ZONES &&
	       estimate(c->mail_zones) * MAIL_SHARE >= estimate(c->zones);
}

bool ed_clients_note(struct ed_clients *t, const struct ed_event *ev)
{
	struct ed_client *c = place(t, ev);
	uint64_t zone = UINT64_C(1) << (ev->zone_hash >> 8 & (ZONE_BITS - 1));
	bool is_new = c->n_questions == 0;

	if (c->n_questions < UINT32_MAX)
		c->n_questions++;
	c->zones |= zone;
	if (ev->asset_role != ED_ASSET_UNKNOWN)
		c->asset_role = ev->asset_role;
	if (ev->qtype == ED_RR_MX || ev->qtype == ED_RR_TXT || ev->qtype == ED_RR_SPF)
		c->mail_zones |= zone;
	if ((ev->has & ED_FIELD_FLAGS) && !(ev->flags & ED_DNS_RD) && c->n_unrecursive < UINT16_MAX)
		c->n_unrecursive++;
	if (c->zones == UINT64_MAX) {
		/* full bits tell no share: over the days everything is asked for */
		c->past = asks_for_mail(c) ? PAST_MAIL : PAST_OTHER;
		c->zones = c->mail_zones = 0;
	}
	return is_new;
}

unsigned ed_client_zones(const struct ed_client *c)
{
	unsigned n = (unsigned)(estimate(c->zones) + 0.5);

	return c->past != PAST_NONE && n < MANY_ZONES ? MANY_ZONES : n;
}

static enum ed_client_role role_of_asset(unsigned asset_role)
{
	static const uint8_t roles[ED_ASSET_ROLE_N] = {
		[ED_ASSET_RESOLVER] = ED_CLIENT_RESOLVER, [ED_ASSET_MAIL] = ED_CLIENT_MAIL,
		[ED_ASSET_PROXY] = ED_CLIENT_BUSY,        [ED_ASSET_GATEWAY] = ED_CLIENT_BUSY,
		[ED_ASSET_SENSOR] = ED_CLIENT_BUSY,       [ED_ASSET_ESXI] = ED_CLIENT_NARROW,
		[ED_ASSET_DEVICE] = ED_CLIENT_NARROW,
	};

	return roles[asset_role < ED_ASSET_ROLE_N ? asset_role : ED_ASSET_UNKNOWN];
}

enum ed_client_role ed_client_role(const struct ed_client *c)
{
	unsigned zones = ed_client_zones(c);
	uint32_t half = c->n_questions / 2;

	if (role_of_asset(c->asset_role) != ED_CLIENT_UNKNOWN)
		return role_of_asset(c->asset_role);
	if (c->n_questions < ED_CLIENT_ROLE_MIN)
		return ED_CLIENT_UNKNOWN;
	if (c->n_unrecursive > half || c->n_unrecursive == UINT16_MAX)
		return ED_CLIENT_RESOLVER;
	if (asks_for_mail(c))
		return ED_CLIENT_MAIL;
	if (zones >= MANY_ZONES)
		return ED_CLIENT_BUSY;
	return zones <= FEW_ZONES ? ED_CLIENT_NARROW : ED_CLIENT_ORDINARY;
}
