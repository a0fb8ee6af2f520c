/* SPDX-License-Identifier: Apache-2.0 */
/* What is at home at a site: the programs that look names up or are started, and the packages of
 * hypervisors. Both lists are bounded; what does not fit is left out and said. */
#ifndef ED_REPORT_BASELINE_HOME_H
#define ED_REPORT_BASELINE_HOME_H

#include "record/event.h"
#include "report/baseline.h"

struct ed_baseline_home;

/* Fills the lists of @b, which is borrowed. 0 or -ENOMEM. */
int ed_baseline_home_new(struct ed_baseline *b, uint64_t hash_key, struct ed_baseline_home **ret);
void ed_baseline_home_free(struct ed_baseline_home *h);

/* A lookup or a start by a program, or a package. Anything else is passed over. */
void ed_baseline_home_note(struct ed_baseline_home *h, const struct ed_event *ev);

/* The program that an alert names is at home no more. */
void ed_baseline_home_except(struct ed_baseline_home *h, const struct ed_actor *actor);

/* Puts the lists in order. Nothing may be noted afterwards. */
void ed_baseline_home_finish(struct ed_baseline_home *h);

#endif
