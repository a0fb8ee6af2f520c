/* SPDX-License-Identifier: Apache-2.0 */
/* The id of an alert: a UUID made of what the incident is, by whichever sensor it was seen. */
#ifndef ED_ALERT_IDENTITY_H
#define ED_ALERT_IDENTITY_H

#include "record/alert.h"
#include "record/finding.h"

/* Of the analytic, who asks, the domain and the day of the first observation. */
void ed_alert_identity(const struct ed_finding *f, char ret[static ED_ALERT_ID_TEXT]);

#endif
