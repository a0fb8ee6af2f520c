/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `earthdog history TERM...`: what a store remembers of lookups. Terms are conditions that all
 * hold; with --indicators each line of a file is one, in turn, beside them. `history timeline`
 * tells what a client did, or what was asked of a domain, minute by minute.
 */
#include "cmd/cmd.h"

#include "cmd/history/rows.h"
#include "cmd/out/terminal.h"
#include "cmd/out/text.h"
#include "cmd/run/reading.h"
#include "engine/site.h"
#include "store/query.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct history_conf {
	struct ed_reading reading; /* those of its rows that the table below has */
	const char *indicators;    /* NULL: none */
	uint32_t form;             /* ed_history_form */
	uint32_t limit;
};

static const char *const forms[] = {
	[ED_HISTORY_AUTO] = "auto",
	[ED_HISTORY_TABLE] = "table",
	[ED_HISTORY_NDJSON] = "ndjson",
	[ED_HISTORY_CSV] = "csv",
	NULL,
};

static const struct ed_option history_options[] = {
	{
		.name = "config",
		.like = ed_reading_options,
		.offset = offsetof(struct history_conf, reading),
	},
	{
		.name = "store",
		.like = ed_reading_options,
		.offset = offsetof(struct history_conf, reading),
		.help = "the store that scan --store wrote",
	},
	{
		.name = "from",
		.like = ed_reading_options,
		.offset = offsetof(struct history_conf, reading),
	},
	{
		.name = "to",
		.like = ed_reading_options,
		.offset = offsetof(struct history_conf, reading),
	},
	{
		.name = "indicators",
		.type = ED_OPT_STRING,
		.offset = offsetof(struct history_conf, indicators),
		.arg = "FILE",
		.help = "search for every name (and what lies below it) and every address or network (as an "
			"answer) of FILE, one a line; # begins a comment",
	},
	{
		.name = "inventory",
		.like = ed_reading_options,
		.offset = offsetof(struct history_conf, reading),
		.help = "what machines there are, for role: terms; may be given again",
	},
	{
		.name = "format",
		.type = ED_OPT_CHOICE,
		.offset = offsetof(struct history_conf, form),
		.choices = forms,
		.def = "auto",
		.arg = "FORMAT",
		.help = "form of the output; auto is table on a terminal and ndjson otherwise",
	},
	{
		.name = "limit",
		.type = ED_OPT_U32,
		.offset = offsetof(struct history_conf, limit),
		.min = 1,
		.max = 1e7,
		.def = "100000",
		.arg = "N",
		.help = "stop after so many rows, the days in order, and say so",
	},
	{
		.name = "quiet",
		.like = ed_reading_options,
		.offset = offsetof(struct history_conf, reading),
		.help = "no closing summary",
	},
	{ .name = NULL },
};

struct lines {
	char **v; /* owned */
	size_t n, cap;
};

struct searching {
	const struct history_conf *o;
	struct ed_history_rows rows;
	struct lines indicators;
	struct ed_site site;
	bool by_role; /* only what machines of this role asked */
	enum ed_asset_role role;
	struct ed_query_account account;
	bool damaged;
};

/* What the inventory says of the client at that time, or of the host where the log has no address. */
static bool has_role(const struct searching *s, const struct ed_query_row *row)
{
	const struct ed_coverage_inventory *inv = &s->site.seam;
	const struct ed_asset *a = NULL;

	if (ed_addr_known(&row->client))
		a = inv->find(inv->arg, &row->client, row->net_tag, row->first_ns);
	else if (row->who[0].n > 0)
		a = inv->by_name(inv->arg, row->who[0]);
	return a && a->role == (uint8_t)s->role;
}

static bool add_row(void *arg, const struct ed_query_row *row)
{
	struct searching *s = arg;

	if (s->by_role && !has_role(s, row))
		return true;
	return ed_history_rows_add(&s->rows, row,
				   s->indicators.n > 0 ? s->indicators.v[row->indicator] : NULL);
}

static void say_trouble(void *arg, const char *file, int error)
{
	char shown[ED_PATH_TEXT_MAX];

	(void)arg;
	ed_cmd_say("%s: %s", ed_text_escape(file, shown, sizeof(shown)), ed_store_error(error));
}

static enum ed_exit search(struct searching *s, const struct ed_query *q, const struct lines *words)
{
	const struct ed_query_hooks hooks = { .arg = s, .row = add_row, .trouble = say_trouble };
	char shown[ED_PATH_TEXT_MAX];
	const struct ed_query_words v = { (const char *const *)words->v, words->n };
	int r = ed_query_hunt(s->o->reading.store, q, &v, &hooks, &s->account);

	ed_text_escape(s->o->reading.store, shown, sizeof(shown));
	if (r == ED_STORE_FOREIGN)
		ed_cmd_say("%s: there is no store", shown);
	else if (r != 0)
		ed_cmd_say("%s: %s", shown, ed_store_error(r));
	if (r != 0)
		return ED_EXIT_USAGE;
	s->damaged = s->damaged || s->account.n_unreadable > 0;
	return ED_EXIT_OK;
}

/* --------------------------------------------------------------- indicators */

static char *trim(char *line)
{
	char *end;

	line += strspn(line, " \t");
	line[strcspn(line, "#\r\n")] = '\0';
	for (end = line + strlen(line); end > line && (end[-1] == ' ' || end[-1] == '\t'); end--)
		end[-1] = '\0';
	return line;
}

static void free_lines(struct lines *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i]);
	free(l->v);
}

/* 0 or -errno. */
static int read_lines(const char *path, struct lines *ret)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;
	int r = 0;

	if (!f)
		return -errno;
	while (r == 0 && getline(&line, &room, f) >= 0) {
		const char *word = trim(line);

		if (!*word)
			continue;
		if (ret->n == ret->cap) {
			size_t cap = ret->cap ? 2 * ret->cap : 64;
			char **v = reallocarray(ret->v, cap, sizeof(*v));

			r = v ? 0 : -ENOMEM;
			ret->v = v ? v : ret->v;
			ret->cap = v ? cap : ret->cap;
		}
		if (r == 0 && (ret->v[ret->n] = strdup(word)) != NULL)
			ret->n++;
	}
	if (ferror(f))
		r = -EIO;
	free(line);
	(void)fclose(f);
	return r;
}

static enum ed_exit hunt(struct searching *s, const struct ed_query *q)
{
	char shown[ED_PATH_TEXT_MAX];
	enum ed_exit status;
	size_t n_bad;
	int r = read_lines(s->o->indicators, &s->indicators);

	ed_text_escape(s->o->indicators, shown, sizeof(shown));
	if (r < 0) {
		ed_cmd_say("%s: %s", shown, strerror(-r));
		return ED_EXIT_USAGE;
	}
	if (s->indicators.n == 0) {
		ed_cmd_say("%s: there is no indicator in it", shown);
		return ED_EXIT_USAGE;
	}
	status = search(s, q, &s->indicators);
	n_bad = s->account.n_words_bad;
	if (n_bad > 0) {
		ed_cmd_say("%s: %zu line%s neither a name nor an address", shown, n_bad,
			   n_bad == 1 ? " is" : "s are");
		s->damaged = true;
	}
	return status;
}

/* ---------------------------------------------------------------- the output */

static void summary(const struct searching *s)
{
	char count[ED_COUNT_TEXT_MAX], date[ED_TIME_TEXT_MAX];

	(void)fprintf(stderr, " %s row%s in %u day%s", ed_text_count(s->rows.n, count),
		      s->rows.n == 1 ? "" : "s", s->account.n_days,
		      s->account.n_days == 1 ? "" : "s");
	if (s->account.oldest_ns != ED_TIME_UNKNOWN_NS) {
		ed_time_to_text(s->account.oldest_ns, date);
		(void)fprintf(stderr, "; kept from %.10s", date);
	}
	(void)fputs(s->rows.more ? "; there are more: --limit\n" : "\n", stderr);
}

static enum ed_exit print(struct searching *s, bool timeline)
{
	enum ed_history_form form = s->o->form;

	if (form == ED_HISTORY_AUTO)
		form = ed_terminal_is(stdout) ? ED_HISTORY_TABLE : ED_HISTORY_NDJSON;
	ed_history_rows_sort(&s->rows);
	if (timeline)
		ed_history_rows_timeline(&s->rows, form, stdout);
	else
		ed_history_rows_print(&s->rows, form, stdout);
	if (!ed_cmd_flush_stdout())
		return ED_EXIT_FAILURE;
	if (!s->o->reading.quiet)
		summary(s);
	return s->damaged ? ED_EXIT_DAMAGED : ED_EXIT_OK;
}

static enum ed_exit usage(const char *error)
{
	ed_cmd_say("%s", error);
	return ED_EXIT_USAGE;
}

/* Role terms need to know what machines there are. */
static enum ed_exit read_role(struct searching *s, const char *name)
{
	char error[256], shown[ED_PATH_TEXT_MAX];
	struct ed_scan_config conf;

	if (!ed_asset_role_from_text(ed_span_str(name), &s->role))
		return usage("role: takes a role of an inventory, as server, mail or resolver");
	if (s->o->reading.inventory.n == 0)
		return usage("role: needs --inventory FILE");
	s->by_role = true;
	if (s->site.inventory)
		return ED_EXIT_OK;
	ed_scan_config_init(&conf);
	conf.inventory = s->o->reading.inventory.v;
	conf.n_inventory = s->o->reading.inventory.n;
	if (ed_site_load(&conf, &s->site, error) == 0)
		return ED_EXIT_OK;
	return usage(ed_text_escape(error, shown, sizeof(shown)));
}

/* The words behind the command. */
static enum ed_exit read_terms(struct searching *s, const struct ed_call *call, size_t from,
			       struct ed_query *ret)
{
	const struct history_conf *o = call->conf;
	char error[ED_STORE_ERROR_MAX];

	ed_query_init(ret);
	ret->from_ns = o->reading.from_ns;
	ret->to_ns = o->reading.to_ns;
	if (!o->reading.store)
		return usage("history needs --store DIR");
	for (size_t i = from; i < call->n_operands; i++) {
		if (strncmp(call->operands[i], "role:", 5) == 0) {
			if (read_role(s, call->operands[i] + 5) != ED_EXIT_OK)
				return ED_EXIT_USAGE;
			continue;
		}
		if (ed_query_term(call->operands[i], ret, error) < 0)
			return usage(error);
	}
	if (from > 0 && call->n_operands == from)
		return usage("timeline needs a client or a domain");
	return ED_EXIT_OK;
}

static enum ed_exit history_run(const struct ed_call *call)
{
	struct searching s = { .o = call->conf };
	const struct lines none = { .v = NULL };
	bool timeline = call->n_operands > 0 && strcmp(call->operands[0], "timeline") == 0;
	struct ed_query q;
	enum ed_exit status = read_terms(&s, call, timeline, &q);

	if (status != ED_EXIT_OK) {
		ed_site_done(&s.site);
		return status;
	}
	ed_history_rows_init(&s.rows, s.o->limit);
	status = s.o->indicators ? hunt(&s, &q) : search(&s, &q, &none);
	if (status == ED_EXIT_OK && s.rows.error < 0) {
		ed_cmd_say("%s", strerror(-s.rows.error));
		status = ED_EXIT_FAILURE;
	}
	if (status == ED_EXIT_OK)
		status = print(&s, timeline);
	ed_history_rows_done(&s.rows);
	free_lines(&s.indicators);
	ed_site_done(&s.site);
	return status;
}

static const struct ed_command_row history_examples[] = {
	{ "earthdog history --store DIR 10.0.0.5 example.com",
	  "What one client asked below one domain." },
	{ "earthdog history --store DIR type:TXT client:10.0.0.0/8 --from 2026-11-03",
	  "All TXT lookups of a network from that day on." },
	{ "earthdog history --store DIR --inventory assets.csv role:server rcode:NXDOMAIN",
	  "What servers asked for that is not there." },
	{ "earthdog history --store DIR timeline 10.0.0.5",
	  "What a client did, minute by minute." },
	{ "earthdog history --store DIR --indicators bad.txt --format csv",
	  "Has anything on this list ever been asked, or answered?" },
	{ NULL, NULL },
};

const struct ed_command ed_command_history = {
	.name = "history",
	.operands = "[timeline] [TERM...]",
	.help = "search the lookups that a store keeps",
	.description =
		"Prints the lookups that all TERMs fit, in order of time. A TERM is field:value, or a bare address "
		"or network (a client), or a bare name (it and what lies below it).\n"
		"Fields: client, resolver, answer (addresses or networks; of an answer the first IPv4 address is "
		"kept), name (exactly), suffix, type, rcode (NXDOMAIN, a number, or none), host, process, user "
		"(a part of the text, letter case aside), and, with --inventory, role.\n"
		"A row stands for what is alike within ten minutes, with a count, unless the store was written with "
		"--history-grain event. timeline puts together what one program of one client asked of one domain "
		"in one minute; a row of ten minutes stands at its first.\n",
	.options = history_options,
	.conf_bytes = sizeof(struct history_conf),
	.operands_min = 0,
	.operands_max = SIZE_MAX,
	.examples = history_examples,
	.run = history_run,
};
