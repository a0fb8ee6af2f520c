/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Learning what is normal: lookups in, key-days out. What an alert speaks of, and what is younger
 * than the quarantine, does not teach; so all key-days are kept until the alerts are known.
 *
 * Memory is fixed. When an analytic's table is full, a half of its key-days, chosen by their hash,
 * is dropped and never taken in again, so that what stays is a fair sample (the baseline says which
 * share it is). Whether a name is new to its key is told by a table of fingerprints that forgets
 * the oldest; a key with very many names may count one again.
 */
#ifndef ED_REPORT_BASELINE_LEARN_H
#define ED_REPORT_BASELINE_LEARN_H

#include "analytic/group.h"
#include "record/event.h"
#include "report/baseline.h"

struct ed_baseline_learner;

struct ed_baseline_learn_conf {
	uint64_t hash_key;             /* of the run that annotates the events */
	int64_t now_ns, quarantine_ns; /* what happened after now - quarantine does not teach */
	const ed_analytic_confs *analytic_conf; /* which analytic speaks of an event; borrowed */
	void *arg;
	/* The network of a client by the inventory, borrowed; "": not known. NULL: there is no
	 * inventory. A network that is not known is the /24 or /64 of the address. */
	const char *(*network)(void *arg, const struct ed_event *ev);
};

/* About 70 MiB when all five analytics have input. 0 or -ENOMEM. */
int ed_baseline_learner_new(const struct ed_baseline_learn_conf *conf,
			    struct ed_baseline_learner **ret);
void ed_baseline_learner_free(struct ed_baseline_learner *l);

/* One event, in the order of the input. By one thread at a time. */
void ed_baseline_note(struct ed_baseline_learner *l, const struct ed_event *ev);

/* What an alert speaks of does not teach: the client's lookups below the domain; of an alert over
 * all clients the domain's, of one without a domain all that the client asked. */
void ed_baseline_except(struct ed_baseline_learner *l, const struct ed_alert *a);

/* The baseline of all that was noted. Nothing may be noted afterwards. 0 or -ENOMEM. @ret is freed
 * with ed_baseline_free. */
int ed_baseline_learn(struct ed_baseline_learner *l, struct ed_baseline **ret);

#endif
