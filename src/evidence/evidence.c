/* SPDX-License-Identifier: Apache-2.0 */
/* The registry of evidence families. */
#include "evidence/evidence.h"

const struct ed_evidence_family *const ed_evidence_families[] = {
#define EVIDENCE(id) &ed_evidence_##id,
#include "evidence/evidence.def"
#undef EVIDENCE
	NULL,
};

size_t ed_evidence_offset(unsigned id)
{
	size_t at = 0;

	for (unsigned i = 0; i < id; i++)
		at += ed_evidence_room(ed_evidence_families[i]);
	return at;
}

const char *ed_client_role_name(enum ed_client_role role)
{
	static const char *const names[ED_CLIENT_ROLES] = { "unknown", "narrow", "ordinary",
							    "busy",    "mail",   "resolver" };

	return (unsigned)role < ED_CLIENT_ROLES ? names[role] : names[0];
}
