/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Byte ranges that arrive in any order, kept in blocks of a shared pool: the store under IP
 * fragments and TCP streams. A range list is sorted and free of overlap: where two pieces claim a
 * byte, the first wins. Positions are 32-bit and wrap, so a TCP sequence number is one.
 *
 * No allocation: the caller gives the pool its memory once, and makes sure of free blocks before it
 * inserts.
 */
#ifndef ED_WIRE_PIECES_H
#define ED_WIRE_PIECES_H

#include "base/span.h"

enum {
	ED_PIECES_BLOCK_BYTES = 1008, /* of data; a block is 1 KiB */
	ED_PIECES_NONE = 0xffff,
};

struct ed_pieces_block {
	uint32_t start; /* position of data[from] */
	uint16_t from;
	uint16_t n;    /* bytes from there on */
	uint16_t next; /* ED_PIECES_NONE: the last */
	uint16_t pad;
	uint32_t n_packets; /* packets whose first byte in the list lies here */
	uint8_t data[ED_PIECES_BLOCK_BYTES];
};

struct ed_pieces_pool {
	struct ed_pieces_block *blocks; /* borrowed */
	uint32_t n_blocks;              /* < ED_PIECES_NONE */
	uint32_t n_free;
	uint32_t n_fresh; /* blocks below were used before; the rest was never touched */
	uint16_t free;    /* list of blocks given back */
};

struct ed_pieces {
	uint32_t begin;    /* position of the first byte that is wanted */
	uint32_t prefix_n; /* bytes from there on without a hole */
	uint32_t n_bytes;  /* in all */
	uint16_t head;
	uint16_t edge; /* block that ends the prefix; ED_PIECES_NONE when prefix_n is 0 */
	uint16_t n_blocks;
};

/* @blocks stays the caller's. */
void ed_pieces_pool_init(struct ed_pieces_pool *pool, struct ed_pieces_block *blocks,
			 uint32_t n_blocks);

/* An empty list that waits for the byte at @begin. */
void ed_pieces_init(struct ed_pieces *p, uint32_t begin);

/* Free blocks the pool must have before @n bytes are inserted, at worst. */
static inline uint32_t ed_pieces_blocks_for(const struct ed_pieces *p, size_t n)
{
	return (uint32_t)(n / ED_PIECES_BLOCK_BYTES) + 2 + p->n_blocks;
}

/*
 * Inserts what of @data, at @position (not before begin), is not there yet, and counts @n_packets
 * to it. Returns the bytes that were new; when 0, the packets were not counted.
 */
uint32_t ed_pieces_insert(struct ed_pieces *p, struct ed_pieces_pool *pool, uint32_t position,
			  struct ed_span data, uint32_t n_packets);

/*
 * Takes @n <= prefix_n bytes from the front into @ret; begin moves on by as much. Returns the
 * packets counted to the blocks that were touched; each packet is returned once.
 */
uint32_t ed_pieces_take(struct ed_pieces *p, struct ed_pieces_pool *pool, size_t n, uint8_t *ret);

/* The first @n <= prefix_n bytes into @ret; nothing changes. */
void ed_pieces_peek(const struct ed_pieces *p, const struct ed_pieces_pool *pool, size_t n,
		    uint8_t *ret);

/* Gives everything back; returns the packets that were counted to it. */
uint32_t ed_pieces_drop(struct ed_pieces *p, struct ed_pieces_pool *pool);

#endif
