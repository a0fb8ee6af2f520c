/* SPDX-License-Identifier: Apache-2.0 */
/* What the addresses of a response come to; see event.h. */
#include "record/event.h"

void ed_answers_add_address(struct ed_dns_answers *a, const struct ed_addr *addr)
{
	const uint8_t *b = addr->b;

	ed_answers_count_addresses(a, 1);
	if (!ed_addr_is_v4(addr)) {
		if (a->nowhere == 0)
			a->nowhere = ed_addr_nowhere(b) & 15U;
	} else if (a->first_v4 == 0) {
		a->first_v4 = (uint32_t)b[12] << 24 | (uint32_t)b[13] << 16 | (uint32_t)b[14] << 8 |
			      b[15];
	}
}
