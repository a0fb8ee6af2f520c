/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An IP address as 16 bytes in network order. IPv4 is kept as ::ffff:a.b.c.d, so one lookup that
 * was seen over either form is one client. All zero: unknown (the unspecified address asks
 * nothing).
 */
#ifndef ED_BASE_ADDR_H
#define ED_BASE_ADDR_H

#include "base/span.h"

struct ed_addr {
	uint8_t b[16];
};

enum { ED_ADDR_TEXT_MAX = 46 };

static inline bool ed_addr_known(const struct ed_addr *a)
{
	uint64_t w[2];

	memcpy(w, a->b, sizeof(w));
	return (w[0] | w[1]) != 0;
}

static inline bool ed_addr_eq(const struct ed_addr *a, const struct ed_addr *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

bool ed_addr_is_v4(const struct ed_addr *a);

/* From the 4 or 16 bytes of an IP header; v4-mapped IPv6 comes out as IPv4. */
void ed_addr_from_v4(const uint8_t p[static 4], struct ed_addr *ret);
void ed_addr_from_v6(const uint8_t p[static 16], struct ed_addr *ret);

/*
 * Of the 16 bytes of an IPv6 address in which there can be no machine, since nobody is given such
 * ones: 1 to ED_ADDR_NOWHERE, by a few of its bits; 0 of all others. Outside 2000::/4 only what RFC
 * 6890 and RFC 9637 set aside for use, or for an answer that stands for none, is somewhere.
 */
enum { ED_ADDR_NOWHERE = 4 };
unsigned ed_addr_nowhere(const uint8_t v6[static 16]);

/* From text, either family, without zone index or brackets. False: not an address, @ret untouched.
 */
bool ed_addr_from_text(struct ed_span text, struct ed_addr *ret);

/* Canonical text (RFC 5952); "" when unknown. Returns the length without the NUL. */
size_t ed_addr_to_text(const struct ed_addr *a, char ret[static ED_ADDR_TEXT_MAX]);

#endif
