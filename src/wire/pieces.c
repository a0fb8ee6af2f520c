/* SPDX-License-Identifier: Apache-2.0 */
/* Byte ranges in blocks; see pieces.h. */
#include "wire/pieces.h"

#include <assert.h>

static_assert(sizeof(struct ed_pieces_block) == 1024, "the pool is sized in KiB");

void ed_pieces_pool_init(struct ed_pieces_pool *pool, struct ed_pieces_block *blocks,
			 uint32_t n_blocks)
{
	assert(n_blocks < ED_PIECES_NONE);
	*pool = (struct ed_pieces_pool){
		.blocks = blocks, .n_blocks = n_blocks, .n_free = n_blocks, .free = ED_PIECES_NONE
	};
}

static uint16_t block_new(struct ed_pieces_pool *pool, uint32_t start)
{
	uint16_t i = pool->free;
	struct ed_pieces_block *b;

	assert(pool->n_free > 0);
	if (i == ED_PIECES_NONE)
		i = (uint16_t)pool->n_fresh++;
	else
		pool->free = pool->blocks[i].next;
	pool->n_free--;
	b = &pool->blocks[i];
	b->start = start;
	b->from = 0;
	b->n = 0;
	b->next = ED_PIECES_NONE;
	b->n_packets = 0;
	return i;
}

static void block_free(struct ed_pieces_pool *pool, uint16_t i)
{
	pool->blocks[i].next = pool->free;
	pool->free = i;
	pool->n_free++;
}

void ed_pieces_init(struct ed_pieces *p, uint32_t begin)
{
	*p = (struct ed_pieces){ .begin = begin, .head = ED_PIECES_NONE, .edge = ED_PIECES_NONE };
}

static uint16_t next_of(const struct ed_pieces *p, const struct ed_pieces_pool *pool, uint16_t i)
{
	return i == ED_PIECES_NONE ? p->head : pool->blocks[i].next;
}

/* Where block @i ends, counted from begin; before the first block that is 0. */
static uint32_t end_of(const struct ed_pieces *p, const struct ed_pieces_pool *pool, uint16_t i)
{
	return i == ED_PIECES_NONE ? 0 : pool->blocks[i].start + pool->blocks[i].n - p->begin;
}

static uint32_t start_of(const struct ed_pieces *p, const struct ed_pieces_pool *pool, uint16_t i)
{
	return i == ED_PIECES_NONE ? UINT32_MAX : pool->blocks[i].start - p->begin;
}

/* What an insertion carries along. */
struct insertion {
	struct ed_pieces *p;
	struct ed_pieces_pool *pool;
	uint32_t n_packets; /* not yet counted to a block */
	uint32_t n_new;
};

static void fill_block(struct insertion *in, uint16_t i, struct ed_span data)
{
	struct ed_pieces_block *b = &in->pool->blocks[i];

	memcpy(b->data + b->from + b->n, data.p, data.n);
	b->n = (uint16_t)(b->n + data.n);
	b->n_packets += in->n_packets;
	in->n_packets = 0;
	in->n_new += (uint32_t)data.n;
}

/*
 * Fills a hole behind block @after with @data, whose first byte is at @rel. Only the block at the
 * edge of the prefix is appended to: there, all packets belong to the message that is being waited
 * for. Returns the last block filled.
 */
static uint16_t fill_hole(struct insertion *in, uint16_t after, uint32_t rel, struct ed_span data)
{
	while (data.n > 0) {
		struct ed_pieces_block *b = after == ED_PIECES_NONE ? NULL :
								      &in->pool->blocks[after];
		size_t room = b ? sizeof(b->data) - b->from - b->n : 0;
		size_t n;

		if (!b || after != in->p->edge || rel != in->p->prefix_n || room == 0) {
			uint16_t fresh = block_new(in->pool, in->p->begin + rel);

			in->pool->blocks[fresh].next = next_of(in->p, in->pool, after);
			if (b)
				b->next = fresh;
			else
				in->p->head = fresh;
			in->p->n_blocks++;
			after = fresh;
			room = ED_PIECES_BLOCK_BYTES;
		}
		n = data.n < room ? data.n : room;
		fill_block(in, after, ed_span_of(data.p, n));
		if (rel == in->p->prefix_n) {
			in->p->prefix_n += (uint32_t)n;
			in->p->edge = after;
		}
		rel += (uint32_t)n;
		data = ed_span_from(data, n);
	}
	return after;
}

/* The prefix goes on over blocks that were waiting behind the hole just closed. */
static void advance_edge(struct ed_pieces *p, const struct ed_pieces_pool *pool)
{
	uint16_t next = next_of(p, pool, p->edge);

	while (next != ED_PIECES_NONE && start_of(p, pool, next) == p->prefix_n) {
		p->prefix_n += pool->blocks[next].n;
		p->edge = next;
		next = pool->blocks[next].next;
	}
}

uint32_t ed_pieces_insert(struct ed_pieces *p, struct ed_pieces_pool *pool, uint32_t position,
			  struct ed_span data, uint32_t n_packets)
{
	struct insertion in = { .p = p, .pool = pool, .n_packets = n_packets };
	uint32_t at = position - p->begin;
	uint32_t end = at + (uint32_t)data.n;
	uint16_t i = p->edge;

	/* Each turn looks at the hole between block i and the one behind it. */
	while (at < end) {
		uint32_t hole = end_of(p, pool, i);
		uint16_t next = next_of(p, pool, i);
		uint32_t hole_end = start_of(p, pool, next);
		uint32_t from = at > hole ? at : hole;
		uint32_t to = end < hole_end ? end : hole_end;

		if (from < to)
			(void)fill_hole(&in, i, from,
					ed_span_of(data.p + (from - (end - data.n)), to - from));
		if (hole_end >= end)
			break;
		i = next;
	}
	advance_edge(p, pool);
	p->n_bytes += in.n_new;
	return in.n_new;
}

uint32_t ed_pieces_take(struct ed_pieces *p, struct ed_pieces_pool *pool, size_t n, uint8_t *ret)
{
	uint32_t n_packets = 0;

	assert(n <= p->prefix_n);
	p->begin += (uint32_t)n;
	p->prefix_n -= (uint32_t)n;
	p->n_bytes -= (uint32_t)n;
	while (n > 0) {
		uint16_t i = p->head;
		struct ed_pieces_block *b = &pool->blocks[i];
		size_t part = b->n < n ? b->n : n;

		memcpy(ret, b->data + b->from, part);
		ret += part;
		n -= part;
		n_packets += b->n_packets;
		b->n_packets = 0;
		b->from = (uint16_t)(b->from + part);
		b->n = (uint16_t)(b->n - part);
		b->start += (uint32_t)part;
		if (b->n > 0)
			break;
		p->head = b->next;
		p->n_blocks--;
		if (p->edge == i)
			p->edge = ED_PIECES_NONE;
		block_free(pool, i);
	}
	return n_packets;
}

void ed_pieces_peek(const struct ed_pieces *p, const struct ed_pieces_pool *pool, size_t n,
		    uint8_t *ret)
{
	uint16_t i = p->head;

	assert(n <= p->prefix_n);
	while (n > 0) {
		const struct ed_pieces_block *b = &pool->blocks[i];
		size_t part = b->n < n ? b->n : n;

		memcpy(ret, b->data + b->from, part);
		ret += part;
		n -= part;
		i = b->next;
	}
}

uint32_t ed_pieces_drop(struct ed_pieces *p, struct ed_pieces_pool *pool)
{
	uint32_t n_packets = 0;

	while (p->head != ED_PIECES_NONE) {
		uint16_t i = p->head;

		n_packets += pool->blocks[i].n_packets;
		p->head = pool->blocks[i].next;
		block_free(pool, i);
	}
	ed_pieces_init(p, p->begin);
	return n_packets;
}
