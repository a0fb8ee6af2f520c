/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `earthdog coverage [PATH...]`: what is seen of the machines of a site, and what is not. Presence
 * comes from logs, read as scan reads them, or from a store that scan wrote; the report is made by
 * report/coverage.h and goes out as a table, JSON, a page, or a layer for the ATT&CK Navigator.
 */
#include "cmd/cmd.h"

#include "cmd/coverage/print.h"
#include "cmd/out/output.h"
#include "cmd/out/text.h"
#include "cmd/run/covering.h"
#include "cmd/run/hunt.h"
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
	struct ed_reading reading;        /* those of its rows that the table below has */
	struct ed_covering_limits limits; /* the same */
	int64_t retention_ns;             /* 0: no target */
	uint32_t form;
	bool machines;
};

static const struct ed_option coverage_options[] = {
	{
		.name = "config",
		.like = ed_reading_options,
		.offset = offsetof(struct coverage_conf, reading),
	},
	{
		.name = "store",
		.like = ed_reading_options,
		.offset = offsetof(struct coverage_conf, reading),
		.help = "the store that scan --store wrote; beside the logs of PATH, or without any",
	},
	{
		.name = "inventory",
		.like = ed_reading_options,
		.offset = offsetof(struct coverage_conf, reading),
		.help = "what machines there are: asset tables, networks, leases, scans; may be given again",
	},
	{
		.name = "sanctioned-resolvers",
		.like = ed_reading_options,
		.offset = offsetof(struct coverage_conf, reading),
		.help = "addresses and networks of the site's own resolvers, separated by commas, beside "
			"those of the inventory",
	},
	{
		.name = "from",
		.like = ed_reading_options,
		.offset = offsetof(struct coverage_conf, reading),
	},
	{
		.name = "to",
		.like = ed_reading_options,
		.offset = offsetof(struct coverage_conf, reading),
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
		.like = ed_covering_options,
		.offset = offsetof(struct coverage_conf, limits),
	},
	{
		.name = "lag",
		.like = ed_covering_options,
		.offset = offsetof(struct coverage_conf, limits),
	},
	{
		.name = "set",
		.like = ed_reading_options,
		.offset = offsetof(struct coverage_conf, reading),
		.help = "a mutable element as it is set in operation; may be given again",
	},
	{
		.name = "input-format",
		.like = ed_reading_options,
		.offset = offsetof(struct coverage_conf, reading),
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
		.like = ed_reading_options,
		.offset = offsetof(struct coverage_conf, reading),
		.help = "write the report to FILE, which appears whole or not at all, never over an input",
	},
	{
		.name = "quiet",
		.like = ed_reading_options,
		.offset = offsetof(struct coverage_conf, reading),
		.help = "no progress",
	},
	{ .name = NULL },
};

/* A report in the making. */
struct making {
	const struct coverage_conf *o;
	struct ed_covering covering;
	struct ed_navigator_sightings sightings;
	bool damaged; /* some input was skipped or damaged */
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
	r = ed_covering_take_kept(&m->covering, l);
	if (r == 0)
		r = ed_ledger_alerts(l, &filter, add_alert, m);
	ed_ledger_close(l);
	return r == 0 ? ED_EXIT_OK : fail(ED_EXIT_FAILURE, ed_store_error(r));
}

static void note(void *arg, const struct ed_event *ev, const char *path)
{
	struct making *m = arg;

	ed_presence_note(&m->covering.presence, ev, path);
}

static enum ed_exit read_paths(struct making *m)
{
	struct ed_scan_result result;
	enum ed_exit status;

	ed_scan_observe(&m->covering.conf, note, m);
	status = ed_hunt_run(&m->covering.conf, m->o->reading.quiet, &result);
	if (status != ED_EXIT_OK)
		return status;
	for (size_t i = 0; i < result.n_alerts; i++) {
		const struct ed_alert *a = &result.alerts[i];

		if (!a->is_withdrawn)
			ed_navigator_sight(&m->sightings, a->analytic, a->level, a->start_ns,
					   a->end_ns);
	}
	m->damaged = result.damaged;
	status = result.interrupted ? ED_EXIT_INTERRUPTED : ED_EXIT_OK;
	ed_scan_done(&result);
	return status;
}

static void say_limits(const struct ed_presence *p)
{
	char count[ED_COUNT_TEXT_MAX];

	if (p->n_refused > 0)
		ed_cmd_say("%s events are of more machines, sources or servers than a report holds",
			   ed_text_count(p->n_refused, count));
	if (p->n_untimed > 0)
		ed_cmd_say("%s events without a time are left out",
			   ed_text_count(p->n_untimed, count));
}

/* -------------------------------------------------------------------- output */

static void make_text(const struct making *m, const struct ed_coverage *c, struct ed_buf *out)
{
	switch (m->o->form) {
	case FORM_JSON:
		ed_coverage_json(c, out);
		break;
	case FORM_HTML:
		ed_coverage_html(c, out);
		break;
	case FORM_NAVIGATOR:
		ed_navigator_coverage(c, out);
		break;
	default:
		ed_navigator_sightings(&m->sightings, out);
		break;
	}
}

/* For the table. */
struct printing {
	const struct ed_coverage *coverage;
	bool machines;
};

static bool print_table(const void *arg, FILE *f)
{
	const struct printing *p = arg;
	int r = ed_coverage_print(p->coverage, p->machines, f);

	if (r < 0)
		errno = -r;
	return r == 0;
}

static enum ed_exit put(const struct making *m, const struct ed_coverage *c)
{
	const struct printing table = { .coverage = c, .machines = m->o->machines };
	const char *path = m->o->reading.output;
	enum ed_exit status;
	struct ed_buf text;

	if (m->o->form == FORM_TABLE)
		return ed_output_print(path, print_table, &table);
	ed_buf_init(&text, OUT_MAX_BYTES);
	make_text(m, c, &text);
	status = ed_output_put(path, &text);
	ed_buf_done(&text);
	return status;
}

static enum ed_exit report(struct making *m)
{
	const struct ed_presence *p = &m->covering.presence;
	enum ed_exit status = ED_EXIT_FAILURE;
	struct ed_coverage c;

	say_limits(p);
	if (ed_covering_make(&m->covering, &m->o->limits, m->o->retention_ns, &c) == 0)
		status = put(m, &c);
	else
		ed_cmd_say("no memory");
	ed_coverage_done(&c);
	if (status == ED_EXIT_OK && (m->damaged || m->covering.overfull || p->n_refused > 0))
		status = ED_EXIT_DAMAGED;
	return status;
}

/* ------------------------------------------------------------------- command */

static enum ed_exit make(struct making *m, const struct ed_call *call)
{
	const struct ed_reading *o = &m->o->reading;
	enum ed_exit status, read;

	status = ed_covering_begin(o, call->operands, call->n_operands, &m->covering);
	if (status == ED_EXIT_OK && o->store)
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
	enum ed_exit status;

	if (call->n_operands == 0 && !m.o->reading.store)
		return fail(ED_EXIT_USAGE, "coverage needs PATHs, or --store DIR");
	status = make(&m, call);
	ed_covering_done(&m.covering);
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
