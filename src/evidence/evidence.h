/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A family of evidence: it sees every lookup of a key, keeps a fixed block of state, and says on
 * request how many bits it has against the key and why. It knows nothing of tables, windows or
 * threads. One file and one row in evidence.def make a family.
 */
#ifndef ED_EVIDENCE_EVIDENCE_H
#define ED_EVIDENCE_EVIDENCE_H

#include "record/event.h"
#include "record/evidence.h"

/* What a key stands for. */
enum ed_key_kind {
	ED_KEY_PAIR,   /* (client, registrable domain): payload = the labels before the domain */
	ED_KEY_DOMAIN, /* the domain over all its clients: payload as above */
	ED_KEY_CLIENT, /* a client over all domains: payload = the registrable label itself */
	ED_KEY_N
};

/* What a client seems to be, from what it asks. */
enum ed_client_role {
	ED_CLIENT_UNKNOWN,
	ED_CLIENT_NARROW,   /* asks for one or two domains: a device, a server, an appliance */
	ED_CLIENT_ORDINARY, /* a person's machine */
	ED_CLIENT_BUSY,     /* very many domains: a crawler, a proxy, a forwarder */
	ED_CLIENT_MAIL,     /* asks many domains for MX, TXT, SPF */
	ED_CLIENT_RESOLVER, /* asks authorities itself */
	ED_CLIENT_ROLES
};

/* Static text for a role. */
const char *ed_client_role_name(enum ed_client_role role);

/* One lookup as a key sees it: the event and what the shard found out about it for this key. */
struct ed_sighting {
	const struct ed_event *ev;
	uint8_t key_kind; /* ed_key_kind */
	bool is_query; /* a question (or a response whose question nobody saw): counts as a lookup
			*/
	bool is_response;   /* carries rcode and answers */
	bool is_new;        /* this key has not asked this payload before, as far as it remembers */
	bool is_plain;      /* CLIENT: the domain looks chosen by people; only content counts it */
	uint8_t stands_for; /* lookups that this one represents: plain domains are sampled */
	uint8_t n_askers;   /* clients known to ask this very name, up to three; 0: not known */
	bool is_shared; /* three clients or more have asked this very name: it carries no message */
	int32_t llr_mbits;     /* of the payload, 1/1024 bit */
	uint32_t code_mbits;   /* its code length */
	uint64_t payload_hash; /* keyed, of the lower-cased payload */
};

/* What the shard knows of the key, and of what surrounds it, when it asks for a weight. */
struct ed_subject {
	uint8_t key_kind;
	uint8_t role;       /* ed_client_role, of the client (PAIR) */
	uint8_t service;    /* ed_service, of the domain */
	uint32_t n_clients; /* clients that ask the domain (PAIR, DOMAIN) */
	uint64_t n_queries;
	uint64_t n_responses;
	uint64_t n_names;   /* distinct payloads */
	double info_bytes;  /* information of the last day: names, repeats, types, headers */
	double extra_bytes; /* of it, what is not in the names */
	double month_bytes; /* information of 30 days or more */
	double usual_p; /* share of this site's (client, domain) days with as much; 1: not known */
	double others_bytes;    /* what the domain's other clients said in the day, on average */
	double client_size;     /* how much the client asks, in average clients of the site */
	double others_llr_bits; /* mean of the domain's names as other clients ask them; 0: not
				   known */
	int64_t first_ns, last_ns;
	int64_t domain_first_ns; /* when anybody first asked for the domain */
	int64_t site_first_ns;   /* when the input began */
	uint32_t n_site_clients; /* clients of the whole site, as far as this partition sees them */
	uint32_t n_site_zones;   /* domains of this partition: a sixteenth of the site's */
	uint32_t n_client_questions; /* of the client in this partition, to whatever domain */
	const char *listed;  /* name of the feed that lists the domain or a name below it; NULL */
	const char *popular; /* name of the feed that calls the domain popular; NULL */
	uint32_t n_resolver_clients;  /* of the server that was asked; 0: not known */
	uint32_t n_resolver_zones;    /* domains of this partition that it was asked for */
	uint32_t has;                 /* fields that any event of the key carried */
	const struct ed_actor *actor; /* the program that asks; NULL: not known */
	uint8_t machine_traits;       /* ed_machine_trait, of the client */
	bool is_masked; /* the source hides the names: the key is all that the program asks */
};

struct ed_evidence_family {
	const char *name;
	const char *help;
	float cap_bits;
	uint32_t uses;      /* ED_FIELD_*: without all of them it stays silent */
	uint8_t keys;       /* bit ed_key_kind: the kinds of key it observes */
	size_t state_bytes; /* per key, zeroed; at most ED_EVIDENCE_STATE_MAX */
	void (*observe)(void *state, const struct ed_sighting *s);
	/* A window has passed without a sighting: what is old counts half. NULL: nothing fades. */
	void (*fade)(void *state);
	/* @n_halves of the window have passed, at least one, sightings or not; before fade. NULL:
	 * the state does not grow with time. */
	void (*turn)(void *state, unsigned n_halves);
	/* Fills bits (not yet capped) and facts; @ret is zeroed but for the family's name. */
	void (*weigh)(const void *state, const struct ed_subject *subject, struct ed_evidence *ret);
};

enum { ED_EVIDENCE_STATE_MAX = 96 };

#define EVIDENCE(id) extern const struct ed_evidence_family ed_evidence_##id;
#include "evidence/evidence.def"
#undef EVIDENCE

enum {
#define EVIDENCE(id) ED_EVIDENCE_ID_##id,
#include "evidence/evidence.def"
#undef EVIDENCE
	ED_EVIDENCE_N
};

/* Bytes that the state of a family takes in a key: states lie one behind the other, each aligned to
 * four. Where one with larger members begins at a multiple of eight, a test sees to. */
static inline size_t ed_evidence_room(const struct ed_evidence_family *f)
{
	return (f->state_bytes + 3) & ~(size_t)3;
}

/* Where the state of family @id begins among all states of a key, which lie one behind the other.
 */
size_t ed_evidence_offset(unsigned id);

/* Free bytes in answers, as the state of the family "volume" knows them of the last month. */
uint32_t ed_volume_answers_bytes(const void *state);

/* Texts and names in answers that were not heard before, of the last day and a half. */
uint32_t ed_volume_news_bytes(const void *state);

/* The registry, in the order of evidence.def; NULL-terminated. */
extern const struct ed_evidence_family *const ed_evidence_families[];

#endif
