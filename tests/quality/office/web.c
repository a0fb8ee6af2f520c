/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The web as an office sees it: sites under a popularity law, the partners that their pages load
 * things from, and people who come, look at a few pages and go.
 *
 * A site's hosts are hashes of the site, so two visitors ask for the same names; a rare site has
 * rare names, which is where the odd host of a content network comes from.
 */
#include "office.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_OF(a) ((uint32_t)(sizeof(a) / sizeof((a)[0])))

static const char *const own_hosts[] = {
	"m",     "api",     "static", "img",   "images", "cdn",    "assets", "media",
	"login", "account", "shop",   "blog",  "video",  "events", "search", "fonts",
	"data",  "auth",    "sso",    "chat",  "forum",  "mail",   "news",   "help",
	"docs",  "files",   "push",   "stats", "cms",    "beta",
};
static const char *const partner_hosts[] = {
	"cdn", "js",    "pixel",  "sync",  "tag",   "tags", "static", "api", "collect", "ads",
	"rtb", "match", "beacon", "track", "event", "rum",  "s",      "t",   "c",       "widget",
};

/* Where a site puts its pictures: content networks and stores that give each customer a name. */
static const struct {
	const char *template, *zone;
} stores[] = {
	{ "d<x13>", "cloudfront.net" },
	{ "<w>-<w>.s3.eu-west-1", "amazonaws.com" },
	{ "<w><n4>", "azureedge.net" },
	{ "<w>-<x6>.b-cdn", "bunnyline.net" },
	{ "<h12>.rackfront", "storelayer.com" },
	{ "e<n5>.dsc<l1>", "akamaiedge.net" },
	{ "<w>.<w>-cdn.edgekey", "edgelane.net" },
	{ "<w>-<w>", "netlify.app" },
	{ "<w><w>", "herokuapp.com" },
	{ "<w><n2>", "github.io" },
	{ "<w>-<w>", "blogspot.com" },
	{ "i<0-3>.<w>", "wp.com" },
	{ "<w>-<x9>-<w>s-projects", "vercel.app" },
	{ "<w>.<w>", "kxcdn.com" },
	{ "<n10>.rsc.cdn77", "cdnlane.org" },
	{ "<w>-<h5>.web", "firebaseapp.com" },
	{ "<x8>.cloudimg", "pixelserve.io" },
	{ "cdn-<h32>", "mediavault.net" },
};

static double *running_sum(uint32_t n, double exponent)
{
	double *sum = must_alloc(n, sizeof(*sum));
	double total = 0;

	for (uint32_t i = 0; i < n; i++)
		sum[i] = total += pow(i + 2, -exponent);
	return sum;
}

void web_init(struct world *w)
{
	w->site_sum = running_sum(N_SITES, 0.95);
	w->partner_sum = running_sum(N_PARTNERS, 0.8);
}

void web_done(struct world *w)
{
	free(w->site_sum);
	free(w->partner_sum);
}

uint32_t web_pick(const double *sum, uint32_t n, struct rng *r)
{
	double x = uniform(r) * sum[n - 1];
	uint32_t low = 0, high = n - 1;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (sum[middle] > x)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* The names of the web are the same in every world, as they are outside. */
void web_site(const struct world *w, uint32_t rank, char *ret)
{
	(void)w;
	lexicon_domain(key2(0x517e, rank), ret);
}

void web_partner(const struct world *w, uint32_t rank, char *ret)
{
	(void)w;
	lexicon_brand(key2(0xad5e, rank), ret);
}

static uint32_t n_hosts(uint32_t rank)
{
	return rank < 200 ? 24 : rank < 5000 ? 9 : 3;
}

void web_host(const struct world *w, uint32_t rank, unsigned host, char *ret)
{
	uint64_t k = key2(key2(0x4057, rank), host);
	const char *base = own_hosts[(k >> 8) % N_OF(own_hosts)];

	if (host == 0)
		ret = put(ret, (k & 3) ? "www." : "");
	else if ((k & 7) == 0)
		ret = put(ret, "%s%u.", base, (unsigned)(k >> 20 & 7));
	else if ((k & 15) == 1)
		ret = put(ret, "%s-eu.", base);
	else if ((k & 31) == 2)
		ret = put(ret, "%s.prod.", base);
	else
		ret = put(ret, "%s.", base);
	web_site(w, rank, ret);
}

/* One in twelve sites keeps things in a store under a name of its own. */
static void store_host(struct client *c, uint32_t rank, int64_t at_us, struct wishes *ws)
{
	uint64_t k = key2(0x570e, rank);
	struct rng own = { key2(k, below(&c->rng, 2)) };
	char name[NAME_BYTES], zone[NAME_BYTES];
	uint32_t i = (uint32_t)(k >> 32) % N_OF(stores);

	if (k % 12 > 0)
		return;
	expand(c, stores[i].template, &own, name);
	programs_zone(c->w, stores[i].zone, zone);
	put(name + strlen(name), ".%s", zone);
	wish_host(c, at_us, name, 60, ws);
}

/* A partner names its hosts by function, by customer, or by a hash of the customer. */
static void partner_host(struct client *c, uint32_t site, uint32_t partner, char *ret)
{
	uint64_t k = key2(0x9a47, partner);
	struct rng own = { key2(k, site) };
	const char *base = partner_hosts[(k >> 16) % N_OF(partner_hosts)];

	if (k % 10 == 0)
		ret = put(put_digits(ret, &own, "0123456789abcdef", 6 + (k >> 8 & 7)), ".%s.",
			  base);
	else if (k % 10 == 1)
		ret = put(lexicon_word(ret, &own), ".%s.", base);
	else if (k % 10 == 2)
		ret = put(ret, "%s%u.", base, below(&c->rng, 8));
	else if (k % 10 == 3)
		ret = put(ret, "o%u.ingest.", 10000 + below(&own, 900000));
	else
		ret = put(ret, "%s.",
			  partner_hosts[((k >> 8 & 0xffff) + below(&c->rng, 3)) %
					N_OF(partner_hosts)]);
	web_partner(c->w, partner, ret);
}

/* What a site's pages always load, and what an auction adds. */
static void page_partners(struct client *c, uint32_t site, int64_t at_us, struct wishes *ws)
{
	struct rng fixed = { key2(0xfacade, site) };
	uint32_t n_fixed = 1 + below(&fixed, 9), n_auction = below(&c->rng, 5);
	char name[NAME_BYTES];

	for (uint32_t i = 0; i < n_fixed + n_auction; i++) {
		struct rng *r = i < n_fixed ? &fixed : &c->rng;

		partner_host(c, site, web_pick(c->w->partner_sum, N_PARTNERS, r), name);
		at_us += (int64_t)exponential(&c->rng, 60e3);
		wish_host(c, at_us, name, 30u << (key_text(0, name) & 3) * 2, ws);
	}
}

static void page(struct client *c, uint32_t site, int64_t at_us, struct wishes *ws)
{
	uint32_t n_own = below(&c->rng, 4), ttl_s = 60u << (key2(1, site) & 3) * 2;
	char name[NAME_BYTES];

	web_host(c->w, site, 0, name);
	wish_host(c, at_us, name, ttl_s, ws);
	at_us += 30000 + (int64_t)exponential(&c->rng, 200e3);
	for (uint32_t i = 0; i < n_own; i++) {
		web_host(c->w, site, 1 + below(&c->rng, n_hosts(site)), name);
		wish_host(c, at_us + (int64_t)exponential(&c->rng, 50e3), name, ttl_s, ws);
	}
	store_host(c, site, at_us, ws);
	page_partners(c, site, at_us, ws);
	programs_page(c, at_us, ws);
}

/* A name typed wrong: a letter doubled, or lost, and no such domain. */
static void typo(struct client *c, int64_t at_us, struct wishes *ws)
{
	char name[NAME_BYTES];
	size_t at;

	web_host(c->w, web_pick(c->w->site_sum, N_SITES, &c->rng), 0, name);
	at = 1 + below(&c->rng, 5);
	if (strlen(name) > at + 6)
		memmove(name + at, name + at + 1, strlen(name + at));
	wish(c, at_us, name, T_A, ANS_NX, 900, ws);
	wish(c, at_us, name, T_AAAA, ANS_NX, 900, ws);
}

/* Half of all visits go to a person's forty favourites. */
static uint32_t visit(struct client *c)
{
	struct rng own = { key2(c->key, below(&c->rng, 40)) };

	return web_pick(c->w->site_sum, N_SITES, below(&c->rng, 2) ? &own : &c->rng);
}

static void session(struct client *c, int64_t at_us, struct wishes *ws)
{
	uint32_t n = 1 + (uint32_t)lognormal(&c->rng, 4, 0.9), site = visit(c);

	for (uint32_t i = 0; i < n && at_us < c->to_us; i++) {
		if (below(&c->rng, 3) == 0)
			site = visit(c);
		if (below(&c->rng, 150) == 0)
			typo(c, at_us, ws);
		page(c, site, at_us, ws);
		at_us += (int64_t)(lognormal(&c->rng, 25, 1.0) * 1e6);
	}
}

/* Busier before and after noon than in between. */
static double liveliness(const struct client *c, int64_t at_us)
{
	double h = (double)(at_us - DAY_START_US) / HOUR_US;
	double lunch = exp(-(h - 12.7) * (h - 12.7) / 0.5);

	return c->role == ROLE_GUEST ? 0.7 : 1 - 0.7 * lunch;
}

void web_browse(struct client *c, struct wishes *ws)
{
	double mean_us = (c->role == ROLE_GUEST ? 25 : 55) * 60e6 * lognormal(&c->rng, 1, 0.5);
	int64_t at_us = c->from_us + (int64_t)exponential(&c->rng, mean_us / 3);

	while (at_us < c->to_us) {
		if (uniform(&c->rng) < liveliness(c, at_us))
			session(c, at_us, ws);
		at_us += (int64_t)exponential(&c->rng, mean_us);
	}
}
