/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Searching one day of history. The day is opened once and asked any number of times: for the spans
 * of a client, for those of a zone, or for all. What rows name by number is looked up when a row is
 * shown, and remembered.
 */
#ifndef ED_STORE_SEARCH_H
#define ED_STORE_SEARCH_H

#include "store/db.h"
#include "store/query.h"

enum { ED_SEARCH_CACHE = 4096 }; /* kinds, zones and clients, by number */

/* Addresses and networks that are hunted for, by their lower end; they may lie in each other. */
struct ed_hunted {
	size_t n;
	struct ed_hunted_range {
		struct ed_addr low, high;
		struct ed_addr high_before; /* the highest end of this one and those before it */
		size_t word;
	} * v; /* owned */
};

/* The next one that holds @a, from @at downwards; counts @at down. NULL: no more. Begin with
 * ed_hunted_begin. */
size_t ed_hunted_begin(const struct ed_hunted *h, const struct ed_addr *a);
const struct ed_hunted_range *ed_hunted_next(const struct ed_hunted *h, const struct ed_addr *a,
					     size_t *at);

enum ed_search_statement {
	ED_SEARCH_ZONE,
	ED_SEARCH_KIND,
	ED_SEARCH_WHO,
	ED_SEARCH_CLIENT,
	ED_SEARCH_ZONES, /* by a range of keys */
	ED_SEARCH_BATCHES,
	ED_SEARCH_LIST, /* the stretch of lists in which one would be */
	ED_SEARCH_SPAN,
	ED_SEARCH_SPAN_CLIENT,
	ED_SEARCH_POSTINGS, /* of a day that was begun in version 1 */
	ED_SEARCH_STATEMENTS
};

struct ed_search_kind {
	int64_t id; /* 0: free */
	struct ed_addr resolver;
	int64_t who_id;
	uint16_t qtype, rcode;
};

struct ed_search_client {
	int64_t id; /* 0: free */
	struct ed_addr addr;
	uint32_t net_tag;
};

struct ed_search_zone {
	int64_t id; /* 0: free */
	uint8_t n;  /* with the root */
	uint8_t wire[ED_NAME_MAX];
};

struct ed_search {
	const struct ed_query *q;       /* what a row must fit */
	const struct ed_hunted *hunted; /* the answer must be one of these too; NULL: any */
	const struct ed_query_hooks *hooks;
	bool enough; /* a hook has said so */
	struct ed_query_row row;

	/* of the day that is open */
	sqlite3 *db;
	sqlite3_stmt *get[ED_SEARCH_STATEMENTS];
	int64_t day;
	bool whole; /* a span's rows are all wanted, not those of one zone */
	uint64_t only_zone;
	struct ed_search_kind kinds[ED_SEARCH_CACHE];
	struct ed_search_zone zones[ED_SEARCH_CACHE];
	struct ed_search_client clients[ED_SEARCH_CACHE];
	int64_t n_batches;
	bool has_lists, has_postings, has_index; /* the last two: begun in version 1 */
	int64_t who_id;
	uint8_t who_text[ED_WHO_TEXTS][ED_TEXT_MAX];
};

/* Opens the day at @path in one state, whatever is written meanwhile; to be closed in any case. 0,
 * -errno or a condition, as all of these. */
int ed_search_open(struct ed_search *s, const char *path, int64_t day);
void ed_search_close(struct ed_search *s);

/* Shows the rows that fit, by the narrowest way that s->q allows. */
int ed_search_day(struct ed_search *s);

/* The same by reading every row. */
int ed_search_everything(struct ed_search *s);

/* Between the files of the search: binds @id and steps, to be reset by the caller; DAMAGED: no such
 * row. Then the span on which @q stands, and all on which it will. */
int ed_search_get(struct ed_search *s, enum ed_search_statement which, int64_t id);
int ed_search_span(struct ed_search *s, sqlite3_stmt *q);
int ed_search_show(struct ed_search *s, sqlite3_stmt *q);

#endif
