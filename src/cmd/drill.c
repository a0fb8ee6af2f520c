/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `earthdog drill`: proves the chain end to end. It makes a marked and harmless stream of lookups
 * shaped like a tunnel's, sends it the way that real input goes, with the options of the real scan,
 * and says analytic by analytic whether it was seen and alerted, and if not, at which step the way
 * is broken.
 */
#include "cmd/drill/job.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/line/args.h"
#include "cmd/out/text.h"

enum { JSON_MAX_BYTES = 1 << 22 };

#define AT(member) offsetof(struct ed_drill_conf, member)

static const char *const forms[] = { [ED_DRILL_TABLE] = "table", [ED_DRILL_JSON] = "json", NULL };

const struct ed_option ed_drill_options[] = {
	{ .name = "as",
	  .type = ED_OPT_LIST,
	  .offset = AT(as),
	  .arg = "FORMAT[,FORMAT...]",
	  .help = "formats to write the drill in, by default one for each analytic; \"all\": every "
		  "one there is a writer for" },
	{ .name = "write",
	  .letter = 'w',
	  .type = ED_OPT_STRING,
	  .offset = AT(write),
	  .arg = "PATH",
	  .help = "only write the drill: to this file or, of several formats, into this directory" },
	{ .name = "domain",
	  .type = ED_OPT_STRING,
	  .offset = AT(domain),
	  .arg = "NAME",
	  .help = "domain below which the names lie, by default example.net; for real queries one "
		  "that you own" },
	{ .name = "resolver",
	  .type = ED_OPT_STRING,
	  .offset = AT(resolver),
	  .arg = "ADDRESS[#PORT]",
	  .help = "ask this resolver for real, over UDP, names below --domain" },
	{ .name = "rate",
	  .type = ED_OPT_RATE,
	  .offset = AT(rate),
	  .min = 0.01,
	  .max = 50,
	  .def = "5/s",
	  .arg = "RATE",
	  .help = "of real queries" },
	{ .name = "wait",
	  .type = ED_OPT_DURATION,
	  .offset = AT(wait_ns),
	  .max = 86400e9,
	  .def = "0s",
	  .arg = "TIME",
	  .help = "behind real queries, until the logs have them and the PATHs are read" },
	{ .name = "names",
	  .type = ED_OPT_U32,
	  .offset = AT(n_names),
	  .min = 1,
	  .max = ED_DRILL_NAMES_MAX,
	  .def = "40",
	  .arg = "N",
	  .help = "how many names are asked, at most 2000 for real; 200 say more than the ceilings "
		  "allow, whatever is set" },
	{ .name = "over",
	  .type = ED_OPT_DURATION,
	  .offset = AT(over_ns),
	  .min = 1e9,
	  .max = 7 * 86400e9,
	  .def = "10m",
	  .arg = "TIME",
	  .help = "time that the lookups of a written drill are spread over" },
	{ .name = "end",
	  .type = ED_OPT_TIME,
	  .offset = AT(end_ns),
	  .arg = "TIME",
	  .help = "when a written drill ends, by default now" },
	{ .name = "client",
	  .type = ED_OPT_STRING,
	  .offset = AT(client),
	  .def = "192.0.2.66",
	  .arg = "ADDRESS",
	  .help = "address that asks in a written drill" },
	{ .name = "server",
	  .type = ED_OPT_STRING,
	  .offset = AT(server),
	  .def = "192.0.2.53",
	  .arg = "ADDRESS",
	  .help = "resolver that is asked in a written drill" },
	{ .name = "host",
	  .type = ED_OPT_STRING,
	  .offset = AT(host),
	  .def = "drill-host",
	  .arg = "NAME",
	  .help = "machine that asks in a drill that is written as a machine's own log" },
	{ .name = "seed",
	  .type = ED_OPT_U64,
	  .offset = AT(seed),
	  .arg = "N",
	  .help = "of the noise and the mark; by default another one each time" },
	{ .name = "drills",
	  .type = ED_OPT_STRING,
	  .offset = AT(drills),
	  .arg = "FILE",
	  .help = "list of the site's drills: this one is added to it, --check reads it" },
	{ .name = "check",
	  .type = ED_OPT_FLAG,
	  .offset = AT(check),
	  .help = "make nothing: look for a drill made earlier in the PATHs" },
	{ .name = "marker",
	  .type = ED_OPT_STRING,
	  .offset = AT(marker),
	  .arg = "MARK",
	  .help = "the drill to look for, as edd-3f9a01c27b5e2ba91870; by default the last of the list" },
	{ .name = "format",
	  .type = ED_OPT_CHOICE,
	  .offset = AT(form),
	  .choices = forms,
	  .def = "table",
	  .arg = "FORM",
	  .help = "of the report" },
	{ .name = "quiet",
	  .letter = 'q',
	  .type = ED_OPT_FLAG,
	  .offset = AT(quiet),
	  .help = "no remarks; the report and what is broken are said all the same" },
	{ .name = NULL },
};

/* The words behind "--": options of scan and paths. */
static bool read_scan_words(struct ed_drill_job *j, const struct ed_call *call)
{
	char error[ED_ARGS_ERROR_MAX];
	struct ed_args args = { .rows = ed_reading_options };

	j->scan = calloc(1, sizeof(*j->scan));
	j->paths = calloc(call->n_operands + 1, sizeof(*j->paths));
	if (!j->scan || !j->paths) {
		ed_cmd_say("no memory");
		return false;
	}
	ed_options_default(ed_reading_options, j->scan);
	args.conf = j->scan;
	args.operands = j->paths;
	/* argv's type: nothing is written to the words */
	if (ed_args_parse(&args, (int)call->n_operands, (char *const *)(uintptr_t)call->operands,
			  error) < 0) {
		ed_cmd_say("drill: behind \"--\": %s", error);
		return false;
	}
	j->n_paths = args.n_operands;
	j->scan->quiet = true;
	return true;
}

static bool take_ways(struct ed_drill_job *j)
{
	const struct ed_drill_way way = { .reading = j->scan,
					  .paths = j->paths,
					  .n_paths = j->n_paths };
	char error[ED_READING_ERROR_MAX], shown[ED_READING_ERROR_MAX];

	for (size_t i = 0; i < j->n_rows; i++) {
		struct ed_drill_row *row = &j->rows[i];

		if (ed_drill_way_take(&way, &row->task, &row->outcome, error) < 0) {
			ed_cmd_say("drill: %s", ed_text_escape(error, shown, sizeof(shown)));
			return false;
		}
	}
	return true;
}

/* a row for each leg. */
static bool make_rows(struct ed_drill_job *j)
{
	j->rows = calloc(j->n_legs, sizeof(*j->rows));
	if (!j->rows) {
		ed_cmd_say("no memory");
		return false;
	}
	for (size_t i = 0; i < j->n_legs; i++) {
		const struct ed_drill_leg *leg = &j->legs[i];

		j->rows[j->n_rows++].task = (struct ed_drill_task){
			.drill = &leg->known,
			.row = leg->writer ? ed_analytic_row_of(leg->writer->platform) :
					     ED_DRILL_ANY_ROW,
			.format = leg->writer ? leg->writer->name : NULL,
			.path = leg->path,
		};
	}
	return true;
}

static bool print_report(const struct ed_drill_job *j)
{
	struct ed_buf out;
	bool good;

	if (j->conf->form == ED_DRILL_TABLE) {
		ed_drill_print_table(j->rows, j->n_rows, stdout);
		return ed_cmd_flush_stdout();
	}
	ed_buf_init(&out, JSON_MAX_BYTES);
	ed_drill_print_json(j->rows, j->n_rows, &out);
	good = !out.full && fwrite(out.p, 1, out.n, stdout) == out.n;
	ed_buf_done(&out);
	return ed_cmd_flush_stdout() && good;
}

/* What is broken, once more where a cron job's mail will have it. */
static enum ed_exit say_broken(const struct ed_drill_job *j)
{
	enum ed_exit status = ED_EXIT_OK;

	for (size_t i = 0; i < j->n_rows; i++) {
		const struct ed_drill_row *row = &j->rows[i];

		if (row->outcome.step == ED_DRILL_STEPS_END)
			continue;
		ed_cmd_say("drill: %s is broken at step \"%s\": %s",
			   ed_analytics[row->outcome.row]->id,
			   ed_drill_step_name(row->outcome.step), row->outcome.why);
		status = ED_EXIT_FAILURE;
	}
	return status;
}

static enum ed_exit run_job(struct ed_drill_job *j)
{
	if (j->conf->check ? !ed_drill_find_legs(j) : !ed_drill_plan_legs(j))
		return ED_EXIT_USAGE;
	if (!j->conf->check && !ed_drill_make_legs(j))
		return ED_EXIT_FAILURE;
	if (j->conf->write || (j->conf->resolver && j->n_paths == 0))
		return ED_EXIT_OK;
	if (!make_rows(j) || !take_ways(j) || !print_report(j) || !ed_drill_note_rows(j))
		return ED_EXIT_FAILURE;
	return say_broken(j);
}

static enum ed_exit drill_run(const struct ed_call *call)
{
	struct ed_drill_job j = { .conf = call->conf };
	enum ed_exit status = ED_EXIT_USAGE;

	if (read_scan_words(&j, call))
		status = run_job(&j);
	ed_drill_remove_legs(&j);
	free(j.rows);
	free(j.paths);
	free(j.scan);
	return status;
}

static const struct ed_command_row drill_examples[] = {
	{ "earthdog drill", "Does each of the five analytics alert, as it comes?" },
	{ "earthdog drill -- --inventory assets.csv --store /var/lib/earthdog",
	  "The same with the options of the real scan: put \"drill --\" where \"scan\" stood." },
	{ "earthdog drill --as zeek-tsv --client 10.1.2.3 -- --inventory assets.csv logs/",
	  "As a machine of your own, in the midst of real input." },
	{ "earthdog drill --resolver 10.0.0.53 --domain drill.example.com --drills drills.txt",
	  "Real queries, for a domain that you own." },
	{ "earthdog drill --check --drills drills.txt -- /var/log/zeek/dns.log",
	  "Did they come through sensor and log?" },
	{ NULL, NULL },
};

const struct ed_command ed_command_drill = {
	.name = "drill",
	.operands = "[-- SCAN-OPTION... PATH...]",
	.help = "prove the chain from lookup to alert with a marked, harmless stream",
	.description =
		"Makes a stream of lookups that looks like a tunnel and is none: names that hold noise and a "
		"mark. Writes it as logs that the scan reads, or asks a resolver for real, and says analytic by "
		"analytic whether it was seen and alerted, and after how many names.\n"
		"What stands behind \"--\" is as for scan: options, and PATHs that are read together with the "
		"drill. The way goes through setup, read, format, decode, time, names, scope, fields, setting, "
		"alert, shown and store; the first step that is broken is named, with the reason, and the exit "
		"status is 1. An option that keeps the alert away is found by trying without it.\n"
		"With --drills or --store the drill is entered into the list of the site's own drills. Scans that "
		"are given the same list mark its alerts as a drill's, and leave them out of their counts and of "
		"--fail-on. A mark that is on no list changes nothing.\n"
		"Real queries go out only to the resolver and below the domain that are named, slowly, and not "
		"many: name what is yours.\n",
	.options = ed_drill_options,
	.conf_bytes = sizeof(struct ed_drill_conf),
	.operands_min = 0,
	.operands_max = SIZE_MAX,
	.examples = drill_examples,
	.run = drill_run,
};
