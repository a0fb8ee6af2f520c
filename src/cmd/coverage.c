/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `earthdog coverage [PATH...]`: what is seen of the machines of a site, and what is not. Presence
 * comes from logs, read as scan reads them, or from a store that scan wrote; the report is made by
 * report/coverage.h and goes out as a table, JSON, a page, or a layer for the ATT&CK Navigator.
 */
#include "cmd/cmd.h"

#include "cmd/coverage.h"
#include "cmd/coverage_keep.h"
#include "cmd/output.h"
#include "cmd/progress.h"
#include "cmd/reading.h"
#include "cmd/text.h"
#include "engine/site.h"
#include "report/coverage_out.h"
#include "report/navigator.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

enum { OUT_MAX_BYTES = 1 << 30 };

enum form { FORM_TABLE, FORM_JSON, FORM_HTML, FORM_NAVIGATOR, FORM_SIGHTINGS };

static const char *const forms[] = {
	[FORM_TABLE] = "table",
	[FORM_JSON] = "json",
	[FORM_HTML] = "html",
	[FORM_NAVIGATOR] = "navigator",
	[FORM_SIGHTINGS] = "navigator-sightings",
	NULL,
};

struct coverage_conf {
	struct ed_reading reading; /* those of its rows that the table below has */
	int64_t retention_ns;      /* 0: no target */
	int64_t silence_ns, lag_ns;
	uint32_t form;
	bool machines;
};

#define READING(member) \
	(offsetof(struct coverage_conf, reading) + offsetof(struct ed_reading, member))

static const struct ed_option coverage_options[] = {
	{
		.name = "store",
		.type = ED_OPT_STRING,
		.offset = READING(store),
		.arg = "DIR",
		.help = "the store that scan --store wrote; beside the logs of PATH, or without any",
	},
	{
		.name = "inventory",
		.type = ED_OPT_LIST,
		.offset = READING(inventory),
		.arg = "FILE[,FILE...]",
		.help = "what machines there are: asset tables, networks, leases, scans; may be given again",
	},
	{
		.name = "sanctioned-resolvers",
		.type = ED_OPT_STRING,
		.offset = READING(sanctioned_resolvers),
		.arg = "LIST",
		.help = "addresses and networks of the site's own resolvers, separated by commas, beside "
			"those of the inventory",
	},
	{
		.name = "from",
		.type = ED_OPT_TIME,
		.offset = READING(from_ns),
		.arg = "TIME",
		.help = "leave out what is older: 2026-11-03T14:00:00Z, or a date (UTC)",
	},
	{
		.name = "to",
		.type = ED_OPT_TIME,
		.offset = READING(to_ns),
		.arg = "TIME",
		.help = "leave out what is younger, and judge silence from then; by default the last event "
			"of any source",
	},
	{
		.name = "retention",
		.type = ED_OPT_DURATION,
		.offset = offsetof(struct coverage_conf, retention_ns),
		.min = 36e11,
		.max = 31536e13,
		.arg = "TIME",
		.help = "how far back each source should reach, as 90d",
	},
	{
		.name = "silence",
		.type = ED_OPT_DURATION,
		.offset = offsetof(struct coverage_conf, silence_ns),
		.min = 6e10,
		.max = 2592e12,
		.def = "2h",
		.arg = "TIME",
		.help = "how long a source that should have told something is silent before it is named",
	},
	{
		.name = "lag",
		.type = ED_OPT_DURATION,
		.offset = offsetof(struct coverage_conf, lag_ns),
		.min = 1e9,
		.max = 2592e12,
		.def = "15m",
		.arg = "TIME",
		.help = "from which delay between an event and its receipt a source is named",
	},
	{
		.name = "set",
		.type = ED_OPT_LIST,
		.offset = READING(set),
		.arg = "KEY=VALUE",
		.help = "a mutable element as it is set in operation; may be given again",
	},
	{
		.name = "input-format",
		.type = ED_OPT_STRING,
		.offset = READING(input_format),
		.arg = "NAME",
		.help = "read every input as this format instead of looking at its first bytes",
	},
	{
		.name = "machines",
		.type = ED_OPT_FLAG,
		.offset = offsetof(struct coverage_conf, machines),
		.help = "in the table, a line for each machine; json and html have them always",
	},
	{
		.name = "format",
		.type = ED_OPT_CHOICE,
		.offset = offsetof(struct coverage_conf, form),
		.choices = forms,
		.def = "table",
		.arg = "FORMAT",
		.help = "form of the report; navigator is a layer of what can be seen, "
			"navigator-sightings one of what was: the alerts",
	},
	{
		.name = "output",
		.letter = 'o',
		.type = ED_OPT_STRING,
		.offset = READING(output),
		.arg = "FILE",
		.help = "write the report to FILE, which appears whole or not at all, never over an input",
	},
	{
		.name = "quiet",
		.letter = 'q',
		.type = ED_OPT_FLAG,
		.offset = READING(quiet),
		.help = "no progress",
	},
	{ .name = NULL },
};

/* A report in the making. */
struct making {
	const struct coverage_conf *o;
	const char *names[ED_SCAN_FORMATS_MAX + 1];
	struct ed_scan_config conf;
	struct ed_presence presence;
	struct ed_site site;
	struct ed_navigator_sightings sightings;
	bool damaged;  /* some input was skipped or damaged */
	bool overfull; /* rows of the store found no room */
};

static enum ed_exit fail(enum ed_exit status, const char *text)
{
	char shown[ED_PATH_TEXT_MAX];

	ed_cmd_say("%s", ed_text_escape(text, shown, sizeof(shown)));
	return status;
}

/* ------------------------------------------------------------------ presence */

/* What is no tunnel by a person's word, hidden by a rule or made by a drill is no sighting. */
static bool add_alert(void *arg, const struct ed_ledger_alert *a)
{
	struct making *m = arg;

	if (a->state == ED_TRIAGE_FALSE_POSITIVE || a->suppressed[0] || a->drill[0])
		m->sightings.n_left_out++;
	else
		ed_navigator_sight(&m->sightings, a->analytic, a->level, a->start_ns, a->end_ns);
	return true;
}

static enum ed_exit read_store(struct making *m)
{
	const struct ed_reading *o = &m->o->reading;
	const struct ed_ledger_conf conf = { .dir = o->store, .mode = ED_LEDGER_READ };
	const struct ed_ledger_filter filter = { .from_ns = o->from_ns, .to_ns = o->to_ns };
	char error[ED_STORE_ERROR_MAX];
	struct ed_ledger *l;
	int r = ed_ledger_open(&conf, &l, error);

	if (r != 0)
		return fail(ED_EXIT_USAGE, error);
	r = ed_presence_take_kept(&m->presence, l, o->from_ns, o->to_ns, &m->overfull);
	if (r == 0)
		r = ed_ledger_alerts(l, &filter, add_alert, m);
	ed_ledger_close(l);
	return r == 0 ? ED_EXIT_OK : fail(ED_EXIT_FAILURE, ed_store_error(r));
}

static void note(void *arg, const struct ed_event *ev, const char *path)
{
	struct making *m = arg;

	ed_presence_note(&m->presence, ev, path);
}

static enum ed_exit read_paths(struct making *m)
{
	struct ed_scan_result result;
	struct ed_progress progress;
	const struct ed_scan_hooks hooks = { .arg = &progress,
					     .trouble = ed_progress_trouble,
					     .progress = ed_progress_hook };
	char error[256];
	int r;

	ed_scan_observe(&m->conf, note, m);
	ed_progress_catch_signals();
	ed_progress_init(&progress, m->o->reading.quiet);
	r = ed_scan_run(&m->conf, &hooks, &result, error);
	ed_progress_clear(&progress);
	if (r < 0)
		return fail(r == -ENOMEM || r == -EIO || r == -EAGAIN ? ED_EXIT_FAILURE :
									ED_EXIT_USAGE,
			    error);
	for (size_t i = 0; i < result.n_alerts; i++) {
		const struct ed_alert *a = &result.alerts[i];

		if (!a->is_withdrawn)
			ed_navigator_sight(&m->sightings, a->analytic, a->level, a->start_ns,
					   a->end_ns);
	}
	m->damaged = result.damaged;
	ed_scan_done(&result);
	return result.interrupted ? ED_EXIT_INTERRUPTED : ED_EXIT_OK;
}

static void say_limits(const struct making *m)
{
	char count[ED_COUNT_TEXT_MAX];

	if (m->overfull)
		ed_cmd_say(
			"the store has more than one report can hold: narrow it with --from and --to");
	if (m->presence.n_refused > 0)
		ed_cmd_say("%s events are of more machines, sources or servers than a report holds",
			   ed_text_count(m->presence.n_refused, count));
	if (m->presence.n_untimed > 0)
		ed_cmd_say("%s events without a time are left out",
			   ed_text_count(m->presence.n_untimed, count));
}

/* -------------------------------------------------------------------- output */

static int put_text(const struct making *m, const struct ed_coverage *c, FILE *f)
{
	struct ed_buf out;
	int r = 0;

	ed_buf_init(&out, OUT_MAX_BYTES);
	switch (m->o->form) {
	case FORM_JSON:
		ed_coverage_json(c, &out);
		break;
	case FORM_HTML:
		ed_coverage_html(c, &out);
		break;
	case FORM_NAVIGATOR:
		ed_navigator_coverage(c, &out);
		break;
	default:
		ed_navigator_sightings(&m->sightings, &out);
		break;
	}
	errno = 0;
	if (out.full)
		r = -ENOMEM;
	else if (fwrite(out.p, 1, out.n, f) != out.n)
		r = -(errno ? errno : EIO);
	ed_buf_done(&out);
	return r;
}

static enum ed_exit put(const struct making *m, const struct ed_coverage *c)
{
	char error[ED_OUTPUT_ERROR_MAX];
	struct ed_output out;
	int r = ed_output_open(m->o->reading.output, &out, error);

	if (r < 0)
		return fail(ED_EXIT_FAILURE, error);
	if (m->o->form == FORM_TABLE)
		r = ed_coverage_print(c, m->o->machines, out.f);
	else
		r = put_text(m, c, out.f);
	if (r < 0)
		ed_cmd_say("cannot write the report: %s", strerror(-r));
	if (ed_output_close(&out, r == 0, error) < 0 && r == 0)
		return fail(ED_EXIT_FAILURE, error);
	return r < 0 ? ED_EXIT_FAILURE : ED_EXIT_OK;
}

static enum ed_exit report(struct making *m)
{
	const struct ed_coverage_conf conf = {
		.presence = &m->presence,
		.inventory = m->site.seam,
		.sanctioned = &m->conf.sanctioned_resolvers,
		.analytic_confs = (const ed_analytic_confs *)&m->conf.analytic_conf,
		.from_ns = m->conf.from_ns,
		.to_ns = m->conf.to_ns,
		.retention_ns = m->o->retention_ns,
		.silence_ns = m->o->silence_ns,
		.lag_ns = m->o->lag_ns,
	};
	enum ed_exit status = ED_EXIT_FAILURE;
	struct ed_coverage c;

	say_limits(m);
	if (ed_coverage_make(&conf, &c) == 0)
		status = put(m, &c);
	else
		ed_cmd_say("no memory");
	ed_coverage_done(&c);
	if (status == ED_EXIT_OK && (m->damaged || m->overfull || m->presence.n_refused > 0))
		status = ED_EXIT_DAMAGED;
	return status;
}

/* ------------------------------------------------------------------- command */

static enum ed_exit make(struct making *m, const struct ed_call *call)
{
	char error[256];
	enum ed_exit status = ED_EXIT_OK, read;

	if (ed_presence_init(&m->presence, m->names, ed_coverage_key()) < 0)
		return fail(ED_EXIT_FAILURE, "no memory");
	if (ed_site_load(&m->conf, &m->site, error) < 0)
		return fail(ED_EXIT_USAGE, error);
	if (m->o->reading.store)
		status = read_store(m);
	if (status != ED_EXIT_OK || call->n_operands == 0)
		return status == ED_EXIT_OK ? report(m) : status;
	read = read_paths(m);
	if (read != ED_EXIT_OK && read != ED_EXIT_INTERRUPTED)
		return read;
	status = report(m);
	return status == ED_EXIT_FAILURE ? status : read == ED_EXIT_INTERRUPTED ? read : status;
}

static enum ed_exit coverage_run(const struct ed_call *call)
{
	struct making m = { .o = call->conf };
	struct ed_reading reading = m.o->reading;
	char error[ED_READING_ERROR_MAX];
	enum ed_exit status;

	static_assert((int)ED_OUTPUT_ERROR_MAX == (int)ED_READING_ERROR_MAX,
		      "one buffer serves both");
	if (call->n_operands == 0 && !reading.store)
		return fail(ED_EXIT_USAGE, "coverage needs PATHs, or --store DIR");
	ed_scan_config_init(&m.conf);
	reading.memory_bytes = m.conf.memory_bytes;
	reading.seed = m.conf.seed;
	ed_coverage_format_names(m.names);
	if (ed_reading_config(&reading, call->operands, call->n_operands, &m.conf, error) < 0 ||
	    ed_output_check(reading.output, call->operands, call->n_operands, error) < 0)
		return fail(ED_EXIT_USAGE, error);
	status = make(&m, call);
	ed_site_done(&m.site);
	ed_presence_done(&m.presence);
	return status;
}

static const struct ed_command_row coverage_examples[] = {
	{ "earthdog coverage --inventory assets.csv,dhcpd.leases logs/",
	  "What of the listed machines do these logs show?" },
	{ "earthdog coverage --store DIR --inventory assets.csv --retention 90d --format html -o "
	  "c.html",
	  "The same over all that scan --store has read, as one page." },
	{ "earthdog coverage --store DIR --inventory assets.csv --format navigator -o layer.json",
	  "A layer for the ATT&CK Navigator." },
	{ NULL, NULL },
};

const struct ed_command ed_command_coverage = {
	.name = "coverage",
	.operands = "[PATH...]",
	.help = "prove what is seen, name what is not",
	.description =
		"Says for each of the five analytics whether it works, works partly (and why), or is blind (and what "
		"to switch on, with the command); which source told of which machine in which hour; which resolvers "
		"and ways out are seen; and names the gaps: sources that fell silent, have a hole or lag, machines "
		"that nothing tells of, that resolve nowhere we look, over HTTPS or TLS, by themselves or through "
		"servers that are not the site's, resolvers and networks without a sensor.\n"
		"PATHs are read as scan reads them. With --store the presence that scan --store kept is used, over "
		"days. Without --inventory nothing can be missed; the more it lists, the more the report can say.\n",
	.options = coverage_options,
	.conf_bytes = sizeof(struct coverage_conf),
	.operands_min = 0,
	.operands_max = SIZE_MAX,
	.examples = coverage_examples,
	.run = coverage_run,
};
