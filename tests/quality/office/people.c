/* SPDX-License-Identifier: Apache-2.0 */
/* Who there is: which client has which role, when it is there, and what its day consists of. */
#include "office.h"

/* Per 500 clients; the rest are people's computers. At least one of each. */
static const struct {
	const char *name;
	uint16_t n;
} roles[N_ROLES] = {
	[ROLE_WINDOWS] = { "windows", 0 }, [ROLE_MAC] = { "mac", 0 },
	[ROLE_LINUX] = { "linux", 0 },     [ROLE_GUEST] = { "guest", 60 },
	[ROLE_DEVICE] = { "device", 60 },  [ROLE_SERVER] = { "server", 25 },
	[ROLE_BUILD] = { "build", 2 },     [ROLE_DC] = { "controller", 2 },
	[ROLE_MAIL] = { "mail relay", 2 }, [ROLE_MONITOR] = { "monitor", 1 },
	[ROLE_CRAWLER] = { "crawler", 1 }, [ROLE_KUBERNETES] = { "kubernetes", 4 },
	[ROLE_SCANNER] = { "scanner", 1 }, [ROLE_FORWARDER] = { "branch", 1 },
	[ROLE_BACKUP] = { "backup", 1 },
};

const char *people_role(enum office_role role)
{
	return roles[role].name;
}

static enum office_role role_of(const struct world *w, uint32_t index, uint64_t key)
{
	uint32_t upto = 0;

	for (uint32_t role = ROLE_GUEST; role < N_ROLES; role++) {
		uint32_t n = roles[role].n * w->n_clients / 500;

		upto += n > 0 ? n : 1;
		if (index < upto)
			return (enum office_role)role;
	}
	key %= 100;
	return key < 76 ? ROLE_WINDOWS : key < 91 ? ROLE_MAC : ROLE_LINUX;
}

uint32_t people_resolver(const struct client *c)
{
	return 53 + (uint32_t)(c->key & 1);
}

static void presence(struct client *c)
{
	double hour = 3600e6;

	c->from_us = DAY_START_US;
	c->to_us = DAY_START_US + DAY_US;
	if (c->role == ROLE_GUEST) {
		c->from_us += (int64_t)((8 + 9 * uniform(&c->rng)) * hour);
		c->to_us = c->from_us + (int64_t)(lognormal(&c->rng, 2.5, 0.7) * hour);
	} else if (c->role <= ROLE_LINUX) {
		c->from_us += (int64_t)(lognormal(&c->rng, 8.4, 0.1) * hour);
		c->to_us = c->from_us + (int64_t)(lognormal(&c->rng, 8.6, 0.15) * hour);
		if (below(&c->rng, 8) == 0) /* left running overnight */
			c->to_us = DAY_START_US + DAY_US;
	}
	if (c->to_us > DAY_START_US + DAY_US)
		c->to_us = DAY_START_US + DAY_US;
}

void people_client(const struct world *w, uint32_t index, struct client *ret)
{
	struct client *c = ret;
	struct rng own;

	*c = (struct client){ .w = w, .index = index, .key = key2(w->seed ^ 0xc11e, index) };
	c->rng.state = key2(c->key, 7 + w->day);
	own.state = c->key;
	c->role = role_of(w, index, c->key);
	c->addr = 10u << 24 | 20u << 16 | (1 + index / 250) << 8 | (2 + index % 250);
	c->uncached = c->role == ROLE_SERVER || c->role == ROLE_BUILD || c->role == ROLE_MONITOR ||
		      c->role == ROLE_KUBERNETES || c->role == ROLE_DEVICE ||
		      c->role == ROLE_CRAWLER;
	c->asks_https = c->role == ROLE_MAC || c->role == ROLE_GUEST ||
			(c->role <= ROLE_LINUX && c->key >> 20 & 1);
	c->mirrored = c->key >> 32 & 1 ? (c->key >> 33) % 10 == 0 : false;
	if (c->role == ROLE_WINDOWS)
		put(put_digits(put(c->host, "desktop-"), &own, "0123456789abcdefghijklmnopqrstuv",
			       7),
		    "%s", "");
	else
		put(c->host, "%s%u", c->role == ROLE_MAC ? "macbook-" : "host", index);
	c->activity = 1;
	if (c->role == ROLE_SERVER) /* hardly ever sees a new file */
		c->activity = 0.2f;
	else if (c->role <= ROLE_GUEST)
		c->activity = (float)lognormal(&c->rng, 0.18, 0.5);
	presence(c);
}

void people_day(struct client *c, struct wishes *ws)
{
	if (c->role <= ROLE_GUEST)
		web_browse(c, ws);
	programs_run(c, ws);
	services_run(c, ws);
}
