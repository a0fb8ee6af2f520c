/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `earthdog report --store DIR`: what can be shown to an auditor, as one page or as JSON. The store
 * is read only; what it does not hold is said in the report, not filled in.
 */
#include "cmd/cmd.h"

#include "base/file.h"
#include "base/time.h"
#include "cmd/out/output.h"
#include "cmd/out/text.h"
#include "cmd/run/covering.h"
#include "cmd/run/ledger.h"
#include "cmd/run/settings.h"
#include "report/audit.h"
#include "store/files.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { OUT_MAX_BYTES = 1 << 30, DAY_S = 86400, SETTINGS_MAX = 64 };

enum form { FORM_HTML, FORM_JSON };

static const char *const forms[] = { [FORM_HTML] = "html", [FORM_JSON] = "json", NULL };

struct report_conf {
	struct ed_reading reading; /* those of its rows that the table below has */
	const char *baseline;      /* NULL: none */
	int64_t retention_ns;      /* 0: no target */
	int64_t now_ns;            /* 0: the clock's */
	uint32_t form;
};

static const struct ed_option report_options[] = {
	{
		.name = "config",
		.like = ed_reading_options,
		.offset = offsetof(struct report_conf, reading),
	},
	{
		.name = "store",
		.like = ed_reading_options,
		.offset = offsetof(struct report_conf, reading),
		.help = "the store that scan --store wrote",
	},
	{
		.name = "inventory",
		.like = ed_reading_options,
		.offset = offsetof(struct report_conf, reading),
		.help = "what machines there are, for the part on coverage; may be given again",
	},
	{
		.name = "sanctioned-resolvers",
		.like = ed_reading_options,
		.offset = offsetof(struct report_conf, reading),
		.help = "addresses and networks of the site's own resolvers, separated by commas",
	},
	{
		.name = "baseline",
		.type = ED_OPT_STRING,
		.offset = offsetof(struct report_conf, baseline),
		.arg = "FILE",
		.help = "the baseline in force, as \"baseline learn\" wrote it",
	},
	{
		.name = "retention",
		.type = ED_OPT_DURATION,
		.offset = offsetof(struct report_conf, retention_ns),
		.max = 1e18,
		.arg = "TIME",
		.help = "how far back history and each source should reach, as 90d",
	},
	{
		.name = "from",
		.like = ed_reading_options,
		.offset = offsetof(struct report_conf, reading),
		.help = "in the part on coverage, leave out what is older",
	},
	{
		.name = "to",
		.like = ed_reading_options,
		.offset = offsetof(struct report_conf, reading),
		.help = "in the part on coverage, leave out what is younger",
	},
	{
		.name = "now",
		.type = ED_OPT_TIME,
		.offset = offsetof(struct report_conf, now_ns),
		.arg = "TIME",
		.help = "judge what is old from TIME instead of now",
	},
	{
		.name = "format",
		.type = ED_OPT_CHOICE,
		.offset = offsetof(struct report_conf, form),
		.choices = forms,
		.def = "html",
		.arg = "FORMAT",
		.help = "one page without scripts and outside parts, or JSON",
	},
	{
		.name = "output",
		.like = ed_reading_options,
		.offset = offsetof(struct report_conf, reading),
		.help = "write the report to FILE, which appears whole or not at all",
	},
	{ .name = NULL },
};

/* A report in the making. */
struct making {
	const struct report_conf *o;
	struct ed_covering covering;
	struct ed_coverage coverage;
	struct ed_baseline *baseline;
	struct ed_files *files;
	struct ed_ledger *ledger;
	char *settings[SETTINGS_MAX]; /* of the last run, as --set has them; owned */
	size_t n_settings;
};

static enum ed_exit fail(enum ed_exit status, const char *text)
{
	char shown[ED_PATH_TEXT_MAX];

	ed_cmd_say("%s", ed_text_escape(text, shown, sizeof(shown)));
	return status;
}

static enum ed_exit load_baseline(struct making *m)
{
	char error[ED_BASELINE_ERROR_MAX], shown[ED_PATH_TEXT_MAX];
	uint8_t *text = NULL;
	size_t n;
	int r;

	if (!m->o->baseline)
		return ED_EXIT_OK;
	ed_text_escape(m->o->baseline, shown, sizeof(shown));
	r = ed_file_read(m->o->baseline, ED_BASELINE_FILE_MAX_BYTES, &text, &n);
	if (r < 0) {
		ed_cmd_say("%s: %s", shown, strerror(-r));
		return ED_EXIT_USAGE;
	}
	r = ed_baseline_read(ed_span_of(text, n), &m->baseline, error);
	free(text);
	if (r != 0)
		ed_cmd_say("%s: %s", shown, r < 0 ? strerror(-r) : error);
	return r == 0 ? ED_EXIT_OK : ED_EXIT_USAGE;
}

/* A setting of the last run holds here too, or the page would call it not set. What this version
 * does not know any more is left out. */
static bool take_setting(void *arg, const struct ed_ledger_setting *s, int64_t since_ns,
			 const char *who)
{
	char error[ED_SETTING_ERROR_MAX];
	struct making *m = arg;
	char *text;

	(void)since_ns;
	(void)who;
	if (strncmp(s->name, "AN", 2) != 0 || !s->value[0] || m->n_settings == SETTINGS_MAX)
		return true;
	if (asprintf(&text, "%s=%s", s->name, s->value) < 0)
		return false;
	m->settings[m->n_settings++] = text; /* the configuration borrows it */
	(void)ed_settings_apply(&m->covering.conf, text, error);
	return true;
}

/* What the store knows of sources and machines, as coverage. */
static enum ed_exit make_coverage(struct making *m)
{
	struct ed_covering_limits limits;
	int r = ed_ledger_settings_each(m->ledger, take_setting, m);

	ed_options_default(ed_covering_options, &limits);
	if (r == 0)
		r = ed_covering_take_kept(&m->covering, m->ledger);
	if (r == 0)
		r = ed_covering_make(&m->covering, &limits, m->o->retention_ns, &m->coverage);
	if (r != 0)
		ed_cmd_say_store(m->o->reading.store, r);
	return r == 0 ? ED_EXIT_OK : ED_EXIT_FAILURE;
}

static void fill_retention(const struct making *m, struct ed_audit_conf *ret)
{
	const struct ed_files *f = m->files;

	ret->n_history_days = f->n;
	for (uint32_t i = 0; i < f->n; i++)
		ret->history_bytes += f->day[i].bytes;
	if (f->n == 0)
		return;
	ret->history_from_ns = f->day[0].day * DAY_S * ED_NS_PER_S;
	ret->history_to_ns = (f->day[f->n - 1].day + 1) * DAY_S * ED_NS_PER_S;
}

static enum ed_exit put(const struct making *m, const struct ed_audit *a)
{
	enum ed_exit status;
	struct ed_buf text;

	ed_buf_init(&text, OUT_MAX_BYTES);
	if (m->o->form == FORM_JSON)
		ed_audit_json(a, &text);
	else
		ed_audit_html(a, &text);
	status = ed_output_put(m->o->reading.output, &text);
	ed_buf_done(&text);
	return status;
}

static enum ed_exit write_report(struct making *m)
{
	struct ed_audit_conf conf = {
		.store = m->o->reading.store,
		.now_ns = m->o->now_ns != 0 ? m->o->now_ns : ed_cmd_now_ns(),
		.coverage = &m->coverage,
		.baseline = m->baseline,
		.baseline_file = m->o->baseline,
		.retention_ns = m->o->retention_ns,
	};
	enum ed_exit status = ED_EXIT_FAILURE;
	struct ed_audit a;
	int r;

	fill_retention(m, &conf);
	r = ed_audit_make(&conf, m->ledger, &a);
	if (r == 0)
		status = put(m, &a);
	else
		ed_cmd_say_store(conf.store, r);
	ed_audit_done(&a);
	return status == ED_EXIT_OK && m->covering.overfull ? ED_EXIT_DAMAGED : status;
}

static enum ed_exit make(struct making *m)
{
	enum ed_exit status = ed_covering_begin(&m->o->reading, NULL, 0, &m->covering);
	int r;

	if (status == ED_EXIT_OK)
		status = load_baseline(m);
	if (status != ED_EXIT_OK)
		return status;
	m->files = calloc(1, sizeof(*m->files));
	if (!m->files)
		return fail(ED_EXIT_FAILURE, "no memory");
	if (!ed_cmd_open_ledger(m->o->reading.store, ED_LEDGER_READ, NULL, m->o->now_ns,
				&m->ledger))
		return ED_EXIT_USAGE;
	r = ed_files_list(m->o->reading.store, m->files);
	if (r < 0) {
		ed_cmd_say_store(m->o->reading.store, r);
		return ED_EXIT_FAILURE;
	}
	status = make_coverage(m);
	return status == ED_EXIT_OK ? write_report(m) : status;
}

static enum ed_exit report_run(const struct ed_call *call)
{
	struct making m = { .o = call->conf };
	enum ed_exit status;

	if (!m.o->reading.store)
		return fail(ED_EXIT_USAGE, "report needs --store DIR");
	status = make(&m);
	ed_coverage_done(&m.coverage);
	ed_ledger_close(m.ledger);
	ed_covering_done(&m.covering);
	ed_baseline_free(m.baseline);
	for (size_t i = 0; i < m.n_settings; i++)
		free(m.settings[i]);
	free(m.files);
	return status;
}

static const struct ed_command_row report_examples[] = {
	{ "earthdog report --store DIR --inventory assets.csv --retention 90d -o report.html",
	  "One page for the auditor." },
	{ "earthdog report --store DIR --format json -o report.json",
	  "The same for a program to read." },
	{ NULL, NULL },
};

const struct ed_command ed_command_report = {
	.name = "report",
	.help = "write audit evidence from a store as one page",
	.description =
		"Writes what can be shown to somebody who has to judge whether tunnels in DNS would have been "
		"noticed and dealt with: coverage of machines and sources, retention, the baseline in force, the "
		"settings and who changed them, alerts and their handling, results of drills, what each analytic "
		"assumes and leaves out, what is always found and what is not promised, and the audit trail with its "
		"proof. What is missing is named as such.\n"
		"The page needs no network, holds no script, and prints well.\n",
	.options = report_options,
	.conf_bytes = sizeof(struct report_conf),
	.operands_min = 0,
	.operands_max = 0,
	.examples = report_examples,
	.run = report_run,
};
