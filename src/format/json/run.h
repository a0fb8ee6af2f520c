/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs: what lies between two values of a JSON log that change, read at once. Of
 *	,"Version":5,"Task":22,"OpcodeValue":0,"RecordNumber":4097900091
 * all but the last number is the same in the next record, and in the one behind it.
 *
 * The idea: reading is a function of the bytes. Bytes that were read once, from behind one value to
 * the colon before another, lead there again when they come again in the same place, whatever comes
 * behind them. So a run keeps those bytes, and where in them lie the values that somebody wants; a
 * run whose bytes stand at the front is taken in whole, and one whose bytes do not changes nothing.
 * Keys whose values were seen to change end runs. What is learned makes reading faster and never
 * different.
 *
 * Learning is bounded per unit of input, so that a log without any order is not made slower by it.
 */
#ifndef ED_FORMAT_JSON_RUN_H
#define ED_FORMAT_JSON_RUN_H

#include "format/json/text.h"

enum {
	ED_JSON_RUN_WAYS = 2, /* runs behind one key */
	ED_JSON_RUN_BYTES_MAX = 256,
	ED_JSON_RUN_VALUES_MAX = 8,
	ED_JSON_RUN_KEYS_MAX = 16,
	ED_JSON_RUN_MEMO_BYTES = 47,
	ED_JSON_RUN_PER_UNIT = 64,
};

/* A value in a run that somebody wants. */
struct ed_json_run_value {
	uint16_t at;
	uint8_t n;
	uint8_t slot;
};

struct ed_json_run {
	uint16_t n;     /* bytes */
	uint16_t where; /* it may begin, as ed_json_run_where says it; 0: no run */
	uint8_t last;   /* place + 1 of its last key in ed_json_keys */
	bool closes;    /* ends behind the bracket of the object, not behind a colon */
	uint8_t code;   /* the caller's, of the value behind it */
	uint8_t n_values;
	uint8_t n_keys;
	struct ed_json_run_value value[ED_JSON_RUN_VALUES_MAX];
	uint8_t key[ED_JSON_RUN_KEYS_MAX]; /* those whose values are part of it */
	uint8_t text[ED_JSON_RUN_BYTES_MAX + ED_LINES_STEP];
};

/* What is known of the values of a key. */
struct ed_json_run_memo {
	bool is_seen;
	bool changes;
	uint8_t place;
	uint8_t n;
	uint8_t text[ED_JSON_RUN_MEMO_BYTES]; /* the last one, from behind the colon on */
};

/* Zeroed memory is a good start. */
struct ed_json_runs {
	struct ed_json_run run[ED_JSON_KEYS_MAX + 1][ED_JSON_RUN_WAYS];
	struct ed_json_run_memo memo[ED_JSON_KEYS_MAX];
	uint8_t turn[ED_JSON_KEYS_MAX + 1]; /* the way that is written over next */
	unsigned left;                      /* runs that may still be learned in this unit */
	/* The run that is being learned. */
	const uint8_t *start; /* NULL: none */
	uint8_t from;         /* place + 1 of the key before it */
	struct ed_json_run draft;
};

/* A key and its value as they were read one by one. */
struct ed_json_run_item {
	unsigned key;         /* place + 1 in ed_json_keys; 0: none of them */
	const uint8_t *colon; /* behind it */
	const uint8_t *end;   /* of the value; @colon for an object or array */
	struct ed_span value; /* as the caller stores it */
	uint8_t slot;         /* where; 0: nowhere */
	uint8_t code;
};

/* Inside the object that is number @place to the caller, of which @n items have been read. */
static inline uint16_t ed_json_run_where(unsigned place, unsigned n)
{
	return (uint16_t)(place * 2 + (n > 0) + 1);
}

static inline unsigned ed_json_run_place(uint16_t where)
{
	return (where - 1U) / 2;
}

static inline bool ed_json_run_matches(const struct ed_json_run *r, const uint8_t *p)
{
	const uint8_t *text = r->text, *last = text + r->n - 1;

	for (; last - text >= ED_LINES_STEP; text += ED_LINES_STEP, p += ED_LINES_STEP) {
		if (ed_lines_equal(p, text) != (1U << ED_LINES_STEP) - 1)
			return false;
	}
	return (~ed_lines_equal(p, text) & ((2U << (last - text)) - 1)) == 0;
}

/*
 * The run at the front of @t; NULL: none that is known. No run has a control character but the tab,
 * so none is compared beyond its line.
 */
static inline const struct ed_json_run *
ed_json_run_find(const struct ed_json_runs *runs, const struct ed_json_text *t, uint16_t where)
{
	const struct ed_json_run *r = runs->run[t->last];

	if (__builtin_expect(r->where == where && ed_json_run_matches(r, t->p), 1))
		return r;
	r++;
	return r->where == where && ed_json_run_matches(r, t->p) ? r : NULL;
}

static_assert(ED_JSON_RUN_WAYS == 2, "both are looked at");

/* Before the first line of a unit. */
static inline void ed_json_runs_begin(struct ed_json_runs *runs)
{
	runs->left = ED_JSON_RUN_PER_UNIT;
	runs->start = NULL;
}

/* What is being learned leads nowhere. */
static inline void ed_json_runs_drop(struct ed_json_runs *runs)
{
	runs->start = NULL;
}

/* A run may begin at the front of @t. */
void ed_json_runs_start(struct ed_json_runs *runs, const struct ed_json_text *t, uint16_t where);

/* The next item of that object; ends the run where the value may be another one next time. */
void ed_json_runs_item(struct ed_json_runs *runs, const struct ed_json_run_item *item);

/* The object ended; @p is behind its bracket. */
void ed_json_runs_close(struct ed_json_runs *runs, const uint8_t *p);

#endif
