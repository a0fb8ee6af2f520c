/* SPDX-License-Identifier: Apache-2.0 */
/* The writer of the store; see store.h. */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/time.h"
#include "store/day.h"
#include "store/files.h"

static const char alerts_schema[] =
	"CREATE TABLE alert(id TEXT PRIMARY KEY, level INTEGER NOT NULL, analytic TEXT NOT NULL,"
	" client TEXT NOT NULL, domain TEXT NOT NULL, started INTEGER NOT NULL,"
	" ended INTEGER NOT NULL, stored INTEGER NOT NULL, body TEXT NOT NULL);"
	"CREATE INDEX alert_started ON alert(started);"
	"CREATE TABLE audit(id INTEGER PRIMARY KEY, time INTEGER NOT NULL, what TEXT NOT NULL,"
	" detail TEXT NOT NULL);"
	"CREATE TRIGGER audit_kept BEFORE DELETE ON audit BEGIN"
	" SELECT raise(ABORT, 'the audit trail is append-only'); END;"
	"CREATE TRIGGER audit_fixed BEFORE UPDATE ON audit BEGIN"
	" SELECT raise(ABORT, 'the audit trail is append-only'); END;";

static const char put_alert[] =
	"INSERT INTO alert VALUES(?,?,?,?,?,?,?,?,?) ON CONFLICT(id) DO UPDATE SET"
	" level=excluded.level, analytic=excluded.analytic, started=min(started,excluded.started),"
	" ended=max(ended,excluded.ended), stored=excluded.stored, body=excluded.body"
	" WHERE excluded.ended>=ended";

struct ed_store {
	struct ed_store_conf conf;
	int lock;   /* descriptor of DIR/lock; -1 */
	bool ready; /* what is there was checked */
	sqlite3 *alerts;
	struct ed_rows rows;
	struct ed_day day;
	uint32_t order[ED_ROWS_MAX];
	struct ed_files files;
	struct ed_store_account account;
};

/* ------------------------------------------------------------------ opening */

static int fail(int r, const char *what, const char *path, char error[static ED_STORE_ERROR_MAX])
{
	(void)snprintf(error, ED_STORE_ERROR_MAX, "%s %.400s: %s", what, path, ed_store_error(r));
	return r;
}

static int take_lock(struct ed_store *s, char error[static ED_STORE_ERROR_MAX])
{
	char path[ED_STORE_PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/lock", s->conf.dir);
	s->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (s->lock < 0)
		return fail(-errno, "cannot write to the store", s->conf.dir, error);
	if (flock(s->lock, LOCK_EX | LOCK_NB) < 0)
		return fail(errno == EWOULDBLOCK ? ED_STORE_LOCKED : -errno,
			    "cannot open the store", s->conf.dir, error);
	return 0;
}

/* A directory with files of somebody else and no store in it is a slip of the pen. */
static int check_dir(struct ed_store *s, char error[static ED_STORE_ERROR_MAX])
{
	char path[ED_STORE_PATH_MAX];
	int r;

	if (strlen(s->conf.dir) > ED_STORE_PATH_MAX - 64)
		return fail(-ENAMETOOLONG, "cannot open the store", s->conf.dir, error);
	if (mkdir(s->conf.dir, 0700) < 0 && errno != EEXIST)
		return fail(-errno, "cannot make the store", s->conf.dir, error);
	r = ed_files_list(s->conf.dir, &s->files);
	if (r < 0)
		return fail(r, "cannot read the store", s->conf.dir, error);
	(void)snprintf(path, sizeof(path), "%s/alerts.db", s->conf.dir);
	if (s->files.n_strangers == 0 || access(path, F_OK) == 0)
		return 0;
	(void)snprintf(error, ED_STORE_ERROR_MAX,
		       "%.400s: not a store, and there are other files in it", s->conf.dir);
	return ED_STORE_FOREIGN;
}

static int open_alerts(struct ed_store *s, char error[static ED_STORE_ERROR_MAX])
{
	char path[ED_STORE_PATH_MAX];
	int r;

	(void)snprintf(path, sizeof(path), "%s/alerts.db", s->conf.dir);
	r = ed_db_open(path, ED_DB_WRITE, ED_DB_ALERTS, alerts_schema, &s->alerts);
	return r == 0 ? 0 : fail(r, "cannot open", path, error);
}

/*
 * Every day is looked at once: one of a newer version or another program stops the run before
 * anything is written, one that is damaged is put aside.
 */
static int check_days(struct ed_store *s, char error[static ED_STORE_ERROR_MAX])
{
	for (uint32_t i = 0; i < s->files.n; i++) {
		char path[ED_STORE_PATH_MAX];
		int r = ed_day_open(&s->day, s->conf.dir, s->files.day[i].day);

		ed_day_close(&s->day);
		if (r == ED_STORE_DAMAGED) {
			s->account.n_damaged++;
			r = ed_files_set_aside(s->conf.dir, s->files.day[i].day);
		}
		ed_day_path(s->conf.dir, s->files.day[i].day, "", path);
		if (r != 0)
			return fail(r, "cannot open", path, error);
	}
	return 0;
}

static int audit(struct ed_store *s, const char *what, const char *detail)
{
	sqlite3_stmt *q = NULL;
	int r = ed_db_prepare(s->alerts, "INSERT INTO audit(time,what,detail) VALUES(?,?,?)", &q);

	if (r == 0) {
		(void)sqlite3_bind_int64(q, 1, s->conf.now_ns);
		(void)sqlite3_bind_text(q, 2, what, -1, SQLITE_STATIC);
		(void)sqlite3_bind_text(q, 3, detail, -1, SQLITE_STATIC);
		r = ed_db_step(q);
	}
	(void)sqlite3_finalize(q);
	return r;
}

static void note_error(struct ed_store *s, int r)
{
	if (s->account.first_error == 0)
		s->account.first_error = r;
}

/* The days that the settings no longer keep. */
static void expire(struct ed_store *s)
{
	uint64_t bytes = 0, max = s->conf.max_bytes;
	uint32_t i;

	if (ed_files_list(s->conf.dir, &s->files) < 0)
		return;
	for (i = 0; i < s->files.n; i++)
		bytes += s->files.day[i].bytes;
	for (i = 0; i < s->files.n; i++) {
		const struct ed_files_day *day = &s->files.day[i];
		bool is_old = s->conf.keep_ns > 0 &&
			      (day->day + 1) * ED_STORE_DAY_NS < s->conf.now_ns - s->conf.keep_ns;
		char path[ED_STORE_PATH_MAX];
		int r;

		if (!is_old && (max == 0 || bytes <= max))
			break;
		if (s->day.db && s->day.day == day->day)
			ed_day_close(&s->day);
		ed_day_path(s->conf.dir, day->day, "", path);
		r = ed_files_delete(s->conf.dir, day->day);
		if (r == 0)
			r = audit(s, is_old ? "expired by age" : "expired by size",
				  path + strlen(s->conf.dir) + 1);
		if (r != 0)
			note_error(s, r);
		s->account.n_expired++;
		bytes -= day->bytes;
	}
	s->account.n_days = s->files.n - i;
	s->account.bytes = bytes;
	if (s->account.n_days > 0)
		s->account.oldest_ns = s->files.day[i].day * ED_STORE_DAY_NS;
}

static int set_up(struct ed_store *s, char error[static ED_STORE_ERROR_MAX])
{
	uint64_t key = 0;
	int r = check_dir(s, error);

	if (r == 0)
		r = take_lock(s, error);
	if (r == 0)
		r = open_alerts(s, error);
	if (r != 0)
		return r;
	/* Results do not depend on it. */
	if (getrandom(&key, sizeof(key), GRND_NONBLOCK) < 0)
		key = (uint64_t)s->conf.now_ns;
	r = ed_rows_init(&s->rows, s->conf.grain == ED_STORE_EVENT, key);
	if (r == 0)
		r = ed_day_init(&s->day, key);
	if (r != 0)
		return fail(r, "cannot open the store", s->conf.dir, error);
	r = check_days(s, error);
	s->ready = r == 0;
	if (s->ready)
		expire(s);
	return r;
}

int ed_store_open(const struct ed_store_conf *conf, struct ed_store **ret,
		  char error[static ED_STORE_ERROR_MAX])
{
	struct ed_store *s = ed_mem_zalloc(1, sizeof(*s));
	struct ed_store_account unused;
	int r;

	*ret = NULL;
	if (!s)
		return fail(-ENOMEM, "cannot open the store", conf->dir, error);
	s->conf = *conf;
	s->lock = -1;
	r = set_up(s, error);
	if (r == 0)
		*ret = s;
	else
		(void)ed_store_close(s, &unused);
	return r;
}

/* ------------------------------------------------------------------ history */

static int by_place(const void *a, const void *b, void *arg)
{
	const struct ed_row *rows = arg;
	const struct ed_row *x = &rows[*(const uint32_t *)a], *y = &rows[*(const uint32_t *)b];
	int64_t dx = ed_store_floor(x->bucket, 144), dy = ed_store_floor(y->bucket, 144);
	int c;

	if (dx != dy)
		return dx < dy ? -1 : 1;
	c = memcmp(&x->client, &y->client, sizeof(x->client));
	if (c != 0)
		return c;
	if (x->net_tag != y->net_tag)
		return x->net_tag < y->net_tag ? -1 : 1;
	return (x->bucket > y->bucket) - (x->bucket < y->bucket);
}

static bool day_allowed(struct ed_store *s, int64_t day)
{
	struct ed_files *f = &s->files;

	for (uint32_t i = f->n; i > 0; i--) {
		if (f->day[i - 1].day == day)
			return true;
	}
	if (f->n == ED_STORE_DAYS_MAX)
		return false;
	f->day[f->n++] = (struct ed_files_day){ .day = day };
	return true;
}

/* A day that turns out to be damaged is put aside and begun anew, once. */
static int write_day(struct ed_store *s, int64_t day, const uint32_t *order, uint32_t n)
{
	for (unsigned attempt = 0;; attempt++) {
		int r = ed_day_open(&s->day, s->conf.dir, day);

		if (r == 0)
			r = ed_day_write(&s->day, &s->rows, order, n);
		if (r != 0)
			ed_day_close(&s->day);
		if (r != ED_STORE_DAMAGED || attempt > 0)
			return r;
		s->account.n_damaged++;
		r = ed_files_set_aside(s->conf.dir, day);
		if (r != 0)
			return r;
	}
}

static int write_rows(struct ed_store *s, int64_t day, const uint32_t *order, uint32_t n)
{
	uint64_t n_lookups = 0;
	int r;

	for (uint32_t i = 0; i < n; i++)
		n_lookups += s->rows.rows[order[i]].n;
	if (!day_allowed(s, day)) {
		s->account.n_refused += n_lookups;
		return 0;
	}
	r = write_day(s, day, order, n);
	if (r == 0) {
		s->account.n_kept += n_lookups;
		s->account.n_rows += n;
	} else {
		s->account.n_lost += n_lookups;
		note_error(s, r);
	}
	return r;
}

int ed_store_flush(struct ed_store *s)
{
	const struct ed_row *rows = s->rows.rows;
	uint32_t n = 0, from = 0;
	int first = 0;

	for (uint32_t i = 0; i < s->rows.n; i++) {
		if (rows[i].n > 0)
			s->order[n++] = i;
	}
	qsort_r(s->order, n, sizeof(s->order[0]), by_place, s->rows.rows);
	while (from < n) {
		int64_t day = ed_store_floor(rows[s->order[from]].bucket, 144);
		uint32_t to = from + 1;
		int r;

		while (to < n && ed_store_floor(rows[s->order[to]].bucket, 144) == day)
			to++;
		r = write_rows(s, day, s->order + from, to - from);
		first = first ? first : r;
		from = to;
	}
	ed_rows_clear(&s->rows);
	return first;
}

void ed_store_note(struct ed_store *s, const struct ed_event *ev)
{
	if (!ed_event_is_lookup(ev) || ev->name_n == 0)
		return;
	if (ev->time_ns == ED_TIME_UNKNOWN_NS) {
		s->account.n_noted++;
		s->account.n_untimed++;
		return;
	}
	if (!ed_rows_have_room(&s->rows)) {
		(void)ed_store_flush(s); /* accounted for */
		if (s->conf.max_bytes > 0)
			expire(s);
	}
	s->account.n_noted += ed_rows_add(&s->rows, ev);
}

/* ------------------------------------------------------------------- alerts */

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

int ed_store_alerts(struct ed_store *s, const struct ed_alert *alerts, const char *const *bodies,
		    size_t n)
{
	sqlite3_stmt *q = NULL;
	int r = ed_db_prepare(s->alerts, put_alert, &q);

	if (r == 0)
		r = ed_db_run(s->alerts, "BEGIN IMMEDIATE");
	for (size_t i = 0; i < n && r == 0; i++)
		r = bind_alert(q, &alerts[i], bodies[i], s->conf.now_ns);
	if (r == 0)
		r = ed_db_run(s->alerts, "COMMIT");
	if (r != 0)
		(void)sqlite3_exec(s->alerts, "ROLLBACK", NULL, NULL, NULL);
	(void)sqlite3_finalize(q);
	return r;
}

int ed_store_close(struct ed_store *s, struct ed_store_account *ret)
{
	int r = 0;

	if (s->ready) {
		r = ed_store_flush(s);
		ed_day_close(&s->day);
		expire(s);
	}
	ed_day_done(&s->day);
	ed_rows_done(&s->rows);
	ed_db_close(s->alerts);
	if (s->lock >= 0)
		(void)close(s->lock);
	*ret = s->account;
	ed_mem_free(s);
	return r ? r : ret->first_error;
}
