/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lookups gathered before they are written: a hash table of fixed size that counts what is alike
 * within ten minutes. It allocates nothing once made; when it is full it is written out and begun
 * anew, so a ten minutes may end up in several rows, which readers add up.
 */
#ifndef ED_STORE_ROWS_H
#define ED_STORE_ROWS_H

#include "base/time.h"
#include "record/event.h"

#define ED_STORE_BUCKET_NS (600 * ED_NS_PER_S)
#define ED_STORE_DAY_NS (86400 * ED_NS_PER_S)

enum { ED_ROWS_MAX = 1 << 17, ED_ROW_NO_RCODE = 0xffff, ED_WHO_TEXTS = 3 };

/* Who asked, as far as history keeps it: host, image, user, each ED_TEXT_MAX at most. */
struct ed_rows_who {
	uint16_t text_n[ED_WHO_TEXTS];
	uint8_t text[ED_WHO_TEXTS * ED_TEXT_MAX];
};

struct ed_row {
	uint64_t hash;
	int64_t bucket; /* first_ns / ED_STORE_BUCKET_NS, rounded down */
	int64_t first_ns, last_ns;
	struct ed_addr client, resolver;
	uint32_t net_tag;
	uint32_t n;         /* lookups; 0: a query whose response is another row */
	uint32_t answer_v4; /* the first A record of the last answer; 0: none */
	uint32_t name;      /* where the lower-cased name lies in the table's text */
	uint32_t who;       /* where struct ed_rows_who lies, behind 1; 0: not known */
	uint16_t who_n;     /* its bytes */
	uint16_t qtype;
	uint16_t rcode; /* ED_ROW_NO_RCODE: no response seen */
	uint8_t name_n;
	uint8_t zone_off; /* where the registrable domain begins */
};

struct ed_rows {
	uint32_t n;
	bool each; /* a row for each lookup */
	uint64_t hash_key;
	struct ed_row *rows;
	uint32_t *index; /* row + 1 by hash; 0: free */
	uint8_t *text;
	uint32_t text_n;
};

/* 0 or -ENOMEM. */
int ed_rows_init(struct ed_rows *t, bool each, uint64_t hash_key);
void ed_rows_done(struct ed_rows *t);
void ed_rows_clear(struct ed_rows *t);

/* False: there may be no room for another lookup; write the rows and clear. */
bool ed_rows_have_room(const struct ed_rows *t);

/* Adds a lookup with a known time. Returns how many more there are: 0 for a response that takes the
 * place of its query. */
unsigned ed_rows_add(struct ed_rows *t, const struct ed_event *ev);

static inline const uint8_t *ed_row_name(const struct ed_rows *t, const struct ed_row *r)
{
	return t->text + r->name;
}

/* @v / @by rounded down, @by > 0. */
static inline int64_t ed_store_floor(int64_t v, int64_t by)
{
	return v / by - (v % by < 0);
}

#endif
