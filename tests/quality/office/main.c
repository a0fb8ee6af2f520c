/* SPDX-License-Identifier: Apache-2.0 */
/*
 * office: one made-up day of an office's DNS as Zeek's dns.log, sorted by time.
 *
 *	office [--seed N] [--day N] [--clients N] [--invented 0|1] [--truth FILE] > dns.log
 *
 * Another day is the same office with the same people and machines, who do other things.
 * FILE gets what is true about the day: lines "client ADDRESS ROLE" and "domain ZONE CLASS", with
 * tabs; a domain that is not under any of the zones is ordinary. In a world of invented vendors
 * (by default every other seed) no service that the office runs has the domain it has outside.
 */
#include "office.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CACHE_SLOTS = 1 << 17, SITE_SLOTS = 1 << 20 };

struct cached {
	uint64_t key;
	int64_t until_us;
};

struct cache {
	struct cached slots[CACHE_SLOTS];
};

static const char *const class_names[N_CLASSES] = {
	"ordinary",       "reputation", "blocklist", "cdn",  "telemetry", "suffix",
	"infrastructure", "resolver",   "duplicate", "bulk", "long",
};

/* ---------------------------------------------------------------- wishes */

struct name_block {
	struct name_block *older;
	size_t used;
	char text[1 << 20];
};

static const char *name_keep(struct wishes *ws, const char *name)
{
	struct name_block *block = ws->names;
	size_t n = strlen(name) + 1;
	char *at;

	if (!block || n > sizeof(block->text) - block->used) {
		block = must_alloc(1, sizeof(*block));
		block->older = ws->names;
		ws->names = block;
	}
	at = memcpy(block->text + block->used, name, n);
	block->used += n;
	return at;
}

static void wishes_done(struct wishes *ws)
{
	struct name_block *older;

	for (; ws->names; ws->names = older) {
		older = ws->names->older;
		free(ws->names);
	}
	free(ws->v);
}

static void wishes_push(struct wishes *ws, const struct wish *wish)
{
	if (ws->n == ws->max) {
		ws->max = ws->max ? ws->max * 2 : 4096;
		ws->v = realloc(ws->v, ws->max * sizeof(*ws->v));
		if (!ws->v)
			die("out of memory");
	}
	ws->v[ws->n++] = *wish;
}

/* lint: params: a lookup has that many properties, and all callers give all of them */
void wish(struct client *c, int64_t at_us, const char *name, uint16_t qtype, uint8_t answer,
	  uint32_t ttl_s, struct wishes *ws)
{
	struct wish w = {
		.at_us = at_us,
		.name = name,
		.ttl_s = ttl_s,
		.client = c->index,
		.qtype = qtype,
		.answer = answer,
		.uncached = c->uncached,
		.twice = c->mirrored,
	};

	if (strlen(name) > NAME_CHARS || at_us >= DAY_START_US + DAY_US)
		return;
	w.key = key2(key_text(0, name), qtype);
	w.name = name_keep(ws, name);
	wishes_push(ws, &w);
}

void wish_host(struct client *c, int64_t at_us, const char *name, uint32_t ttl_s, struct wishes *ws)
{
	wish(c, at_us, name, T_A, ANS_HOST, ttl_s, ws);
	if (c->role == ROLE_DEVICE)
		return;
	wish(c, at_us + below(&c->rng, 900), name, T_AAAA, ANS_HOST, ttl_s, ws);
	if (c->asks_https)
		wish(c, at_us + below(&c->rng, 900), name, T_HTTPS, ANS_HOST, ttl_s, ws);
}

static int by_time(const void *a, const void *b)
{
	const struct wish *x = a, *y = b;

	if (x->at_us != y->at_us)
		return x->at_us < y->at_us ? -1 : 1;
	if (x->client != y->client)
		return x->client < y->client ? -1 : 1;
	return x->key < y->key ? -1 : x->key > y->key;
}

/* What the client's cache does not know goes out, now and then twice for want of an answer. */
static void cache_pass(struct client *c, struct wishes *from, struct cache *cache,
		       struct wishes *to)
{
	memset(cache, 0, sizeof(*cache));
	if (from->n > 0)
		qsort(from->v, from->n, sizeof(*from->v), by_time);
	for (size_t i = 0; i < from->n; i++) {
		struct wish *w = &from->v[i];
		size_t slot = w->key % CACHE_SLOTS;
		uint32_t life_s = w->ttl_s ? 1 + below(&c->rng, w->ttl_s) : 0;

		if (!w->uncached && cache->slots[slot].key == w->key &&
		    cache->slots[slot].until_us > w->at_us)
			continue;
		cache->slots[slot].key = w->key;
		cache->slots[slot].until_us = w->at_us + life_s * SECOND_US;
		wishes_push(to, w);
		if (w->twice || below(&c->rng, 400) == 0) {
			w->at_us += w->twice ? 40 + below(&c->rng, 300) : SECOND_US;
			wishes_push(to, w);
		}
	}
}

/* ---------------------------------------------------------------- truth */

void truth_domain(const char *zone, enum office_class class, void *file)
{
	fprintf(file, "domain\t%s\t%s\n", zone, class_names[class]);
}

static void truth_write(const struct world *w, const char *path)
{
	FILE *f = fopen(path, "w");
	struct client c;

	if (!f)
		die("cannot write the truth");
	for (uint32_t i = 0; i < w->n_clients; i++) {
		people_client(w, i, &c);
		fprintf(f, "client\t%u.%u.%u.%u\t%s%s\n", c.addr >> 24, c.addr >> 16 & 255,
			c.addr >> 8 & 255, c.addr & 255, people_role(c.role),
			c.mirrored ? " twice" : "");
	}
	programs_truth(w, f);
	mail_truth(w, f);
	services_truth(w, f);
	if (fclose(f))
		die("cannot write the truth");
}

/* ---------------------------------------------------------------- the day */

/* What is left of the answer's life when it comes out of the cache of the client's resolver. */
static uint32_t life_left(struct cached *site, const struct wish *w, const struct client *c)
{
	uint64_t key = key2(w->key, people_resolver(c));
	struct cached *at = &site[key % SITE_SLOTS];

	if (at->key != key || at->until_us <= w->at_us) {
		at->key = key;
		at->until_us = w->at_us + w->ttl_s * SECOND_US;
	}
	return (uint32_t)((at->until_us - w->at_us + SECOND_US / 2) / SECOND_US);
}

static void day_write(const struct world *w)
{
	struct client *clients = must_alloc(w->n_clients, sizeof(*clients));
	struct cache *cache = must_alloc(1, sizeof(*cache));
	struct cached *site = must_alloc(SITE_SLOTS, sizeof(*site));
	struct wishes all = { .n = 0 }, own = { .n = 0 };

	for (uint32_t i = 0; i < w->n_clients; i++) {
		own.n = 0;
		people_client(w, i, &clients[i]);
		people_day(&clients[i], &own);
		cache_pass(&clients[i], &own, cache, &all);
	}
	if (all.n > 0)
		qsort(all.v, all.n, sizeof(*all.v), by_time);
	zeek_head();
	memset(site, 0, SITE_SLOTS * sizeof(*site));
	for (size_t i = 0; i < all.n; i++) {
		const struct client *c = &clients[all.v[i].client];

		all.v[i].ttl_s = life_left(site, &all.v[i], c);
		zeek_write(w, &all.v[i], c);
	}
	puts("#close\t2024-05-02-00-00-00");
	wishes_done(&own);
	wishes_done(&all);
	free(cache);
	free(site);
	free(clients);
}

static uint64_t number(const char *arg, uint64_t max)
{
	char *end;
	unsigned long long v = strtoull(arg, &end, 10);

	if (*arg < '0' || *arg > '9' || *end || v > max)
		die("a number is malformed or too large");
	return v;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "day", required_argument, NULL, 'd' },
		{ "clients", required_argument, NULL, 'c' },
		{ "invented", required_argument, NULL, 'i' },
		{ "truth", required_argument, NULL, 't' },
		{ NULL, 0, NULL, 0 },
	};
	struct world w = { .seed = 1, .n_clients = 500 };
	const char *truth = NULL;
	int c, invented = -1;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 's')
			w.seed = number(optarg, UINT64_MAX);
		else if (c == 'd')
			w.day = (uint32_t)number(optarg, 3650);
		else if (c == 'c')
			w.n_clients = (uint32_t)number(optarg, N_CLIENTS_MAX);
		else if (c == 'i')
			invented = (int)number(optarg, 1);
		else if (c == 't')
			truth = optarg;
		else
			return 2;
	}
	if (w.n_clients < 30)
		die("an office has 30 clients or more");
	w.invented = invented < 0 ? w.seed & 1 : (uint64_t)invented;
	web_init(&w);
	lexicon_domain(key2(w.seed, 0xc0), w.company);
	if (truth)
		truth_write(&w, truth);
	day_write(&w);
	web_done(&w);
	return fflush(stdout) || ferror(stdout);
}
