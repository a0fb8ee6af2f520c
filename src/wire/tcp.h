/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DNS messages from TCP segments (RFC 1035 §4.2.2: two bytes of length, then the message). Each
 * direction of a connection is a stream of its own. Messages may be split anywhere, several may
 * share a segment, segments may come twice or out of order; where two segments claim a byte, the
 * first wins.
 *
 * A stream begins with its SYN, or, when that was not seen, with a segment that looks like the
 * beginning of a message. A hole is waited for until the first segment after ED_TCP_HOLE_NS, until
 * the stream holds ED_TCP_STREAM_BLOCKS or until the source ends; then the stream is dropped with
 * what waited in it. Nobody searches the bytes behind a hole for a message: they are the
 * attacker's. Full tables evict what was idle longest.
 *
 * About 4.7 MiB, all of it in struct ed_tcp; nothing is allocated.
 */
#ifndef ED_WIRE_TCP_H
#define ED_WIRE_TCP_H

#include "wire/frag.h"

enum {
	ED_TCP_STREAMS_MAX = 4096,
	ED_TCP_BUCKETS = 8192,
	ED_TCP_BLOCKS = 4096,            /* 4 MiB for all */
	ED_TCP_STREAM_BLOCKS = 224,      /* for one */
	ED_TCP_WINDOW_BYTES = 256 << 10, /* a segment further off belongs to another connection */
	ED_TCP_MESSAGE_BYTES = 2 + 65535,
};

#define ED_TCP_TIMEOUT_NS (INT64_C(300) * 1000000000) /* idle: the ports may belong to another */
#define ED_TCP_HOLE_NS (INT64_C(10) * 1000000000)     /* a sender repeats a lost segment sooner */

struct ed_tcp_key {
	struct ed_addr src;
	struct ed_addr dst;
	uint32_t net_tag;
	uint16_t src_port;
	uint16_t dst_port;
};

struct ed_tcp_segment {
	struct ed_tcp_key key;
	struct ed_span data; /* the payload captured */
	size_t wire_n;       /* the payload sent; larger when the capture snapped it */
	uint32_t seq;
	bool syn;
	int64_t time_ns;
	uint64_t record_offset;
	uint32_t n_packets; /* it came in; more than one when IP was fragmented */
};

/* What became of a segment. */
enum ed_tcp_result {
	ED_TCP_TAKEN,     /* call ed_tcp_next until it says false */
	ED_TCP_DUPLICATE, /* nothing new in it */
	ED_TCP_LOST,      /* not the beginning of a message, and the stream is not known */
};

struct ed_tcp_message {
	struct ed_span data; /* without the length; until the next call, or that of the segment */
	size_t wire_n;       /* by its length field; larger than data.n when `cut` */
	bool cut;            /* the capture snapped it */
	uint32_t n_packets;  /* packets whose fate this message settles; each is told once */
};

struct ed_tcp_stream {
	struct ed_tcp_key key;
	struct ed_pieces pieces; /* pieces.begin is where the next message begins */
	int64_t last_ns;
	int64_t progress_ns;   /* when the bytes without a hole last became more */
	uint64_t first_offset; /* of the first packet that waits */
	bool synced;           /* pieces.begin is known */
	bool tentative;        /* so far by a length alone, or half of it */
};

struct ed_tcp {
	uint64_t hash_key;
	struct ed_slots slots;
	struct ed_pieces_pool pool;
	/* the segment being worked off */
	struct ed_span rest;  /* not yet looked at; empty when its bytes went to the pieces */
	uint16_t current;     /* its stream; 0: none */
	uint32_t n_unsettled; /* its packets, while no message came out of it */
	uint64_t record_offset;
	bool cut;
	uint32_t cut_at;  /* position behind the bytes captured */
	uint32_t cut_end; /* position behind the bytes sent */
	struct ed_slot slot[ED_TCP_STREAMS_MAX + 1];
	uint16_t buckets[ED_TCP_BUCKETS];
	struct ed_tcp_stream streams[ED_TCP_STREAMS_MAX + 1];
	uint8_t message[ED_TCP_MESSAGE_BYTES];
	struct ed_pieces_block blocks[ED_TCP_BLOCKS];
};

/* @t is zeroed memory. @hash_key should not be known to who sends the packets. */
void ed_tcp_init(struct ed_tcp *t, uint64_t hash_key);

enum ed_tcp_result ed_tcp_feed(struct ed_tcp *t, const struct ed_tcp_segment *seg,
			       struct ed_reassembly_loss *loss);

/*
 * The next message of the stream whose segment was TAKEN; false when there is none. The segment's
 * packets are settled by the first message, or wait until later segments complete one.
 */
bool ed_tcp_next(struct ed_tcp *t, struct ed_tcp_message *ret, struct ed_reassembly_loss *loss);

/* Gives up everything that waits. */
void ed_tcp_close(struct ed_tcp *t, struct ed_reassembly_loss *loss);

#endif
