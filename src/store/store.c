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
#include "store/ledger.h"

/* A person who judges an alert holds the ledger for a moment. */
enum { LEDGER_WAIT_MS = 10000 };

struct ed_store {
	struct ed_store_conf conf;
	int lock;                 /* descriptor of DIR/lock; -1 */
	bool ready;               /* what is there was checked */
	struct ed_ledger *ledger; /* NULL: not open */
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

static int open_ledger(struct ed_store *s, char error[static ED_STORE_ERROR_MAX])
{
	const struct ed_ledger_conf conf = { .dir = s->conf.dir,
					     .mode = ED_LEDGER_MAKE,
					     .wait_ms = LEDGER_WAIT_MS,
					     .now_ns = s->conf.now_ns,
					     .who = s->conf.who,
					     .login = s->conf.login };

	return s->ledger ? 0 : ed_ledger_open(&conf, &s->ledger, error);
}

static void close_ledger(struct ed_store *s)
{
	ed_ledger_close(s->ledger);
	s->ledger = NULL;
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

static int audit(struct ed_store *s, const char *action, const char *subject, const char *detail)
{
	char error[ED_STORE_ERROR_MAX];
	int r = open_ledger(s, error);

	return r == 0 ? ed_ledger_audit(s->ledger, action, subject, detail) : r;
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
			r = audit(s, "expire", path + strlen(s->conf.dir) + 1,
				  is_old ? "by age" : "by size");
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
		r = open_ledger(s, error);
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
	close_ledger(s);
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
		close_ledger(s);
	}
	s->account.n_noted += ed_rows_add(&s->rows, ev);
}

/* ------------------------------------------------------------------- ledger */

int ed_store_ledger(struct ed_store *s, struct ed_ledger **ret)
{
	char error[ED_STORE_ERROR_MAX];
	int r = open_ledger(s, error);

	*ret = s->ledger;
	return r;
}

int ed_store_alerts(struct ed_store *s, const struct ed_alert *alerts, const char *const *bodies,
		    size_t n)
{
	struct ed_ledger *l;
	int r = ed_store_ledger(s, &l);

	return r == 0 ? ed_ledger_put_alerts(l, alerts, bodies, n) : r;
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
	close_ledger(s);
	if (s->lock >= 0)
		(void)close(s->lock);
	*ret = s->account;
	ed_mem_free(s);
	return r ? r : ret->first_error;
}
