/* SPDX-License-Identifier: Apache-2.0 */
/* Roles without a person: controllers, monitors, crawlers, clusters, scanners, a branch's resolver.
 */
#include "office.h"

#include <string.h>

static void dc_run(struct client *c, struct wishes *ws)
{
	char name[NAME_BYTES];
	int64_t at_us;

	for (at_us = c->from_us; at_us < c->to_us; at_us += 900 * SECOND_US) {
		for (uint32_t i = 0; i < 6; i++) { /* the replication partners */
			struct rng own = { key2(0xdc, i) };

			put(put_guid(name, &own), "._msdcs.ad.%s", c->w->company);
			wish(c, at_us + i * 70000, name, T_CNAME, ANS_PTR, 600, ws);
		}
		put(name, "_ldap._tcp.pdc._msdcs.ad.%s", c->w->company);
		wish(c, at_us + SECOND_US, name, T_SRV, ANS_SRV, 600, ws);
		put(name, "%u.20.10.in-addr.arpa", below(&c->rng, 30));
		wish(c, at_us + SECOND_US, name, T_SOA, ANS_EMPTY, 600, ws);
	}
}

static void monitor_run(struct client *c, struct wishes *ws)
{
	char name[NAME_BYTES];
	uint32_t round = 0;

	for (int64_t at_us = c->from_us; at_us < c->to_us; at_us += 60 * SECOND_US, round++) {
		for (uint32_t i = 0; i < 50; i++) {
			struct rng own = { key2(0x3031, i) };

			expand(c, i % 3 ? "<w><n2>.prod.<C>" : "sw-<n2>-<w>.net.<C>", &own, name);
			wish(c, at_us + i * 900000, name, T_A, ANS_LOCAL, 60, ws);
		}
		for (uint32_t i = 0; round % 5 == 0 && i < 20; i++) {
			web_host(c->w, i * 37, 0, name);
			wish(c, at_us + i * 400000, name, T_A, ANS_HOST, 60, ws);
		}
	}
}

/* A list of ordinary domains, from the top down, as fast as they resolve. */
static void crawler_run(struct client *c, struct wishes *ws)
{
	int64_t at_us = DAY_START_US + (10 + below(&c->rng, 6)) * HOUR_US;
	char name[NAME_BYTES], zone[NAME_BYTES];

	for (uint32_t i = 0; i < 14000; i++) {
		uint8_t answer = below(&c->rng, 16) ? ANS_HOST : ANS_NX;

		lexicon_domain(key2(c->key, i), zone);
		put(name, "%s%s", below(&c->rng, 4) ? "" : "www.", zone);
		at_us += (int64_t)exponential(&c->rng, 42e3);
		wish(c, at_us, name, T_A, answer, 300, ws);
	}
}

/* The search list of a pod is tried before the name itself. */
static void expanded(struct client *c, const char *host, const char *space, int64_t at_us,
		     struct wishes *ws)
{
	char name[NAME_BYTES];

	for (uint32_t i = 0; i < 5; i++) {
		switch (i) {
		case 0:
			put(name, "%s.%s.svc.cluster.local", host, space);
			break;
		case 1:
			put(name, "%s.svc.cluster.local", host);
			break;
		case 2:
			put(name, "%s.cluster.local", host);
			break;
		case 3:
			put(name, "%s.eu-west-1.compute.internal", host);
			break;
		default:
			put(name, "%s.%s", host, c->w->company);
			break;
		}
		wish(c, at_us, name, T_A, ANS_NX, 30, ws);
		wish(c, at_us + 200, name, T_AAAA, ANS_NX, 30, ws);
		at_us += (int64_t)exponential(&c->rng, 2000);
	}
	wish(c, at_us, host, T_A, ANS_HOST, 60, ws);
	wish(c, at_us + 200, host, T_AAAA, ANS_HOST, 60, ws);
}

static void kubernetes_run(struct client *c, struct wishes *ws)
{
	static const char *const inside[] = { "<w>-<w>", "<w>-<w>-<x10>-<x5>.<w>",
					      "<w>-<0-5>.<w>-headless", "<d>" };
	char name[NAME_BYTES], space[NAME_BYTES];
	int64_t at_us = c->from_us;

	while (at_us < c->to_us) {
		/* one of the pods of this node; it lives in one of a dozen name spaces */
		struct rng own = { key2(key2(c->key, 0x8888), below(&c->rng, 60)) };
		struct rng place = { key2(0x88, own.state % 12) };
		uint32_t kind = below(&c->rng, 10), site;

		expand(c, "<w>", &place, space);
		if (kind < 5) {
			site = below(&own, 3000);
			web_host(c->w, site, below(&own, 8), name);
			expanded(c, name, space, at_us, ws);
		} else {
			expand(c, inside[kind % 4], &own, name);
			put(name + strlen(name), ".%s.%s.cluster.local", space,
			    kind % 4 == 3 ? "pod" : "svc");
			wish(c, at_us, name, T_A, ANS_LOCAL, 5, ws);
			wish(c, at_us + 200, name, T_AAAA, ANS_EMPTY, 5, ws);
		}
		at_us += (int64_t)exponential(&c->rng, 20e6);
	}
}

/* A sweep of the office's own addresses, and the reverse name of whoever knocked at the door. */
static void scanner_run(struct client *c, struct wishes *ws)
{
	int64_t at_us = DAY_START_US + (int64_t)(uniform(&c->rng) * 20 * HOUR_US);
	char name[NAME_BYTES];

	for (uint32_t i = 0; i < 6000; i++) {
		put(name, "%u.%u.20.10.in-addr.arpa", 1 + i % 250, i / 250);
		wish(c, at_us, name, T_PTR, i % 3 ? ANS_NX : ANS_PTR, 600, ws);
		at_us += (int64_t)exponential(&c->rng, 300e3);
	}
	for (uint32_t i = 0; i < 8000; i++) {
		expand(c, "<r>.in-addr.arpa", &c->rng, name);
		at_us = c->from_us + (int64_t)(uniform(&c->rng) * (double)(c->to_us - c->from_us));
		wish(c, at_us, name, T_PTR, i % 3 ? ANS_PTR : ANS_NX, 3600, ws);
	}
	for (uint32_t i = 0; i < 300; i++) {
		char *out = name;

		for (uint32_t j = 0; j < 24; j++)
			out = put(out, "%x.", below(&c->rng, 16));
		put(out, "8.b.d.0.1.0.0.2.ip6.arpa");
		at_us = c->from_us + (int64_t)(uniform(&c->rng) * (double)(c->to_us - c->from_us));
		wish(c, at_us, name, T_PTR, ANS_NX, 3600, ws);
	}
}

/* What a resolver asks on its own account: trust anchors, keys, and names cut short. */
static void resolver_noise(struct client *c, struct wishes *ws)
{
	char name[NAME_BYTES], zone[NAME_BYTES];
	int64_t at_us = c->from_us;

	while (at_us < c->to_us) {
		uint32_t kind = below(&c->rng, 100);

		web_site(c->w, web_pick(c->w->site_sum, N_SITES, &c->rng), zone);
		put(name, "_.%s", zone);
		if (kind == 0)
			wish(c, at_us, below(&c->rng, 2) ? "_ta-4f66" : "_ta-4f66-9728", T_NULL,
			     ANS_NX, 0, ws);
		else if (kind < 50)
			wish(c, at_us, name, T_A, ANS_NX, 900, ws);
		else if (kind < 80)
			wish(c, at_us, zone, T_DS, ANS_DNSSEC, 3600, ws);
		else if (kind < 95)
			wish(c, at_us, zone, T_DNSKEY, ANS_DNSSEC, 3600, ws);
		else
			wish(c, at_us, zone, T_NS, ANS_NS, 3600, ws);
		at_us += (int64_t)exponential(&c->rng, 30e6);
	}
}

/* Twenty-five people behind one address. */
static void forwarder_run(struct client *c, struct wishes *ws)
{
	struct client person;

	for (uint32_t i = 0; i < 25; i++) {
		people_client(c->w, c->w->n_clients + i, &person);
		person.index = c->index;
		person.addr = c->addr;
		people_day(&person, ws);
	}
	resolver_noise(c, ws);
}

void services_run(struct client *c, struct wishes *ws)
{
	switch (c->role) {
	case ROLE_DC:
		dc_run(c, ws);
		break;
	case ROLE_MAIL:
		mail_run(c, ws);
		break;
	case ROLE_MONITOR:
		monitor_run(c, ws);
		break;
	case ROLE_CRAWLER:
		crawler_run(c, ws);
		break;
	case ROLE_KUBERNETES:
		kubernetes_run(c, ws);
		break;
	case ROLE_SCANNER:
		scanner_run(c, ws);
		break;
	case ROLE_FORWARDER:
		forwarder_run(c, ws);
		break;
	default:
		break;
	}
}

void services_truth(const struct world *w, void *file)
{
	truth_domain(w->company, CLASS_INFRASTRUCTURE, file);
	truth_domain("in-addr.arpa", CLASS_INFRASTRUCTURE, file);
	truth_domain("ip6.arpa", CLASS_INFRASTRUCTURE, file);
	truth_domain("cluster.local", CLASS_INFRASTRUCTURE, file);
	truth_domain("compute.internal", CLASS_INFRASTRUCTURE, file);
}
