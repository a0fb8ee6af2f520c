/* SPDX-License-Identifier: Apache-2.0 */
/* For tests of evidence: what a family says, and that it can be said. */
#ifndef ED_EVIDENCE_TEST_WEIGH_H
#define ED_EVIDENCE_TEST_WEIGH_H

#include <math.h>

#include "evidence/evidence.h"

static inline struct ed_evidence weigh_state(const struct ed_evidence_family *f, const void *state,
					     const struct ed_subject *subject)
{
	struct ed_evidence e = { .family = f->name };

	f->weigh(state, subject, &e);
	assert_in_range(e.n_facts, 0, ED_FACTS_MAX);
	assert_true(isfinite(e.bits) && e.bits >= 0);
	for (uint32_t i = 0; i < e.n_facts; i++)
		assert_true(e.facts[i].text || isfinite(e.facts[i].value));
	return e;
}

#endif
