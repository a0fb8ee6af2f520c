/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Searching the history. A query is a set of conditions that all hold; each day is searched by the
 * narrowest way there is: the spans of a client, the spans of a zone, or all (store/search.h).
 */
#ifndef ED_STORE_QUERY_H
#define ED_STORE_QUERY_H

#include "store/rows.h"
#include "store/store.h"

/* Both ends belong to it. */
struct ed_addr_range {
	struct ed_addr low, high;
	bool set;
};

enum { ED_QUERY_TEXT_MAX = 256 };

struct ed_query {
	int64_t from_ns, to_ns; /* 0: open */
	struct ed_addr_range client, resolver, answer;
	struct ed_name name;                       /* lower case; n == 0: any */
	bool is_suffix;                            /* the name and what lies below it */
	int32_t qtype, rcode;                      /* -1: any */
	char who[ED_WHO_TEXTS][ED_QUERY_TEXT_MAX]; /* a part of host, image, user; "": any */
};

/* What a row says; borrowed for the time of the call. */
struct ed_query_row {
	int64_t first_ns, last_ns;
	uint64_t n;
	struct ed_addr client, resolver;
	uint32_t net_tag;
	uint32_t answer_v4; /* 0: none */
	uint16_t qtype;
	uint16_t rcode; /* ED_ROW_NO_RCODE: no response seen */
	struct ed_name name;
	uint8_t zone_off;
	struct ed_span who[ED_WHO_TEXTS]; /* host, image, user; empty: not known */
	size_t indicator;                 /* of ed_query_hunt: which word it fits */
};

struct ed_query_hooks {
	void *arg;
	/* False: that is enough. */
	bool (*row)(void *arg, const struct ed_query_row *row);
	/* A day that could not be read, or not to its end; the search goes on. */
	void (*trouble)(void *arg, const char *file, int error);
};

struct ed_query_account {
	uint32_t n_days;       /* searched */
	uint32_t n_unreadable; /* of them, wholly or in part */
	int64_t oldest_ns;     /* begin of the oldest day kept; ED_TIME_UNKNOWN_NS: none */
	size_t n_words_bad;    /* of ed_query_hunt: neither a name nor an address */
};

/* Everything is asked for. */
void ed_query_init(struct ed_query *ret);

/* 0, -errno or a condition when @dir is no store. Rows come day by day; within a day in no
 * particular order. */
int ed_query_run(const char *dir, const struct ed_query *q, const struct ed_query_hooks *hooks,
		 struct ed_query_account *ret);

struct ed_query_words {
	const char *const *v;
	size_t n;
};

/*
 * The same for many words at once, each in turn beside @q: a name, which stands for what lies below
 * it too, or an address or a network, which was answered. A day is opened once; names are looked up
 * one by one, and all addresses together in one reading of the day.
 */
int ed_query_hunt(const char *dir, const struct ed_query *q, const struct ed_query_words *words,
		  const struct ed_query_hooks *hooks, struct ed_query_account *ret);

/*
 * One word of a query: field:value, an address, a network, or a name, which is then a suffix.
 * Fields: client, resolver, answer, name, suffix, type, rcode, host, process, user. 0, or -EINVAL
 * with one line in @error, which shows nothing of the word.
 */
int ed_query_term(const char *word, struct ed_query *q, char error[static ED_STORE_ERROR_MAX]);

#endif
