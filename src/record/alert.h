/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The alert: one incident per (client, registered domain), updated and never repeated. Fixed size
 * and self-contained, so that it can wait in a queue after the pipeline that made it is gone.
 */
#ifndef ED_RECORD_ALERT_H
#define ED_RECORD_ALERT_H

#include "base/addr.h"
#include "base/name.h"
#include "record/evidence.h"
#include "record/process.h"

/* Sigma's levels. */
enum ed_level {
	ED_LEVEL_INFORMATIONAL,
	ED_LEVEL_LOW,
	ED_LEVEL_MEDIUM,
	ED_LEVEL_HIGH,
	ED_LEVEL_CRITICAL,
	ED_LEVEL_N
};

/* "informational" ... "critical" */
const char *ed_level_name(unsigned level);
/* False when @name is none of them. */
bool ed_level_from_name(const char *name, enum ed_level *ret);

enum ed_verdict {
	ED_VERDICT_BOUND,  /* more information than the ceiling allows */
	ED_VERDICT_SCORE,  /* several behaviours together */
	ED_VERDICT_WATCH,  /* not enough yet; kept under observation */
	ED_VERDICT_FEED,   /* on a reputation list */
	ED_VERDICT_POLICY, /* something the policy forbids */
	ED_VERDICT_N
};

const char *ed_verdict_name(unsigned verdict);

enum {
	ED_ALERT_SAMPLES_MAX = 5,
	ED_SEEN_FROM_MAX = 4,
	ED_ALERT_TUNABLES_MAX = 4,
	ED_ALERT_SUMMARY_MAX = 768,
	ED_ALERT_COUNTER_MAX = 192,
	ED_ALERT_ID_TEXT = 37, /* UUID and NUL */
	ED_DECODED_SHOWN_MAX_BYTES = 48,
	ED_FIRST_BYTES_MAX = 16,
	ED_ALERT_DRILL_TEXT = 25, /* a mark (drill/marker.h) and NUL */
};

/* What the payload of one sample name says when it is read as an encoding that fits all samples. */
struct ed_decoded {
	const char *encoding; /* "base32", static; NULL: no encoding fits */
	const char *kind;     /* "gzip", "SSH", "text", static; NULL: bytes that say nothing */
	uint16_t n_bytes;     /* decoded */
	uint8_t n_shown;      /* of them, from the first */
	uint8_t shown[ED_DECODED_SHOWN_MAX_BYTES]; /* the attacker's bytes: escape them */
	float printable_share;                     /* of all decoded bytes */
	float entropy_bits; /* Shannon, a character of the labels before the domain, as sent */
};

/*
 * A log-likelihood ratio between encoded data and an ordinary name on the scale of ATT&CK's
 * SubdomainEntropyScore and EntropyThreshold: 0..1, 0.5 at even odds, 0.9 at 6.3 bits. A name counts
 * for 12 bits at most in the evidence, which is 0.985.
 */
double ed_subdomain_entropy_score(double llr_bits);

struct ed_tunable {
	const char *name; /* ATT&CK's name of the mutable element, static */
	char value[48];
};

/* Why an alert is not shown: a rule of the site's own (alert/allow.h). */
struct ed_suppression {
	const char *reason, *owner; /* as they were written: any text without NUL */
	int64_t expires_ns;
	unsigned line; /* of the rule in its file */
};

/* How much had been seen when an incident first came to medium or above: what a tunnel could do
 * before anybody was told. */
struct ed_first_alert {
	int64_t time_ns; /* of the finding; ED_TIME_UNKNOWN_NS: the incident is below medium */
	uint64_t n_names;
	uint64_t n_queries;
	double info_bytes; /* information in the names */
};

struct ed_alert {
	char id[ED_ALERT_ID_TEXT];
	uint8_t level;     /* ed_level */
	uint8_t verdict;   /* ed_verdict */
	uint16_t risk;     /* 0..100 */
	uint32_t sequence; /* of updates, from 1 */
	int64_t raised_ns; /* raised or last updated */
	int64_t start_ns;  /* first and last observation of the key */
	int64_t end_ns;
	struct ed_first_alert first_raised;

	const char *analytic;      /* "AN1124" */
	const char *analytic_name; /* as ATT&CK's platform: "Network Devices" */
	uint32_t analytic_version;

	struct ed_addr client; /* unknown: the domain over all clients, or the actor's lookups */
	uint8_t asset_role;    /* ed_asset_role of the client by the inventory; 0: not known */
	const struct ed_suppression *suppressed; /* hides it; NULL: it is shown. Borrowed */
	struct ed_actor actor;           /* the program behind it, and its machine; .known */
	bool all_clients;                /* it is about the domain over all clients */
	bool is_withdrawn;               /* another alert tells it */
	bool is_masked;                  /* the source hides the names: domain says nothing */
	char drill[ED_ALERT_DRILL_TEXT]; /* mark of the site's own drill that made it; "": none */
	uint32_t n_clients;              /* clients that ask the domain */
	uint32_t n_clients_all;          /* clients seen in the run */
	struct ed_name domain;           /* n == 0: no common parent */
	struct ed_addr server; /* what a policy alert is about instead of a domain; else unknown */
	uint32_t n_seen_from;
	struct ed_addr seen_from[ED_SEEN_FROM_MAX]; /* forwarders and the like that passed it on */

	char summary[ED_ALERT_SUMMARY_MAX];        /* one sentence, printable ASCII */
	char counterfactual[ED_ALERT_COUNTER_MAX]; /* what would turn the verdict */
	const char *would_add; /* what a source that is not there would have added, static; NULL */
	float score_bits;
	uint32_t n_evidence;
	struct ed_evidence evidence[ED_EVIDENCE_FAMILIES_MAX];

	uint64_t bytes_up;   /* information in the names, bytes */
	uint64_t bytes_down; /* answer data, bytes */
	uint32_t window_s;   /* that they were counted over */
	uint32_t n_names;    /* distinct names (estimate above the exact set) */
	uint64_t n_queries;

	uint32_t n_samples;
	struct ed_name samples[ED_ALERT_SAMPLES_MAX];
	float sample_llr_bits[ED_ALERT_SAMPLES_MAX];     /* of each: in favour of encoded data */
	struct ed_decoded decoded[ED_ALERT_SAMPLES_MAX]; /* of each sample */
	uint32_t n_tunables;
	struct ed_tunable tunables[ED_ALERT_TUNABLES_MAX];
	uint64_t formats; /* bit i: row i of the formats saw it */
	uint32_t missing; /* ED_FIELD_* that would have been weighed and that no source told */
};

#endif
