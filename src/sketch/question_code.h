/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a sequence of questions says beside its names: which known name is asked again, with which
 * record type, with which header. A channel that only repeats a fixed set of names, or only varies
 * the type, moves its message here.
 *
 * The questions are coded one after the other with adaptive binary models (probability 16 bits,
 * moved by 1/32 of its distance a step), so the sum of the costs is the length of a prefix code and
 * bounds what the sequence can tell apart, as the code length of the names does
 * (model/name_model.h):
 *	- new or known; if known: the same name again? else the one that followed its predecessor
 *	  the last time? else its index among all;
 *	- the type that last stood in this context, the one before it, or its number;
 *	- the header of the last time, the one before it, or 16 bits.
 * A client that asks the same few names in turn, or A and AAAA of one name, costs next to nothing.
 *
 * Source: the sum I_repeat + I_type + I_hdr of detection design §3a; adaptive binary coding as in
 * Howard & Vitter 1993. 40 bytes, zero-initialised.
 */
#ifndef ED_SKETCH_QUESTION_CODE_H
#define ED_SKETCH_QUESTION_CODE_H

#include <stdbool.h>
#include <stdint.h>

enum { ED_QUESTION_FOLLOWERS = 8, ED_QUESTION_MANY_FOLLOWERS = 128, ED_QUESTION_CONTEXTS = 4 };

struct ed_question_code {
	uint32_t last_id : 31;  /* name of the question before */
	uint32_t last_is_a : 1; /* its type was A, after which AAAA of the same name comes */
	/* models, 0: even odds */
	uint16_t is_same[2]; /* by whether the type before was A */
	uint16_t is_new, follows, type_first[2], type_second, header_first, header_second;
	uint8_t first[ED_QUESTION_CONTEXTS];      /* group of the type that came last, by context */
	uint8_t second[ED_QUESTION_CONTEXTS];     /* and of the one before it */
	uint8_t headers[2];                       /* the last two different header tags */
	uint8_t followers[ED_QUESTION_FOLLOWERS]; /* tag of the name that followed, by name */
};

struct ed_question {
	uint32_t name_id; /* keyed hash of the name */
	uint16_t qtype;
	uint8_t header_tag; /* hash of flags, class, EDNS as the sensor saw them; 0: not seen */
	bool is_new;        /* the key has not asked the name before */
	uint32_t n_names;   /* names the key knows */
};

/*
 * The cost of the question in 1/1024 bit, without that of a new name itself. @many: a larger table
 * of followers of ED_QUESTION_MANY_FOLLOWERS bytes for a key that knows many names; NULL: the small
 * one.
 */
uint32_t ed_question_code(struct ed_question_code *c, uint8_t *many, const struct ed_question *q);

#endif
