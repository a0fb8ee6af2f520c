/* SPDX-License-Identifier: Apache-2.0 */
/* What would have been blocked; see history.h. */
#include "cmd/contain/history.h"

#include <errno.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/hash_set.h"
#include "base/json_out.h"
#include "base/time.h"
#include "cmd/out/text.h"
#include "cmd/run/ledger.h"
#include "store/query.h"

enum {
	DAYS = 7,
	DAY_S = 86400,
	SETS_MAX = 1 << 22,
	NAMES_SHOWN = 8,
	HASH_KEY = 1,
	NOTE_MAX = 96,
	SHOWN_MAX = 256,
	TEXT_MAX_BYTES = 1 << 16,
};

/* Whom and what an entry is about, in the last days. */
struct reach {
	struct ed_hash_set clients, names;
	uint64_t n_lookups;
	size_t n_shown;
	char shown[NAMES_SHOWN][ED_NAME_TEXT_MAX + 1];
	int unreadable;
};

static bool count_row(void *arg, const struct ed_query_row *row)
{
	struct reach *r = arg;
	uint64_t client = ed_hash_bytes(&row->client, sizeof(row->client), HASH_KEY);

	(void)ed_hash_set_add(&r->clients, ed_hash_pair(client, row->net_tag));
	if (ed_hash_set_add(&r->names, ed_hash_bytes(row->name.wire, row->name.n, HASH_KEY)) &&
	    r->n_shown < NAMES_SHOWN)
		(void)ed_name_to_text(ed_span_of(row->name.wire, row->name.n),
				      r->shown[r->n_shown++]);
	r->n_lookups += row->n;
	return r->clients.error == 0 && r->names.error == 0;
}

static void note_trouble(void *arg, const char *file, int error)
{
	struct reach *r = arg;

	(void)file;
	r->unreadable = error;
}

/* 0, -errno or a condition of the store. */
static int measure(const struct ed_wishes *w, const struct ed_contain_entry *e, struct reach *ret)
{
	const struct ed_query_hooks hooks = { .arg = ret,
					      .row = count_row,
					      .trouble = note_trouble };
	struct ed_query_account account;
	struct ed_query q;
	int r;

	ed_query_init(&q);
	q.to_ns = w->now_ns;
	q.from_ns = w->now_ns - (int64_t)DAYS * DAY_S * ED_NS_PER_S;
	q.name = e->domain;
	q.is_suffix = true;
	if (ed_addr_known(&e->client)) {
		q.client.low = q.client.high = e->client;
		q.client.set = true;
	}
	if (ed_addr_known(&e->server)) {
		q.resolver.low = q.resolver.high = e->server;
		q.resolver.set = true;
	}
	r = ed_query_run(w->conf->store, &q, &hooks, &account);
	if (r == 0 && (ret->clients.error || ret->names.error))
		r = -ENOMEM;
	return r;
}

static void print_subject(const struct ed_contain_entry *e, char ret[static SHOWN_MAX])
{
	char name[ED_NAME_TEXT_MAX + 1] = "", client[ED_ADDR_TEXT_MAX], server[ED_ADDR_TEXT_MAX];

	if (e->domain.n > 0)
		(void)ed_name_to_text(ed_span_of(e->domain.wire, e->domain.n), name);
	ed_addr_to_text(&e->client, client);
	ed_addr_to_text(&e->server, server);
	(void)snprintf(ret, SHOWN_MAX, "%.120s%s%s%s%s", name,
		       *client ? (*name ? " for " : "what asks ") : "", client,
		       *server ? " at " : "", server);
}

static void say_reach(const struct ed_contain_entry *e, const struct reach *r)
{
	char subject[SHOWN_MAX], n[3][ED_COUNT_TEXT_MAX];

	print_subject(e, subject);
	ed_cmd_say(
		"blocking %s would have affected %s%s client%s and %s%s name%s (%s lookups) in the "
		"last %d days",
		subject, ed_text_count(r->clients.n, n[0]), r->clients.full ? "+" : "",
		r->clients.n == 1 ? "" : "s", ed_text_count(r->names.n, n[1]),
		r->names.full ? "+" : "", r->names.n == 1 ? "" : "s",
		ed_text_count(r->n_lookups, n[2]), DAYS);
	for (size_t i = 0; i < r->n_shown; i++)
		(void)fprintf(stderr, "    %s\n", r->shown[i]);
	if (r->names.n > r->n_shown)
		(void)fprintf(stderr, "    and %s more\n",
			      ed_text_count(r->names.n - r->n_shown, n[0]));
	if (r->unreadable)
		ed_cmd_say("a day of the history could not be read: %s",
			   ed_store_error(r->unreadable));
}

/* Behind the reason that there is, which gives way. */
static void add_to_reason(struct ed_contain_entry *e, const struct reach *r)
{
	char text[ED_CONTAIN_REASON_MAX + NOTE_MAX], note[NOTE_MAX];
	int n = snprintf(note, sizeof(note), "; %d days before: %zu clients, %zu names", DAYS,
			 r->clients.n, r->names.n);

	(void)snprintf(text, sizeof(text), "%.*s%s", (int)ED_CONTAIN_REASON_MAX - n - 8, e->reason,
		       note);
	ed_contain_reason(text, e->reason);
}

/* ------------------------------------------------------------ what was judged */

struct benign {
	const struct ed_contain_entry *entry;
	char id[ED_ALERT_ID_TEXT];
	char domain[SHOWN_MAX];
};

static bool find_benign(void *arg, const struct ed_ledger_alert *a)
{
	struct benign *b = arg;
	struct ed_span zone = ed_name_span(&b->entry->domain), below;
	struct ed_addr client;
	struct ed_name name;

	if (!*a->domain || ed_name_from_text(ed_span_str(a->domain), ED_NAME_MASTER, &name) != 0)
		return true;
	ed_name_lower(name.wire, name.n, name.wire);
	below = ed_name_span(&name);
	if (!ed_name_within(below, zone) && !ed_name_within(zone, below))
		return true;
	/* For one client only, what another one does is not touched. */
	if (ed_addr_known(&b->entry->client) && *a->client &&
	    ed_addr_from_text(ed_span_str(a->client), &client) &&
	    !ed_addr_eq(&client, &b->entry->client))
		return true;
	(void)snprintf(b->id, sizeof(b->id), "%s", a->id);
	(void)ed_text_escape(a->domain, b->domain, sizeof(b->domain));
	return false;
}

/* 0, -errno or a condition; b->id is "" when nothing speaks against it. */
static int ask_judged(struct ed_ledger *l, struct benign *b)
{
	const struct ed_ledger_filter f = { .states = 1U << ED_TRIAGE_FALSE_POSITIVE };

	return b->entry->domain.n > 0 ? ed_ledger_alerts(l, &f, find_benign, b) : 0;
}

/* -------------------------------------------------------------------- rails */

static enum ed_exit judge(const struct ed_wishes *w, const struct ed_contain_entry *e,
			  const struct reach *r, const struct benign *b)
{
	const char *force = w->conf->force ? " (--force)" : "; --force blocks it all the same";
	enum ed_exit status = ED_EXIT_OK;
	char subject[SHOWN_MAX];

	print_subject(e, subject);
	if (*b->id) {
		ed_cmd_say("%s: alert %.8s about %s was judged a false positive%s", subject, b->id,
			   b->domain, force);
		status = ED_EXIT_USAGE;
	}
	if (r->clients.n > w->conf->max_clients) {
		ed_cmd_say("%s: more than %u clients would have been affected (--max-clients)%s",
			   subject, (unsigned)w->conf->max_clients, force);
		status = ED_EXIT_USAGE;
	}
	return w->conf->force ? ED_EXIT_OK : status;
}

static enum ed_exit ask_one(struct ed_wishes *w, struct ed_ledger *l, struct ed_contain_entry *e)
{
	struct benign b = { .entry = e };
	enum ed_exit status = ED_EXIT_FAILURE;
	struct reach *reach = calloc(1, sizeof(*reach));
	int r = -ENOMEM;

	if (reach) {
		ed_hash_set_init(&reach->clients, SETS_MAX);
		ed_hash_set_init(&reach->names, SETS_MAX);
		r = measure(w, e, reach);
	}
	if (r == 0)
		r = ask_judged(l, &b);
	if (r == 0) {
		say_reach(e, reach);
		add_to_reason(e, reach);
		status = judge(w, e, reach, &b);
	} else {
		ed_cmd_say_store(w->conf->store, r);
	}
	if (reach) {
		ed_hash_set_done(&reach->clients);
		ed_hash_set_done(&reach->names);
	}
	free(reach);
	return status;
}

enum ed_exit ed_contain_ask_history(struct ed_wishes *w)
{
	enum ed_exit status = ED_EXIT_OK;
	struct ed_ledger *l;

	if (!w->conf->store)
		return ED_EXIT_OK;
	if (!ed_cmd_open_ledger(w->conf->store, ED_LEDGER_READ, NULL, w->now_ns, &l))
		return ED_EXIT_USAGE;
	for (size_t i = 0; i < w->n && status != ED_EXIT_FAILURE; i++) {
		enum ed_exit one = ask_one(w, l, &w->v[i]);

		status = one == ED_EXIT_OK ? status : one;
	}
	ed_ledger_close(l);
	return status;
}

/* -------------------------------------------------------------- audit trail */

static int note_entry(struct ed_ledger *l, const struct ed_wishes *w,
		      const struct ed_contain_entry *e, const char *file)
{
	char subject[SHOWN_MAX];
	struct ed_buf text;
	struct ed_json j;
	int r;

	print_subject(e, subject);
	ed_buf_init(&text, TEXT_MAX_BYTES);
	ed_json_init(&j, &text);
	ed_json_object(&j, NULL);
	ed_json_str(&j, "for", w->writer->name);
	ed_json_utf8(&j, "file", file);
	if (*e->alert)
		ed_json_str(&j, "alert", e->alert);
	ed_json_str(&j, "reason", e->reason);
	ed_json_time(&j, "expires", e->expires_ns);
	ed_json_object_end(&j);
	r = text.full ? -E2BIG : ed_ledger_audit(l, "contain", subject, text.p);
	ed_buf_done(&text);
	return r;
}

static int note_out(struct ed_ledger *l, const struct ed_wishes *w, const char *file, size_t n)
{
	struct ed_buf text;
	struct ed_json j;
	int r;

	ed_buf_init(&text, TEXT_MAX_BYTES);
	ed_json_init(&j, &text);
	ed_json_object(&j, NULL);
	ed_json_str(&j, "for", w->writer->name);
	ed_json_u64(&j, "entries", n);
	ed_json_object_end(&j);
	r = ed_ledger_audit(l, "contain-undo", file, text.p);
	ed_buf_done(&text);
	return r;
}

enum ed_exit ed_contain_note(const struct ed_wishes *w, const char *file, size_t n_out)
{
	struct ed_ledger *l;
	int r;

	if (!w->conf->store)
		return ED_EXIT_OK;
	if (!ed_cmd_open_ledger(w->conf->store, ED_LEDGER_WRITE, NULL, w->conf->now_ns, &l))
		return ED_EXIT_FAILURE;
	r = ed_ledger_begin(l);
	if (r == 0) {
		for (size_t i = 0; i < w->n && r == 0; i++)
			r = note_entry(l, w, &w->v[i], file);
		if (r == 0 && n_out > 0)
			r = note_out(l, w, file, n_out);
		r = ed_ledger_end(l, r);
	}
	ed_ledger_close(l);
	if (r != 0)
		ed_cmd_say_store(w->conf->store, r);
	return r == 0 ? ED_EXIT_OK : ED_EXIT_FAILURE;
}
