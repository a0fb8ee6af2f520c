/* SPDX-License-Identifier: Apache-2.0 */
/* Byte ranges and IP reassembly: any order, overlap, time-out, eviction, and an account that
 * closes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/hash.h"
#include "base/mem.h"
#include "wire/frag.h"

enum { N_ROUNDS = 3000, MODEL_BYTES = 6000 };

static const int64_t second_ns = 1000000000;

static struct ed_frag *frag_new(void)
{
	struct ed_frag *t = ed_mem_zalloc(1, sizeof(*t));

	assert_non_null(t);
	ed_frag_init(t, 42);
	return t;
}

/* What the pieces should come to: an array, and which of its bytes are there. */
struct model {
	uint8_t b[MODEL_BYTES];
	bool have[MODEL_BYTES];
	uint32_t at; /* bytes before are taken */
};

static struct model model;

/* @n bytes of @value at @off, where none is yet. Returns how many were new. */
static uint32_t model_insert(uint32_t off, uint32_t n, uint8_t value)
{
	uint32_t n_new = 0;

	for (uint32_t k = off; k < off + n; k++) {
		if (model.have[k])
			continue;
		model.have[k] = true;
		model.b[k] = value;
		n_new++;
	}
	return n_new;
}

static uint32_t model_prefix(void)
{
	uint32_t end = model.at;

	while (end < MODEL_BYTES && model.have[end])
		end++;
	return end - model.at;
}

/* One piece at a random place; true when the packet was counted. */
static bool insert_one(struct ed_pieces *p, struct ed_pieces_pool *pool, uint64_t r, unsigned i)
{
	static uint8_t data[700];
	uint32_t n = 1 + (uint32_t)(r >> 32) % (i % 3 ? 20u : 700u);
	uint32_t off = model.at + (uint32_t)(r % (MODEL_BYTES - n - model.at));
	uint32_t n_new = model_insert(off, n, (uint8_t)i);

	memset(data, (int)i, n);
	assert_int_equal(ed_pieces_insert(p, pool, p->begin - model.at + off, ed_span_of(data, n),
					  1),
			 n_new);
	assert_int_equal(p->prefix_n, model_prefix());
	return n_new > 0;
}

/* Takes some bytes off the front. Returns the packets that came with them. */
static uint32_t take_some(struct ed_pieces *p, struct ed_pieces_pool *pool, uint64_t r)
{
	static uint8_t got[MODEL_BYTES];
	uint32_t begin = p->begin, n_packets, take = 1 + (uint32_t)(r % p->prefix_n);

	ed_pieces_peek(p, pool, take, got);
	assert_memory_equal(got, model.b + model.at, take);
	memset(got, 0xee, take);
	n_packets = ed_pieces_take(p, pool, take, got);
	assert_memory_equal(got, model.b + model.at, take);
	assert_int_equal(p->begin, begin + take);
	model.at += take;
	return n_packets;
}

/* Pieces at random places: what came first stays, and every packet comes out once. */
static void test_pieces_model(void **state)
{
	static struct ed_pieces_block blocks[400];
	struct ed_pieces_pool pool;
	uint64_t seed = 9;

	(void)state;
	ed_pieces_pool_init(&pool, blocks, 400);
	for (unsigned round = 0; round < 60; round++) {
		uint32_t n_packets = 0, n_taken = 0;
		struct ed_pieces p;

		memset(&model, 0, sizeof(model));
		/* Every other time the positions wrap. */
		ed_pieces_init(&p, round % 2 ? (uint32_t)ed_hash_mix(seed++) : UINT32_MAX - 1000);
		for (unsigned i = 0; i < 100 && model.at < MODEL_BYTES / 2; i++) {
			uint64_t r = ed_hash_mix(seed++);

			if (pool.n_free < ed_pieces_blocks_for(&p, 700))
				break;
			n_packets += insert_one(&p, &pool, r, i);
			if (p.prefix_n > 0 && r & 0x100)
				n_taken += take_some(&p, &pool, r >> 9);
		}
		n_taken += ed_pieces_drop(&p, &pool);
		assert_int_equal(n_taken, n_packets);
		assert_int_equal(pool.n_free, 400);
	}
}

static struct ed_frag_piece piece_of(unsigned id, uint32_t offset, bool more, struct ed_span data)
{
	struct ed_frag_piece p = { .data = data,
				   .offset = offset,
				   .more = more,
				   .time_ns = second_ns,
				   .record_offset = offset,
				   .n_packets = 1 };

	p.key.id = id;
	p.key.protocol = 17;
	return p;
}

/* One datagram of 4,000 bytes cut every 400, delivered in a random order, some of it twice. */
static void test_any_order(void **state)
{
	static uint8_t datagram[4000];
	struct ed_frag *t = frag_new();
	struct ed_reassembly_loss loss = { 0 };
	struct ed_datagram whole;
	uint64_t seed = 3;

	(void)state;
	for (size_t i = 0; i < sizeof(datagram); i++)
		datagram[i] = (uint8_t)ed_hash_mix(i);
	for (unsigned round = 0; round < N_ROUNDS; round++) {
		unsigned order[10], n_done = 0;

		for (unsigned i = 0; i < 10; i++)
			order[i] = i;
		for (unsigned i = 9; i > 0; i--) {
			unsigned k = (unsigned)(ed_hash_mix(seed++) % (i + 1)), swap = order[i];

			order[i] = order[k];
			order[k] = swap;
		}
		for (unsigned i = 0; i < 10; i++) {
			struct ed_frag_piece p = piece_of(round, order[i] * 400, order[i] < 9,
							  ed_span_of(datagram + order[i] * 400,
								     400));
			enum ed_frag_result r = ed_frag_add(t, &p, &whole, &loss);

			assert_int_equal(r, i < 9 ? ED_FRAG_WAITS : ED_FRAG_DONE);
			n_done += r == ED_FRAG_DONE;
			if (i < 9 && ed_hash_mix(seed++) % 4 == 0)
				assert_int_equal(ed_frag_add(t, &p, &whole, &loss),
						 ED_FRAG_DUPLICATE);
		}
		assert_int_equal(n_done, 1);
		assert_int_equal(whole.n_packets, 10);
		assert_int_equal(whole.data.n, sizeof(datagram));
		assert_memory_equal(whole.data.p, datagram, sizeof(datagram));
	}
	ed_frag_close(t, &loss);
	assert_int_equal(loss.n_given_up + loss.n_evicted, 0);
	assert_int_equal(t->pool.n_free, ED_FRAG_BLOCKS);
	ed_mem_free(t);
}

static void test_overlap(void **state)
{
	struct ed_frag *t = frag_new();
	struct ed_reassembly_loss loss = { 0 };
	struct ed_datagram whole;
	struct ed_frag_piece p;

	(void)state;
	p = piece_of(1, 8, true, ed_span_str("BBBBBBBB"));
	assert_int_equal(ed_frag_add(t, &p, &whole, &loss), ED_FRAG_WAITS);
	p = piece_of(1, 0, true, ed_span_str("aaaaaaaaaaaaaaaaaaaaaaaa"));
	assert_int_equal(ed_frag_add(t, &p, &whole, &loss), ED_FRAG_WAITS);
	p = piece_of(1, 16, false, ed_span_str("ccccccccccc"));
	assert_int_equal(ed_frag_add(t, &p, &whole, &loss), ED_FRAG_DONE);
	assert_int_equal(whole.data.n, 27);
	assert_memory_equal(whole.data.p, "aaaaaaaaBBBBBBBBaaaaaaaaccc", 27);
	assert_int_equal(whole.n_packets, 3);
	/* Two ends, and bytes behind the end. */
	p = piece_of(2, 16, false, ed_span_str("end"));
	assert_int_equal(ed_frag_add(t, &p, &whole, &loss), ED_FRAG_WAITS);
	p = piece_of(2, 16, false, ed_span_str("other end"));
	assert_int_equal(ed_frag_add(t, &p, &whole, &loss), ED_FRAG_REFUSED);
	p = piece_of(2, 16, true, ed_span_str("01234567"));
	assert_int_equal(ed_frag_add(t, &p, &whole, &loss), ED_FRAG_REFUSED);
	/* A piece beyond an end that came later is not read. */
	p = piece_of(3, 16, true, ed_span_str("too far!"));
	assert_int_equal(ed_frag_add(t, &p, &whole, &loss), ED_FRAG_WAITS);
	p = piece_of(3, 0, true, ed_span_str("01234567"));
	assert_int_equal(ed_frag_add(t, &p, &whole, &loss), ED_FRAG_WAITS);
	p = piece_of(3, 8, false, ed_span_str("89"));
	assert_int_equal(ed_frag_add(t, &p, &whole, &loss), ED_FRAG_DONE);
	assert_int_equal(whole.data.n, 10);
	assert_memory_equal(whole.data.p, "0123456789", 10);
	assert_int_equal(whole.n_packets, 3);
	ed_frag_close(t, &loss);
	assert_int_equal(loss.n_given_up, 1);
	ed_mem_free(t);
}

static void test_timeout(void **state)
{
	struct ed_frag *t = frag_new();
	struct ed_reassembly_loss loss = { 0 };
	struct ed_datagram whole;
	struct ed_frag_piece p;

	(void)state;
	p = piece_of(1, 8, false, ed_span_str("tail"));
	assert_int_equal(ed_frag_add(t, &p, &whole, &loss), ED_FRAG_WAITS);
	p = piece_of(2, 8, false, ed_span_str("tail"));
	p.time_ns += ED_FRAG_TIMEOUT_NS;
	assert_int_equal(ed_frag_add(t, &p, &whole, &loss), ED_FRAG_WAITS);
	assert_int_equal(loss.n_given_up, 0);
	p.time_ns++;
	p.key.id = 3;
	assert_int_equal(ed_frag_add(t, &p, &whole, &loss), ED_FRAG_WAITS);
	assert_int_equal(loss.n_given_up, 1);
	assert_int_equal(loss.offset, 8);
	/* The head of the first comes too late. */
	p = piece_of(1, 0, true, ed_span_str("01234567"));
	p.time_ns += ED_FRAG_TIMEOUT_NS + 1;
	assert_int_equal(ed_frag_add(t, &p, &whole, &loss), ED_FRAG_WAITS);
	ed_frag_close(t, &loss);
	assert_int_equal(loss.n_given_up, 4);
	assert_int_equal(loss.n_evicted, 0);
	ed_mem_free(t);
}

/* More datagrams than places, and more bytes than blocks: the oldest go and are counted. */
static void test_eviction(void **state)
{
	static uint8_t big[48000];
	struct ed_frag *t = frag_new();
	struct ed_reassembly_loss loss = { 0 };
	struct ed_datagram whole;
	struct ed_frag_piece p;

	(void)state;
	for (unsigned id = 0; id < 3 * ED_FRAG_DATAGRAMS_MAX; id++) {
		p = piece_of(id, 0, true, ed_span_str("01234567"));
		assert_int_equal(ed_frag_add(t, &p, &whole, &loss), ED_FRAG_WAITS);
	}
	assert_int_equal(loss.n_evicted, 2 * ED_FRAG_DATAGRAMS_MAX);
	p = piece_of(3 * ED_FRAG_DATAGRAMS_MAX - 1, 8, false, ed_span_str("89"));
	assert_int_equal(ed_frag_add(t, &p, &whole, &loss), ED_FRAG_DONE);
	ed_frag_close(t, &loss);
	assert_int_equal(loss.n_given_up, ED_FRAG_DATAGRAMS_MAX - 1);
	loss = (struct ed_reassembly_loss){ 0 };
	for (unsigned id = 0; id < 200; id++) {
		p = piece_of(id, 0, true, ed_span_of(big, sizeof(big)));
		assert_int_equal(ed_frag_add(t, &p, &whole, &loss), ED_FRAG_WAITS);
	}
	assert_true(loss.n_evicted > 100 && loss.n_evicted < 200);
	p = piece_of(199, sizeof(big), false, ed_span_str("x"));
	assert_int_equal(ed_frag_add(t, &p, &whole, &loss), ED_FRAG_DONE);
	assert_int_equal(whole.data.n, sizeof(big) + 1);
	ed_frag_close(t, &loss);
	assert_int_equal(loss.n_given_up + loss.n_evicted + 1, 200);
	ed_mem_free(t);
}

/* Fragments of eight bytes, last first: one datagram may not eat the pool. */
static void test_tiny_pieces(void **state)
{
	struct ed_frag *t = frag_new();
	struct ed_reassembly_loss loss = { 0 };
	struct ed_datagram whole;
	unsigned n_waits = 0, n_refused = 0;

	(void)state;
	for (unsigned i = 8000; i > 0; i--) {
		struct ed_frag_piece p = piece_of(1, i * 8, true, ed_span_str("01234567"));
		enum ed_frag_result r = ed_frag_add(t, &p, &whole, &loss);

		n_waits += r == ED_FRAG_WAITS;
		n_refused += r == ED_FRAG_REFUSED;
	}
	assert_int_equal(n_waits + n_refused, 8000);
	assert_true(n_waits < ED_FRAG_DATAGRAM_BLOCKS);
	assert_true(t->pool.n_free > ED_FRAG_BLOCKS - ED_FRAG_DATAGRAM_BLOCKS);
	ed_frag_close(t, &loss);
	assert_int_equal(loss.n_given_up, n_waits);
	ed_mem_free(t);
}

/* A datagram nobody wants: those that waited are told, those that come later too, the place is
 * freed. */
static void test_ignore(void **state)
{
	struct ed_frag *t = frag_new();
	struct ed_reassembly_loss loss = { 0 };
	struct ed_datagram whole;
	struct ed_frag_piece p;

	(void)state;
	p = piece_of(1, 16, false, ed_span_str("tail"));
	assert_int_equal(ed_frag_add(t, &p, &whole, &loss), ED_FRAG_WAITS);
	p = piece_of(1, 0, true, ed_span_str("01234567"));
	assert_int_equal(ed_frag_ignore(t, &p, &loss), 1);
	p = piece_of(1, 8, true, ed_span_str("01234567"));
	assert_int_equal(ed_frag_add(t, &p, &whole, &loss), ED_FRAG_UNWANTED);
	/* All of it was seen: the next of that number is another datagram. */
	assert_int_equal(ed_frag_add(t, &p, &whole, &loss), ED_FRAG_WAITS);
	ed_frag_close(t, &loss);
	assert_int_equal(loss.n_given_up, 1);
	ed_mem_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces_model), cmocka_unit_test(test_any_order),
		cmocka_unit_test(test_overlap),      cmocka_unit_test(test_timeout),
		cmocka_unit_test(test_eviction),     cmocka_unit_test(test_tiny_pieces),
		cmocka_unit_test(test_ignore),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
