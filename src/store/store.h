/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store: a directory with the alerts in one SQLite database and the history of lookups in one
 * database a day, so that expiry is deleting a file.
 *
 *	DIR/lock               held by the one writer of history
 *	DIR/alerts.db          the ledger: alerts, what was decided, the audit trail (store/ledger.h)
 *	DIR/dns-2026-11-03.db  the lookups of that day (UTC, event time)
 *
 * One writer; readers (store/query.h) open read-only. A closed store has no -wal files, so it can
 * be read from a medium that cannot be written.
 */
#ifndef ED_STORE_STORE_H
#define ED_STORE_STORE_H

#include "record/alert.h"
#include "record/event.h"

enum {
	ED_STORE_VERSION = 2,     /* of the days; a newer one is refused */
	ED_STORE_DAYS_MAX = 4096, /* files; lookups of further days are not kept */
	ED_STORE_ERROR_MAX = 512,
	ED_STORE_PATH_MAX = 4096,
};

/* Conditions; everything else is -errno. */
enum {
	ED_STORE_DAMAGED = 1, /* no database, or a broken one */
	ED_STORE_FOREIGN,     /* a database, but none of ours */
	ED_STORE_NEWER,       /* written by a later version */
	ED_STORE_LOCKED,      /* another writer has it */
	ED_STORE_UNCLEAN,     /* its writer died, and it cannot be repaired without writing */
};

/* One of the conditions, or -errno, in words; static. */
const char *ed_store_error(int r);

enum ed_store_grain {
	ED_STORE_TEN_MINUTES, /* what is alike within ten minutes is one row with a count */
	ED_STORE_EVENT,       /* a row for each lookup */
};

struct ed_store_conf {
	const char *dir;    /* made when it is not there; borrowed while the store is open */
	uint32_t grain;     /* ed_store_grain */
	int64_t now_ns;     /* of the wall clock; what keep_ns counts back from */
	int64_t keep_ns;    /* days that ended earlier are deleted; 0: kept */
	uint64_t max_bytes; /* of all days together; the oldest are deleted; 0: no limit */
	const char *who;    /* as in ed_ledger_conf; borrowed */
	const char *login;
};

/* What became of the lookups. n_noted = n_kept + n_lost + n_untimed + n_refused once closed. */
struct ed_store_account {
	uint64_t n_noted;
	uint64_t n_kept;
	uint64_t n_rows;    /* that they came to */
	uint64_t n_untimed; /* without a time */
	uint64_t n_refused; /* of days beyond ED_STORE_DAYS_MAX */
	uint64_t n_lost;    /* could not be written: a full disk, a fault of it */
	int first_error;    /* of those; as ed_store_error takes it */
	uint32_t n_expired; /* days deleted */
	uint32_t n_damaged; /* days put aside as *.damaged */
	uint32_t n_days;    /* kept now */
	int64_t oldest_ns;  /* begin of the oldest day; meaningful with n_days > 0 */
	uint64_t bytes;     /* of them */
};

struct ed_store;

/* Takes all memory the store will use (about 60 MiB). 0, -errno or a condition, and then one line
 * in @error. */
int ed_store_open(const struct ed_store_conf *conf, struct ed_store **ret,
		  char error[static ED_STORE_ERROR_MAX]);

/*
 * Notes a lookup; anything else is ignored. Called by one thread at a time, in the order of the
 * input. Now and then it writes a batch; a batch that cannot be written is counted as lost, and the
 * next one is tried.
 */
void ed_store_note(struct ed_store *s, const struct ed_event *ev);

/* Writes what was noted. It is safe against the death of the process when this returns 0. */
int ed_store_flush(struct ed_store *s);

struct ed_ledger;

/* The ledger of the store, open to write until the store is closed: for the end of a run. 0, -errno
 * or a condition, and then *@ret is NULL. */
int ed_store_ledger(struct ed_store *s, struct ed_ledger **ret);

/* ed_ledger_put_alerts() on it. Safe against loss of power when it returns 0. */
int ed_store_alerts(struct ed_store *s, const struct ed_alert *alerts, const char *const *bodies,
		    size_t n);

/* Flushes, expires, and closes; frees in any case. 0, or the first thing that failed. */
int ed_store_close(struct ed_store *s, struct ed_store_account *ret);

#endif
