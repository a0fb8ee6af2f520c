/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses in Zeek's logs. Most of them only have to be told from names, and IPv4 is most of them:
 * both are done on masks of sixteen bytes, one bit a byte, and whatever the masks do not decide is
 * left to base/addr.h, so that the answer is always that of ed_addr_from_text.
 *
 * ED_ZEEK_ADDR_SLACK_BYTES behind each text are readable, whatever they hold.
 */
#ifndef ED_FORMAT_ZEEK_ADDR_H
#define ED_FORMAT_ZEEK_ADDR_H

#include "base/addr.h"

enum { ED_ZEEK_ADDR_SLACK_BYTES = 16 };

enum ed_zeek_shape {
	ED_ZEEK_SHAPE_NONE,   /* no address */
	ED_ZEEK_SHAPE_V4,     /* dotted decimal */
	ED_ZEEK_SHAPE_V6,     /* and not IPv4 in other words */
	ED_ZEEK_SHAPE_UNSURE, /* ed_addr_from_text must say */
};

enum ed_zeek_shape ed_zeek_addr_shape(struct ed_span text);

/* The address in host order; @text has the shape of IPv4. */
uint32_t ed_zeek_addr_v4(struct ed_span text);

/* Exactly ed_addr_from_text. */
bool ed_zeek_addr_read(struct ed_span text, struct ed_addr *ret);

#endif
