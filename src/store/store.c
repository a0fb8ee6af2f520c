/* SPDX-License-Identifier: Apache-2.0 */
/* The store as one thing: its lock, what is noted, the ledger at its end; see store.h. */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/time.h"
#include "store/history.h"
#include "store/writer.h"

struct ed_store {
	struct ed_store_conf conf;
	int lock;                 /* descriptor of DIR/lock; -1 */
	bool ready;               /* what is there was checked */
	struct ed_ledger *ledger; /* NULL: not open */
	struct ed_rows rows[2];
	unsigned filling; /* which of them; the other one is empty or the writer's */
	uint64_t n_noted, n_untimed;
	struct ed_history history; /* the writer's, from ed_writer_give to ed_writer_wait */
	struct ed_writer writer;
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
	r = ed_files_list(s->conf.dir, &s->history.files);
	if (r < 0)
		return fail(r, "cannot read the store", s->conf.dir, error);
	(void)snprintf(path, sizeof(path), "%s/alerts.db", s->conf.dir);
	if (s->history.files.n_strangers == 0 || access(path, F_OK) == 0)
		return 0;
	(void)snprintf(error, ED_STORE_ERROR_MAX,
		       "%.400s: not a store, and there are other files in it", s->conf.dir);
	return ED_STORE_FOREIGN;
}

static void close_ledger(struct ed_store *s)
{
	ed_ledger_close(s->ledger);
	s->ledger = NULL;
}

static int set_up(struct ed_store *s, char error[static ED_STORE_ERROR_MAX])
{
	uint64_t key = 0;
	int r = check_dir(s, error);

	if (r == 0)
		r = take_lock(s, error);
	if (r == 0)
		r = ed_history_ledger(&s->conf, &s->ledger, error);
	if (r != 0)
		return r;
	/* Results do not depend on it. */
	if (getrandom(&key, sizeof(key), GRND_NONBLOCK) < 0)
		key = (uint64_t)s->conf.now_ns;
	for (unsigned i = 0; i < 2 && r == 0; i++)
		r = ed_rows_init(&s->rows[i], s->conf.grain == ED_STORE_EVENT, key);
	if (r == 0)
		r = ed_history_init(&s->history, &s->conf, key);
	if (r != 0)
		return fail(r, "cannot open the store", s->conf.dir, error);
	r = ed_history_check(&s->history, error);
	if (r != 0)
		return r;
	ed_history_expire(&s->history, &s->ledger);
	close_ledger(s);
	r = ed_writer_start(&s->writer, &s->history);
	s->ready = r == 0;
	return r ? fail(r, "cannot open the store", s->conf.dir, error) : 0;
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

/* Gives what was noted to the writer, when it is through with what it had. */
static void hand_over(struct ed_store *s)
{
	(void)ed_writer_wait(&s->writer); /* what failed is accounted for */
	ed_writer_give(&s->writer, &s->rows[s->filling], s->conf.max_bytes > 0 && !s->ledger);
	s->filling ^= 1;
}

int ed_store_flush(struct ed_store *s)
{
	hand_over(s);
	return ed_writer_wait(&s->writer);
}

void ed_store_note(struct ed_store *s, const struct ed_event *ev)
{
	if (!ed_event_is_lookup(ev) || ev->name_n == 0)
		return;
	if (ev->time_ns == ED_TIME_UNKNOWN_NS) {
		s->n_noted++;
		s->n_untimed++;
		return;
	}
	if (!ed_rows_have_room(&s->rows[s->filling]))
		hand_over(s);
	s->n_noted += ed_rows_add(&s->rows[s->filling], ev);
}

/* ------------------------------------------------------------------- ledger */

int ed_store_ledger(struct ed_store *s, struct ed_ledger **ret)
{
	char error[ED_STORE_ERROR_MAX];
	int r;

	(void)ed_writer_wait(&s->writer); /* it may have the ledger open */
	r = ed_history_ledger(&s->conf, &s->ledger, error);
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
		ed_writer_stop(&s->writer);
		ed_history_expire(&s->history, &s->ledger);
	}
	*ret = s->history.account;
	ret->n_noted = s->n_noted;
	ret->n_untimed = s->n_untimed;
	ed_history_done(&s->history);
	ed_rows_done(&s->rows[0]);
	ed_rows_done(&s->rows[1]);
	close_ledger(s);
	if (s->lock >= 0)
		(void)close(s->lock);
	ed_mem_free(s);
	return r ? r : ret->first_error;
}
