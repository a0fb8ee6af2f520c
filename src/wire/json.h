/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON reading: simdjson's DOM parser behind a few C functions. The DOM parser picks the kernel for
 * the processor when the program starts (its On-Demand one is fixed when it is compiled), and it
 * checks the whole text, UTF-8 included, before the first value is handed out.
 *
 * Everything a reader hands out is borrowed from it and dies with the next ed_json_read. Strings
 * are decoded (escapes undone) and may hold any byte, NUL included. No call but ed_json_reader_new
 * allocates.
 */
#ifndef ED_WIRE_JSON_H
#define ED_WIRE_JSON_H

#ifdef __cplusplus
#include <cstddef>
#include <cstdint>

/* base/span.h is C only; the assertion below keeps the two of one shape. */
struct ed_span {
	const uint8_t *p;
	size_t n;
};

extern "C" {
#else
#include "base/span.h"

#include <assert.h>

static_assert(sizeof(struct ed_span) == 2 * sizeof(void *) && offsetof(struct ed_span, p) == 0,
	      "wire/json.cc has its own copy of this struct");
#endif

enum {
	ED_JSON_PADDING_BYTES = 64, /* readable behind every text that is parsed, whatever they hold
				     */
	ED_JSON_SLACK_BYTES = 32,
	ED_JSON_READ_DEPTH_MAX = 32,
};

/* Why a text is not JSON. */
enum {
	ED_JSON_BAD = 1,  /* malformed, nested too deep, or longer than the reader takes */
	ED_JSON_BAD_UTF8, /* well-formed or not: it holds bytes that are not UTF-8 */
};

enum ed_json_type {
	ED_JSON_NULL,
	ED_JSON_BOOL,
	ED_JSON_NUMBER,
	ED_JSON_STRING,
	ED_JSON_ARRAY,
	ED_JSON_OBJECT,
};

/*
 * The values of an object or an array that are still to come. They lie as words on simdjson's tape,
 * whose layout its documentation gives (doc/tape.md): the top byte says what a word is, the rest is
 * a number or a place; strings lie apart, each behind its length.
 */
struct ed_json_iter {
	const uint64_t *tape;
	const uint8_t *strings;
	size_t at;
	size_t end;
	bool has_keys;
};

struct ed_json_value {
	enum ed_json_type type;
	bool boolean;             /* BOOL */
	double number;            /* NUMBER; integers are exact below 2^53 */
	struct ed_span string;    /* STRING; at least ED_JSON_SLACK_BYTES behind it are readable */
	struct ed_json_iter walk; /* ARRAY, OBJECT: its items or fields, for ed_json_next */
};

struct ed_json_reader;

/* A reader for texts of up to @max_bytes; it takes about 14 bytes of memory for each. 0 or -ENOMEM.
 */
int ed_json_reader_new(size_t max_bytes, struct ed_json_reader **ret);
void ed_json_reader_free(struct ed_json_reader *r);

/* The library's part of ed_json_read: @ret stands before the root. */
int ed_json_reader_parse(struct ed_json_reader *r, struct ed_span text, struct ed_json_iter *ret);

#ifdef __cplusplus
}
#else
static inline struct ed_span ed_json_string_at(const struct ed_json_iter *it, uint64_t word)
{
	const uint8_t *p = it->strings + (word & (UINT64_MAX >> 8));
	uint32_t n;

	memcpy(&n, p, sizeof(n));
	return ed_span_of(p + sizeof(n), n);
}

/* The value whose first word is tape[at]; returns where the next one begins. */
static inline size_t ed_json_value_at(const struct ed_json_iter *it, size_t at,
				      struct ed_json_value *ret)
{
	uint64_t word = it->tape[at];
	int64_t integer;

	switch (word >> 56) {
	case '"':
		ret->type = ED_JSON_STRING;
		ret->string = ed_json_string_at(it, word);
		return at + 1;
	case 'l':
		memcpy(&integer, &it->tape[at + 1], sizeof(integer));
		ret->type = ED_JSON_NUMBER;
		ret->number = (double)integer;
		return at + 2;
	case 'u':
		ret->type = ED_JSON_NUMBER;
		ret->number = (double)it->tape[at + 1];
		return at + 2;
	case 'd':
		ret->type = ED_JSON_NUMBER;
		memcpy(&ret->number, &it->tape[at + 1], sizeof(ret->number));
		return at + 2;
	case 't':
	case 'f':
		ret->type = ED_JSON_BOOL;
		ret->boolean = word >> 56 == 't';
		return at + 1;
	case '{':
	case '[':
		ret->type = word >> 56 == '{' ? ED_JSON_OBJECT : ED_JSON_ARRAY;
		ret->walk = *it;
		ret->walk.at = at + 1;
		ret->walk.end = (uint32_t)word -
				1; /* the word behind the closing bracket, less the bracket */
		ret->walk.has_keys = ret->type == ED_JSON_OBJECT;
		return (uint32_t)word;
	default:
		ret->type = ED_JSON_NULL;
		return at + 1;
	}
}

/* The next field or item; @ret_key is empty in an array. False: no more. */
static inline bool ed_json_next(struct ed_json_iter *it, struct ed_span *ret_key,
				struct ed_json_value *ret)
{
	if (it->at >= it->end)
		return false;
	*ret_key = ed_span_of(it->strings, 0);
	if (it->has_keys)
		*ret_key = ed_json_string_at(it, it->tape[it->at++]);
	it->at = ed_json_value_at(it, it->at, ret);
	return true;
}

/* Parses one value that fills @text but for white space. 0, ED_JSON_BAD or ED_JSON_BAD_UTF8. */
static inline int ed_json_read(struct ed_json_reader *r, struct ed_span text,
			       struct ed_json_value *ret_root)
{
	struct ed_json_iter tape;
	int error = ed_json_reader_parse(r, text, &tape);

	if (error == 0)
		ed_json_value_at(&tape, tape.at, ret_root);
	return error;
}
#endif

#endif
