/* SPDX-License-Identifier: Apache-2.0 */
/* DNS over TCP: any cut, any order, twice, with holes, from the middle; and an account that closes.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/hash.h"
#include "base/mem.h"
#include "wire/tcp.h"
#include "wire/test_packets.h"

enum { N_ROUNDS = 2000, MESSAGE_BYTES = sizeof(test_query) + 2, STREAM_MAX = 8000 };

/* The table, and what came out of it. */
struct run {
	struct ed_tcp *t;
	struct ed_reassembly_loss loss;
	unsigned n_messages;
	unsigned n_cut;
	unsigned n_settled; /* packets, by messages */
	unsigned n_duplicate;
	unsigned n_lost;
	unsigned n_fed;
	uint8_t all[STREAM_MAX + 70000]; /* messages, one behind the other */
	size_t all_n;
};

static struct run run;

static void begin(void)
{
	memset(&run, 0, sizeof(run));
	run.t = ed_mem_zalloc(1, sizeof(*run.t));
	assert_non_null(run.t);
	ed_tcp_init(run.t, 7);
}

/* Ends the run; every packet fed must have met one fate. */
static void end(void)
{
	ed_tcp_close(run.t, &run.loss);
	assert_int_equal(run.n_fed, run.n_settled + run.n_duplicate + run.n_lost +
					    run.loss.n_given_up + run.loss.n_evicted);
	assert_int_equal(run.t->pool.n_free, ED_TCP_BLOCKS);
	ed_mem_free(run.t);
}

static struct ed_tcp_segment segment(unsigned port, uint32_t seq, const void *p, size_t n)
{
	struct ed_tcp_segment seg = {
		.data = ed_span_of(p, n), .wire_n = n, .seq = seq, .n_packets = n > 0, .time_ns = 1
	};

	seg.key.src_port = (uint16_t)port;
	seg.key.dst_port = 53;
	return seg;
}

static enum ed_tcp_result feed_segment(const struct ed_tcp_segment *seg)
{
	struct ed_tcp_message m;
	enum ed_tcp_result r = ed_tcp_feed(run.t, seg, &run.loss);

	run.n_fed += seg->n_packets;
	run.n_duplicate += r == ED_TCP_DUPLICATE ? seg->n_packets : 0;
	run.n_lost += r == ED_TCP_LOST ? seg->n_packets : 0;
	while (r == ED_TCP_TAKEN && ed_tcp_next(run.t, &m, &run.loss)) {
		assert_true(m.cut ? m.data.n < m.wire_n || m.wire_n == 0 : m.data.n == m.wire_n);
		run.n_messages += !m.cut;
		run.n_cut += m.cut;
		run.n_settled += m.n_packets;
		if (m.data.n > 0 && m.data.n <= sizeof(run.all) - run.all_n) {
			memcpy(run.all + run.all_n, m.data.p, m.data.n);
			run.all_n += m.data.n;
		}
	}
	return r;
}

static enum ed_tcp_result feed(uint32_t seq, const void *p, size_t n)
{
	struct ed_tcp_segment seg = segment(5301, seq, p, n);

	return feed_segment(&seg);
}

static void syn(uint32_t seq)
{
	struct ed_tcp_segment seg = segment(5301, seq, NULL, 0);

	seg.syn = true;
	assert_int_equal(feed_segment(&seg), ED_TCP_TAKEN);
}

/* @n messages with their lengths; message i has i % 300 bytes more than a header. Returns the
 * bytes. */
static size_t make_stream(uint8_t *ret, size_t max, unsigned *ret_n)
{
	size_t n = 0;

	*ret_n = 0;
	for (unsigned i = 0; n + 2 + 12 + i * 37 % 300 <= max; i++) {
		unsigned size = 12 + i * 37 % 300;

		test_put16(ret + n, size);
		for (unsigned k = 0; k < size; k++)
			ret[n + 2 + k] = (uint8_t)ed_hash_mix(i * 1000 + k);
		n += 2 + size;
		(*ret_n)++;
	}
	return n;
}

static void assert_all_messages(const uint8_t *stream, size_t n, unsigned n_messages)
{
	size_t at = 0, got = 0;

	assert_int_equal(run.n_messages, n_messages);
	while (at < n) {
		size_t size = (size_t)stream[at] << 8 | stream[at + 1];

		assert_memory_equal(run.all + got, stream + at + 2, size);
		at += 2 + size;
		got += size;
	}
	assert_int_equal(run.all_n, got);
}

/* The same stream cut at random places, from single bytes to many messages a segment. */
static void test_cuts(void **state)
{
	static uint8_t stream[STREAM_MAX];
	unsigned n_messages;
	size_t n = make_stream(stream, sizeof(stream), &n_messages);
	uint64_t seed = 1;

	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		uint32_t isn = (uint32_t)ed_hash_mix(seed++), max = 1u << round % 13;

		isn = round % 3 ? isn : UINT32_MAX - 3000; /* the sequence number wraps */
		begin();
		syn(isn);
		for (size_t at = 0; at < n;) {
			size_t part = 1 + ed_hash_mix(seed++) % max;

			part = part < n - at ? part : n - at;
			assert_int_equal(feed(isn + 1 + (uint32_t)at, stream + at, part),
					 ED_TCP_TAKEN);
			at += part;
		}
		assert_all_messages(stream, n, n_messages);
		assert_int_equal(run.n_settled, run.n_fed);
		end();
	}
}

/* Segments swapped with others up to eight places away, some repeated, some overlapping their
 * neighbour. */
static void test_disorder(void **state)
{
	static uint8_t stream[STREAM_MAX];
	unsigned n_messages;
	size_t n = make_stream(stream, sizeof(stream), &n_messages);
	uint64_t seed = 2;

	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		enum { PART = 90 };
		size_t n_parts = (n + PART - 1) / PART;
		unsigned order[STREAM_MAX / PART + 1];

		for (unsigned i = 0; i < n_parts; i++)
			order[i] = i;
		for (unsigned i = 0; i + 8 < n_parts; i++) {
			unsigned k = i + (unsigned)(ed_hash_mix(seed++) % 8), swap = order[i];

			order[i] = order[k];
			order[k] = swap;
		}
		begin();
		syn(99);
		for (unsigned i = 0; i < n_parts; i++) {
			uint64_t r = ed_hash_mix(seed++);
			size_t from = order[i] * (size_t)PART, to = from + PART + (r & 1 ? 20 : 0);

			from -= from > 30 && r & 2 ? 30 : 0;
			to = to < n ? to : n;
			(void)feed(100 + (uint32_t)from, stream + from, to - from);
			if (r & 4)
				assert_int_equal(feed(100 + (uint32_t)from, stream + from,
						      to - from),
						 ED_TCP_DUPLICATE);
		}
		assert_all_messages(stream, n, n_messages);
		assert_int_equal(run.n_settled + run.n_duplicate, run.n_fed);
		end();
	}
}

static const uint8_t *framed_query(void)
{
	static uint8_t m[MESSAGE_BYTES];

	test_put16(m, sizeof(test_query));
	memcpy(m + 2, test_query, sizeof(test_query));
	return m;
}

static void test_first_wins(void **state)
{
	uint8_t m[MESSAGE_BYTES], other[MESSAGE_BYTES];

	(void)state;
	memcpy(m, framed_query(), sizeof(m));
	memset(other, 'X', sizeof(other));
	begin();
	syn(0);
	(void)feed(11, m + 10, 5);
	(void)feed(5, other + 4, 8); /* brings 4..9, and another version of 10..11 */
	assert_int_equal(feed(1, m, MESSAGE_BYTES), ED_TCP_TAKEN);
	assert_int_equal(run.n_messages, 1);
	assert_memory_equal(run.all, test_query, 2);
	assert_memory_equal(run.all + 2, "XXXXXX", 6);
	assert_memory_equal(run.all + 8, test_query + 8, sizeof(test_query) - 8);
	end();
}

static void test_midstream(void **state)
{
	const uint8_t *m = framed_query();
	uint8_t bad[MESSAGE_BYTES];

	(void)state;
	begin();
	assert_int_equal(feed(5000, m, MESSAGE_BYTES), ED_TCP_TAKEN);
	assert_int_equal(run.n_messages, 1);
	end();
	/* Cut within or behind the length, or anywhere behind the header; no SYN. */
	for (size_t cut = 1; cut < MESSAGE_BYTES; cut += cut == 2 ? 12 : 1) {
		begin();
		(void)feed(5000, m, cut);
		(void)feed(5000 + (uint32_t)cut, m + cut, MESSAGE_BYTES - cut);
		assert_int_equal(run.n_messages, 1);
		assert_int_equal(run.n_settled, 2);
		end();
	}
	/* The last bytes of a message look like a length; the next message shows that they were
	 * not. */
	for (size_t tail = 1; tail < 14; tail++) {
		begin();
		(void)feed(5000 - (uint32_t)tail, m + MESSAGE_BYTES - tail, tail);
		assert_int_equal(feed(5000, m, MESSAGE_BYTES), ED_TCP_TAKEN);
		assert_int_equal(run.n_messages, 1);
		end();
	}
	/* What does not look like the beginning of a message does not begin a stream: length,
	 * opcode, counts. */
	for (unsigned i = 0; i < 5; i++) {
		memcpy(bad, m, sizeof(bad));
		if (i == 0)
			test_put16(bad, 11);
		if (i == 1)
			bad[4] = 0x79;
		if (i == 2)
			test_put16(bad + 6, 7);
		if (i == 3)
			bad[14] = 0x55;
		if (i == 4)
			bad[9] = 1;
		begin();
		assert_int_equal(feed(5000, bad, i < 4 ? MESSAGE_BYTES : 20), ED_TCP_LOST);
		assert_int_equal(feed(5000 + MESSAGE_BYTES, m, MESSAGE_BYTES), ED_TCP_TAKEN);
		assert_int_equal(run.n_messages, 1);
		end();
	}
}

/* A hole: what lies behind it waits, and is given up at the end; a stream far away begins anew. */
static void test_gap(void **state)
{
	const uint8_t *m = framed_query();
	struct ed_tcp_segment seg;

	(void)state;
	begin();
	syn(0);
	(void)feed(1, m, MESSAGE_BYTES);
	for (unsigned i = 2; i < 6; i++)
		assert_int_equal(feed(1 + i * MESSAGE_BYTES, m, MESSAGE_BYTES), ED_TCP_TAKEN);
	assert_int_equal(run.n_messages, 1);
	end();
	assert_int_equal(run.loss.n_given_up, 4);
	begin();
	syn(0);
	(void)feed(1, m, 10);
	(void)feed(1 + (1 << 20), m, MESSAGE_BYTES);
	assert_int_equal(run.n_messages, 1);
	assert_int_equal(run.loss.n_given_up, 1);
	end();
	/* A hole that is filled late, and one that is given up for a message that comes later
	 * still. */
	begin();
	syn(0);
	(void)feed(1 + MESSAGE_BYTES, m, MESSAGE_BYTES);
	seg = segment(5301, 1, m, MESSAGE_BYTES);
	seg.time_ns += 2 * ED_TCP_HOLE_NS;
	assert_int_equal(feed_segment(&seg), ED_TCP_TAKEN);
	assert_int_equal(run.n_messages, 2);
	seg.seq = 1 + 3 * MESSAGE_BYTES;
	assert_int_equal(feed_segment(&seg), ED_TCP_TAKEN);
	seg.seq = 1 + 5 * MESSAGE_BYTES;
	seg.time_ns += ED_TCP_HOLE_NS;
	assert_int_equal(feed_segment(&seg), ED_TCP_TAKEN);
	assert_int_equal(run.n_messages, 2);
	seg.seq = 1 + 7 * MESSAGE_BYTES;
	seg.time_ns++;
	assert_int_equal(feed_segment(&seg), ED_TCP_TAKEN);
	assert_int_equal(run.n_messages, 3);
	assert_int_equal(run.loss.n_given_up, 2);
	end();
	/* A hole that is never filled may not hold more than its share. */
	begin();
	syn(0);
	for (unsigned i = 1; i < 2000; i++) {
		(void)feed(1 + 2 * i * MESSAGE_BYTES, m, MESSAGE_BYTES);
		assert_true(run.t->pool.n_free >= ED_TCP_BLOCKS - ED_TCP_STREAM_BLOCKS);
	}
	assert_true(run.loss.n_given_up > 0);
	end();
}

/* A connection that takes the ports of an older one: its SYN begins anew, and a late one does too.
 */
static void test_reuse(void **state)
{
	const uint8_t *m = framed_query();
	struct ed_tcp_segment seg;

	(void)state;
	begin();
	syn(1000);
	(void)feed(1001, m, 10);
	syn(1000); /* repeated: nothing is lost */
	(void)feed(1011, m + 10, MESSAGE_BYTES - 10);
	assert_int_equal(run.n_messages, 1);
	(void)feed(1001 + MESSAGE_BYTES, m, 10);
	syn(77777);
	assert_int_equal(run.loss.n_given_up, 1);
	(void)feed(77778, m, MESSAGE_BYTES);
	assert_int_equal(run.n_messages, 2);
	/* Much later, without SYN, at a place that is not the next. */
	(void)feed(77778 + MESSAGE_BYTES, m, 10);
	seg = segment(5301, 77778 + 3 * MESSAGE_BYTES, m, MESSAGE_BYTES);
	seg.time_ns += ED_TCP_TIMEOUT_NS + 1;
	assert_int_equal(feed_segment(&seg), ED_TCP_TAKEN);
	assert_int_equal(run.n_messages, 3);
	assert_int_equal(run.loss.n_given_up, 2);
	/* Later still, a SYN that carries data. */
	seg = segment(5301, 5, m, MESSAGE_BYTES);
	seg.syn = true;
	seg.time_ns += 2 * ED_TCP_TIMEOUT_NS + 2;
	assert_int_equal(feed_segment(&seg), ED_TCP_TAKEN);
	assert_int_equal(run.n_messages, 4);
	end();
}

/* Segments that the capture cut short. */
static void test_snapped(void **state)
{
	const uint8_t *m = framed_query();
	struct ed_tcp_segment seg;

	(void)state;
	for (size_t have = 0; have < MESSAGE_BYTES; have++) {
		begin();
		syn(0);
		seg = segment(5301, 1, m, have);
		seg.wire_n = MESSAGE_BYTES;
		seg.n_packets = 1;
		assert_int_equal(feed_segment(&seg), ED_TCP_TAKEN);
		assert_int_equal(run.n_cut, 1);
		assert_int_equal(run.n_settled, 1);
		assert_int_equal(run.all_n, have < 2 ? 0 : have - 2);
		/* The message ended with the segment: the stream goes on. */
		assert_int_equal(feed(1 + MESSAGE_BYTES, m, MESSAGE_BYTES), ED_TCP_TAKEN);
		assert_int_equal(run.n_messages, 1);
		end();
		assert_int_equal(run.loss.n_given_up, 0);
	}
	/* Two messages in the segment, the second cut; then one that went on behind the cut. */
	begin();
	syn(0);
	memcpy(run.all + 1000, m, MESSAGE_BYTES);
	memcpy(run.all + 1000 + MESSAGE_BYTES, m, MESSAGE_BYTES);
	seg = segment(5301, 1, run.all + 1000, MESSAGE_BYTES + 20);
	seg.wire_n = 2 * MESSAGE_BYTES + 100;
	assert_int_equal(feed_segment(&seg), ED_TCP_TAKEN);
	assert_int_equal(run.n_messages, 1);
	assert_int_equal(run.n_cut, 1);
	assert_int_equal(run.n_settled, 1);
	end();
}

/* More connections than places; then more bytes than blocks. */
static void test_eviction(void **state)
{
	const uint8_t *m = framed_query();
	static uint8_t big[60000];
	struct ed_tcp_segment seg;

	(void)state;
	begin();
	for (unsigned i = 0; i < 3 * ED_TCP_STREAMS_MAX; i++) {
		seg = segment(i, 1, m, i % 2 ? 20 : MESSAGE_BYTES);
		assert_int_equal(feed_segment(&seg), ED_TCP_TAKEN);
	}
	assert_int_equal(run.n_messages, 3 * ED_TCP_STREAMS_MAX / 2);
	assert_true(run.loss.n_evicted > 0);
	end();
	begin();
	test_put16(big, 65000);
	memcpy(big + 2, test_query, sizeof(test_query));
	for (unsigned i = 0; i < 200; i++) {
		seg = segment(i, 1, big, sizeof(big));
		assert_int_equal(feed_segment(&seg), ED_TCP_TAKEN);
	}
	assert_true(run.loss.n_evicted > 0);
	assert_int_equal(run.loss.n_given_up, 0);
	end();
	/* Streams that hold nothing go before one that does. */
	begin();
	seg = segment(60000, 1, m, 20);
	(void)feed_segment(&seg);
	for (unsigned i = 0; i < 2 * ED_TCP_STREAMS_MAX; i++) {
		seg = segment(i, 1, m, MESSAGE_BYTES);
		(void)feed_segment(&seg);
	}
	seg = segment(60000, 21, m + 20, MESSAGE_BYTES - 20);
	(void)feed_segment(&seg);
	assert_int_equal(run.n_messages, 2 * ED_TCP_STREAMS_MAX + 1);
	end();
	assert_int_equal(run.loss.n_evicted, 0);
}

/* Anything at all, at places near each other: it ends, and the account closes. */
static void test_noise(void **state)
{
	static uint8_t noise[4096];
	uint64_t seed = 11;

	(void)state;
	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = ed_hash_mix(i) % 4 ? 0 : (uint8_t)ed_hash_mix(i);
	begin();
	for (unsigned i = 0; i < 40 * N_ROUNDS; i++) {
		uint64_t r = ed_hash_mix(seed++);
		size_t n = r % 200, at = (r >> 8) % (sizeof(noise) - n);
		struct ed_tcp_segment seg = segment((unsigned)(r >> 24) % 8,
						    (uint32_t)(r >> 32) % 3000, noise + at, n);

		seg.syn = (r >> 29) % 16 == 0;
		seg.wire_n += (r >> 20) % 32 == 0 ? 50 : 0;
		seg.n_packets = seg.wire_n > 0;
		seg.time_ns = (int64_t)i * 1000000;
		run.all_n = 0;
		(void)feed_segment(&seg);
	}
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cuts),       cmocka_unit_test(test_disorder),
		cmocka_unit_test(test_first_wins), cmocka_unit_test(test_midstream),
		cmocka_unit_test(test_gap),        cmocka_unit_test(test_reuse),
		cmocka_unit_test(test_snapped),    cmocka_unit_test(test_eviction),
		cmocka_unit_test(test_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
