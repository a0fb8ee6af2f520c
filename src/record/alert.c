/* SPDX-License-Identifier: Apache-2.0 */
/* Names of levels and verdicts, the scale of a score; see alert.h. */
#include "record/alert.h"

#include <assert.h>
#include <math.h>

static const char *const levels[ED_LEVEL_N] = {
	[ED_LEVEL_INFORMATIONAL] = "informational",
	[ED_LEVEL_LOW] = "low",
	[ED_LEVEL_MEDIUM] = "medium",
	[ED_LEVEL_HIGH] = "high",
	[ED_LEVEL_CRITICAL] = "critical",
};

static const char *const verdicts[ED_VERDICT_N] = {
	[ED_VERDICT_BOUND] = "bound", [ED_VERDICT_SCORE] = "score",   [ED_VERDICT_WATCH] = "watch",
	[ED_VERDICT_FEED] = "feed",   [ED_VERDICT_POLICY] = "policy",
};

const char *ed_level_name(unsigned level)
{
	assert(level < ED_LEVEL_N);
	return levels[level];
}

bool ed_level_from_name(const char *name, enum ed_level *ret)
{
	for (unsigned i = 0; i < ED_LEVEL_N; i++) {
		if (strcmp(levels[i], name) == 0) {
			*ret = (enum ed_level)i;
			return true;
		}
	}
	return false;
}

const char *ed_verdict_name(unsigned verdict)
{
	assert(verdict < ED_VERDICT_N);
	return verdicts[verdict];
}

double ed_subdomain_entropy_score(double llr_bits)
{
	return 1 / (1 + exp2(-llr_bits / 2));
}
