/* SPDX-License-Identifier: Apache-2.0 */
/* From a finding to an alert: identity, level, the sentence with numbers, what would turn the
 * verdict. */
#ifndef ED_ALERT_EXPLAIN_H
#define ED_ALERT_EXPLAIN_H

#include "record/finding.h"

/* Fills @ret whole, but for what needs more than the finding: sequence, first_raised and decoded
 * are left unknown. */
void ed_alert_from_finding(const struct ed_finding *f, struct ed_alert *ret);

#endif
