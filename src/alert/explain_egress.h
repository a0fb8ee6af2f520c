/* SPDX-License-Identifier: Apache-2.0 */
/* The words of alerts about ways round the resolvers (shard/egress.h). */
#ifndef ED_ALERT_EXPLAIN_EGRESS_H
#define ED_ALERT_EXPLAIN_EGRESS_H

#include "record/finding.h"

/* Writes the sentence. False: the finding is about something else. */
bool ed_explain_egress(const struct ed_finding *f, char ret[static ED_ALERT_SUMMARY_MAX]);

/* Different for each kind of them, for the identity of an alert; 0: something else. */
uint64_t ed_explain_egress_tag(const struct ed_finding *f);

#endif
