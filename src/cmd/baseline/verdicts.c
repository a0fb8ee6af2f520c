/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts of a store; see verdicts.h. */
#include "cmd/baseline/verdicts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/out/text.h"
#include "store/ledger.h"

void ed_baseline_verdicts_done(struct ed_baseline_verdicts *v)
{
	ed_baseline_tunnels_done(&v->benign);
	ed_baseline_tunnels_done(&v->confirmed);
	free(v->others);
	*v = (struct ed_baseline_verdicts){ .others = NULL };
}

static bool grow(struct ed_baseline_verdicts *v)
{
	size_t cap = v->cap ? 2 * v->cap : 16;
	struct ed_alert *others = reallocarray(v->others, cap, sizeof(*others));

	if (!others)
		return false;
	v->others = others;
	v->cap = cap;
	return true;
}

/* As much of an alert as the ledger has in columns. False: it is about neither. */
static bool alert_of(const struct ed_ledger_alert *row, struct ed_alert *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->level = row->level;
	ret->start_ns = row->start_ns;
	ret->end_ns = row->end_ns;
	if (*row->client && !ed_addr_from_text(ed_span_str(row->client), &ret->client))
		return false;
	if (*row->domain) {
		if (ed_name_from_text(ed_span_str(row->domain), ED_NAME_MASTER, &ret->domain) != 0)
			return false;
		ed_name_lower(ret->domain.wire, ret->domain.n, ret->domain.wire);
	}
	return *row->client || *row->domain;
}

static bool take(void *arg, const struct ed_ledger_alert *row)
{
	struct ed_baseline_verdicts *v = arg;
	struct ed_alert *a;

	if (v->n_others == v->cap && !grow(v)) {
		v->error = -ENOMEM;
		return false;
	}
	a = &v->others[v->n_others];
	if (!alert_of(row, a))
		return true;
	v->n_others += row->state != ED_TRIAGE_FALSE_POSITIVE;
	if (row->state == ED_TRIAGE_OPEN || row->state == ED_TRIAGE_ACKNOWLEDGED)
		return true;
	a->level = ED_LEVEL_HIGH; /* whatever it was raised at: it was judged */
	v->error = ed_baseline_tunnels_add(
		row->state == ED_TRIAGE_CONFIRMED ? &v->confirmed : &v->benign, a);
	return v->error == 0;
}

enum ed_exit ed_baseline_verdicts_read(const struct ed_baseline_options *o,
				       struct ed_baseline_verdicts *ret)
{
	const struct ed_ledger_conf conf = { .dir = o->reading.store, .mode = ED_LEDGER_READ };
	const struct ed_ledger_filter all = { .min_level = ED_LEVEL_LOW };
	char error[ED_STORE_ERROR_MAX], shown[ED_PATH_TEXT_MAX];
	struct ed_ledger *ledger = NULL;
	int r;

	*ret = (struct ed_baseline_verdicts){ .others = NULL };
	if (!o->reading.store)
		return ED_EXIT_OK;
	r = ed_ledger_open(&conf, &ledger, error);
	if (r == -ENOENT)
		return ED_EXIT_OK;
	if (r != 0)
		return ed_baseline_refuse("%s", ed_text_escape(error, shown, sizeof(shown)));
	r = ed_ledger_alerts(ledger, &all, take, ret);
	ed_ledger_close(ledger);
	if (r == 0)
		r = ret->error;
	return r == 0 ? ED_EXIT_OK :
			ed_baseline_refuse("%s: %s",
					   ed_text_escape(o->reading.store, shown, sizeof(shown)),
					   ed_store_error(r));
}
