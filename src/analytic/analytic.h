/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An analytic of DET0400: its scope, the fields it needs, the evidence it uses, and ATT&CK's
 * mutable elements as its settings. fuse.c turns the families' bits into one score, the same way
 * for all five. One file and one row in analytic.def make an analytic.
 */
#ifndef ED_ANALYTIC_ANALYTIC_H
#define ED_ANALYTIC_ANALYTIC_H

#include "conf/option.h"
#include "record/alert.h"
#include "record/event.h"
#include "record/evidence.h"

enum { ED_ANALYTIC_CONF_MAX = 256, ED_ANALYTICS_MAX = 8 };

/* What an analytic is told of the key that is weighed, beside the evidence. */
struct ed_analytic_case {
	const struct ed_actor *actor; /* the program behind it; NULL: not known */
	double lasted_s;              /* from first to last lookup */
	uint64_t n_queries;
	double info_bytes; /* of the last day */
	bool is_inside;    /* the domain is not on the public internet */
};

/* What to switch on so that fields come in: what it is, and the command or the setting as it is
 * typed. */
struct ed_analytic_remedy {
	uint32_t brings; /* ED_FIELD_* */
	const char *what;
	const char *how; /* lines */
};

struct ed_analytic {
	const char *id;       /* "AN1124" */
	const char *platform; /* ATT&CK's: "Network Devices" */
	uint8_t platform_id;  /* ed_platform */
	const char *help;
	const char *log_sources; /* ATT&CK's data components and channels */
	uint32_t version;
	uint32_t needs;                   /* ED_FIELD_*: cannot work without */
	uint32_t wants;                   /* ED_FIELD_*: works better with */
	size_t conf_bytes;                /* <= ED_ANALYTIC_CONF_MAX */
	const struct ed_option *tunables; /* ATT&CK's mutable elements, under ATT&CK's names */
	const struct ed_analytic_remedy *remedies; /* ended by one without .what */
	const char *const *assumes; /* what it takes for granted and what it leaves out; sentences,
				       ended by NULL */
	/* Which fields a tunable needs, in the order of .tunables: a tunable without its field does
	 * nothing. */
	const uint32_t *tunable_needs;
	/* True when the analytic speaks about the client that sent @ev (platform, role). The scopes
	 * do not overlap: each lookup is in one at most. */
	bool (*in_scope)(const void *conf, const struct ed_event *ev);
	/* Lets the tunables speak: may change bits (not yet capped) and add facts. NULL: nothing to
	 * add. */
	void (*weigh)(const void *conf, const struct ed_analytic_case *about,
		      struct ed_evidence *evidence, uint32_t n_evidence);
};

#define ANALYTIC(id) extern const struct ed_analytic ed_analytic_##id;
#include "analytic/analytic.def"
#undef ANALYTIC

/* The registry, in the order of analytic.def; NULL-terminated. */
extern const struct ed_analytic *const ed_analytics[];

/* The tunables in force, as text. Returns how many were written, at most ED_ALERT_TUNABLES_MAX. */
uint32_t ed_analytic_tunables(const struct ed_analytic *a, const void *conf,
			      struct ed_tunable ret[static ED_ALERT_TUNABLES_MAX]);

/* By ATT&CK's id; NULL when there is none. */
const struct ed_analytic *ed_analytic_find(const char *id);

/* The row of the analytic that speaks of a platform; of network devices where none does. */
size_t ed_analytic_row_of(unsigned platform);

/* The mean name of the content evidence on the scale of ed_subdomain_entropy_score; 0: no names. */
double ed_analytic_name_score(const struct ed_evidence *content);

/* The evidence of the family @name; NULL: none. */
struct ed_evidence *ed_analytic_family(struct ed_evidence *evidence, uint32_t n_evidence,
				       const char *name);

#endif
