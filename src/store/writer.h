/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thread that writes history, so that who reads need not wait for the disk. Two tables of rows
 * go round: one fills while the other is written, and who has filled his waits until the other is
 * free; so there is a bound on what is kept in memory, and on what dies with the process. What SQLite
 * opens for the history it opens, uses and closes in this thread.
 */
#ifndef ED_STORE_WRITER_H
#define ED_STORE_WRITER_H

#include <pthread.h>

#include "store/history.h"

struct ed_writer {
	struct ed_history *history; /* the thread's while it has rows; else the caller's */
	pthread_t thread;
	bool running;
	pthread_mutex_t lock; /* all below */
	pthread_cond_t changed;
	struct ed_rows *rows; /* handed over; NULL: there is nothing to write */
	bool expire;          /* behind them */
	bool stop;
	int result; /* of the rows before */
};

/* 0 or -errno. The history is borrowed until ed_writer_stop. */
int ed_writer_start(struct ed_writer *w, struct ed_history *history);

/* Hands @rows over, to be written and cleared. They, and the history, are the thread's until the
 * next ed_writer_wait, which must have been called since the last ed_writer_give. @expire: deletes
 * what is no longer kept afterwards; the ledger must be closed. */
void ed_writer_give(struct ed_writer *w, struct ed_rows *rows, bool expire);

/* Waits until what was handed over is committed. 0, or what failed of it. */
int ed_writer_wait(struct ed_writer *w);

/* Waits, closes the day that is open and ends the thread. Nothing when it was not started. */
void ed_writer_stop(struct ed_writer *w);

#endif
