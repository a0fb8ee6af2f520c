/* SPDX-License-Identifier: Apache-2.0 */
/* For tests of packets: a frame is built from the inside out, each layer put before what is there.
 */
#ifndef ED_WIRE_TEST_PACKETS_H
#define ED_WIRE_TEST_PACKETS_H

#include "base/span.h"

#include <assert.h>

enum { TEST_FRAME_BYTES = 70000, TEST_PROTO_TCP = 6, TEST_PROTO_UDP = 17 };

/* Bytes at the end of `b`; n of them. */
struct test_frame {
	uint8_t b[TEST_FRAME_BYTES];
	size_t n;
};

static inline struct ed_span test_bytes(const struct test_frame *f)
{
	return ed_span_of(f->b + sizeof(f->b) - f->n, f->n);
}

static inline uint8_t *test_wrap(struct test_frame *f, const void *header, size_t n)
{
	assert(f->n + n <= sizeof(f->b));
	f->n += n;
	if (n > 0)
		memcpy(f->b + sizeof(f->b) - f->n, header, n);
	return f->b + sizeof(f->b) - f->n;
}

static inline void test_payload(struct test_frame *f, struct ed_span s)
{
	f->n = 0;
	(void)test_wrap(f, s.p, s.n);
}

static inline void test_put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static inline void test_put32(uint8_t *p, uint32_t v)
{
	test_put16(p, v >> 16);
	test_put16(p + 2, v & 0xffff);
}

static inline void test_udp(struct test_frame *f, unsigned src_port, unsigned dst_port)
{
	uint8_t h[8] = { 0 };

	test_put16(h, src_port);
	test_put16(h + 2, dst_port);
	test_put16(h + 4, (unsigned)f->n + 8);
	(void)test_wrap(f, h, sizeof(h));
}

static inline void test_tcp(struct test_frame *f, unsigned src_port, unsigned dst_port,
			    uint32_t seq, unsigned flags)
{
	uint8_t h[20] = { [12] = 0x50, [14] = 0xff };

	test_put16(h, src_port);
	test_put16(h + 2, dst_port);
	test_put32(h + 4, seq);
	h[13] = (uint8_t)flags;
	(void)test_wrap(f, h, sizeof(h));
}

/* 10.1.2.@src to 10.1.2.@dst; @frag: flags and offset as in the header. */
static inline uint8_t *test_ipv4(struct test_frame *f, unsigned src, unsigned dst, unsigned proto,
				 unsigned frag)
{
	uint8_t h[20] = { 0x45, [5] = 77, [8] = 64, [12] = 10, 1, 2, 0, 10, 1, 2, 0 };

	test_put16(h + 2, (unsigned)f->n + 20);
	test_put16(h + 6, frag);
	h[9] = (uint8_t)proto;
	h[15] = (uint8_t)src;
	h[19] = (uint8_t)dst;
	return test_wrap(f, h, sizeof(h));
}

/* 2001:db8::@src to 2001:db8::@dst */
static inline uint8_t *test_ipv6(struct test_frame *f, unsigned src, unsigned dst, unsigned next)
{
	uint8_t h[40] = { 0x60, [7] = 64,    [8] = 0x20, 0x01, 0x0d,
			  0xb8, [24] = 0x20, 0x01,       0x0d, 0xb8 };

	test_put16(h + 4, (unsigned)f->n);
	h[6] = (uint8_t)next;
	h[23] = (uint8_t)src;
	h[39] = (uint8_t)dst;
	return test_wrap(f, h, sizeof(h));
}

static inline void test_ethernet(struct test_frame *f, unsigned type)
{
	uint8_t h[14] = { 2, [5] = 2, 2, [11] = 1 };

	test_put16(h + 12, type);
	(void)test_wrap(f, h, sizeof(h));
}

static inline void test_vlan(struct test_frame *f, unsigned id, unsigned type)
{
	uint8_t h[4];

	test_put16(h, id);
	test_put16(h + 2, type);
	(void)test_wrap(f, h, sizeof(h));
}

/* "t.example" TXT, no records. */
static const uint8_t test_query[] = { 0xbe, 0xef, 1,   0,   0,   1,   0,   0,   0, 0, 0,  0, 1, 't',
				      7,    'e',  'x', 'a', 'm', 'p', 'l', 'e', 0, 0, 16, 0, 1 };

static inline struct ed_span test_query_span(void)
{
	return ed_span_of(test_query, sizeof(test_query));
}

#endif
