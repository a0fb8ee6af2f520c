/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A mail relay on a busy day. Each connection makes it ask who the peer is, whether lists know the
 * address, the domains and the hashes in the message, and what the sender's policies are: thousands
 * of reversed addresses and hashes under a few domains.
 */
#include "office.h"

#include <string.h>

struct list {
	const char *zone_head, *zone; /* the list is zone_head + zone */
	uint8_t percent, answer;
};

static const struct list address_lists[] = {
	{ "zen.", "spamhaus.org", 100, ANS_LISTED },
	{ "b.", "barracudacentral.org", 100, ANS_LISTED },
	{ "bl.", "spamcop.net", 100, ANS_LISTED },
	{ "list.", "dnswl.org", 60, ANS_LISTED },
	{ "ips.backscatter.", "blocklane.net", 40, ANS_LISTED },
	{ "origin.asn.", "cymru.com", 30, ANS_VERDICT },
};
static const struct list domain_lists[] = {
	{ "dbl.", "spamhaus.org", 100, ANS_LISTED },
	{ "multi.", "surbl.org", 100, ANS_LISTED },
	{ "fresh.", "spameatingmonkey.net", 50, ANS_LISTED },
};
static const struct list hash_lists[] = {
	{ "malware.hash.", "cymru.com", 8, ANS_LISTED },
	{ "ebl.", "mailhashlist.org", 25, ANS_LISTED },
	{ "fuzzy.", "mailhashlist.org", 10, ANS_VERDICT },
};

#define N_OF(a) (sizeof(a) / sizeof((a)[0]))

static void ask_list(struct client *c, int64_t at_us, const char *payload, const struct list *list,
		     struct wishes *ws)
{
	char name[NAME_BYTES], zone[NAME_BYTES];

	if (below(&c->rng, 100) >= list->percent)
		return;
	programs_zone(c->w, list->zone, zone);
	put(name, "%s.%s%s", payload, list->zone_head, zone);
	wish(c, at_us, name, list->answer == ANS_VERDICT ? T_TXT : T_A, list->answer, 900, ws);
}

static void ask_lists(struct client *c, int64_t at_us, const char *payload,
		      const struct list *lists, struct wishes *ws)
{
	size_t n = lists == address_lists ? N_OF(address_lists) :
		   lists == domain_lists  ? N_OF(domain_lists) :
					    N_OF(hash_lists);

	for (size_t i = 0; i < n; i++)
		ask_list(c, at_us + (int64_t)exponential(&c->rng, 3e3), payload, &lists[i], ws);
}

/* Half of the peers come again and again, the other half once. */
static struct rng peer_of(struct client *c)
{
	if (below(&c->rng, 2))
		return (struct rng){ key2(0x9ee9, below(&c->rng, 400)) };
	return (struct rng){ next(&c->rng) };
}

static void ask_peer(struct client *c, int64_t at_us, char address[NAME_BYTES], struct wishes *ws)
{
	struct rng peer = peer_of(c), copy = peer;
	char name[NAME_BYTES];

	expand(c, "<r>", &copy, address);
	put(name, "%s.in-addr.arpa", address);
	wish(c, at_us, name, T_PTR, peer.state & 3 ? ANS_PTR : ANS_NX, 3600, ws);
	if (peer.state & 3) {
		copy = peer;
		expand(c, "mail-<d>.<S>", &copy, name);
		wish(c, at_us + 20000, name, T_A, ANS_ADDR, 3600, ws);
	}
	ask_lists(c, at_us + 40000, address, address_lists, ws);
}

static const char *selector(struct rng *own)
{
	static const char *const plain[] = { "s1",        "k1",   "google", "default",
					     "selector1", "mail", "dkim" };

	switch (below(own, 4)) {
	case 0:
		return "202<0-4>0<1-9>0<1-9>";
	case 1:
		return "<b32>";
	default:
		return plain[below(own, N_OF(plain))];
	}
}

/* SPF: includes of senders' services, and the macro that asks for each peer's address. */
static void ask_spf(struct client *c, int64_t at_us, uint32_t site, struct wishes *ws)
{
	struct rng own = { key2(0x5bf, site) };
	uint32_t n = below(&own, 4);
	char name[NAME_BYTES], head[NAME_BYTES];

	for (uint32_t i = 0; i < n; i++) {
		uint32_t partner = below(&own, 60);

		put(name, "%s", partner % 5 ? "_spf." : "spf.protection.");
		web_partner(c->w, partner, name + strlen(name));
		wish(c, at_us, name, T_TXT, ANS_POLICY, 3600, ws);
		if (partner % 12 > 0)
			continue;
		expand(c, partner % 24 ? "<p>._spf.mta." : "<p>.<x8>.has.", &c->rng, head);
		web_partner(c->w, partner, head + strlen(head));
		wish(c, at_us + 30000, head, T_A, ANS_LISTED, 60, ws);
	}
}

static void ask_sender(struct client *c, int64_t at_us, struct wishes *ws)
{
	uint32_t site = web_pick(c->w->site_sum, N_SITES, &c->rng);
	struct rng own = { key2(0xd81, site) };
	char name[NAME_BYTES], zone[NAME_BYTES];

	web_site(c->w, site, zone);
	wish(c, at_us, zone, T_TXT, ANS_POLICY, 3600, ws);
	wish(c, at_us + 5000, zone, T_MX, ANS_MX, 3600, ws);
	put(name, "_dmarc.%s", zone);
	wish(c, at_us + 9000, name, T_TXT, own.state % 3 ? ANS_POLICY : ANS_NX, 3600, ws);
	if (own.state % 4 > 0) {
		expand(c, selector(&own), &own, name);
		put(name + strlen(name), "._domainkey.%s", zone);
		wish(c, at_us + 12000, name, T_TXT, ANS_KEY, 3600, ws);
	}
	ask_spf(c, at_us + 15000, site, ws);
	if (below(&c->rng, 60) == 0) {
		put(name, "%s._report._dmarc.", zone);
		web_partner(c->w, below(&c->rng, 12), name + strlen(name));
		wish(c, at_us + 30000, name, T_TXT, ANS_POLICY, 3600, ws);
	}
}

static void message(struct client *c, int64_t at_us, struct wishes *ws)
{
	uint32_t n_links = below(&c->rng, 4);
	char text[NAME_BYTES];

	for (uint32_t i = 0; i < n_links; i++) {
		web_site(c->w, web_pick(c->w->site_sum, N_SITES, &c->rng), text);
		ask_lists(c, at_us + i * 2000, text, domain_lists, ws);
	}
	expand(c, below(&c->rng, 2) ? "<h40>" : "<h32>", &c->rng, text);
	ask_lists(c, at_us + 9000, text, hash_lists, ws);
}

void mail_run(struct client *c, struct wishes *ws)
{
	uint32_t n = c->w->n_clients * 10;
	int64_t at_us = c->from_us;
	char address[NAME_BYTES];

	n = n < 500 ? 500 : n > 9000 ? 9000 : n;
	while (at_us < c->to_us) {
		/* twice the load by day */
		int64_t hour = (at_us - DAY_START_US) / HOUR_US;
		double rate = hour >= 7 && hour < 19 ? 1.35 : 0.65;

		ask_peer(c, at_us, address, ws);
		if (below(&c->rng, 3)) {
			ask_sender(c, at_us + 200000, ws);
			message(c, at_us + 400000, ws);
		}
		at_us += (int64_t)exponential(&c->rng, (double)DAY_US / n / rate);
	}
}

static void truth(const struct world *w, const struct list *lists, size_t n, void *file)
{
	char zone[NAME_BYTES];

	for (size_t i = 0; i < n; i++) {
		programs_zone(w, lists[i].zone, zone);
		truth_domain(zone, CLASS_BLOCKLIST, file);
	}
}

void mail_truth(const struct world *w, void *file)
{
	char zone[NAME_BYTES];

	truth(w, address_lists, N_OF(address_lists), file);
	truth(w, domain_lists, N_OF(domain_lists), file);
	truth(w, hash_lists, N_OF(hash_lists), file);
	for (uint32_t i = 0; i < 60; i++) {
		web_partner(w, i, zone);
		if (i % 12 == 0)
			truth_domain(zone, CLASS_BLOCKLIST, file);
	}
}
