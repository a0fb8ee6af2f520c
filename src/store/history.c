/* SPDX-License-Identifier: Apache-2.0 */
/* The days of a store as their one writer sees them; see history.h. */
#include "store/history.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* A person who judges an alert holds the ledger for a moment. */
enum { LEDGER_WAIT_MS = 10000 };

int ed_history_init(struct ed_history *h, const struct ed_store_conf *conf, uint64_t hash_key)
{
	h->conf = conf;
	return ed_day_init(&h->day, hash_key);
}

void ed_history_done(struct ed_history *h)
{
	ed_day_done(&h->day);
}

static void note_error(struct ed_history *h, int r)
{
	if (h->account.first_error == 0)
		h->account.first_error = r;
}

int ed_history_check(struct ed_history *h, char error[static ED_STORE_ERROR_MAX])
{
	for (uint32_t i = 0; i < h->files.n; i++) {
		char path[ED_STORE_PATH_MAX];
		int r = ed_day_check(h->conf->dir, h->files.day[i].day);

		if (r == ED_STORE_DAMAGED) {
			h->account.n_damaged++;
			r = ed_files_set_aside(h->conf->dir, h->files.day[i].day);
		}
		ed_day_path(h->conf->dir, h->files.day[i].day, "", path);
		if (r != 0) {
			(void)snprintf(error, ED_STORE_ERROR_MAX, "cannot open %.400s: %s", path,
				       ed_store_error(r));
			return r;
		}
	}
	return 0;
}

/* ------------------------------------------------------------------ writing */

static int64_t day_of(const struct ed_rows *t, uint32_t row)
{
	return ed_store_floor(t->rows[row].bucket, 144);
}

static int by_day(const void *a, const void *b, void *arg)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	int64_t dx = day_of(arg, x), dy = day_of(arg, y);

	return dx != dy ? (dx < dy ? -1 : 1) : (x > y) - (x < y);
}

static bool day_allowed(struct ed_history *h, int64_t day)
{
	struct ed_files *f = &h->files;

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
static int write_day(struct ed_history *h, const struct ed_rows *t, int64_t day,
		     const uint32_t *order, uint32_t n)
{
	for (unsigned attempt = 0;; attempt++) {
		int r = ed_day_open(&h->day, h->conf->dir, day);

		if (r == 0)
			r = ed_day_write(&h->day, t, order, n);
		if (r != 0)
			ed_day_close(&h->day);
		if (r != ED_STORE_DAMAGED || attempt > 0)
			return r;
		h->account.n_damaged++;
		r = ed_files_set_aside(h->conf->dir, day);
		if (r != 0)
			return r;
	}
}

static int write_rows(struct ed_history *h, const struct ed_rows *t, int64_t day,
		      const uint32_t *order, uint32_t n)
{
	uint64_t n_lookups = 0;
	int r;

	for (uint32_t i = 0; i < n; i++)
		n_lookups += t->rows[order[i]].n;
	if (!day_allowed(h, day)) {
		h->account.n_refused += n_lookups;
		return 0;
	}
	r = write_day(h, t, day, order, n);
	if (r == 0) {
		h->account.n_kept += n_lookups;
		h->account.n_rows += n;
	} else {
		h->account.n_lost += n_lookups;
		note_error(h, r);
	}
	return r;
}

int ed_history_write(struct ed_history *h, struct ed_rows *t)
{
	uint32_t n = 0, from = 0;
	bool sorted = true;
	int first = 0;

	for (uint32_t i = 0; i < t->n; i++) {
		if (t->rows[i].n == 0)
			continue;
		sorted &= n == 0 || day_of(t, h->order[n - 1]) <= day_of(t, i);
		h->order[n++] = i;
	}
	if (!sorted)
		qsort_r(h->order, n, sizeof(h->order[0]), by_day, t);
	while (from < n) {
		int64_t day = day_of(t, h->order[from]);
		uint32_t to = from + 1;
		int r;

		while (to < n && day_of(t, h->order[to]) == day)
			to++;
		r = write_rows(h, t, day, h->order + from, to - from);
		first = first ? first : r;
		from = to;
	}
	return first;
}

/* ------------------------------------------------------------------- expiry */

int ed_history_ledger(const struct ed_store_conf *conf, struct ed_ledger **ledger,
		      char error[static ED_STORE_ERROR_MAX])
{
	const struct ed_ledger_conf of_store = { .dir = conf->dir,
						 .mode = ED_LEDGER_MAKE,
						 .wait_ms = LEDGER_WAIT_MS,
						 .now_ns = conf->now_ns,
						 .who = conf->who,
						 .login = conf->login };

	return *ledger ? 0 : ed_ledger_open(&of_store, ledger, error);
}

static int audit(struct ed_history *h, struct ed_ledger **ledger, const char *subject,
		 const char *detail)
{
	char error[ED_STORE_ERROR_MAX];
	int r = ed_history_ledger(h->conf, ledger, error);

	return r == 0 ? ed_ledger_audit(*ledger, "expire", subject, detail) : r;
}

void ed_history_expire(struct ed_history *h, struct ed_ledger **ledger)
{
	uint64_t bytes = 0, max = h->conf->max_bytes;
	uint32_t i;

	if (ed_files_list(h->conf->dir, &h->files) < 0)
		return;
	for (i = 0; i < h->files.n; i++)
		bytes += h->files.day[i].bytes;
	for (i = 0; i < h->files.n; i++) {
		const struct ed_files_day *day = &h->files.day[i];
		bool is_old = h->conf->keep_ns > 0 &&
			      (day->day + 1) * ED_STORE_DAY_NS < h->conf->now_ns - h->conf->keep_ns;
		char path[ED_STORE_PATH_MAX];
		int r;

		if (!is_old && (max == 0 || bytes <= max))
			break;
		if (h->day.db && h->day.day == day->day)
			ed_day_close(&h->day);
		ed_day_path(h->conf->dir, day->day, "", path);
		r = ed_files_delete(h->conf->dir, day->day);
		if (r == 0)
			r = audit(h, ledger, path + strlen(h->conf->dir) + 1,
				  is_old ? "by age" : "by size");
		if (r != 0)
			note_error(h, r);
		h->account.n_expired++;
		bytes -= day->bytes;
	}
	h->account.n_days = h->files.n - i;
	h->account.bytes = bytes;
	if (h->account.n_days > 0)
		h->account.oldest_ns = h->files.day[i].day * ED_STORE_DAY_NS;
}
