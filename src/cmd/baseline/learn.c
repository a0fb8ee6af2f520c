/* SPDX-License-Identifier: Apache-2.0 */
/* `earthdog baseline learn`: writes down what is normal. */
#include "cmd/baseline/job.h"

#include "cmd/out/output.h"
#include "cmd/out/text.h"

/* "1 alert", "2 alerts" */
static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static void say_learnt(const struct ed_baseline *b)
{
	char lookups[ED_COUNT_TEXT_MAX], pairs[ED_COUNT_TEXT_MAX], clients[ED_COUNT_TEXT_MAX];
	char from[ED_TIME_TEXT_MAX], to[ED_TIME_TEXT_MAX];

	ed_time_to_text(b->first_ns, from);
	ed_time_to_text(b->last_ns, to);
	(void)fprintf(stderr,
		      " learnt from %s lookups, %.16s to %.16s: %s key-days, %s client-days\n",
		      ed_text_count(b->n_lookups, lookups), from, to,
		      ed_text_count(b->n_key_days, pairs),
		      ed_text_count(b->n_client_days, clients));
	if (b->n_alerted > 0)
		(void)fprintf(stderr, " %s key-day%s did not teach: %s alert%s speak%s of them\n",
			      ed_text_count(b->n_alerted, pairs), plural(b->n_alerted),
			      ed_text_count(b->n_alerts, clients), plural(b->n_alerts),
			      b->n_alerts == 1 ? "s" : "");
	if (b->n_young > 0)
		(void)fprintf(stderr, " %s key-day%s did not teach: younger than the quarantine\n",
			      ed_text_count(b->n_young, pairs), plural(b->n_young));
	for (size_t i = 0; ed_analytics[i]; i++) {
		if (b->share[i] < 1)
			(void)fprintf(stderr, " %s: a sample of %.3g in a hundred key-days\n",
				      ed_analytics[i]->id, 100 * b->share[i]);
	}
	if (b->is_full)
		(void)fputs(" there were more networks, programs or packages than are kept\n",
			    stderr);
}

enum ed_exit ed_baseline_do_learn(const struct ed_baseline_job *job)
{
	const struct ed_baseline_options *o = job->o;
	char error[ED_OUTPUT_ERROR_MAX];
	struct ed_baseline *b = NULL;
	bool damaged = false;
	enum ed_exit status;
	struct ed_buf text;

	if (!o->baseline)
		return ed_baseline_refuse("baseline learn needs --baseline FILE to write to");
	if (ed_output_check(o->baseline, job->paths, job->n_paths, error) < 0)
		return ed_baseline_refuse("%s", error);
	status = ed_baseline_learn_input(job, false, &b, &damaged);
	if (status != ED_EXIT_OK)
		return status;
	if (b->n_key_days == 0) {
		status = b->n_young > 0 ?
				 ed_baseline_refuse("nothing is older than the quarantine: "
						    "--quarantine 0s, or --now TIME") :
				 ed_baseline_refuse("there is no lookup to learn from");
		ed_baseline_free(b);
		return status;
	}
	ed_buf_init(&text, ED_BASELINE_FILE_MAX_BYTES);
	ed_baseline_write(b, &text);
	status = ed_output_put(o->baseline, &text);
	ed_buf_done(&text);
	if (status == ED_EXIT_OK && !o->reading.quiet)
		say_learnt(b);
	ed_baseline_free(b);
	return status == ED_EXIT_OK && damaged ? ED_EXIT_DAMAGED : status;
}
