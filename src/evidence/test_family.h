/* SPDX-License-Identifier: Apache-2.0 */
/* For tests of evidence: a key that a family looks at, and an ordinary lookup to begin with. */
#ifndef ED_EVIDENCE_TEST_FAMILY_H
#define ED_EVIDENCE_TEST_FAMILY_H

#include "evidence/test_weigh.h"

static const int64_t S_NS = INT64_C(1000000000);

struct key {
	_Alignas(8) uint8_t state[ED_EVIDENCE_STATE_MAX];
	struct ed_subject subject;
};

/* A lookup of a new name, with an answer, that nothing can be said against. */
struct look {
	struct ed_event ev;
	struct ed_sighting s;
};

static inline struct look *ordinary_look(struct look *l)
{
	memset(l, 0, sizeof(*l));
	l->ev.has = ED_FIELD_TIME | ED_FIELD_QNAME | ED_FIELD_QTYPE | ED_FIELD_RCODE |
		    ED_FIELD_ANSWERS | ED_FIELD_RDATA_BYTES | ED_FIELD_TTL;
	l->ev.qtype = ED_RR_A;
	l->ev.answers = (struct ed_dns_answers){
		.n = 1, .n_addresses = 1, .ttl_min_s = 300, .ttl_max_s = 300
	};
	l->ev.time_ns = 1000 * S_NS;
	l->ev.zone_off = 9;
	l->ev.name_n = 22;
	l->s = (struct ed_sighting){
		.stands_for = 1, .ev = &l->ev, .is_query = true, .is_response = true, .is_new = true
	};
	return l;
}

static inline struct ed_evidence weigh(const struct ed_evidence_family *f, const struct key *k)
{
	return weigh_state(f, k->state, &k->subject);
}

static inline float bits(const struct ed_evidence_family *f, const struct key *k)
{
	return weigh(f, k).bits;
}

static inline double fact(const struct ed_evidence_family *f, const struct key *k, const char *name)
{
	struct ed_evidence e = weigh(f, k);

	return ed_evidence_get(&e, name, -1);
}

#endif
