/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evidence: what one family of behaviour says about one key, in bits of log-odds in favour of a
 * tunnel, with the facts behind it. A family never says more than its cap, so no family can raise
 * an alert alone.
 */
#ifndef ED_RECORD_EVIDENCE_H
#define ED_RECORD_EVIDENCE_H

#include <stdint.h>

enum {
	ED_EVIDENCE_FAMILIES_MAX = 8,
	ED_FACTS_MAX = 16, /* structure can have 15 */
};

struct ed_fact {
	const char *name; /* static text, as in the JSON: "distinct_names" */
	double value;
	const char *text; /* static text instead of the value; NULL: the value counts */
};

struct ed_evidence {
	const char *family; /* static text: the row's name */
	float bits;         /* 0 .. cap */
	uint32_t n_facts;
	struct ed_fact facts[ED_FACTS_MAX];
};

/* Appends a fact; past ED_FACTS_MAX it is left out. */
void ed_evidence_fact(struct ed_evidence *e, const char *name, double value);

void ed_evidence_fact_text(struct ed_evidence *e, const char *name, const char *text);

/* The value of the fact @name, @fallback when there is none. */
double ed_evidence_get(const struct ed_evidence *e, const char *name, double fallback);

/* The text of the fact @name, NULL when there is none. */
const char *ed_evidence_get_text(const struct ed_evidence *e, const char *name);

#endif
