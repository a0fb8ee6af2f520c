/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys of Zeek's records in JSON, in every dialect: a table from dotted keys to the role of
 * their value (format/zeek/record.h) and to what their presence tells about the line. A dialect is
 * a few rows.
 */
#ifndef ED_FORMAT_ZEEK_KEYS_H
#define ED_FORMAT_ZEEK_KEYS_H

#include "format/text/lines.h"
#include "format/zeek/memo.h"

/* Keys that are no column of the log but say what a line is. They go on where the roles end. */
enum {
	ED_ZEEK_KEY_LOG = ED_ZEEK_ROLE_N, /* name of the log: "dns" */
	ED_ZEEK_KEY_DATASET,              /* "zeek.dns" or "dns" */
	ED_ZEEK_KEY_MODULE,               /* "zeek" */
	ED_ZEEK_KEY_TIMESTAMP,            /* the time, unless there is a ts */
	ED_ZEEK_KEY_CREATED,              /* a ts that a shipper renamed, when it is a number */
	ED_ZEEK_KEY_RAW,                  /* the record itself, as text */
	ED_ZEEK_KEY_NOTE,                 /* nothing but its marks */
};

/* What the presence of a key tells. */
enum {
	ED_ZEEK_MARK_ZEEK = 1 << 0, /* only Zeek's records have it */
	ED_ZEEK_MARK_FLOW = 1 << 1, /* only Zeek's have this and the next together */
	ED_ZEEK_MARK_ID = 1 << 2,
	ED_ZEEK_MARK_DNS = 1 << 3,     /* of Zeek's logs, only dns.log has it */
	ED_ZEEK_MARK_OTHER = 1 << 4,   /* the line says that it is of another log */
	ED_ZEEK_MARK_FOREIGN = 1 << 5, /* and not of Zeek at all */
};

enum {
	ED_ZEEK_KEY_BYTES_MAX = 24, /* of the longest key: three words hold it */
	ED_ZEEK_KEY_SLOTS = 256,    /* a power of two, several times the rows */
	ED_ZEEK_KEYS_MAX = 100,
};

struct ed_zeek_key {
	const char *key;
	uint8_t role;
	uint8_t marks;
};

/* A key in a form that is compared without a loop. */
struct ed_zeek_key_words {
	uint64_t head;   /* bytes 0 to 7 */
	uint64_t middle; /* 8 to 15, of keys longer than two words */
	uint64_t tail;   /* the last 8, of keys longer than one */
	size_t n;
};

/*
 * A key with the quote and the colon behind it, as Zeek writes it, to be compared at once where it
 * is expected. A key too long for that has a bit in its mask that no comparison sets.
 */
struct ed_zeek_key_text {
	uint8_t text[ED_LINES_STEP];
	uint32_t mask;
	uint32_t n; /* bytes of the text */
};

/* The table as it is searched; filled once by ed_zeek_keys_init, then only read. */
struct ed_zeek_keys {
	const struct ed_zeek_key *rows;
	struct ed_zeek_key_text text[ED_ZEEK_KEYS_MAX];
	uint8_t slot[ED_ZEEK_KEY_SLOTS]; /* hash of a key -> its row + 1, 0: free */
	struct ed_zeek_key_words words[ED_ZEEK_KEYS_MAX];
	uint8_t group[ED_ZEEK_KEYS_MAX]; /* ed_zeek_group of each row */
};

/* @k is zeroed memory. */
void ed_zeek_keys_init(struct ed_zeek_keys *k);

/* The row of @key, behind which 8 bytes are readable; NULL: none of ours. */
const struct ed_zeek_key *ed_zeek_keys_find(const struct ed_zeek_keys *k, struct ed_span key);

/* The number of the row of @key, counted from 1; there is one. */
unsigned ed_zeek_keys_number(const struct ed_zeek_keys *k, const char *key);

/*
 * The stretch of @group (format/zeek/memo.h) that begins with the value at @p behind the key of row
 * number @from. What tells servers apart stands first, what tells lookups apart behind the class.
 */
static inline struct ed_text_stretch ed_zeek_keys_stretch(const uint8_t *p, unsigned group,
							  unsigned from)
{
	bool server = group == ED_ZEEK_GROUP_SERVER;

	return (struct ed_text_stretch){ .p = p,
					 .group = (uint8_t)group,
					 .from = (uint8_t)from,
					 .word = { server ? 1 : 32, server ? 9 : 40 } };
}

/* True when the key of row @i, a quote and a colon stand at @p, where ED_LINES_STEP are readable.
 */
static inline bool ed_zeek_keys_is(const struct ed_zeek_keys *k, unsigned i, const uint8_t *p)
{
	const struct ed_zeek_key_text *t = &k->text[i];

	return (ed_lines_equal(p, t->text) & t->mask) == t->mask;
}

#endif
