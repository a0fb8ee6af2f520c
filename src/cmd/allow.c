/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `earthdog allow check FILE`: what the rules that hide alerts would have hidden, before they are
 * used. The alerts are those that a store keeps, with what was decided about them, or those that
 * the hunt finds in captures and logs. Each rule is tried by itself, and all of them together.
 */
#include "cmd/cmd.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_out.h"
#include "base/time.h"
#include "cmd/out/terminal.h"
#include "cmd/out/text.h"
#include "cmd/run/hunt.h"
#include "cmd/run/ledger.h"
#include "cmd/run/reading.h"
#include "engine/allow_file.h"

enum { SCOPE_MAX = 256, LINE_MAX_BYTES = 1 << 16, SHOWN_SCOPE_MAX = 60 };

enum allow_form { FORM_AUTO, FORM_TABLE, FORM_NDJSON };

struct allow_conf {
	struct ed_reading reading; /* those of its rows that the table below has */
	uint32_t form;             /* allow_form */
	int64_t now_ns;            /* 0: the clock */
};

static const char *const forms[] = {
	[FORM_AUTO] = "auto", [FORM_TABLE] = "table", [FORM_NDJSON] = "ndjson", NULL
};

#define AT(field) offsetof(struct allow_conf, field)

static const struct ed_option allow_options[] = {
	{
		.name = "config",
		.like = ed_reading_options,
		.offset = AT(reading),
	},
	{
		.name = "store",
		.like = ed_reading_options,
		.offset = AT(reading),
		.help = "try the rules on the alerts of this store",
	},
	{
		.name = "from",
		.like = ed_reading_options,
		.offset = AT(reading),
	},
	{
		.name = "to",
		.like = ed_reading_options,
		.offset = AT(reading),
	},
	{
		.name = "input-format",
		.like = ed_reading_options,
		.offset = AT(reading),
	},
	{
		.name = "inventory",
		.like = ed_reading_options,
		.offset = AT(reading),
		.help = "what is known of the machines, for rules with a role; may be given again",
	},
	{
		.name = "set",
		.like = ed_reading_options,
		.offset = AT(reading),
	},
	{
		.name = "psl",
		.like = ed_reading_options,
		.offset = AT(reading),
	},
	{ .name = "format",
	  .type = ED_OPT_CHOICE,
	  .offset = AT(form),
	  .choices = forms,
	  .def = "auto",
	  .arg = "FORMAT",
	  .help = "table on a terminal, otherwise ndjson" },
	{ .name = "now",
	  .type = ED_OPT_TIME,
	  .offset = AT(now_ns),
	  .arg = "TIME",
	  .help = "judge what has expired at this time instead of the clock's" },
	{
		.name = "quiet",
		.like = ed_reading_options,
		.offset = AT(reading),
		.help = "no progress",
	},
	{ .name = NULL },
};

/* What a rule, or all of them, would have hidden. */
struct effect {
	uint64_t n, n_lookups;
	uint64_t n_of[ED_TRIAGE_N]; /* by what was decided */
	uint64_t n_wide;            /* alerts above a ceiling that stay in spite of it */
	unsigned gravest;
};

struct job {
	const struct allow_conf *conf;
	const struct ed_call *call;
	const char *path;
	struct ed_allow *allow;
	struct ed_allow_breadth *breadth;
	struct ed_allow_reader *reader;
	struct effect *rows; /* one a rule; owned */
	struct effect all, seen;
	int64_t first_ns, last_ns; /* of the alerts; 0: none */
	uint64_t n_unreadable;
	enum ed_exit status;
};

/* ------------------------------------------------------------------- trying */

struct tried {
	unsigned level, state;
	uint64_t n_lookups;
	int64_t start_ns, end_ns;
};

static void note(struct effect *e, const struct tried *t)
{
	e->n++;
	e->n_lookups += t->n_lookups;
	e->n_of[t->state]++;
	if (t->level > e->gravest)
		e->gravest = t->level;
}

static void try_one(struct job *j, struct ed_allow_subject *s, const struct tried *t)
{
	uint8_t verdict = s->verdict;

	note(&j->seen, t);
	if (j->first_ns == 0 || t->start_ns < j->first_ns)
		j->first_ns = t->start_ns;
	if (t->end_ns > j->last_ns)
		j->last_ns = t->end_ns;
	if (ed_allow_match(j->allow, s))
		note(&j->all, t);
	for (size_t i = 0; i < ed_allow_n_rows(j->allow); i++) {
		if (ed_allow_row_hides(j->allow, i, s)) {
			note(&j->rows[i], t);
			continue;
		}
		s->verdict = ED_VERDICT_SCORE; /* but for its ceiling? */
		j->rows[i].n_wide += ed_allow_row_hides(j->allow, i, s);
		s->verdict = verdict;
	}
}

static bool try_kept(void *arg, const struct ed_ledger_alert *a)
{
	struct job *j = arg;
	struct ed_allow_subject s;
	const struct tried t = { .level = a->level,
				 .state = a->state,
				 .n_lookups = a->n_queries,
				 .start_ns = a->start_ns,
				 .end_ns = a->end_ns };

	if (*a->drill)
		return true;
	if (ed_allow_read_body(j->reader, a->body, &s))
		try_one(j, &s, &t);
	else
		j->n_unreadable++;
	return true;
}

static enum ed_exit try_store(struct job *j)
{
	const struct ed_ledger_filter filter = { .min_level = ED_LEVEL_LOW,
						 .from_ns = j->conf->reading.from_ns,
						 .to_ns = j->conf->reading.to_ns };
	struct ed_ledger *l;
	int r;

	if (ed_allow_reader_new(&j->reader) < 0) {
		ed_cmd_say("no memory");
		return ED_EXIT_FAILURE;
	}
	if (!ed_cmd_open_ledger(j->conf->reading.store, ED_LEDGER_READ, NULL, j->conf->now_ns, &l))
		return ED_EXIT_USAGE;
	r = ed_ledger_alerts(l, &filter, try_kept, j);
	ed_ledger_close(l);
	if (r != 0)
		ed_cmd_say_store(j->conf->reading.store, r);
	return r == 0 ? ED_EXIT_OK : ED_EXIT_FAILURE;
}

static void try_found(struct job *j, const struct ed_scan_result *result)
{
	for (size_t i = 0; i < result->n_alerts; i++) {
		const struct ed_alert *a = &result->alerts[i];
		const struct tried t = { .level = a->level,
					 .n_lookups = a->n_queries,
					 .start_ns = a->start_ns,
					 .end_ns = a->end_ns };
		struct ed_allow_subject s;

		if (a->level < ED_LEVEL_LOW || a->drill[0])
			continue;
		ed_allow_subject_of(a, &s);
		try_one(j, &s, &t);
	}
}

/* The hunt as `scan` does it, the rules tried on what comes out. */
static enum ed_exit try_paths(struct job *j)
{
	const struct ed_reading *o = &j->conf->reading;
	char error[ED_READING_ERROR_MAX];
	struct ed_scan_config conf;
	struct ed_scan_result result;
	enum ed_exit status;

	if (ed_reading_config(o, j->call->operands + 2, j->call->n_operands - 2, &conf, error) <
	    0) {
		ed_cmd_say("%s", error);
		return ED_EXIT_USAGE;
	}
	status = ed_hunt_run(&conf, o->quiet, &result);
	if (status == ED_EXIT_OK) {
		try_found(j, &result);
		ed_scan_done(&result);
	}
	ed_reading_done(&conf);
	return status;
}

/* ------------------------------------------------------------------ warning */

__attribute__((format(printf, 3, 4))) static void warn(struct job *j, size_t row, const char *fmt,
						       ...)
{
	char text[SCOPE_MAX], shown[ED_PATH_TEXT_MAX];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	ed_cmd_say("%s, line %u: %s", ed_text_escape(j->path, shown, sizeof(shown)),
		   ed_allow_row(j->allow, row)->says.line, text);
}

/* Nothing is worse than a rule that hides what somebody confirmed. */
static void judge(struct job *j, size_t i)
{
	const struct ed_allow_row *row = ed_allow_row(j->allow, i);
	const struct effect *e = &j->rows[i];
	const char *wide = ed_allow_breadth_of(j->breadth, j->allow, i);

	if (e->n_of[ED_TRIAGE_CONFIRMED] > 0)
		warn(j, i, "would have hidden %" PRIu64 " alerts that were confirmed",
		     e->n_of[ED_TRIAGE_CONFIRMED]);
	if (wide)
		warn(j, i, "too wide: %s", wide);
	if (row->is_expired)
		warn(j, i, "has expired and hides nothing");
	else if (e->n == 0 && e->n_wide == 0)
		warn(j, i, "hides nothing of this");
	if (e->n_wide > 0)
		warn(j, i, "%" PRIu64 " alerts stay, being above %s", e->n_wide,
		     row->bound_bytes > 0 ? "the rule's own bound" :
					    "a ceiling; \"bound:\" gives the rule one of its own");
	if ((wide && !row->is_expired) || e->n_of[ED_TRIAGE_CONFIRMED] > 0)
		j->status = ED_EXIT_ALERT;
}

/* ----------------------------------------------------------------- printing */

static void json_effect(struct ed_json *j, const struct effect *e)
{
	ed_json_u64(j, "alerts", e->n);
	ed_json_u64(j, "lookups", e->n_lookups);
	for (unsigned i = 0; i < ED_TRIAGE_N; i++)
		ed_json_u64(j, ed_triage_state_name(i), e->n_of[i]);
	if (e->n > 0)
		ed_json_str(j, "gravest", ed_level_name(e->gravest));
	if (e->n_wide > 0)
		ed_json_u64(j, "above_bound", e->n_wide);
}

static void print_json(const struct job *job)
{
	struct ed_buf out;
	struct ed_json j;
	char scope[SCOPE_MAX];

	ed_buf_init(&out, LINE_MAX_BYTES);
	for (size_t i = 0; i < ed_allow_n_rows(job->allow); i++) {
		const struct ed_allow_row *row = ed_allow_row(job->allow, i);
		const char *wide = ed_allow_breadth_of(job->breadth, job->allow, i);

		ed_allow_describe(job->allow, i, scope, sizeof(scope));
		ed_buf_clear(&out);
		ed_json_init(&j, &out);
		ed_json_object(&j, NULL);
		ed_json_u64(&j, "line", row->says.line);
		ed_json_str(&j, "rule", scope);
		ed_json_utf8(&j, "reason", row->says.reason);
		ed_json_utf8(&j, "owner", row->says.owner);
		ed_json_time(&j, "expires", row->says.expires_ns);
		ed_json_bool(&j, "expired", row->is_expired);
		if (wide)
			ed_json_str(&j, "too_wide", wide);
		json_effect(&j, &job->rows[i]);
		ed_json_object_end(&j);
		(void)printf("%s\n", out.p);
	}
	ed_buf_clear(&out);
	ed_json_init(&j, &out);
	ed_json_object(&j, NULL);
	ed_json_str(&j, "rule", "all");
	json_effect(&j, &job->all);
	ed_json_u64(&j, "of_alerts", job->seen.n);
	ed_json_u64(&j, "of_lookups", job->seen.n_lookups);
	ed_json_object_end(&j);
	(void)printf("%s\n", out.p);
	ed_buf_done(&out);
}

static void cell_number(struct ed_grid *g, uint64_t n)
{
	char text[ED_COUNT_TEXT_MAX];

	ed_grid_cell(g, ed_text_count(n, text));
}

static int print_table(const struct job *j)
{
	static const char *const heads[] = { "LINE",  "ALERTS",  "LOOKUPS", "CONFIRMED",
					     "FALSE", "GRAVEST", "ENDS",    "RULE" };
	char scope[SHOWN_SCOPE_MAX], ends[ED_TIME_TEXT_MAX];
	struct ed_grid g;
	int r;

	ed_grid_init(&g, sizeof(heads) / sizeof(heads[0]));
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		ed_grid_cell(&g, heads[i]);
	for (size_t i = 0; i < ed_allow_n_rows(j->allow); i++) {
		const struct ed_allow_row *row = ed_allow_row(j->allow, i);
		const struct effect *e = &j->rows[i];

		ed_allow_describe(j->allow, i, scope, sizeof(scope));
		ed_time_to_text(row->says.expires_ns - 1, ends);
		ends[row->is_expired ? 0 : 10] = '\0';
		cell_number(&g, row->says.line);
		cell_number(&g, e->n);
		cell_number(&g, e->n_lookups);
		cell_number(&g, e->n_of[ED_TRIAGE_CONFIRMED]);
		cell_number(&g, e->n_of[ED_TRIAGE_FALSE_POSITIVE]);
		ed_grid_cell(&g, e->n > 0 ? ed_level_name(e->gravest) : "");
		ed_grid_cell(&g, row->is_expired ? "expired" : ends);
		ed_grid_cell(&g, scope);
	}
	r = ed_grid_print(&g, stdout);
	ed_grid_done(&g);
	return r;
}

static void print_sentence(const struct job *j)
{
	char n[3][ED_COUNT_TEXT_MAX], from[ED_TIME_TEXT_MAX] = "", to[ED_TIME_TEXT_MAX] = "";

	(void)fprintf(stderr, " would have hidden %s of %s alert%s (%s lookups)",
		      ed_text_count(j->all.n, n[0]), ed_text_count(j->seen.n, n[1]),
		      j->seen.n == 1 ? "" : "s", ed_text_count(j->all.n_lookups, n[2]));
	if (j->conf->reading.store)
		(void)fprintf(stderr,
			      ", %" PRIu64 " of them confirmed true, %" PRIu64
			      " false positives, %" PRIu64 " not decided",
			      j->all.n_of[ED_TRIAGE_CONFIRMED],
			      j->all.n_of[ED_TRIAGE_FALSE_POSITIVE],
			      j->all.n_of[ED_TRIAGE_OPEN] + j->all.n_of[ED_TRIAGE_ACKNOWLEDGED]);
	if (j->first_ns > 0) {
		ed_time_to_text(j->first_ns, from);
		ed_time_to_text(j->last_ns, to);
		(void)fprintf(stderr, "; from %.10s to %.10s", from, to);
	}
	(void)fputc('\n', stderr);
}

static enum ed_exit print(struct job *j)
{
	bool table = j->conf->form == FORM_TABLE ||
		     (j->conf->form == FORM_AUTO && ed_terminal_is(stdout));

	if (!table)
		print_json(j);
	else if (print_table(j) < 0) {
		ed_cmd_say("no memory");
		return ED_EXIT_FAILURE;
	}
	if (!ed_cmd_flush_stdout())
		return ED_EXIT_FAILURE;
	for (size_t i = 0; i < ed_allow_n_rows(j->allow); i++)
		judge(j, i);
	if (j->n_unreadable > 0)
		ed_cmd_say("%" PRIu64 " alerts of the store cannot be read", j->n_unreadable);
	print_sentence(j);
	return j->status == ED_EXIT_OK && j->n_unreadable > 0 ? ED_EXIT_DAMAGED : j->status;
}

/* ------------------------------------------------------------------ the call */

static enum ed_exit load(struct job *j)
{
	int64_t now_ns = j->conf->now_ns ? j->conf->now_ns : ed_cmd_now_ns();
	char error[ED_ALLOW_FILE_ERROR_MAX], shown[ED_PATH_TEXT_MAX];
	int r = ed_allow_file_load(j->path, now_ns, &j->allow, error);

	if (r == 0)
		r = ed_allow_breadth_new(j->conf->reading.psl, &j->breadth, error);
	if (r < 0) {
		ed_cmd_say("%s", ed_text_escape(error, shown, sizeof(shown)));
		return ED_EXIT_USAGE;
	}
	j->rows = calloc(ed_allow_n_rows(j->allow) + 1, sizeof(*j->rows));
	if (j->rows)
		return ED_EXIT_OK;
	ed_cmd_say("no memory");
	return ED_EXIT_FAILURE;
}

static enum ed_exit usage(const char *error)
{
	ed_cmd_say("%s", error);
	return ED_EXIT_USAGE;
}

static enum ed_exit allow_run(const struct ed_call *call)
{
	struct job j = { .conf = call->conf, .call = call, .status = ED_EXIT_OK };
	enum ed_exit status;

	if (strcmp(call->operands[0], "check") != 0)
		return usage("allow only knows \"check\"");
	if (call->n_operands < 2)
		return usage("allow check needs a file of rules");
	if ((call->n_operands > 2) == (j.conf->reading.store != NULL))
		return usage("either --store DIR or captures and logs to try the rules on");
	j.path = call->operands[1];
	status = load(&j);
	if (status == ED_EXIT_OK)
		status = j.conf->reading.store ? try_store(&j) : try_paths(&j);
	if (status == ED_EXIT_OK)
		status = print(&j);
	ed_allow_reader_free(j.reader);
	ed_allow_breadth_free(j.breadth);
	ed_allow_free(j.allow);
	free(j.rows);
	return status;
}

static const struct ed_command_row allow_examples[] = {
	{ "earthdog allow check rules.yaml --store DIR",
	  "What the rules would have hidden of all that the store keeps." },
	{ "earthdog allow check rules.yaml --inventory assets.csv logs/",
	  "The same of what the hunt finds in logs." },
	{ NULL, NULL },
};

const struct ed_command ed_command_allow = {
	.name = "allow",
	.operands = "check FILE [PATH...]",
	.help = "try rules that hide alerts, before they are used",
	.description =
		"Says of each rule in FILE (as for scan --allow), and of all together, which alerts it would have "
		"hidden: of those that a store keeps, with what was decided about them, or of those found in "
		"captures and logs.\n"
		"It warns of rules that hide an alert that was confirmed, that are about a public suffix, that hide "
		"nothing, and that have expired. With one of the first two the exit status is 10.\n",
	.options = allow_options,
	.conf_bytes = sizeof(struct allow_conf),
	.operands_min = 1,
	.operands_max = SIZE_MAX,
	.examples = allow_examples,
	.run = allow_run,
};
