/* SPDX-License-Identifier: Apache-2.0 */
/* For the tests of this folder: a store in a folder of its own, lookups into it, questions to it. */
#ifndef ED_STORE_TEST_DIR_H
#define ED_STORE_TEST_DIR_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/time.h"
#include "store/day.h"
#include "store/query.h"
#include "store/store.h"

static const int64_t NOON_NS = INT64_C(1762171200) * ED_NS_PER_S; /* 2025-11-03T12:00:00Z */

struct found {
	unsigned n_rows, n_troubles;
	uint64_t n;
	struct ed_query_row last;
	int error;
};

static inline bool count_row(void *arg, const struct ed_query_row *row)
{
	struct found *f = arg;

	f->n_rows++;
	f->n += row->n;
	f->last = *row;
	return true;
}

static inline void count_trouble(void *arg, const char *file, int error)
{
	struct found *f = arg;

	(void)file;
	f->n_troubles++;
	f->error = error;
}

static inline struct found ask(const char *dir, const char *const *terms)
{
	struct found f = { .n_rows = 0 };
	const struct ed_query_hooks hooks = { &f, count_row, count_trouble };
	struct ed_query_account account;
	char error[ED_STORE_ERROR_MAX];
	struct ed_query q;

	ed_query_init(&q);
	for (; *terms; terms++)
		assert_int_equal(ed_query_term(*terms, &q, error), 0);
	assert_int_equal(ed_query_run(dir, &q, &hooks, &account), 0);
	return f;
}

#define ASK(dir, ...) ask(dir, (const char *const[]){ __VA_ARGS__, NULL })

static inline int make_dir(void **state)
{
	static char dir[64];

	(void)snprintf(dir, sizeof(dir), "/tmp/earthdog-store-XXXXXX");
	*state = mkdtemp(dir);
	return *state ? 0 : -1;
}

static inline int drop_entry(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static inline int drop_dir(void **state)
{
	return nftw(*state, drop_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static inline struct ed_store *open_store(const char *dir, uint32_t grain)
{
	const struct ed_store_conf conf = { .dir = dir, .grain = grain, .now_ns = NOON_NS };
	char error[ED_STORE_ERROR_MAX];
	struct ed_store *s;

	assert_int_equal(ed_store_open(&conf, &s, error), 0);
	return s;
}

static inline struct ed_store_account close_store(struct ed_store *s)
{
	struct ed_store_account a;

	assert_int_equal(ed_store_close(s, &a), 0);
	assert_true(a.n_noted == a.n_kept + a.n_lost + a.n_untimed + a.n_refused);
	return a;
}

struct lookup {
	const char *client, *name;
	uint8_t zone_off;
	int64_t time_ns;
	uint8_t kind;
	uint16_t rcode;
	uint32_t answer;
};

static inline void note(struct ed_store *s, const struct lookup *l)
{
	static _Alignas(8) uint8_t place[ED_EVENT_MAX_BYTES];
	struct ed_event *ev = (struct ed_event *)place;
	struct ed_name name;

	memset(place, 0, sizeof(place));
	ev->time_ns = l->time_ns;
	ev->kind = l->kind;
	ev->qtype = ED_RR_A;
	ev->rcode = l->rcode;
	ev->has = ED_FIELD_TIME | ED_FIELD_QNAME | ED_FIELD_ANSWERS;
	ev->has |= l->kind == ED_EVENT_DNS_QUERY ? 0 : ED_FIELD_RCODE;
	ev->answers.first_v4 = l->answer;
	assert_true(ed_addr_from_text(ed_span_str(l->client), &ev->client));
	assert_int_equal(ed_name_from_text(ed_span_str(l->name), ED_NAME_MASTER, &name), 0);
	memcpy(ev + 1, name.wire, name.n);
	ev->name_n = name.n;
	ev->zone_off = l->zone_off;
	ed_store_note(s, ev);
}

static inline void change(const char *dir, const char *sql)
{
	char path[ED_STORE_PATH_MAX];
	sqlite3 *db;

	ed_day_path(dir, 20395, "", path); /* 2025-11-03 */
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	(void)sqlite3_close(db);
}

#endif
