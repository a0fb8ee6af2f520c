/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Audit evidence: what can be shown to somebody who has to judge whether tunnels in DNS would have
 * been noticed and dealt with. It is collected from the ledger of a store (alerts, decisions,
 * settings, audit trail, drills), from a coverage report and a baseline, and what is missing is a
 * finding of its own. report/audit_html.c and audit_json.c write it out.
 */
#ifndef ED_REPORT_AUDIT_H
#define ED_REPORT_AUDIT_H

#include "report/baseline.h"
#include "report/coverage.h"
#include "report/html.h"
#include "store/ledger.h"

enum {
	ED_AUDIT_ALERTS_MAX = 2000, /* listed; all are counted */
	ED_AUDIT_ENTRIES_MAX = 500, /* the newest of each list */
	ED_AUDIT_SETTINGS_MAX = 512,
	ED_AUDIT_TEXT_MAX = 1024, /* bytes of a text that is kept; the rest is cut */
	ED_AUDIT_FINDINGS_MAX = 64,
	ED_AUDIT_FINDING_TEXT_MAX = 320,
};

/* Texts are owned, as all below. */
struct ed_audit_setting {
	char *name, *value, *def, *who;
	int64_t since_ns; /* 0: always */
};

struct ed_audit_alert {
	char *id, *analytic, *client, *domain, *who, *reason, *suppressed, *drill;
	uint8_t level, state; /* ed_level, ed_triage_state */
	bool has_grown;       /* since it was decided */
	int64_t start_ns, end_ns, decided_ns;
	uint64_t n_queries, n_names, bytes_up;
};

struct ed_audit_entry {
	int64_t id, time_ns;
	char *who, *action, *subject, *detail;
};

/* The newest of a kind, oldest first once the collection is made. */
struct ed_audit_list {
	struct ed_audit_entry *v;
	size_t n;
	uint64_t n_all; /* with those that are not kept */
};

/* What is given, and borrowed. */
struct ed_audit_conf {
	const char *store;                  /* as the user named it */
	int64_t now_ns;                     /* of the wall clock */
	const struct ed_coverage *coverage; /* NULL: none could be made */
	const struct ed_baseline *baseline; /* NULL: none was named */
	const char *baseline_file;
	uint32_t n_history_days; /* kept */
	uint64_t history_bytes;
	int64_t history_from_ns, history_to_ns; /* meaningful with days */
	int64_t retention_ns;                   /* target; 0: none */
};

struct ed_audit {
	struct ed_audit_conf conf;
	struct ed_audit_setting *settings;
	size_t n_settings;
	struct ed_audit_alert *alerts; /* the gravest first */
	size_t n_alerts;
	uint64_t n_alerts_all;
	uint64_t n_by[ED_LEVEL_N][ED_TRIAGE_N]; /* shown ones: not hidden by a rule, no drill's */
	uint64_t n_suppressed, n_drilled, n_grown;
	int64_t oldest_open_ns;       /* of those from high on that nobody decided; 0: none */
	struct ed_audit_list changes; /* of settings */
	struct ed_audit_list drills;  /* results of drills */
	struct ed_audit_list trail;   /* everything else */
	struct ed_audit_proof proof;
	bool no_memory;
};

/* Reads the ledger. 0, -errno or a condition of store.h; ed_audit_done is needed either way. */
int ed_audit_make(const struct ed_audit_conf *conf, struct ed_ledger *l, struct ed_audit *ret);
void ed_audit_done(struct ed_audit *a);

/* One line of the summary: what is in order, and what is not. */
struct ed_audit_finding {
	enum ed_html_tone tone; /* GOOD, WARN or BAD */
	const char *subject;    /* "Audit trail"; static */
	char text[ED_AUDIT_FINDING_TEXT_MAX];
};

/* Returns how many, at most ED_AUDIT_FINDINGS_MAX. */
size_t ed_audit_findings(const struct ed_audit *a,
			 struct ed_audit_finding ret[static ED_AUDIT_FINDINGS_MAX]);

/* What is promised and what is not, in short; docs/guide/guarantees.md has the reasons. Each list is
 * ended by NULL. */
struct ed_audit_promise {
	const char *what, *ceiling, *promised_from, *how_surely;
};
extern const struct ed_audit_promise ed_audit_promises[];
extern const char *const ed_audit_not_promised[];

/* The text of the field @key of a line of JSON that earthdog wrote; false: there is none. */
bool ed_audit_field(const char *json, const char *key, char *ret, size_t n);

/* One page; one JSON object. */
void ed_audit_html(const struct ed_audit *a, struct ed_buf *out);
void ed_audit_json(const struct ed_audit *a, struct ed_buf *out);

#endif
