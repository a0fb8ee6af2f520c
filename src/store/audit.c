/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The audit trail: rows in a chain of hashes; see ledger.h. A row's hash is the SHA-256 of the hash
 * before it (32 zero bytes before the first) and of its seven fields, each behind its length in
 * eight bytes, numbers as decimal text. So it can be checked by other programs too.
 */
#include "store/ledger_int.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

const char ed_audit_schema
	[] = "CREATE TABLE IF NOT EXISTS audit(id INTEGER PRIMARY KEY, time INTEGER NOT NULL,"
	     " who TEXT NOT NULL, login TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL,"
	     " detail TEXT NOT NULL, hash BLOB NOT NULL);"
	     "CREATE INDEX IF NOT EXISTS audit_subject ON audit(subject, action);"
	     "CREATE TRIGGER IF NOT EXISTS audit_kept BEFORE DELETE ON audit BEGIN"
	     " SELECT raise(ABORT, 'the audit trail is append-only'); END;"
	     "CREATE TRIGGER IF NOT EXISTS audit_fixed BEFORE UPDATE ON audit BEGIN"
	     " SELECT raise(ABORT, 'the audit trail is append-only'); END;";

static const char columns[] = "SELECT id,time,who,login,action,subject,detail,hash FROM audit";

/* The same of version 1, where the first word was the deed and nobody did it. */
static const char columns_1[] = "SELECT id,time,'','',what,'',detail,x'' FROM audit";

static void add_text(struct ed_sha256 *h, const char *text)
{
	uint64_t n = strlen(text);
	uint8_t length[8];

	for (unsigned i = 0; i < 8; i++)
		length[i] = (uint8_t)(n >> (56 - 8 * i));
	ed_sha256_add(h, ed_span_of(length, sizeof(length)));
	ed_sha256_add(h, ed_span_of(text, n));
}

static void add_number(struct ed_sha256 *h, int64_t n)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRId64, n);
	add_text(h, text);
}

static void hash_row(const uint8_t before[static ED_SHA256_BYTES], const struct ed_audit_row *row,
		     uint8_t ret[static ED_SHA256_BYTES])
{
	struct ed_sha256 h;

	ed_sha256_init(&h);
	ed_sha256_add(&h, ed_span_of(before, ED_SHA256_BYTES));
	add_number(&h, row->id);
	add_number(&h, row->time_ns);
	add_text(&h, row->who);
	add_text(&h, row->login);
	add_text(&h, row->action);
	add_text(&h, row->subject);
	add_text(&h, row->detail);
	ed_sha256_done(&h, ret);
}

/* The last row's number and hash; 0 and zeros when there is none. */
static int last_row(struct ed_ledger *l, int64_t *ret_id, uint8_t ret_hash[static ED_SHA256_BYTES])
{
	sqlite3_stmt *s = NULL;
	int r = ed_db_prepare(l->db, "SELECT id,hash FROM audit ORDER BY id DESC LIMIT 1", &s);
	int rc;

	*ret_id = 0;
	memset(ret_hash, 0, ED_SHA256_BYTES);
	if (r != 0)
		return r;
	rc = sqlite3_step(s);
	if (rc == SQLITE_ROW) {
		*ret_id = sqlite3_column_int64(s, 0);
		if (sqlite3_column_bytes(s, 1) == ED_SHA256_BYTES)
			memcpy(ret_hash, sqlite3_column_blob(s, 1), ED_SHA256_BYTES);
	}
	(void)sqlite3_finalize(s);
	return ed_db_result(rc);
}

int ed_audit_last(struct ed_ledger *l, int64_t *ret_id)
{
	uint8_t unused[ED_SHA256_BYTES];

	return last_row(l, ret_id, unused);
}

/* Chains @row behind the last one; its id and hash are set here. */
static int append(struct ed_ledger *l, struct ed_audit_row *row)
{
	uint8_t hash[ED_SHA256_BYTES];
	sqlite3_stmt *s = NULL;
	int r = last_row(l, &row->id, hash);

	if (r == 0)
		r = ed_db_prepare(l->db, "INSERT INTO audit VALUES(?,?,?,?,?,?,?,?)", &s);
	if (r != 0)
		return r;
	row->id++;
	hash_row(hash, row, hash);
	(void)sqlite3_bind_int64(s, 1, row->id);
	(void)sqlite3_bind_int64(s, 2, row->time_ns);
	(void)sqlite3_bind_text(s, 3, row->who, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(s, 4, row->login, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(s, 5, row->action, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(s, 6, row->subject, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(s, 7, row->detail, -1, SQLITE_STATIC);
	(void)sqlite3_bind_blob(s, 8, hash, sizeof(hash), SQLITE_STATIC);
	r = ed_db_step(s);
	(void)sqlite3_finalize(s);
	return r;
}

/* @text, or what fits of it in a copy: release with sqlite3_free. */
static const char *cut(const char *text, char **ret_copy)
{
	*ret_copy = NULL;
	if (strlen(text) <= ED_LEDGER_TEXT_MAX_BYTES)
		return text;
	*ret_copy = sqlite3_mprintf("%.*s", ED_LEDGER_TEXT_MAX_BYTES, text);
	return *ret_copy;
}

int ed_ledger_audit(struct ed_ledger *l, const char *action, const char *subject,
		    const char *detail)
{
	struct ed_audit_row row = {
		.time_ns = l->now_ns, .who = l->who, .login = l->login, .action = action
	};
	char *copies[2];
	int r = ed_ledger_begin(l);

	if (r != 0)
		return r;
	row.subject = cut(subject, &copies[0]);
	row.detail = cut(detail, &copies[1]);
	r = row.subject && row.detail ? append(l, &row) : -ENOMEM;
	sqlite3_free(copies[0]);
	sqlite3_free(copies[1]);
	return ed_ledger_end(l, r);
}

static void fill(sqlite3_stmt *s, struct ed_audit_row *ret)
{
	*ret = (struct ed_audit_row){
		.id = sqlite3_column_int64(s, 0),
		.time_ns = sqlite3_column_int64(s, 1),
		.who = ed_ledger_text(s, 2),
		.login = ed_ledger_text(s, 3),
		.action = ed_ledger_text(s, 4),
		.subject = ed_ledger_text(s, 5),
		.detail = ed_ledger_text(s, 6),
	};
	ret->hash = ed_span_of(sqlite3_column_blob(s, 7), (size_t)sqlite3_column_bytes(s, 7));
}

int ed_ledger_audit_each(struct ed_ledger *l, const char *action,
			 bool (*each)(void *arg, const struct ed_audit_row *row), void *arg)
{
	bool is_old = l->version < ED_LEDGER_VERSION;
	struct ed_audit_row row;
	sqlite3_stmt *s = NULL;
	char sql[160];
	int r, rc;

	if (!ed_ledger_has(l, "audit"))
		return 0;
	(void)snprintf(sql, sizeof(sql), "%s WHERE ?1 IS NULL OR %s=?1 ORDER BY id",
		       is_old ? columns_1 : columns, is_old ? "what" : "action");
	r = ed_db_prepare(l->db, sql, &s);
	if (r != 0)
		return r;
	(void)sqlite3_bind_text(s, 1, action, -1, SQLITE_STATIC);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		fill(s, &row);
		if (!each(arg, &row))
			break;
	}
	(void)sqlite3_finalize(s);
	return ed_db_result(rc);
}

int ed_audit_upgrade(struct ed_ledger *l)
{
	sqlite3_stmt *s = NULL;
	int rc = SQLITE_DONE;
	int r = ed_db_prepare(
		l->db, "SELECT id,time,'','',what,'',detail,x'' FROM audit_1 ORDER BY id", &s);

	while (r == 0 && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		struct ed_audit_row row;

		fill(s, &row);
		r = append(l, &row);
	}
	(void)sqlite3_finalize(s);
	if (r == 0)
		r = ed_db_result(rc);
	return r == 0 ? ed_db_run(l->db, "DROP TABLE audit_1") : r;
}

/* ------------------------------------------------------------------- proof */

struct proving {
	struct ed_audit_proof *proof;
	uint8_t hash[ED_SHA256_BYTES];
	int64_t id;
};

static bool prove_row(void *arg, const struct ed_audit_row *row)
{
	struct proving *p = arg;
	struct ed_audit_proof *proof = p->proof;

	proof->n_rows++;
	if (row->id != p->id + 1 && proof->missing_id == 0)
		proof->missing_id = p->id + 1;
	hash_row(p->hash, row, p->hash);
	if (!ed_span_eq(row->hash, ed_span_of(p->hash, sizeof(p->hash))) && proof->bad_id == 0)
		proof->bad_id = row->id;
	/* One change is told once: the rest is held against what is written. */
	if (row->hash.n == sizeof(p->hash))
		memcpy(p->hash, row->hash.p, sizeof(p->hash));
	p->id = row->id;
	ed_sha256_to_text(p->hash, proof->head);
	return true;
}

/* A decision is what the last row about it says. */
static int count_unbacked(struct ed_ledger *l, uint64_t *ret)
{
	sqlite3_stmt *s = NULL;
	int64_t n = 0;
	int r = ed_db_prepare(
		l->db,
		"SELECT count(*) FROM triage t LEFT JOIN audit a ON a.id=t.audit"
		" WHERE a.id IS NULL OR a.subject<>t.alert"
		" OR a.action<>CASE t.state WHEN 0 THEN ?1 WHEN 1 THEN ?2 WHEN 2 THEN ?3 ELSE ?4 END"
		" OR EXISTS(SELECT 1 FROM audit b WHERE b.subject=t.alert AND b.id>t.audit"
		" AND b.action IN (?1,?2,?3,?4))",
		&s);

	for (int i = 0; i < ED_TRIAGE_N && r == 0; i++)
		(void)sqlite3_bind_text(s, i + 1, ed_triage_verb((unsigned)i), -1, SQLITE_STATIC);
	if (r == 0)
		r = ed_db_number(s, &n);
	(void)sqlite3_finalize(s);
	*ret = (uint64_t)n;
	return r;
}

int ed_ledger_verify(struct ed_ledger *l, struct ed_audit_proof *ret)
{
	struct proving p = { .proof = ret };
	int r;

	memset(ret, 0, sizeof(*ret));
	if (l->version < ED_LEDGER_VERSION)
		return -ENODATA;
	r = ed_ledger_audit_each(l, NULL, prove_row, &p);
	if (r == 0 && ed_ledger_has(l, "triage"))
		r = count_unbacked(l, &ret->n_unbacked);
	return r;
}

int ed_ledger_hash_of(struct ed_ledger *l, int64_t id, char ret[static ED_SHA256_TEXT])
{
	sqlite3_stmt *s = NULL;
	int r = ed_db_prepare(l->db, "SELECT hash FROM audit WHERE id=?", &s);
	int rc;

	ret[0] = '\0';
	if (r != 0)
		return r;
	(void)sqlite3_bind_int64(s, 1, id);
	rc = sqlite3_step(s);
	if (rc == SQLITE_ROW && sqlite3_column_bytes(s, 0) == ED_SHA256_BYTES)
		ed_sha256_to_text(sqlite3_column_blob(s, 0), ret);
	(void)sqlite3_finalize(s);
	return ed_db_result(rc);
}
