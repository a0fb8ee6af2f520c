/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The book of incidents: findings about one key become one alert, updated and never repeated. Fixed
 * capacity; a full book gives the place of its least alert to a graver one and counts it. An
 * incident is found by a hash index and the least one stands at the top of a heap, so a finding
 * costs the same in a full book as in an empty one, but for the logarithm of its size. One thread
 * owns a book.
 */
#ifndef ED_ALERT_BOOK_H
#define ED_ALERT_BOOK_H

#include "record/finding.h"

struct ed_book {
	struct ed_alert *alerts;
	uint64_t *keys;    /* key_hash of each */
	float *best;       /* highest score so far */
	uint32_t *heap;    /* indices of alerts, each no graver than its two children */
	uint32_t *heap_at; /* where each alert is in the heap */
	uint32_t *slots;   /* hash index, linear probing: index of the alert + 1; 0: free */
	uint32_t slot_mask;
	uint32_t n, capacity;
	uint64_t n_displaced, n_refused;
};

/* 0 or -ENOMEM. At most 2^30 alerts. */
int ed_book_init(struct ed_book *b, uint32_t capacity);
void ed_book_done(struct ed_book *b);

/* The incident of the key, if there is one, is not to be told: another tells it. */
void ed_book_withdraw(struct ed_book *b, uint64_t key_hash);

/* Opens or updates the incident of the finding. */
void ed_book_note(struct ed_book *b, const struct ed_finding *f);

#endif
