/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-1 (FIPS 180-4 §6.1) over space and name, cut to a UUID; see uuid.h. */
#include "base/uuid.h"

#include "base/hex.h"

#include <string.h>

enum { BLOCK_BYTES = 64, ROUNDS = 80, LENGTH_BYTES = 8 };

struct sha1 {
	uint32_t h[5];
	uint64_t n_bytes;
	uint8_t block[BLOCK_BYTES];
};

static uint32_t rotate(uint32_t x, unsigned n)
{
	return x << n | x >> (32 - n);
}

static uint32_t mix(const uint32_t v[static 5], unsigned round)
{
	uint32_t b = v[1], c = v[2], d = v[3];

	if (round < 20)
		return ((b & c) | (~b & d)) + 0x5a827999U;
	if (round < 40)
		return (b ^ c ^ d) + 0x6ed9eba1U;
	if (round < 60)
		return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdcU;
	return (b ^ c ^ d) + 0xca62c1d6U;
}

static void digest_block(struct sha1 *s)
{
	uint32_t w[ROUNDS], v[5];

	for (unsigned i = 0; i < 16; i++)
		w[i] = (uint32_t)s->block[4 * i] << 24 | (uint32_t)s->block[4 * i + 1] << 16 |
		       (uint32_t)s->block[4 * i + 2] << 8 | s->block[4 * i + 3];
	for (unsigned i = 16; i < ROUNDS; i++)
		w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
	memcpy(v, s->h, sizeof(v));
	for (unsigned i = 0; i < ROUNDS; i++) {
		uint32_t next = rotate(v[0], 5) + mix(v, i) + v[4] + w[i];

		v[4] = v[3];
		v[3] = v[2];
		v[2] = rotate(v[1], 30);
		v[1] = v[0];
		v[0] = next;
	}
	for (unsigned i = 0; i < 5; i++)
		s->h[i] += v[i];
}

static void add(struct sha1 *s, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		s->block[s->n_bytes++ % BLOCK_BYTES] = p[i];
		if (s->n_bytes % BLOCK_BYTES == 0)
			digest_block(s);
	}
}

static void finish(struct sha1 *s, uint8_t ret[static 20])
{
	uint64_t n_bits = s->n_bytes * 8;
	uint8_t length[LENGTH_BYTES];

	add(s, &(uint8_t){ 0x80 }, 1);
	while (s->n_bytes % BLOCK_BYTES != BLOCK_BYTES - LENGTH_BYTES)
		add(s, &(uint8_t){ 0 }, 1);
	for (unsigned i = 0; i < LENGTH_BYTES; i++)
		length[i] = (uint8_t)(n_bits >> (56 - 8 * i));
	add(s, length, sizeof(length));
	for (unsigned i = 0; i < 20; i++)
		ret[i] = (uint8_t)(s->h[i / 4] >> (24 - 8 * (i % 4)));
}

void ed_uuid_of_name(const struct ed_uuid *space, struct ed_span name,
		     char ret[static ED_UUID_TEXT])
{
	struct sha1 s = {
		.h = { 0x67452301U, 0xefcdab89U, 0x98badcfeU, 0x10325476U, 0xc3d2e1f0U },
	};
	uint8_t b[20];
	size_t n = 0;

	add(&s, space->b, sizeof(space->b));
	add(&s, name.p, name.n);
	finish(&s, b);
	b[6] = (uint8_t)((b[6] & 0x0f) | 0x50); /* version 5 */
	b[8] = (uint8_t)((b[8] & 0x3f) | 0x80); /* variant of the RFC */
	for (unsigned i = 0; i < ED_UUID_BYTES; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			ret[n++] = '-';
		(void)ed_hex_put(b + i, 1, ret + n);
		n += 2;
	}
	ret[n] = '\0';
}
