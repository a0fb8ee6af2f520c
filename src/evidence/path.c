/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Path: who else asks for the domain, since when, and through which server. A tunnel's domain is
 * asked by one client or a few; a tunnel that borrows a well-known name must bring its own server,
 * which nobody asks for anything else. How many clients ask is counted against the score by fusion;
 * here it is what speaks for a tunnel.
 */
#include "evidence/evidence.h"

#include "base/time.h"

enum {
	ASKED_MIN = 10,     /* questions before the server says anything */
	SITE_ZONES_MIN = 8, /* domains of the partition, before "only one of them" means a thing */
	SITE_CLIENTS_MIN = 20, /* clients, before "only one of them" does */
	NEW_DAYS = 7,
	OLD_DAYS = 30,
};

static const float PRIVATE_SERVER_BITS = 4, ALONE_BITS = 1.5f, NEW_BITS = 2, OLD_BITS = -1;
static const float LISTED_BITS = 6;

static int64_t days(int64_t from_ns, int64_t to_ns)
{
	return to_ns > from_ns ? (to_ns / ED_NS_PER_S - from_ns / ED_NS_PER_S) / 86400 : 0;
}

static float server_bits(const struct ed_subject *s, struct ed_evidence *ret)
{
	if (s->n_resolver_clients == 0)
		return 0;
	ed_evidence_fact(ret, "clients_of_server", s->n_resolver_clients);
	if (s->n_queries < ASKED_MIN || s->n_site_zones < SITE_ZONES_MIN || s->n_resolver_zones > 1)
		return 0;
	ed_evidence_fact_text(ret, "server", "asked for this domain only");
	return PRIVATE_SERVER_BITS;
}

static float age_bits(const struct ed_subject *s, struct ed_evidence *ret)
{
	int64_t watched = days(s->site_first_ns, s->domain_first_ns);
	int64_t age = days(s->domain_first_ns, s->last_ns);

	/* only a site that was watched before can tell what is new to it */
	if (watched >= 1 && age < NEW_DAYS) {
		ed_evidence_fact(ret, "domain_age_days", (double)age);
		return NEW_BITS;
	}
	if (age < OLD_DAYS)
		return 0;
	ed_evidence_fact(ret, "domain_age_days", (double)age);
	return OLD_BITS;
}

static void path_weigh(const void *state, const struct ed_subject *subject, struct ed_evidence *ret)
{
	float bits = server_bits(subject, ret);

	(void)state;
	bits += age_bits(subject, ret);
	ed_evidence_fact(ret, "clients_of_domain", subject->n_clients);
	if (subject->n_site_clients >= SITE_CLIENTS_MIN) {
		ed_evidence_fact(ret, "clients_of_site", subject->n_site_clients);
		if (subject->n_clients == 1)
			bits += ALONE_BITS;
	}
	if (subject->listed) {
		ed_evidence_fact_text(ret, "listed", subject->listed);
		bits += LISTED_BITS;
	} else if (subject->popular) {
		ed_evidence_fact_text(ret, "popular", subject->popular);
	}
	ret->bits = bits > 0 ? bits : 0;
}

const struct ed_evidence_family ed_evidence_path = {
	.name = "path",
	.help = "who else asks for the domain, since when, and through which server",
	.cap_bits = 6,
	.uses = ED_FIELD_QNAME,
	.keys = 1 << ED_KEY_PAIR,
	.state_bytes = 0,
	.weigh = path_weigh,
};
