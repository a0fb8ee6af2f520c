/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A finding: one analytic's claim about one key, with the score, the evidence and the tunables in
 * force. It lives on the stack of the shard that makes it; alert/ copies what it keeps.
 */
#ifndef ED_RECORD_FINDING_H
#define ED_RECORD_FINDING_H

#include "record/alert.h"

struct ed_finding {
	uint64_t key_hash;    /* what the incident is about */
	const char *analytic; /* "AN1124" */
	const char *analytic_name;
	uint32_t analytic_version;
	uint8_t level;      /* ed_level */
	uint8_t verdict;    /* ed_verdict */
	bool common_parent; /* false: a client over many domains; then domain is empty */
	bool all_clients;   /* a domain over all its clients; then client is unknown */
	float score_bits;   /* log2 odds after the prior and discounts */
	float discount_bits;
	double posterior; /* calibrated chance that it is a tunnel; 0: not weighed */
	uint32_t n_evidence;
	struct ed_evidence evidence[ED_EVIDENCE_FAMILIES_MAX];
	struct ed_addr client;        /* not known: the domain over all, or a program's lookups */
	const struct ed_actor *actor; /* the program behind it; borrowed; NULL: not known */
	bool is_masked;               /* the source hides the names */
	struct ed_name domain;
	struct ed_addr server; /* what it is about when the verdict is POLICY; else not set */
	uint32_t n_seen_from;
	const struct ed_addr *seen_from; /* who passed the lookups on; borrowed */
	uint32_t n_clients;
	int64_t first_ns, last_ns;
	double info_bytes;
	double answer_bytes;
	uint64_t n_queries, n_names;
	uint64_t formats;      /* bit i: row i of the formats saw it */
	uint32_t missing;      /* ED_FIELD_* that would have been weighed and that no event told */
	uint8_t n_first_bytes; /* with POLICY: of the first payload */
	uint8_t first_bytes[ED_FIRST_BYTES_MAX];
	uint32_t n_samples;
	const struct ed_name *samples; /* borrowed */
	const float *sample_llr_bits;  /* of each sample; borrowed */
	uint32_t n_tunables;
	struct ed_tunable tunables[ED_ALERT_TUNABLES_MAX];
};

#endif
