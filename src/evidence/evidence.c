/* SPDX-License-Identifier: Apache-2.0 */
/* The registry of evidence families. */
#include "evidence/evidence.h"

const struct ed_evidence_family *const ed_evidence_families[] = {
#define EVIDENCE(id) &ed_evidence_##id,
#include "evidence/evidence.def"
#undef EVIDENCE
	NULL,
};
