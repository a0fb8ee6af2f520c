/* SPDX-License-Identifier: Apache-2.0 */
/* Running the detector for `earthdog baseline`; see job.h. */
#include "cmd/baseline/job.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "cmd/baseline/history.h"
#include "cmd/baseline/verdicts.h"
#include "cmd/out/text.h"
#include "cmd/run/hunt.h"
#include "engine/inventory_files.h"

enum ed_exit ed_baseline_refuse(const char *fmt, ...)
{
	char line[ED_PATH_TEXT_MAX + 256];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	ed_cmd_say("%s", line);
	return ED_EXIT_USAGE;
}

int64_t ed_baseline_now(const struct ed_baseline_options *o)
{
	struct timespec t;

	if (o->now_ns != 0)
		return o->now_ns;
	(void)clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * ED_NS_PER_S + t.tv_nsec;
}

/* --------------------------------------------------------------- the detector */

enum ed_exit ed_baseline_config(const struct ed_baseline_job *job, const struct ed_option_list *set,
				struct ed_scan_config *ret)
{
	struct ed_reading o = job->o->reading;
	char error[ED_READING_ERROR_MAX];

	o.set = set ? *set : (struct ed_option_list){ .n = 0 };
	if (ed_reading_config(&o, job->paths, job->n_paths, ret, error) < 0)
		return ed_baseline_refuse("%s", error);
	return ED_EXIT_OK;
}

static void note(void *arg, const struct ed_event *ev, const char *path)
{
	(void)path;
	ed_baseline_note(arg, ev);
}

static void note_time(void *arg, const struct ed_event *ev, const char *path)
{
	struct ed_baseline_period *p = arg;

	(void)path;
	if (!(ev->has & ED_FIELD_TIME))
		return;
	if (p->first_ns == 0 || ev->time_ns < p->first_ns)
		p->first_ns = ev->time_ns;
	if (ev->time_ns > p->last_ns)
		p->last_ns = ev->time_ns;
}

enum ed_exit ed_baseline_scan(const struct ed_baseline_job *job, const struct ed_baseline_run *run,
			      struct ed_scan_result *ret)
{
	struct ed_baseline_history *history = NULL;
	struct ed_scan_config conf;
	enum ed_exit status = ed_baseline_config(job, run->set, &conf);

	if (status != ED_EXIT_OK)
		return status;
	if (run->learner)
		ed_scan_observe(&conf, note, run->learner);
	if (run->period)
		ed_scan_observe(&conf, note_time, run->period);
	if (job->o->reading.store) {
		status = ed_baseline_history_open(job->o, run->from_ns, &conf, &history);
		if (status != ED_EXIT_OK)
			goto out;
	}
	status = ed_hunt_run(&conf, job->o->reading.quiet, ret);
	if (history && !ed_baseline_history_close(history) && status == ED_EXIT_OK)
		ret->damaged = true;
	if (status == ED_EXIT_OK && ret->interrupted) {
		ed_scan_done(ret);
		status = ED_EXIT_INTERRUPTED;
	}
out:
	ed_reading_done(&conf);
	return status;
}

/* ------------------------------------------------------------------- learning */

/* The network of the client by the inventory. */
static const char *network_of(void *arg, const struct ed_event *ev)
{
	const struct ed_process *p = ed_event_process(ev);
	const struct ed_asset *a = NULL;

	if (ev->has & ED_FIELD_CLIENT)
		a = ed_inventory_find(arg, &ev->client, ev->net_tag, ev->time_ns);
	else if (p)
		a = ed_inventory_by_name(arg, ed_process_text(p, ED_TEXT_HOST));
	return a ? a->network : "";
}

static enum ed_exit no_memory(void)
{
	ed_cmd_say("%s", strerror(ENOMEM));
	return ED_EXIT_FAILURE;
}

/* What does not teach: alerts of this run that nobody called false, and those that a store keeps. */
static void except_all(const struct ed_scan_result *result, const struct ed_baseline_verdicts *v,
		       struct ed_baseline_learner *learner)
{
	for (size_t i = 0; i < result->n_alerts; i++) {
		if (result->alerts[i].level >= ED_LEVEL_LOW &&
		    !ed_baseline_tunnels_have(&v->benign, &result->alerts[i]))
			ed_baseline_except(learner, &result->alerts[i]);
	}
	for (size_t i = 0; i < v->n_others; i++)
		ed_baseline_except(learner, &v->others[i]);
}

/* One run with a learner that sees it. */
static enum ed_exit teach(const struct ed_baseline_job *job, struct ed_baseline_learner *learner,
			  bool everything, bool *ret_damaged)
{
	struct ed_baseline_run run = { .set = &job->o->reading.set, .learner = learner };
	struct ed_baseline_verdicts verdicts;
	struct ed_scan_result result;
	enum ed_exit status;

	if (everything)
		run.from_ns = ed_baseline_history_last_day(job->o);
	status = ed_baseline_verdicts_read(job->o, &verdicts);
	if (status == ED_EXIT_OK)
		status = ed_baseline_scan(job, &run, &result);
	if (status == ED_EXIT_OK) {
		if (!everything)
			except_all(&result, &verdicts, learner);
		*ret_damaged = result.damaged;
		ed_scan_done(&result);
	}
	ed_baseline_verdicts_done(&verdicts);
	return status;
}

enum ed_exit ed_baseline_learn_input(const struct ed_baseline_job *job, bool everything,
				     struct ed_baseline **ret, bool *ret_damaged)
{
	struct ed_baseline_learn_conf conf = {
		.now_ns = everything ? INT64_MAX : ed_baseline_now(job->o),
		.quarantine_ns = everything ? 0 : job->o->quarantine_ns,
	};
	struct ed_baseline_learner *learner = NULL;
	struct ed_inventory *inventory = NULL;
	struct ed_scan_config scan;
	char error[256];
	enum ed_exit status = ed_baseline_config(job, &job->o->reading.set, &scan);

	if (status != ED_EXIT_OK)
		return status;
	ed_reading_done(&scan);
	if (ed_inventory_files_load(&scan, &inventory, error) < 0)
		return ed_hunt_failed(-EINVAL, error);
	conf.hash_key = scan.seed;
	conf.analytic_conf = (const ed_analytic_confs *)&scan.analytic_conf;
	conf.arg = inventory;
	conf.network = inventory ? network_of : NULL;
	if (ed_baseline_learner_new(&conf, &learner) < 0)
		status = no_memory();
	if (status == ED_EXIT_OK)
		status = teach(job, learner, everything, ret_damaged);
	if (status == ED_EXIT_OK && ed_baseline_learn(learner, ret) < 0)
		status = no_memory();
	ed_baseline_learner_free(learner);
	ed_inventory_free(inventory);
	return status;
}

enum ed_exit ed_baseline_load(const struct ed_baseline_options *o, struct ed_baseline **ret)
{
	char shown[ED_PATH_TEXT_MAX], error[ED_BASELINE_ERROR_MAX];
	uint8_t *text = NULL;
	size_t n;
	int r;

	*ret = NULL;
	if (!o->baseline)
		return ed_baseline_refuse(
			"--baseline FILE is needed: what \"baseline learn\" wrote");
	ed_text_escape(o->baseline, shown, sizeof(shown));
	r = ed_file_read(o->baseline, ED_BASELINE_FILE_MAX_BYTES, &text, &n);
	if (r < 0)
		return ed_baseline_refuse("%s: %s", shown, strerror(-r));
	r = ed_baseline_read(ed_span_of(text, n), ret, error);
	free(text);
	if (r == -ENOMEM)
		return no_memory();
	return r == 0 ? ED_EXIT_OK : ed_baseline_refuse("%s: %s", shown, error);
}
