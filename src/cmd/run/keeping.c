/* SPDX-License-Identifier: Apache-2.0 */
/* What scan keeps in a store; see keeping.h. */
#include "cmd/run/keeping.h"

#include <errno.h>
#include <stdlib.h>

#include "base/time.h"
#include "cmd/cmd.h"
#include "cmd/out/text.h"
#include "cmd/run/keeping_audit.h"
#include "cmd/run/ledger.h"
#include "format/format.h"
#include "sink/sink.h"

enum { BODIES_MAX_BYTES = 1 << 30 };

static void note(void *arg, const struct ed_event *ev, const char *path)
{
	(void)path;
	ed_store_note(arg, ev);
}

bool ed_keeping_begin(const struct ed_reading *o, struct ed_scan_config *conf,
		      struct ed_keeping *ret)
{
	struct ed_store_conf store = { .dir = o->store,
				       .grain = o->grain,
				       .now_ns = ed_cmd_now_ns(),
				       .keep_ns = o->keep_ns,
				       .max_bytes = o->keep_bytes };
	char error[ED_STORE_ERROR_MAX], shown[ED_PATH_TEXT_MAX];

	*ret = (struct ed_keeping){
		.dir = o->store, .quiet = o->quiet, .options = o, .conf = conf
	};
	if (!o->store)
		return true;
	store.login = ed_cmd_login(ret->login);
	if (ed_store_open(&store, &ret->store, error) != 0) {
		ed_cmd_say("%s", ed_text_escape(error, shown, sizeof(shown)));
		return false;
	}
	ed_scan_observe(conf, note, ret->store);
	ret->coverage = ed_presence_keep_new(&(struct ed_ledger_conf){ .dir = o->store,
								       .now_ns = store.now_ns,
								       .login = store.login },
					     conf);
	if (ret->coverage)
		return true;
	ed_cmd_say("no memory");
	(void)ed_keeping_end(ret, NULL);
	return false;
}

/* The alerts as ndjson writes them, one string each, all in @text. */
static int write_bodies(const struct ed_scan_result *result, struct ed_buf *text,
			const char **ret_bodies)
{
	const char *names[ED_SCAN_FORMATS_MAX + 1];
	const struct ed_sink_options options = { .format_names = names };
	const struct ed_sink *sink = ed_sink_find("ndjson");
	char *next;

	ed_format_names(names, ED_SCAN_FORMATS_MAX + 1);
	for (size_t i = 0; i < result->n_alerts; i++)
		sink->alert(&options, &result->alerts[i], text);
	if (text->full)
		return -ENOMEM;
	next = text->p;
	for (size_t i = 0; i < result->n_alerts; i++) {
		char *end = strchr(next, '\n');

		if (!end)
			return -EINVAL;
		*end = '\0';
		ret_bodies[i] = next;
		next = end + 1;
	}
	return 0;
}

static int keep_alerts(struct ed_ledger *ledger, const struct ed_scan_result *result)
{
	const char **bodies;
	struct ed_buf text;
	int r;

	if (result->n_alerts == 0)
		return 0;
	bodies = calloc(result->n_alerts, sizeof(*bodies));
	if (!bodies)
		return -ENOMEM;
	ed_buf_init(&text, BODIES_MAX_BYTES);
	r = write_bodies(result, &text, bodies);
	if (r == 0)
		r = ed_ledger_put_alerts(ledger, result->alerts, bodies, result->n_alerts);
	ed_buf_done(&text);
	free(bodies);
	return r;
}

/* The alerts and what the audit trail says of the run, together or not at all. */
static int keep_run(const struct ed_keeping *k, const struct ed_scan_result *result)
{
	struct ed_ledger *l;
	int r = ed_store_ledger(k->store, &l);

	if (r == 0)
		r = ed_ledger_begin(l);
	if (r != 0)
		return r;
	r = keep_alerts(l, result);
	if (r == 0)
		r = ed_keeping_audit(l, k->options, k->conf, result);
	return ed_ledger_end(l, r);
}

static void print_account(const struct ed_store_account *a)
{
	char kept[ED_COUNT_TEXT_MAX], rows[ED_COUNT_TEXT_MAX], days[ED_COUNT_TEXT_MAX];
	char date[ED_TIME_TEXT_MAX];

	(void)fprintf(stderr, " history: %s lookup%s in %s row%s", ed_text_count(a->n_kept, kept),
		      a->n_kept == 1 ? "" : "s", ed_text_count(a->n_rows, rows),
		      a->n_rows == 1 ? "" : "s");
	if (a->n_days > 0) {
		ed_time_to_text(a->oldest_ns + 1, date);
		(void)fprintf(stderr, "; kept: %s day%s from %.10s, %.1f MiB",
			      ed_text_count(a->n_days, days), a->n_days == 1 ? "" : "s", date,
			      (double)a->bytes / 1048576);
	}
	if (a->n_expired > 0)
		(void)fprintf(stderr, "; %u expired", a->n_expired);
	if (a->n_untimed > 0)
		(void)fprintf(stderr, "; %s without a time left out",
			      ed_text_count(a->n_untimed, kept));
	(void)fputc('\n', stderr);
}

static bool say_losses(const struct ed_keeping *k, const struct ed_store_account *a, int error)
{
	char shown[ED_PATH_TEXT_MAX], count[ED_COUNT_TEXT_MAX];

	ed_text_escape(k->dir, shown, sizeof(shown));
	if (a->n_damaged > 0)
		ed_cmd_say("%s: %u damaged day%s put aside as *.damaged", shown, a->n_damaged,
			   a->n_damaged == 1 ? "" : "s");
	if (a->n_refused > 0)
		ed_cmd_say("%s: %s lookups of more than %u days are not in the history", shown,
			   ed_text_count(a->n_refused, count), (unsigned)ED_STORE_DAYS_MAX);
	if (a->n_lost > 0)
		ed_cmd_say("%s: %s lookups are not in the history: %s", shown,
			   ed_text_count(a->n_lost, count), ed_store_error(a->first_error));
	else if (error != 0)
		ed_cmd_say("%s: %s", shown, ed_store_error(error));
	return error == 0 && a->n_lost == 0;
}

/* Behind the alerts and apart from them: a full disk takes this first. */
static int keep_presence(const struct ed_keeping *k)
{
	struct ed_ledger *l;
	int r = ed_store_ledger(k->store, &l);

	return r == 0 ? ed_presence_keep_end(k->coverage, l, k->options->keep_ns) : r;
}

bool ed_keeping_end(struct ed_keeping *k, const struct ed_scan_result *result)
{
	struct ed_store_account account;
	char shown[ED_PATH_TEXT_MAX];
	int alerts = 0, presence = 0, r;

	if (!k->store)
		return true;
	if (result) {
		alerts = keep_run(k, result);
		presence = keep_presence(k);
	}
	if (alerts != 0)
		ed_cmd_say("%s: the alerts are not in the store: %s",
			   ed_text_escape(k->dir, shown, sizeof(shown)), ed_store_error(alerts));
	if (presence != 0 && alerts == 0)
		ed_cmd_say("%s: which sources told of whom is not in the store: %s",
			   ed_text_escape(k->dir, shown, sizeof(shown)), ed_store_error(presence));
	ed_presence_keep_free(k->coverage);
	r = ed_store_close(k->store, &account);
	if (!k->quiet && result)
		print_account(&account);
	return say_losses(k, &account, r) && alerts == 0 && presence == 0;
}
