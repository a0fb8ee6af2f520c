/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger of a store, DIR/alerts.db: alerts, what people decided about them, the audit trail,
 * and whatever else has to last, each in tables of its own.
 *
 * One process writes at a time; it holds DIR/alerts.db-lock from open to close. A scan holds it for
 * the moments in which it begins and ends, so people can judge alerts while it runs: whoever opens
 * to write closes soon. Readers need no lock and change nothing.
 *
 * To keep something else: a file of store/ with its own table, `CREATE TABLE IF NOT EXISTS`, its
 * schema in one row of the list at the top of ledger.c, and its statements on ed_ledger_db(). A
 * reader may meet a store that was written before the table was thought of: ask ed_ledger_has().
 */
#ifndef ED_STORE_LEDGER_H
#define ED_STORE_LEDGER_H

#include "base/sha256.h"
#include "store/store.h"

enum { ED_LEDGER_VERSION = 2, ED_LEDGER_WHO_MAX = 128, ED_LEDGER_TEXT_MAX_BYTES = 1 << 16 };

enum ed_ledger_mode {
	ED_LEDGER_READ,  /* must be there; of this version or an older one */
	ED_LEDGER_WRITE, /* must be there; an older one is brought up to this version */
	ED_LEDGER_MAKE,  /* made when it is not there; the directory must be */
};

struct ed_ledger_conf {
	const char *dir;   /* of the store */
	uint32_t mode;     /* ed_ledger_mode */
	uint32_t wait_ms;  /* for another writer to finish; 0: not at all */
	int64_t now_ns;    /* of the wall clock: the time of all that is written */
	const char *who;   /* acts, by a name that he chose; NULL: as @login. Cut to WHO_MAX */
	const char *login; /* the account that the process runs for; NULL: not known */
};

struct ed_ledger;
struct sqlite3;

/* 0, -errno or a condition of store.h, and then one line in @error. The strings of @conf are
 * copied. */
int ed_ledger_open(const struct ed_ledger_conf *conf, struct ed_ledger **ret,
		   char error[static ED_STORE_ERROR_MAX]);

/* Gives the lock back. NULL is nothing. */
void ed_ledger_close(struct ed_ledger *l);

/* For files of store/ that have tables of their own. */
struct sqlite3 *ed_ledger_db(struct ed_ledger *l);
bool ed_ledger_has(struct ed_ledger *l, const char *table);
int64_t ed_ledger_now_ns(const struct ed_ledger *l);

/*
 * What lies between begin and end is there as a whole or not at all, also after loss of power. They
 * nest: the outermost end commits. ed_ledger_end(l, r) keeps it when @r is 0, takes it all back
 * otherwise, and returns the first thing that failed.
 */
int ed_ledger_begin(struct ed_ledger *l);
int ed_ledger_end(struct ed_ledger *l, int r);

/* -------------------------------------------------------------- audit trail */

/*
 * Rows are only ever added. Each carries the SHA-256 of itself and the hash of the row before, so a
 * row that was changed, taken out or put in between shows, unless all rows behind it were made
 * anew. Who can write the file can do that, and can cut off its end: against him the last hash has
 * to be noted where he cannot write (`triage --verify` prints it, and takes it back).
 */
struct ed_audit_row {
	int64_t id; /* 1, 2, 3, ... */
	int64_t time_ns;
	const char *who;
	const char *login;
	const char *action;  /* "scan", "setting", "false-positive": a word */
	const char *subject; /* what it was done to: an alert's id, a setting, a file */
	const char *detail;  /* JSON, or text of a person: any bytes but NUL */
	struct ed_span hash; /* 32 bytes; empty in a store of version 1 */
};

/* Adds a row, in the transaction that runs or in one of its own. Texts beyond
 * ED_LEDGER_TEXT_MAX_BYTES are cut. 0, -errno or a condition. */
int ed_ledger_audit(struct ed_ledger *l, const char *action, const char *subject,
		    const char *detail);

/* Calls @each for all rows, oldest first, those of one @action when it is not NULL, until it returns
 * false. 0, -errno or a condition. */
int ed_ledger_audit_each(struct ed_ledger *l, const char *action,
			 bool (*each)(void *arg, const struct ed_audit_row *row), void *arg);

/* What an audit trail is worth. */
struct ed_audit_proof {
	uint64_t n_rows;
	char head[ED_SHA256_TEXT]; /* hash of the last row; "" without rows */
	int64_t bad_id;            /* of the first row that is not what its hash says; 0: none */
	int64_t missing_id;        /* the first number that should be there and is not; 0: none */
	uint64_t n_unbacked;       /* verdicts on alerts that no row of the trail explains */
};

/* Reads it all. 0, -errno or a condition; what it found is in @ret. */
int ed_ledger_verify(struct ed_ledger *l, struct ed_audit_proof *ret);

/* The hash of row @id as text, "" when there is no such row. 0, -errno or a condition. */
int ed_ledger_hash_of(struct ed_ledger *l, int64_t id, char ret[static ED_SHA256_TEXT]);

/* ------------------------------------------------------------------- alerts */

/* What somebody decided. */
enum ed_triage_state {
	ED_TRIAGE_OPEN, /* nobody did, or it was reopened */
	ED_TRIAGE_ACKNOWLEDGED,
	ED_TRIAGE_FALSE_POSITIVE,
	ED_TRIAGE_CONFIRMED,
	ED_TRIAGE_N
};

/* "open", "acknowledged", "false-positive", "confirmed" */
const char *ed_triage_state_name(unsigned state);
/* False when @name is none of them. */
bool ed_triage_state_from_name(const char *name, enum ed_triage_state *ret);

/* Borrowed for the time of the call. */
struct ed_ledger_alert {
	const char *id;
	uint8_t level; /* ed_level */
	const char *analytic;
	const char *client; /* an address; "": none */
	const char *host;   /* the machine, where a log of its own told; "": not known */
	const char *domain; /* "": none */
	int64_t start_ns, end_ns;
	int64_t stored_ns; /* last written */
	const char *body;  /* the alert as --format ndjson prints it, without the line feed */
	uint64_t n_queries, n_names, bytes_up;
	double score_bits;      /* NAN: it was not weighed */
	const char *verdict;    /* "bound", ... */
	const char *suppressed; /* the reason, while a rule hides it; "": shown */
	const char *drill;      /* the drill that made it; "": none */
	uint8_t state;          /* ed_triage_state */
	const char *who;        /* decided; "" while it is open */
	const char *reason;     /* as he said it; "": nothing */
	int64_t decided_ns;     /* ED_TIME_UNKNOWN_NS while it is open */
	bool has_grown;         /* there was more of it, or it became graver, since */
	uint64_t n_notes;
};

struct ed_ledger_filter {
	const char *id;         /* how the identifier begins; NULL: any */
	uint8_t min_level;      /* ed_level */
	uint32_t states;        /* bit ED_TRIAGE_*; 0: any */
	int64_t from_ns, to_ns; /* seen within; 0: open */
};

/* Alerts that fit, the gravest and then the oldest first, until @each returns false. 0, -errno or
 * a condition. */
int ed_ledger_alerts(struct ed_ledger *l, const struct ed_ledger_filter *f,
		     bool (*each)(void *arg, const struct ed_ledger_alert *a), void *arg);

/*
 * Keeps @n alerts, all or none, each with @bodies[i], its JSON text. An alert that is there already
 * is updated, so a repeated run adds nothing; what was decided about it stays. 0, -errno or a
 * condition.
 */
int ed_ledger_put_alerts(struct ed_ledger *l, const struct ed_alert *alerts,
			 const char *const *bodies, size_t n);

/*
 * Decides about the alert with the full @id, for the one who opened the ledger, with a row in the
 * audit trail. @reason may be NULL. 0; -ENOENT: there is no such alert; -errno or a condition.
 */
int ed_ledger_decide(struct ed_ledger *l, const char *id, enum ed_triage_state state,
		     const char *reason);

/* Adds a remark to the audit trail of the alert and decides nothing. As ed_ledger_decide. */
int ed_ledger_note(struct ed_ledger *l, const char *id, const char *text);

/* ----------------------------------------------------------------- settings */

struct ed_ledger_setting {
	const char *name; /* "AN1124.QueryRatePerClient" */
	const char *value;
	const char *def; /* what it is when nobody sets it */
};

/*
 * Says what settings are in force for a run. What differs from the run before (or, on the first
 * run, from the defaults; and what is not named any more) becomes a row "setting" of the audit
 * trail: {"from":...,"to":...}. *@ret_n_changed of them. 0, -errno or a condition.
 */
int ed_ledger_settings(struct ed_ledger *l, const struct ed_ledger_setting *settings, size_t n,
		       size_t *ret_n_changed);

/* Calls @setting for all in force since the last run, by name. @since_ns: the change; 0: always. */
int ed_ledger_settings_each(struct ed_ledger *l,
			    bool (*setting)(void *arg, const struct ed_ledger_setting *s,
					    int64_t since_ns, const char *who),
			    void *arg);

#endif
