/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `earthdog baseline propose`: the detector is run with each candidate value, then with all that
 * were taken together, so that what is printed was measured and not estimated.
 */
#include "report/baseline_propose.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json_out.h"
#include "cmd/baseline/job.h"
#include "cmd/baseline/proposal.h"
#include "cmd/baseline/verdicts.h"
#include "cmd/out/output.h"
#include "cmd/out/text.h"

enum { LIST_MAX_BYTES = 16 << 20, FILE_MAX_BYTES = 64 << 20 };

/* ------------------------------------------------------------- what is known */

/* A file of tunnels. ED_EXIT_OK, or ED_EXIT_USAGE after a message. */
static enum ed_exit read_tunnels(const char *path, struct ed_baseline_tunnels *ret)
{
	char shown[ED_PATH_TEXT_MAX];
	uint8_t *text = NULL;
	size_t n;
	int r;

	if (!path)
		return ED_EXIT_OK;
	ed_text_escape(path, shown, sizeof(shown));
	r = ed_file_read(path, FILE_MAX_BYTES, &text, &n);
	if (r < 0)
		return ed_baseline_refuse("%s: %s", shown, strerror(-r));
	r = ed_baseline_tunnels_read(ed_span_of(text, n), ret);
	free(text);
	if (r < 0)
		return ed_baseline_refuse("%s: %s", shown, strerror(-r));
	return r == 0 ?
		       ED_EXIT_OK :
		       ed_baseline_refuse("%s: line %d: neither a domain nor a client and a domain",
					  shown, r);
}

/*
 * Without --tunnels, what is alerted now and was not called harmless must stay caught, and so must
 * what people confirmed.
 */
static int presume(const struct ed_scan_result *now, const struct ed_baseline_tunnels *benign,
		   const struct ed_baseline_verdicts *v, struct ed_baseline_tunnels *ret)
{
	int r = 0;

	for (size_t i = 0; i < v->confirmed.n && r == 0; i++) {
		const struct ed_alert a = { .level = ED_LEVEL_HIGH,
					    .client = v->confirmed.v[i].client,
					    .domain = v->confirmed.v[i].domain };

		r = ed_baseline_tunnels_add(ret, &a);
	}
	for (size_t i = 0; i < now->n_alerts && r == 0; i++) {
		const struct ed_alert *a = &now->alerts[i];

		if (!ed_baseline_tunnels_have(benign, a) &&
		    !ed_baseline_tunnels_have(&v->benign, a) && !ed_baseline_tunnels_have(ret, a))
			r = ed_baseline_tunnels_add(ret, a);
	}
	return r;
}

static enum ed_exit read_known(const struct ed_baseline_options *o,
			       const struct ed_scan_result *now, struct ed_baseline_tunnels *ret)
{
	struct ed_baseline_tunnels benign = { .v = NULL };
	struct ed_baseline_verdicts verdicts;
	enum ed_exit status = ed_baseline_verdicts_read(o, &verdicts);

	if (status == ED_EXIT_OK)
		status = read_tunnels(o->benign, &benign);
	if (status == ED_EXIT_OK && o->tunnels)
		status = read_tunnels(o->tunnels, ret);
	else if (status == ED_EXIT_OK && presume(now, &benign, &verdicts, ret) < 0)
		status = ed_baseline_refuse("%s", strerror(ENOMEM));
	ed_baseline_tunnels_done(&benign);
	ed_baseline_verdicts_done(&verdicts);
	return status;
}

/* ----------------------------------------------------------------- measuring */

static void key_text(const struct ed_baseline_element *e, unsigned i,
		     char ret[static ED_BASELINE_SETTING_MAX])
{
	(void)snprintf(ret, ED_BASELINE_SETTING_MAX, "%s.%s=%s", ed_analytics[e->row]->id,
		       e->option->name, e->v[i].value);
}

static enum ed_exit measure(const struct ed_baseline_job *job, const struct ed_option_list *set,
			    const struct ed_baseline_tunnels *tunnels,
			    struct ed_baseline_effect *ret)
{
	const struct ed_baseline_run run = { .set = set };
	struct ed_scan_result result;
	enum ed_exit status = ed_baseline_scan(job, &run, &result);

	if (status != ED_EXIT_OK)
		return status;
	ed_baseline_measure(tunnels, result.alerts, result.n_alerts, ret);
	ed_scan_done(&result);
	return ED_EXIT_OK;
}

/* What is in force, and behind it @n more. */
static bool add_setting(struct ed_option_list *set, const char *setting)
{
	if (set->n == ED_OPTION_LIST_MAX)
		return false;
	set->v[set->n++] = setting;
	return true;
}

static enum ed_exit try_element(const struct ed_baseline_job *job, struct ed_baseline_proposal *p,
				struct ed_baseline_element *e)
{
	for (unsigned i = 0; i < e->n; i++) {
		struct ed_option_list set = job->o->reading.set;
		char setting[ED_BASELINE_SETTING_MAX];
		enum ed_exit status;

		key_text(e, i, setting);
		if (!add_setting(&set, setting))
			return ed_baseline_refuse("too many --set");
		status = measure(job, &set, &p->tunnels, &e->v[i].effect);
		if (status != ED_EXIT_OK)
			return status;
	}
	return ED_EXIT_OK;
}

/* The elements that were taken, as settings. Returns how many. */
static size_t taken(const struct ed_baseline_proposal *p, char (*ret)[ED_BASELINE_SETTING_MAX],
		    struct ed_option_list *set)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++) {
		if (p->choice[i] == p->elements[i].n)
			continue;
		key_text(&p->elements[i], p->choice[i], ret[n]);
		if (add_setting(set, ret[n]))
			n++;
	}
	return n;
}

/* Gives up the one that brings most alerts by itself. */
static void drop_one(struct ed_baseline_proposal *p)
{
	size_t worst = p->n;
	uint64_t most = 0;

	for (size_t i = 0; i < p->n; i++) {
		const struct ed_baseline_element *e = &p->elements[i];

		if (p->choice[i] < e->n &&
		    (worst == p->n || e->v[p->choice[i]].effect.n_others > most)) {
			most = e->v[p->choice[i]].effect.n_others;
			worst = i;
		}
	}
	if (worst < p->n)
		p->choice[worst] = p->elements[worst].n;
}

/* All together may be more than their sum. */
static enum ed_exit try_together(const struct ed_baseline_job *job, struct ed_baseline_proposal *p)
{
	for (size_t round = 0; round <= p->n; round++) {
		char settings[ED_BASELINE_ELEMENTS_MAX][ED_BASELINE_SETTING_MAX];
		struct ed_option_list set = job->o->reading.set;
		enum ed_exit status;

		p->together = p->now;
		if (taken(p, settings, &set) == 0)
			return ED_EXIT_OK;
		status = measure(job, &set, &p->tunnels, &p->together);
		if (status != ED_EXIT_OK)
			return status;
		if (p->together.n_tunnels >= p->now.n_tunnels &&
		    p->together.n_others <= p->others_max)
			return ED_EXIT_OK;
		drop_one(p);
	}
	return ED_EXIT_OK;
}

/* ------------------------------------------------------------------ the lists */

/* Writes the packages to DIR/known-good-vibs.csv; @ret is its path, "" when there are none. */
static enum ed_exit write_lists(const struct ed_baseline_options *o, const struct ed_baseline *b,
				char ret[static ED_BASELINE_VALUE_MAX])
{
	enum ed_exit status;
	struct ed_buf text;

	ret[0] = '\0';
	if (!o->lists || b->n_packages == 0)
		return ED_EXIT_OK;
	if (snprintf(ret, ED_BASELINE_VALUE_MAX, "%s/known-good-vibs.csv", o->lists) >=
	    ED_BASELINE_VALUE_MAX)
		return ed_baseline_refuse("--lists: %s", strerror(ENAMETOOLONG));
	ed_buf_init(&text, LIST_MAX_BYTES);
	ed_baseline_vibs(b, &text);
	status = ed_output_put(ret, &text);
	ed_buf_done(&text);
	return status;
}

static enum ed_exit propose(const struct ed_baseline_job *job, const struct ed_baseline *b,
			    struct ed_baseline_proposal *p)
{
	struct ed_baseline_period period = { 0 };
	const struct ed_baseline_run run = { .set = &job->o->reading.set, .period = &period };
	char vibs[ED_BASELINE_VALUE_MAX];
	struct ed_scan_result now;
	struct ed_scan_config conf;
	enum ed_exit status = write_lists(job->o, b, vibs);

	if (status == ED_EXIT_OK)
		status = ed_baseline_config(job, run.set, &conf);
	if (status != ED_EXIT_OK)
		return status;
	p->n = ed_baseline_elements(b, conf.analytic_conf, *vibs ? vibs : NULL, p->elements);
	ed_reading_done(&conf);
	status = ed_baseline_scan(job, &run, &now);
	if (status != ED_EXIT_OK)
		return status;
	p->damaged = now.damaged;
	status = read_known(job->o, &now, &p->tunnels);
	ed_baseline_measure(&p->tunnels, now.alerts, now.n_alerts, &p->now);
	ed_scan_done(&now);
	ed_baseline_proposal_period(p, &period, job->o->budget);
	for (size_t i = 0; i < p->n && status == ED_EXIT_OK; i++) {
		status = try_element(job, p, &p->elements[i]);
		p->choice[i] = ed_baseline_choose(&p->elements[i], &p->now, p->others_max);
	}
	return status == ED_EXIT_OK ? try_together(job, p) : status;
}

enum ed_exit ed_baseline_do_propose(const struct ed_baseline_job *job)
{
	struct ed_baseline_proposal *p;
	struct ed_baseline *b = NULL;
	enum ed_exit status;

	if (job->o->form == ED_BASELINE_NDJSON || job->o->form == ED_BASELINE_SVG)
		return ed_baseline_refuse("baseline propose prints a table or json");
	p = calloc(1, sizeof(*p));
	if (!p) {
		ed_cmd_say("%s", strerror(ENOMEM));
		return ED_EXIT_FAILURE;
	}
	status = ed_baseline_load(job->o, &b);
	if (b)
		status = propose(job, b, p);
	if (status == ED_EXIT_OK)
		status = ed_baseline_proposal_put(job->o, p);
	if (status == ED_EXIT_OK && p->damaged)
		status = ED_EXIT_DAMAGED;
	ed_baseline_tunnels_done(&p->tunnels);
	free(p);
	ed_baseline_free(b);
	return status;
}
