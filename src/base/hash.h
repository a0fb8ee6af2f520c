/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keyed hashing. Every hash of bytes that an attacker can choose takes the key of the run
 * (`--seed`, fixed by default so that a replay is reproducible; random in the daemon).
 * XXH3 is Yann Collet's, from libxxhash; the mixer is the finaliser of splitmix64 (Steele et al.
 * 2014).
 */
#ifndef ED_BASE_HASH_H
#define ED_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

static inline uint64_t ed_hash_bytes(const void *p, size_t n, uint64_t key)
{
	return XXH3_64bits_withSeed(p, n, key);
}

/* A bijection on 64 bits that spreads every input bit over every output bit. */
static inline uint64_t ed_hash_mix(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9U;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebU;
	return x ^ (x >> 31);
}

/* Two words to one; for a fixed @a a bijection of @b, for a fixed @b one of @a. */
static inline uint64_t ed_hash_pair(uint64_t a, uint64_t b)
{
	return ed_hash_mix(a * 0x9e3779b97f4a7c15U + b);
}

/* One of @a and @b, which are keyed hashes themselves, and of a number: what is well mixed need
 * not be mixed again. For fixed @a and @b no two numbers are alike. */
static inline uint64_t ed_hash_sum(uint64_t a, uint64_t b, uint64_t number)
{
	return a + b * 0x9e3779b97f4a7c15U + number * 0xbf58476d1ce4e5b9U;
}

/* Sixteen bytes and a word, such as an address and its network. The multiplier holds the key, so that
 * nobody can seek addresses whose sums are equal. */
static inline uint64_t ed_hash_16(const uint8_t p[static 16], uint64_t more, uint64_t key)
{
	uint64_t w[2];

	memcpy(w, p, sizeof(w));
	w[0] *= (key ^ 0x9e3779b97f4a7c15U) | 1;
	return ed_hash_mix(w[0] + (w[1] ^ key) + more * 0xbf58476d1ce4e5b9U);
}

/* A number below @n, by the upper half of @hash: the place in a table of any size. */
static inline uint32_t ed_hash_below(uint64_t hash, uint32_t n)
{
	return (uint32_t)((hash >> 32) * n >> 32);
}

/* Which of the two hashes of a set is @wanted, if either is: 0 or 1. Which cannot be foreseen; that
 * the smaller difference decides keeps compilers from branching on it. */
static inline unsigned ed_hash_way(uint64_t first, uint64_t second, uint64_t wanted)
{
	return (second ^ wanted) < (first ^ wanted);
}

#endif
