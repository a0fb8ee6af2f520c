/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trained name model: how many bits a label can carry, and whether it looks encoded.
 *
 * Two numbers come out of one pass over a label. Both are fixed point, in "mbits" of 1/1024 bit,
 * and computed with integers from a constant table, so they are the same on every machine.
 *
 * code: the length of the label in a prefix code that was fixed beforehand. One bit selects between
 *	- a trigram code (two characters of context) with an end symbol, trained on benign labels,
 *	- an alphabet code: which alphabet, the length, then log2(size of the alphabet) a character,
 * and the cheaper one counts. Letters are coded folded, then their case: 0.1 bit when all are
 * lower-case, 5 bits when all are upper-case, else 5 bits and 1 bit a letter. By Kraft's inequality
 * no more than 2^B different labels have a code of B bits or less, whatever an attacker knows about
 * the model: an encoder that must tell 2^(B+s) messages apart exceeds B bits for all but a 2^-s
 * share of them.
 *
 * llr: the trigram code without the end symbol, minus the best alphabet code without the length:
 * log2 of (probability under the encoded hypothesis / probability under the benign one), both given
 * the length. Positive: looks encoded. Labels of a few characters stay near zero. A label that is a
 * valid internationalised one (xn--, one script) never gets more than 0.
 *
 * Case is taken as received. A caller that knows the case to be noise (a resolver that randomises
 * it) folds the label first; otherwise the case counts as information, which it is.
 *
 * Sources: Witten and Bell 1991 (interpolation), McMillan 1956 (Kraft's inequality for decodable
 * codes), RFC 3492 (punycode). Training, inputs and measurements: src/model/README.md.
 */
#ifndef ED_MODEL_NAME_MODEL_H
#define ED_MODEL_NAME_MODEL_H

#include "base/span.h"

enum {
	ED_NAME_MODEL_BIT_MBITS = 1024, /* one bit */
};

/* What an encoder may draw from; ordered by size. Up to BASE38 case does not matter. */
enum ed_alphabet {
	ED_ALPHABET_DIGITS,        /* 0-9 */
	ED_ALPHABET_HEX,           /* 0-9 a-f */
	ED_ALPHABET_BASE32,        /* RFC 4648: a-z 2-7 */
	ED_ALPHABET_BASE32_IODINE, /* a-z 0-5 */
	ED_ALPHABET_BASE32HEX,     /* RFC 4648: 0-9 a-v */
	ED_ALPHABET_BASE36,        /* a-z 0-9 */
	ED_ALPHABET_BASE38,        /* a-z 0-9 - _ */
	ED_ALPHABET_BASE58,        /* both cases and digits without 0 O I l */
	ED_ALPHABET_BASE64,        /* both cases, digits, and any of - _ + / = */
	ED_ALPHABET_BASE128,       /* both cases, digits, 0xbc..0xfd (iodine) */
	ED_ALPHABET_BYTES,         /* anything */
	ED_ALPHABET_N,
};

struct ed_label_score {
	uint32_t code_mbits;
	int32_t llr_mbits;
	uint8_t alphabet; /* the cheapest that fits: enum ed_alphabet */
};

/* The labels of one name before its zone. */
struct ed_name_score {
	uint32_t code_mbits; /* labels' codes, and one bit a label that says whether another follows
			      */
	int32_t llr_mbits;   /* sum over the labels */
	int32_t tail_llr_mbits; /* of the rightmost one alone */
	uint8_t tail_off;       /* where its length stands */
	uint8_t n_labels;
	uint8_t label_max; /* bytes of the longest label */
	uint8_t alphabet;  /* the one that covers most bytes; at a tie the wider */
};

/*
 * Scores a label of 1..63 bytes, any bytes. An empty label scores 0 in all fields; of a longer one
 * (no DNS name has it) only the first 63 bytes are looked at. Linear in the length.
 */
void ed_name_model_label(struct ed_span label, struct ed_label_score *ret);

/*
 * Scores length-prefixed labels, without the root: what stands before a zone, or a whole name less
 * its last byte. Stops at the first prefix that is 0, above 63 or runs past the end; the labels
 * before it count. At most 127 labels.
 */
void ed_name_model_labels(struct ed_span wire_labels, struct ed_name_score *ret);

/*
 * Shannon entropy of the byte histogram in bits a character, 0 for an empty label; letters count
 * as received. For readers who expect the number: below 16 characters it does not tell encoded
 * labels from words (README.md), and nothing here uses it.
 */
double ed_name_model_shannon_bits(struct ed_span label);

/* "hex", "base32", ...; "unknown" for a number that is no alphabet. Static. */
const char *ed_name_model_alphabet_name(unsigned alphabet);

/* "name-model-<format>-<12 hex digits of the table's SHA-256>". Static. */
const char *ed_name_model_version(void);

#endif
