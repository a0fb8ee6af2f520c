/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `earthdog triage`: what people decide about alerts that a store keeps, who did and when. The
 * first operand is a verb, one row of a table here; the others are alerts, by how their identifiers
 * begin. All of a call is done or nothing.
 */
#include "cmd/cmd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/out/terminal.h"
#include "cmd/out/text.h"
#include "cmd/run/ledger.h"
#include "cmd/triage/export.h"
#include "cmd/triage/print.h"
#include "conf/nearest.h"

enum { PREFIX_MIN = 4, SHOWN_MAX = 128, HASH_MIN = 16 };

struct triage_conf {
	const char *store;
	const char *reason;
	const char *as;
	const char *min_level;
	struct ed_option_list states;
	int64_t from_ns, to_ns; /* 0: open */
	uint32_t form;          /* ed_triage_form */
	bool verify;
	struct ed_option_list expect; /* ROW:HASH */
	int64_t now_ns;               /* 0: the clock */
};

static const char *const forms[] = {
	[ED_TRIAGE_AUTO] = "auto",
	[ED_TRIAGE_TABLE] = "table",
	[ED_TRIAGE_NDJSON] = "ndjson",
	[ED_TRIAGE_CSV] = "csv",
	NULL,
};

#define AT(field) offsetof(struct triage_conf, field)

static const struct ed_option triage_options[] = {
	{ .name = "store",
	  .type = ED_OPT_STRING,
	  .offset = AT(store),
	  .arg = "DIR",
	  .help = "the store that scan --store wrote" },
	{ .name = "reason",
	  .type = ED_OPT_STRING,
	  .offset = AT(reason),
	  .arg = "TEXT",
	  .help = "why; kept with the decision. Of a note: the note" },
	{ .name = "as",
	  .type = ED_OPT_STRING,
	  .offset = AT(as),
	  .arg = "NAME",
	  .help = "who decides, by another name than the account's, which is kept beside it" },
	{ .name = "min-level",
	  .type = ED_OPT_STRING,
	  .offset = AT(min_level),
	  .def = "low",
	  .arg = "LEVEL",
	  .help = "list: leave out alerts below LEVEL" },
	{ .name = "state",
	  .type = ED_OPT_LIST,
	  .offset = AT(states),
	  .arg = "STATE",
	  .help = "list: only these: open, acknowledged, false-positive, confirmed; may be given "
		  "again" },
	{ .name = "from",
	  .type = ED_OPT_TIME,
	  .offset = AT(from_ns),
	  .arg = "TIME",
	  .help = "list: leave out what was last seen before: 2026-11-03T14:00:00Z, or a date (UTC)" },
	{ .name = "to",
	  .type = ED_OPT_TIME,
	  .offset = AT(to_ns),
	  .arg = "TIME",
	  .help = "list: leave out what began later" },
	{ .name = "format",
	  .type = ED_OPT_CHOICE,
	  .offset = AT(form),
	  .choices = forms,
	  .def = "auto",
	  .arg = "FORMAT",
	  .help = "table on a terminal, otherwise ndjson" },
	{ .name = "verify",
	  .type = ED_OPT_FLAG,
	  .offset = AT(verify),
	  .help = "check the audit trail, and print its last hash to be noted elsewhere" },
	{ .name = "expect",
	  .type = ED_OPT_LIST,
	  .offset = AT(expect),
	  .arg = "ROW:HASH",
	  .help = "with --verify: a hash that was noted; may be given again" },
	{ .name = "now",
	  .type = ED_OPT_TIME,
	  .offset = AT(now_ns),
	  .arg = "TIME",
	  .help = "the time of the decision instead of the clock's" },
	{ .name = NULL },
};

struct job {
	const struct triage_conf *conf;
	const struct ed_call *call;
	const struct verb *verb;
	struct ed_ledger *ledger;
	struct ed_ledger_filter filter;
	struct ed_triage_printer printer;
	char (*ids)[ED_ALERT_ID_TEXT]; /* of the operands behind the verb; owned */
	size_t n_ids;
};

struct verb {
	const char *name;
	uint32_t mode; /* ed_ledger_mode */
	bool alerts;   /* takes them */
	enum ed_triage_state state;
	enum ed_exit (*run)(struct job *j);
};

static enum ed_exit usage(const char *error)
{
	ed_cmd_say("%s", error);
	return ED_EXIT_USAGE;
}

static enum ed_exit fail(const struct job *j, int r)
{
	ed_cmd_say_store(j->conf->store, r);
	return ED_EXIT_FAILURE;
}

/* ------------------------------------------------------------------- alerts */

struct finding {
	const char *prefix;
	size_t n;
	char id[ED_ALERT_ID_TEXT];
};

static bool find_one(void *arg, const struct ed_ledger_alert *a)
{
	struct finding *f = arg;

	f->n++;
	(void)snprintf(f->id, sizeof(f->id), "%s", a->id);
	return f->n < 2;
}

static enum ed_exit find_alert(struct job *j, const char *prefix, char ret[static ED_ALERT_ID_TEXT])
{
	const struct ed_ledger_filter filter = { .id = prefix };
	struct finding f = { .prefix = prefix };
	char shown[SHOWN_MAX];
	int r = ed_ledger_alerts(j->ledger, &filter, find_one, &f);

	if (r != 0)
		return fail(j, r);
	ed_text_escape(prefix, shown, sizeof(shown));
	if (f.n == 0)
		ed_cmd_say("there is no alert \"%s\" in the store", shown);
	else if (f.n > 1)
		ed_cmd_say("\"%s\" stands for several alerts; write more of it", shown);
	memcpy(ret, f.id, sizeof(f.id));
	return f.n == 1 ? ED_EXIT_OK : ED_EXIT_USAGE;
}

static enum ed_exit find_alerts(struct job *j)
{
	enum ed_exit status = ED_EXIT_OK;

	j->n_ids = j->call->n_operands - 1;
	j->ids = calloc(j->n_ids + 1, sizeof(*j->ids));
	if (!j->ids)
		return fail(j, -ENOMEM);
	for (size_t i = 0; i < j->n_ids && status == ED_EXIT_OK; i++) {
		if (strlen(j->call->operands[i + 1]) < PREFIX_MIN)
			return usage("an identifier is too short; four characters are needed");
		status = find_alert(j, j->call->operands[i + 1], j->ids[i]);
	}
	return status;
}

/* Decides about all of them, or takes them all back. */
static enum ed_exit decide(struct job *j)
{
	int r = ed_ledger_begin(j->ledger);

	if (r != 0)
		return fail(j, r);
	for (size_t i = 0; i < j->n_ids && r == 0; i++)
		r = ed_ledger_decide(j->ledger, j->ids[i], j->verb->state, j->conf->reason);
	r = ed_ledger_end(j->ledger, r);
	return r == 0 ? ED_EXIT_OK : fail(j, r);
}

static enum ed_exit note(struct job *j)
{
	int r;

	if (!j->conf->reason || !*j->conf->reason)
		return usage("a note needs its text: --reason TEXT");
	r = ed_ledger_begin(j->ledger);
	if (r != 0)
		return fail(j, r);
	for (size_t i = 0; i < j->n_ids && r == 0; i++)
		r = ed_ledger_note(j->ledger, j->ids[i], j->conf->reason);
	r = ed_ledger_end(j->ledger, r);
	return r == 0 ? ED_EXIT_OK : fail(j, r);
}

static bool print_alert(void *arg, const struct ed_ledger_alert *a)
{
	struct job *j = arg;

	ed_triage_print_alert(&j->printer, a);
	return true;
}

static enum ed_exit finish_printing(struct job *j, int r)
{
	int done = ed_triage_printer_done(&j->printer);

	r = r ? r : done;
	return r == 0 ? ED_EXIT_OK : fail(j, r);
}

static enum ed_exit list(struct job *j)
{
	int r = ed_ledger_alerts(j->ledger, &j->filter, print_alert, j);
	enum ed_exit status = finish_printing(j, r);

	if (status == ED_EXIT_OK && j->printer.n == 0 && j->printer.form == ED_TRIAGE_TABLE)
		(void)puts("no alerts");
	return status;
}

static bool print_body(void *arg, const struct ed_ledger_alert *a)
{
	(void)arg;
	ed_triage_print_one(a, stdout);
	return true;
}

static bool print_if_about(void *arg, const struct ed_audit_row *row)
{
	struct job *j = arg;

	for (size_t i = 0; i < j->n_ids; i++) {
		if (strcmp(row->subject, j->ids[i]) == 0)
			ed_triage_print_audit(&j->printer, row);
	}
	return true;
}

/* The alerts as they are kept, or in a table what was decided about them, row by row. */
static enum ed_exit show(struct job *j)
{
	int r = 0;

	if (j->printer.form == ED_TRIAGE_NDJSON) {
		for (size_t i = 0; i < j->n_ids && r == 0; i++) {
			const struct ed_ledger_filter one = { .id = j->ids[i] };

			r = ed_ledger_alerts(j->ledger, &one, print_body, j);
		}
	} else {
		r = ed_ledger_audit_each(j->ledger, NULL, print_if_about, j);
	}
	return finish_printing(j, r);
}

static bool print_audit(void *arg, const struct ed_audit_row *row)
{
	struct job *j = arg;

	ed_triage_print_audit(&j->printer, row);
	return true;
}

static enum ed_exit audit(struct job *j)
{
	return finish_printing(j, ed_ledger_audit_each(j->ledger, NULL, print_audit, j));
}

static enum ed_exit export(struct job *j) {
	return ed_triage_export(j->ledger, j->conf->store, stdout);
}

static const struct verb verbs[] = {
	{ "list", ED_LEDGER_READ, false, ED_TRIAGE_OPEN, list },
	{ "show", ED_LEDGER_READ, true, ED_TRIAGE_OPEN, show },
	{ "acknowledge", ED_LEDGER_WRITE, true, ED_TRIAGE_ACKNOWLEDGED, decide },
	{ "false-positive", ED_LEDGER_WRITE, true, ED_TRIAGE_FALSE_POSITIVE, decide },
	{ "confirm", ED_LEDGER_WRITE, true, ED_TRIAGE_CONFIRMED, decide },
	{ "reopen", ED_LEDGER_WRITE, true, ED_TRIAGE_OPEN, decide },
	{ "note", ED_LEDGER_WRITE, true, ED_TRIAGE_OPEN, note },
	{ "audit", ED_LEDGER_READ, false, ED_TRIAGE_OPEN, audit },
	{ "export", ED_LEDGER_READ, false, ED_TRIAGE_OPEN, export },
};

enum { N_VERBS = sizeof(verbs) / sizeof(verbs[0]) };

/* ------------------------------------------------------------------- verify */

/* "412:1f3c..." against the trail. */
static enum ed_exit check_noted(struct job *j, const char *noted)
{
	char hash[ED_SHA256_TEXT], shown[SHOWN_MAX], *end;
	int64_t row = strtoll(noted, &end, 10);
	int r;

	ed_text_escape(noted, shown, sizeof(shown));
	if (end == noted || *end != ':' || row <= 0 || strlen(end + 1) < HASH_MIN) {
		ed_cmd_say("--expect \"%s\": must be ROW:HASH, as --verify prints it", shown);
		return ED_EXIT_USAGE;
	}
	r = ed_ledger_hash_of(j->ledger, row, hash);
	if (r != 0)
		return fail(j, r);
	if (strncmp(hash, end + 1, strlen(end + 1)) == 0)
		return ED_EXIT_OK;
	ed_cmd_say("row %lld is %s: the trail was cut or made anew", (long long)row,
		   *hash ? "not the one that was noted" : "not there");
	return ED_EXIT_DAMAGED;
}

static enum ed_exit say_proof(const struct ed_audit_proof *p)
{
	enum ed_exit status = ED_EXIT_OK;

	if (p->missing_id > 0) {
		ed_cmd_say("row %lld of the audit trail is missing", (long long)p->missing_id);
		status = ED_EXIT_DAMAGED;
	}
	if (p->bad_id > 0) {
		ed_cmd_say(
			"row %lld of the audit trail is not what was written, or follows another "
			"row than it did",
			(long long)p->bad_id);
		status = ED_EXIT_DAMAGED;
	}
	if (p->n_unbacked > 0) {
		ed_cmd_say("%llu alerts have a state that the audit trail does not explain",
			   (unsigned long long)p->n_unbacked);
		status = ED_EXIT_DAMAGED;
	}
	return status;
}

static enum ed_exit verify(struct job *j)
{
	struct ed_audit_proof p;
	enum ed_exit status;
	int r = ed_ledger_verify(j->ledger, &p);

	if (r == -ENODATA)
		return usage("the store is of version 1, whose audit trail has no hashes");
	if (r != 0)
		return fail(j, r);
	status = say_proof(&p);
	for (size_t i = 0; i < j->conf->expect.n; i++) {
		enum ed_exit one = check_noted(j, j->conf->expect.v[i]);

		status = status == ED_EXIT_OK || one == ED_EXIT_USAGE ? one : status;
	}
	if (status != ED_EXIT_USAGE)
		(void)printf("%s: %llu rows, the last is %llu:%s\n",
			     status == ED_EXIT_OK ? "whole" : "not whole",
			     (unsigned long long)p.n_rows, (unsigned long long)p.n_rows, p.head);
	return status;
}

/* ------------------------------------------------------------------ the call */

static const struct verb *find_verb(const char *name)
{
	struct ed_nearest near;
	char shown[SHOWN_MAX];

	ed_nearest_init(&near, name);
	for (size_t i = 0; i < N_VERBS; i++) {
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
		ed_nearest_offer(&near, verbs[i].name);
	}
	ed_text_escape(name, shown, sizeof(shown));
	if (near.best)
		ed_cmd_say("triage cannot \"%s\"; did you mean \"%s\"?", shown, near.best);
	else
		ed_cmd_say("triage cannot \"%s\"", shown);
	return NULL;
}

static enum ed_exit read_filter(struct job *j)
{
	const struct triage_conf *c = j->conf;
	enum ed_level level = ED_LEVEL_LOW;
	char shown[SHOWN_MAX];

	(void)ed_level_from_name(c->min_level, &level); /* the command line has checked it */
	j->filter = (struct ed_ledger_filter){ .min_level = (uint8_t)level,
					       .from_ns = c->from_ns,
					       .to_ns = c->to_ns };
	for (size_t i = 0; i < c->states.n; i++) {
		enum ed_triage_state state;

		if (ed_triage_state_from_name(c->states.v[i], &state)) {
			j->filter.states |= 1U << state;
			continue;
		}
		ed_cmd_say(
			"--state \"%s\": must be open, acknowledged, false-positive or confirmed",
			ed_text_escape(c->states.v[i], shown, sizeof(shown)));
		return ED_EXIT_USAGE;
	}
	return ED_EXIT_OK;
}

static enum ed_exit check_call(struct job *j)
{
	size_t n = j->call->n_operands;

	if (!j->conf->store)
		return usage("triage needs --store DIR");
	if (j->conf->expect.n > 0 && !j->conf->verify)
		return usage("--expect goes with --verify");
	if (j->conf->verify)
		return n == 0 ? ED_EXIT_OK : usage("--verify takes no operands");
	if (n == 0)
		return usage("triage needs a verb: list, show, acknowledge, false-positive, "
			     "confirm, reopen, note, audit or export");
	j->verb = find_verb(j->call->operands[0]);
	if (!j->verb)
		return ED_EXIT_USAGE;
	if (j->verb->alerts && n == 1)
		return usage("no alert is named");
	if (!j->verb->alerts && n > 1)
		return usage("too many operands");
	return read_filter(j);
}

static enum ed_exit triage_run(const struct ed_call *call)
{
	struct job j = { .conf = call->conf, .call = call };
	enum ed_triage_form form = j.conf->form;
	enum ed_exit status = check_call(&j);

	if (status != ED_EXIT_OK)
		return status;
	if (form == ED_TRIAGE_AUTO)
		form = ed_terminal_is(stdout) ? ED_TRIAGE_TABLE : ED_TRIAGE_NDJSON;
	ed_triage_printer_init(&j.printer, form, stdout);
	if (!ed_cmd_open_ledger(j.conf->store, j.verb ? j.verb->mode : ED_LEDGER_READ, j.conf->as,
				j.conf->now_ns, &j.ledger))
		return ED_EXIT_USAGE;
	if (j.verb && j.verb->alerts)
		status = find_alerts(&j);
	if (status == ED_EXIT_OK)
		status = j.verb ? j.verb->run(&j) : verify(&j);
	ed_ledger_close(j.ledger);
	free(j.ids);
	return status;
}

static const struct ed_command_row triage_examples[] = {
	{ "earthdog triage --store DIR list --state open --min-level high",
	  "What nobody has decided about." },
	{ "earthdog triage --store DIR confirm 2fa80b97 --reason \"ticket 4711, host isolated\"",
	  "A tunnel, says the one who runs this." },
	{ "earthdog triage --store DIR false-positive 2fa8 71c0 --reason \"backup of branch 7\"",
	  "Two that are none." },
	{ "earthdog triage --store DIR --verify --expect 412:1f3c9a...",
	  "Has anybody changed the audit trail since that hash was noted?" },
	{ NULL, NULL },
};

const struct ed_command ed_command_triage = {
	.name = "triage",
	.operands = "VERB [ALERT...]",
	.help = "decide about the alerts that a store keeps",
	.description =
		"VERB is what is done with the alerts, which are named by how their identifiers begin (four "
		"characters or more):\n"
		"list prints all, show what is kept of one and what was written down about it; acknowledge, "
		"false-positive and confirm decide, reopen takes that back, note only adds a remark; audit prints "
		"the audit trail; export writes what was decided in the form that the calibration reads.\n"
		"Every decision is kept with who, when and why in an audit trail to which rows are only added. A "
		"scan of the same input does not undo it; when there is more of the alert, or it becomes graver, "
		"it is said to have grown since.\n"
		"--verify checks the chain of hashes over the audit trail. That finds rows that were changed, "
		"taken out or put in; somebody who can write the file and makes all hashes anew, or cuts its end "
		"off, is found by a hash that was noted elsewhere (--expect).\n",
	.options = triage_options,
	.conf_bytes = sizeof(struct triage_conf),
	.operands_min = 0,
	.operands_max = 4096,
	.examples = triage_examples,
	.run = triage_run,
};
