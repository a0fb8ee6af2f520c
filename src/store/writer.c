/* SPDX-License-Identifier: Apache-2.0 */
/* The thread that writes history; see writer.h. */
#include "store/writer.h"

static void write_away(struct ed_history *h, struct ed_rows *rows, bool expire, int *ret)
{
	struct ed_ledger *ledger = NULL;

	*ret = ed_history_write(h, rows);
	ed_rows_clear(rows);
	if (expire)
		ed_history_expire(h, &ledger);
	ed_ledger_close(ledger);
}

static void *work(void *arg)
{
	struct ed_writer *w = arg;

	pthread_mutex_lock(&w->lock);
	for (;;) {
		int r;

		while (!w->rows && !w->stop)
			pthread_cond_wait(&w->changed, &w->lock);
		if (!w->rows)
			break;
		pthread_mutex_unlock(&w->lock);
		write_away(w->history, w->rows, w->expire, &r);
		pthread_mutex_lock(&w->lock);
		w->result = r;
		w->rows = NULL;
		pthread_cond_signal(&w->changed);
	}
	pthread_mutex_unlock(&w->lock);
	ed_day_close(&w->history->day);
	return NULL;
}

int ed_writer_start(struct ed_writer *w, struct ed_history *history)
{
	int r;

	*w = (struct ed_writer){ .history = history };
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->changed, NULL);
	r = pthread_create(&w->thread, NULL, work, w);
	w->running = r == 0;
	if (r == 0)
		return 0;
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->lock);
	return -r;
}

/* The two wait for opposite things, so there is never more than one to be woken. */
void ed_writer_give(struct ed_writer *w, struct ed_rows *rows, bool expire)
{
	pthread_mutex_lock(&w->lock);
	w->rows = rows;
	w->expire = expire;
	pthread_cond_signal(&w->changed);
	pthread_mutex_unlock(&w->lock);
}

int ed_writer_wait(struct ed_writer *w)
{
	int r;

	pthread_mutex_lock(&w->lock);
	while (w->rows)
		pthread_cond_wait(&w->changed, &w->lock);
	r = w->result;
	pthread_mutex_unlock(&w->lock);
	return r;
}

void ed_writer_stop(struct ed_writer *w)
{
	if (!w->running)
		return;
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_cond_signal(&w->changed);
	pthread_mutex_unlock(&w->lock);
	(void)pthread_join(w->thread, NULL);
	w->running = false;
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->lock);
}
