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
	ED_ALERT_TUNABLES_MAX = 4,
	ED_ALERT_SUMMARY_MAX = 512,
	ED_ALERT_COUNTER_MAX = 192,
	ED_ALERT_ID_TEXT = 37, /* UUID and NUL */
};

struct ed_tunable {
	const char *name; /* ATT&CK's name of the mutable element, static */
	char value[48];
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

	const char *analytic;      /* "AN1124" */
	const char *analytic_name; /* as ATT&CK's platform: "Network Devices" */
	uint32_t analytic_version;

	struct ed_addr client;  /* unknown: the domain over all clients */
	uint32_t n_clients;     /* clients that ask the domain */
	uint32_t n_clients_all; /* clients seen in the run */
	struct ed_name domain;  /* n == 0: no common parent */

	char summary[ED_ALERT_SUMMARY_MAX];        /* one sentence, printable ASCII */
	char counterfactual[ED_ALERT_COUNTER_MAX]; /* what would turn the verdict */
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
	uint32_t n_tunables;
	struct ed_tunable tunables[ED_ALERT_TUNABLES_MAX];
	uint32_t formats; /* bit i: row i of the formats saw it */
};

#endif
