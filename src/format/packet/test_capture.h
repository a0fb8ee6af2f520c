/* SPDX-License-Identifier: Apache-2.0 */
/* For tests of capture files: files built in memory, and what a run over one gives. */
#ifndef ED_FORMAT_PACKET_TEST_CAPTURE_H
#define ED_FORMAT_PACKET_TEST_CAPTURE_H

#include "base/hash.h"
#include "format/drive.h"
#include "wire/test_packets.h"

enum { TEST_FILE_BYTES = 6 << 20, TEST_EVENTS_MAX = 64 };

static const int64_t test_time_s = 1700000000;

struct test_file {
	bool big_endian;
	size_t n;
	uint8_t b[TEST_FILE_BYTES];
};

/* What came out: the account, the first events, and a hash over all. */
struct test_run {
	struct ed_tally tally;
	unsigned n_events;
	unsigned n_queries;
	unsigned n_responses;
	uint64_t hash;
	struct ed_event events[TEST_EVENTS_MAX];
};

static inline void test_file_put(struct test_file *f, const void *p, size_t n)
{
	assert(f->n + n <= sizeof(f->b));
	if (n > 0)
		memcpy(f->b + f->n, p, n);
	f->n += n;
}

static inline void test_file_u16(struct test_file *f, unsigned v)
{
	uint8_t p[2] = { (uint8_t)v, (uint8_t)(v >> 8) };

	if (f->big_endian)
		test_put16(p, v);
	test_file_put(f, p, sizeof(p));
}

static inline void test_file_u32(struct test_file *f, uint32_t v)
{
	if (f->big_endian) {
		test_file_u16(f, v >> 16);
		test_file_u16(f, v & 0xffff);
	} else {
		test_file_u16(f, v & 0xffff);
		test_file_u16(f, v >> 16);
	}
}

/* A capture file's header; records follow. */
static inline void test_pcap_header(struct test_file *f, uint32_t magic, bool big_endian,
				    unsigned link_type)
{
	f->n = 0;
	f->big_endian = big_endian;
	test_file_u32(f, magic);
	test_file_u16(f, 2);
	test_file_u16(f, 4);
	test_file_u32(f, 0);
	test_file_u32(f, 0);
	test_file_u32(f, 262144);
	test_file_u32(f, link_type);
}

static inline void test_pcap_record(struct test_file *f, uint32_t seconds, uint32_t fraction,
				    size_t n, size_t wire_n)
{
	test_file_u32(f, seconds);
	test_file_u32(f, fraction);
	test_file_u32(f, (uint32_t)n);
	test_file_u32(f, (uint32_t)wire_n);
}

/* The first @n bytes of a frame; somewhere within 20 seconds, not in order. */
static inline void test_pcap_snapped(struct test_file *f, const struct test_frame *frame, size_t n)
{
	uint32_t seconds = (uint32_t)(f->n % 20);

	test_pcap_record(f, (uint32_t)test_time_s + seconds, 250000, n, frame->n);
	test_file_put(f, test_bytes(frame).p, n);
}

static inline struct ed_span test_file_span(const struct test_file *f)
{
	return ed_span_of(f->b, f->n);
}

static inline void test_collect(void *arg, const struct ed_batch *b)
{
	struct test_run *run = arg;
	struct ed_event *ev;

	for (size_t pos = 0; (ev = ed_batch_at(b, pos)) != NULL; pos += ev->size_bytes) {
		assert(ev->size_bytes % 8 == 0 && ev->size_bytes >= sizeof(*ev) + ev->name_n);
		assert(ev->name_n == 0 || ed_name_valid(ed_event_qname(ev)));
		if (run->n_events < TEST_EVENTS_MAX)
			run->events[run->n_events] = *ev;
		run->n_events++;
		run->n_queries += ev->kind == ED_EVENT_DNS_QUERY;
		run->n_responses += ev->kind == ED_EVENT_DNS_RESPONSE;
		run->hash = ed_hash_bytes(ev, sizeof(*ev) + ev->name_n, run->hash);
	}
}

static inline uint64_t test_n_dropped(const struct ed_tally *t)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < ED_DROP_N; i++)
		n += t->n_dropped[i];
	return n;
}

/* Runs @file; whatever it holds, the account has to close. */
static inline void test_drive(const struct ed_format *f, struct ed_span file, struct test_run *ret)
{
	int r;

	memset(ret, 0, sizeof(*ret));
	r = ed_format_drive(f, file, test_collect, ret, &ret->tally);
	assert(r == 0);
	(void)r;
	assert(ret->tally.n_read == ret->tally.n_analysed + test_n_dropped(&ret->tally));
}

#endif
