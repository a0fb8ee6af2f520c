/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fusion: the families' bits to one score, the same way for every analytic.
 *
 *   S = log2 prior + sum of the families' bits, each capped - discount for prevalence
 *
 * S is log2 odds. The caps are such that no two families together outweigh the prior: an alert
 * needs three. Apart from the score, more information than the ceiling allows is a verdict of its
 * own that the score cannot veto. Source: detection design §3g; docs/adr/0006 for what was
 * measured.
 */
#ifndef ED_ANALYTIC_FUSE_H
#define ED_ANALYTIC_FUSE_H

#include "record/evidence.h"
#include "record/finding.h"

#define ED_FUSE_PRIOR_BITS (-20.0f) /* one key-day in a million carries a tunnel */
#define ED_FUSE_WATCH_BITS (-6.0f)  /* worth keeping an eye on */
#define ED_FUSE_FAMILY_BITS 2.0f    /* from here a family counts as speaking */

enum { ED_FUSE_FAMILIES = 3 }; /* that must speak for an alert */

struct ed_fusion_input {
	const struct ed_evidence *evidence; /* one a family, bits already capped */
	uint32_t n_evidence;
	uint32_t n_clients; /* clients that ask the domain */
	float service_bits; /* against: the domain is asked so by trade */
	double info_bytes;  /* in the window */
	bool above_ceiling; /* more was said than the hard limit for this kind of key */
};

struct ed_fusion {
	float score_bits;
	float discount_bits;
	uint8_t level;   /* ed_level */
	uint8_t verdict; /* ed_verdict */
};

void ed_fuse(const struct ed_fusion_input *in, struct ed_fusion *ret);

#endif
