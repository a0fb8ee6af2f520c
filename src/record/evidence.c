/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of an evidence; see evidence.h. */
#include "record/evidence.h"

#include <stdbool.h>
#include <string.h>

void ed_evidence_fact(struct ed_evidence *e, const char *name, double value)
{
	if (e->n_facts < ED_FACTS_MAX)
		e->facts[e->n_facts++] = (struct ed_fact){ .name = name, .value = value };
}

void ed_evidence_fact_text(struct ed_evidence *e, const char *name, const char *text)
{
	if (e->n_facts < ED_FACTS_MAX)
		e->facts[e->n_facts++] = (struct ed_fact){ .name = name, .text = text };
}

/* Most names differ in their first byte. */
static bool is_named(const struct ed_fact *f, const char *name)
{
	return f->name[0] == name[0] && strcmp(f->name, name) == 0;
}

double ed_evidence_get(const struct ed_evidence *e, const char *name, double fallback)
{
	for (uint32_t i = 0; i < e->n_facts; i++) {
		if (is_named(&e->facts[i], name))
			return e->facts[i].value;
	}
	return fallback;
}

const char *ed_evidence_get_text(const struct ed_evidence *e, const char *name)
{
	for (uint32_t i = 0; i < e->n_facts; i++) {
		if (is_named(&e->facts[i], name))
			return e->facts[i].text;
	}
	return NULL;
}
