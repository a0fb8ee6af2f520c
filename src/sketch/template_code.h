/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The positional predictor: a payload coded against the one before it. Each position has its own
 * adaptive model of "same character as last time"; a miss costs log2 39 bits for a character that
 * ordinary names are made of, 8 more for any other. Names that follow a template (a constant part,
 * a counter) then cost what changes. Like the name model's code it is a prefix code, so the shorter
 * of both, and one bit to say which, is one too.
 *
 * Source: detection design §3a. 136 bytes, zero-initialised. Payloads are looked at up to
 * ED_TEMPLATE_BYTES; what lies behind is coded as misses.
 */
#ifndef ED_SKETCH_TEMPLATE_CODE_H
#define ED_SKETCH_TEMPLATE_CODE_H

#include <stddef.h>
#include <stdint.h>

enum { ED_TEMPLATE_BYTES = 64 };

struct ed_template_code {
	uint8_t last[ED_TEMPLATE_BYTES];
	uint8_t same[ED_TEMPLATE_BYTES]; /* probability of a repeat in 1/256; 0: even odds */
	uint16_t length_same;            /* as above, in 1/65536 */
	uint8_t n_last;
	uint8_t pad[5];
};

/* The cost of @payload (n <= 255 bytes of wire labels, case folded) in 1/1024 bit; learns it. */
uint32_t ed_template_code(struct ed_template_code *c, const uint8_t *payload, size_t n);

#endif
