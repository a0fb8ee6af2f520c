/* SPDX-License-Identifier: Apache-2.0 */
/* The positional predictor; see template_code.h. */
#include "sketch/template_code.h"

#include <stdbool.h>

#include "base/ascii.h"
#include "base/fixed_log.h"

enum {
	EVEN = 0x80,
	RATE_SHIFT = 4,
	P_MIN = 4,              /* of 256: no character is ever certain */
	PLAIN_MBITS = 5413,     /* log2 39: letters, digits, - _, "other" */
	OTHER_MBITS = 8 * 1024, /* behind "other", the byte itself */
	LABEL_MBITS = 6 * 1024, /* where a label's length stands */
	LENGTH_MBITS = 8 * 1024,
};

static uint32_t code_same(uint8_t *model, bool same)
{
	uint32_t p = (uint32_t)(*model ^ EVEN);
	uint32_t cost = 8 * 1024 - ed_log2_mbits(same ? p : 256 - p);

	p = same ? p + ((256 - p) >> RATE_SHIFT) : p - (p >> RATE_SHIFT);
	if (p < P_MIN)
		p = P_MIN;
	*model = (uint8_t)((p > 256 - P_MIN ? 256 - P_MIN : p) ^ EVEN);
	return cost;
}

static uint32_t miss_mbits(uint8_t c)
{
	return ed_is_host(c) ? PLAIN_MBITS : PLAIN_MBITS + OTHER_MBITS;
}

static uint32_t code_length(struct ed_template_code *c, uint8_t n)
{
	uint32_t p = (uint32_t)(c->length_same ^ 0x8000);
	bool same = n == c->n_last;
	uint32_t cost = 16 * 1024 - ed_log2_mbits(same ? p : 65536 - p);

	p = same ? p + ((65536 - p) >> RATE_SHIFT) : p - (p >> RATE_SHIFT);
	c->length_same = (uint16_t)((p > 65472 ? 65472 : p < 64 ? 64 : p) ^ 0x8000);
	c->n_last = n;
	return cost + (same ? 0 : LENGTH_MBITS);
}

uint32_t ed_template_code(struct ed_template_code *c, const uint8_t *payload, size_t n)
{
	uint32_t cost = code_length(c, (uint8_t)n);
	size_t label = 0;

	for (size_t i = 0; i < n; i++) {
		uint8_t byte = ed_to_lower(payload[i]);
		uint32_t miss = i == label ? LABEL_MBITS : miss_mbits(byte);

		if (i == label)
			label += 1U + byte;
		if (i >= ED_TEMPLATE_BYTES) {
			cost += miss;
			continue;
		}
		cost += code_same(&c->same[i], byte == c->last[i]);
		cost += byte == c->last[i] ? 0 : miss;
		c->last[i] = byte;
	}
	return cost;
}
