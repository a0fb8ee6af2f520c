/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alerts that are kept and what people decided about them; see ledger.h. A decision is a pointer to
 * the row of the audit trail that made it, and how much of the alert there was then: nothing about
 * it is said twice.
 */
#include "store/ledger_int.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

const char ed_triage_schema
	[] = "CREATE TABLE IF NOT EXISTS triage(alert TEXT PRIMARY KEY, state INTEGER NOT NULL,"
	     " audit INTEGER NOT NULL, level INTEGER NOT NULL, ended INTEGER NOT NULL,"
	     " queries INTEGER NOT NULL);";

static const char put_alert[] =
	"INSERT INTO alert VALUES(?,?,?,?,?,?,?,?,?) ON CONFLICT(id) DO UPDATE SET"
	" level=excluded.level, analytic=excluded.analytic, started=min(started,excluded.started),"
	" ended=max(ended,excluded.ended), stored=excluded.stored, body=excluded.body"
	" WHERE excluded.ended>=ended";

/* What a damaged body says is NULL, which is read as nothing. */
static const char *const columns =
	"SELECT a.id, a.level, a.analytic, "
	"a.client, a.domain, a.started, a.ended, a.stored, a.body,"
	" j->>'$.earthdog.information.queries', j->>'$.earthdog.information.names',"
	" j->>'$.earthdog.information.bytes_up', j->>'$.earthdog.suppressed.reason',"
	" j->>'$.earthdog.drill.id', j->>'$.earthdog.verdict', j->>'$.earthdog.score_bits',"
	" j->>'$.host.name'";

static const char
	*const judged = ", t.state, u.who, "
			"u.detail, u.time, t.state<>0 AND (a.ended>t.ended OR a.level>t.level"
			" OR coalesce(j->>'$.earthdog.information.queries',0)>t.queries),"
			" (SELECT count(*) FROM audit n WHERE n.subject=a.id AND n.action='note')";

static const char not_judged[] = ",0,'','',0,0,0"; /* a store without the tables */

static const char *const
	from = " FROM (SELECT *, CASE WHEN json_valid(body) THEN body END AS j FROM alert) a";

static const char from_judged[] = " LEFT JOIN triage t ON t.alert=a.id"
				  " LEFT JOIN audit u ON u.id=t.audit AND t.state<>0";

static const char where[] = " WHERE a.level>=?1 AND (?2 IS NULL OR substr(a.id,1,length(?2))=?2)"
			    " AND (?3=0 OR a.ended>=?3) AND (?4=0 OR a.started<=?4)"
			    " ORDER BY a.level DESC, a.started, a.id";

static const char
	put_decided[] = "INSERT OR REPLACE INTO triage SELECT id, ?2, ?3, level, ended,"
			" coalesce(CASE WHEN json_valid(body) THEN"
			" body->>'$.earthdog.information.queries' END, 0) FROM alert WHERE id=?1";

static const struct {
	const char *name, *verb;
} states[ED_TRIAGE_N] = {
	[ED_TRIAGE_OPEN] = { "open", "reopen" },
	[ED_TRIAGE_ACKNOWLEDGED] = { "acknowledged", "acknowledge" },
	[ED_TRIAGE_FALSE_POSITIVE] = { "false-positive", "false-positive" },
	[ED_TRIAGE_CONFIRMED] = { "confirmed", "confirm" },
};

const char *ed_triage_state_name(unsigned state)
{
	return state < ED_TRIAGE_N ? states[state].name : "unknown";
}

const char *ed_triage_verb(unsigned state)
{
	return state < ED_TRIAGE_N ? states[state].verb : "unknown";
}

bool ed_triage_state_from_name(const char *name, enum ed_triage_state *ret)
{
	for (unsigned i = 0; i < ED_TRIAGE_N; i++) {
		if (strcmp(name, states[i].name) == 0) {
			*ret = i;
			return true;
		}
	}
	return false;
}

/* ------------------------------------------------------------------ keeping */

static int bind_alert(sqlite3_stmt *q, const struct ed_alert *a, const char *body, int64_t now_ns)
{
	char client[ED_ADDR_TEXT_MAX], domain[ED_NAME_TEXT_MAX + 1];

	ed_addr_to_text(&a->client, client);
	ed_name_to_text(ed_span_of(a->domain.wire, a->domain.n), domain);
	(void)sqlite3_bind_text(q, 1, a->id, -1, SQLITE_STATIC);
	(void)sqlite3_bind_int(q, 2, a->level);
	(void)sqlite3_bind_text(q, 3, a->analytic, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(q, 4, client, -1, SQLITE_TRANSIENT);
	(void)sqlite3_bind_text(q, 5, domain, -1, SQLITE_TRANSIENT);
	(void)sqlite3_bind_int64(q, 6, a->start_ns);
	(void)sqlite3_bind_int64(q, 7, a->end_ns);
	(void)sqlite3_bind_int64(q, 8, now_ns);
	(void)sqlite3_bind_text(q, 9, body, -1, SQLITE_STATIC);
	return ed_db_step(q);
}

int ed_ledger_put_alerts(struct ed_ledger *l, const struct ed_alert *alerts,
			 const char *const *bodies, size_t n)
{
	sqlite3_stmt *q = NULL;
	int r = ed_ledger_begin(l);

	if (r != 0)
		return r;
	r = ed_db_prepare(l->db, put_alert, &q);
	for (size_t i = 0; i < n && r == 0; i++)
		r = bind_alert(q, &alerts[i], bodies[i], l->now_ns);
	(void)sqlite3_finalize(q);
	return ed_ledger_end(l, r);
}

/* ------------------------------------------------------------------ reading */

/* In the order of ALERT_COLUMNS and what follows them. */
static void fill(sqlite3_stmt *s, struct ed_ledger_alert *ret)
{
	*ret = (struct ed_ledger_alert){
		.id = ed_ledger_text(s, 0),
		.level = (uint8_t)sqlite3_column_int(s, 1),
		.analytic = ed_ledger_text(s, 2),
		.client = ed_ledger_text(s, 3),
		.domain = ed_ledger_text(s, 4),
		.start_ns = sqlite3_column_int64(s, 5),
		.end_ns = sqlite3_column_int64(s, 6),
		.stored_ns = sqlite3_column_int64(s, 7),
		.body = ed_ledger_text(s, 8),
		.n_queries = (uint64_t)sqlite3_column_int64(s, 9),
		.n_names = (uint64_t)sqlite3_column_int64(s, 10),
		.bytes_up = (uint64_t)sqlite3_column_int64(s, 11),
		.suppressed = ed_ledger_text(s, 12),
		.drill = ed_ledger_text(s, 13),
		.verdict = ed_ledger_text(s, 14),
		.host = ed_ledger_text(s, 16),
		.state = (uint8_t)sqlite3_column_int(s, 17),
		.who = ed_ledger_text(s, 18),
		.reason = ed_ledger_text(s, 19),
		.decided_ns = sqlite3_column_int64(s, 20),
		.has_grown = sqlite3_column_int(s, 21) != 0,
		.n_notes = (uint64_t)sqlite3_column_int64(s, 22),
	};
	ret->score_bits = sqlite3_column_type(s, 15) == SQLITE_NULL ? (double)NAN :
								      sqlite3_column_double(s, 15);
	if (ret->level >= ED_LEVEL_N)
		ret->level = ED_LEVEL_N - 1;
	if (ret->state >= ED_TRIAGE_N)
		ret->state = ED_TRIAGE_OPEN;
}

static int prepare(struct ed_ledger *l, const struct ed_ledger_filter *f, sqlite3_stmt **ret)
{
	bool has = l->version == ED_LEDGER_VERSION && ed_ledger_has(l, "triage");
	char sql[2048];
	int r;

	(void)snprintf(sql, sizeof(sql), "%s%s%s%s%s", columns, has ? judged : not_judged, from,
		       has ? from_judged : "", where);
	r = ed_db_prepare(l->db, sql, ret);
	if (r != 0)
		return r;
	(void)sqlite3_bind_int(*ret, 1, f->min_level);
	(void)sqlite3_bind_text(*ret, 2, f->id, -1, SQLITE_STATIC);
	(void)sqlite3_bind_int64(*ret, 3, f->from_ns);
	(void)sqlite3_bind_int64(*ret, 4, f->to_ns);
	return 0;
}

int ed_ledger_alerts(struct ed_ledger *l, const struct ed_ledger_filter *f,
		     bool (*each)(void *arg, const struct ed_ledger_alert *a), void *arg)
{
	struct ed_ledger_alert a;
	sqlite3_stmt *s = NULL;
	int rc;
	int r = ed_ledger_has(l, "alert") ? prepare(l, f, &s) : -ENOENT;

	if (r != 0)
		return r == -ENOENT ? 0 : r;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		fill(s, &a);
		if (f->states != 0 && !(f->states >> a.state & 1))
			continue;
		if (!each(arg, &a))
			break;
	}
	(void)sqlite3_finalize(s);
	return ed_db_result(rc);
}

/* ----------------------------------------------------------------- deciding */

/* -ENOENT when there is no alert @id. */
static int require(struct ed_ledger *l, const char *id)
{
	sqlite3_stmt *s = NULL;
	int64_t one;
	int r = ed_db_prepare(l->db, "SELECT 1 FROM alert WHERE id=?", &s);

	if (r == 0) {
		(void)sqlite3_bind_text(s, 1, id, -1, SQLITE_STATIC);
		r = ed_db_number(s, &one);
	}
	(void)sqlite3_finalize(s);
	return r;
}

static int put_decision(struct ed_ledger *l, const char *id, enum ed_triage_state state)
{
	sqlite3_stmt *s = NULL;
	int64_t audit;
	int r = ed_audit_last(l, &audit);

	if (r == 0)
		r = ed_db_prepare(l->db, put_decided, &s);
	if (r != 0)
		return r;
	(void)sqlite3_bind_text(s, 1, id, -1, SQLITE_STATIC);
	(void)sqlite3_bind_int(s, 2, (int)state);
	(void)sqlite3_bind_int64(s, 3, audit);
	r = ed_db_step(s);
	(void)sqlite3_finalize(s);
	return r;
}

int ed_ledger_decide(struct ed_ledger *l, const char *id, enum ed_triage_state state,
		     const char *reason)
{
	int r = ed_ledger_begin(l);

	if (r != 0)
		return r;
	r = require(l, id);
	if (r == 0)
		r = ed_ledger_audit(l, ed_triage_verb(state), id, reason ? reason : "");
	if (r == 0)
		r = put_decision(l, id, state);
	return ed_ledger_end(l, r);
}

int ed_ledger_note(struct ed_ledger *l, const char *id, const char *text)
{
	int r = ed_ledger_begin(l);

	if (r != 0)
		return r;
	r = require(l, id);
	if (r == 0)
		r = ed_ledger_audit(l, "note", id, text);
	return ed_ledger_end(l, r);
}
