/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values for the mutable elements out of what is normal here. A number is put where one in a
 * thousand or one in ten thousand ordinary key-days reaches it, or just above all of them; a
 * list is made of the programs and packages that are at home. These are candidates: what each would
 * do is measured by running the detector with it, and the most sensitive one is taken that catches
 * every tunnel the values in force catch and adds no more alerts than are allowed.
 */
#ifndef ED_REPORT_BASELINE_PROPOSE_H
#define ED_REPORT_BASELINE_PROPOSE_H

#include "analytic/group.h"
#include "report/baseline.h"
#include "report/baseline_tunnels.h"

enum {
	ED_BASELINE_ELEMENTS_MAX = 24,
	ED_BASELINE_CANDIDATES_MAX = 4,
	ED_BASELINE_VALUE_MAX = 1024,
	ED_BASELINE_REASON_MAX = 192,
	ED_BASELINE_KEY_DAYS_MIN = 100, /* fewer say too little */
};

struct ed_baseline_candidate {
	char value[ED_BASELINE_VALUE_MAX]; /* as for --set */
	double normal_share; /* of ordinary key-days that it would add evidence to; < 0: not known */
	struct ed_baseline_effect effect; /* measured by the caller */
};

/* A mutable element. */
struct ed_baseline_element {
	uint8_t row; /* of the analytic */
	const struct ed_option *option;
	char now[ED_BASELINE_VALUE_MAX];     /* in force; "": not set */
	uint64_t n_key_days;                 /* that the candidates are made from */
	char reason[ED_BASELINE_REASON_MAX]; /* how they were made, or why there are none */
	unsigned n, n_sensitive; /* candidates, the most sensitive first; those more so than now */
	struct ed_baseline_candidate v[ED_BASELINE_CANDIDATES_MAX];
};

/*
 * The elements of all analytics, in their order, each with its candidates. @vibs: a file with the
 * packages of the baseline, or NULL. Returns how many, at most ED_BASELINE_ELEMENTS_MAX.
 */
size_t ed_baseline_elements(const struct ed_baseline *b, const ed_analytic_confs conf,
			    const char *vibs, struct ed_baseline_element *ret);

/*
 * Which candidate is to be taken, its effects having been measured: e->n stands for the value in
 * force. @now: the effect of that. @others_max: how many alerts beside those about tunnels are
 * bearable.
 */
unsigned ed_baseline_choose(const struct ed_baseline_element *e,
			    const struct ed_baseline_effect *now, uint64_t others_max);

/* The packages as a list that KnownGoodVIBs reads (CSV). */
void ed_baseline_vibs(const struct ed_baseline *b, struct ed_buf *out);

#endif
