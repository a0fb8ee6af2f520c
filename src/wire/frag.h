/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IP datagrams from their fragments, IPv4 and IPv6, in any order. Overlap: the byte that came first
 * wins. A datagram is given up 30 s after its first fragment, or when the table needs its place:
 * then the oldest goes. About 2.2 MiB, all of it in struct ed_frag; nothing is allocated.
 */
#ifndef ED_WIRE_FRAG_H
#define ED_WIRE_FRAG_H

#include "wire/packet.h"
#include "wire/pieces.h"
#include "wire/slots.h"

enum {
	ED_FRAG_DATAGRAMS_MAX = 1024,
	ED_FRAG_BUCKETS = 2048,
	ED_FRAG_BLOCKS = 2048,         /* 2 MiB for all */
	ED_FRAG_DATAGRAM_BLOCKS = 192, /* for one; whoever needs more sends fragments of a few bytes
					*/
	ED_FRAG_DATAGRAM_BYTES = 65536,
};

#define ED_FRAG_TIMEOUT_NS (INT64_C(30) * 1000000000)

/* What became of a fragment. */
enum ed_frag_result {
	ED_FRAG_WAITS,     /* the rest has not come; its fate is told later */
	ED_FRAG_DONE,      /* the datagram is complete */
	ED_FRAG_DUPLICATE, /* nothing new in it */
	ED_FRAG_UNWANTED,  /* of a datagram that ed_frag_ignore was called for */
	ED_FRAG_REFUSED,   /* contradicts the others, or there are too many */
};

/* Packets that waited in a reassembly and whose fate is sealed; calls add to it. */
struct ed_reassembly_loss {
	uint32_t n_given_up; /* the rest never came */
	uint32_t n_evicted;  /* the table was full */
	uint64_t offset; /* of the earliest of them in the source; meaningful when there are any */
};

struct ed_frag_key {
	struct ed_addr src;
	struct ed_addr dst;
	uint32_t id;
	uint32_t net_tag;
	uint32_t protocol;
};

struct ed_datagram {
	struct ed_span data; /* behind the IP header; valid until the next call */
	uint32_t n_packets;  /* fragments it was made of, the last included */
};

struct ed_frag_entry {
	struct ed_frag_key key;
	struct ed_pieces pieces;
	int64_t first_ns;
	uint64_t first_offset;
	uint32_t total_n;    /* 0: the last fragment has not come */
	uint32_t unwanted_n; /* bytes seen since it is unwanted */
	bool unwanted;
};

struct ed_frag {
	uint64_t hash_key;
	struct ed_slots slots;
	struct ed_pieces_pool pool;
	struct ed_slot slot[ED_FRAG_DATAGRAMS_MAX + 1];
	uint16_t buckets[ED_FRAG_BUCKETS];
	struct ed_frag_entry entries[ED_FRAG_DATAGRAMS_MAX + 1];
	uint8_t datagram[ED_FRAG_DATAGRAM_BYTES];
	struct ed_pieces_block blocks[ED_FRAG_BLOCKS];
};

/* One fragment and where it was met. */
struct ed_frag_piece {
	struct ed_frag_key key;
	struct ed_span data; /* whole: a fragment that was snapped is of no use */
	uint32_t offset;     /* in the datagram */
	bool more;
	int64_t time_ns;
	uint64_t record_offset;
	uint32_t n_packets; /* it came in; more than one when the tunnel around it was fragmented
			       too */
};

/* @t is zeroed memory. @hash_key should not be known to who sends the packets. */
void ed_frag_init(struct ed_frag *t, uint64_t hash_key);

enum ed_frag_result ed_frag_add(struct ed_frag *t, const struct ed_frag_piece *piece,
				struct ed_datagram *ret, struct ed_reassembly_loss *loss);

/*
 * Nobody wants the datagram of @piece, its first fragment: this one and those that follow are
 * unwanted. Returns how many of it were waiting, whose fate this is too.
 */
uint32_t ed_frag_ignore(struct ed_frag *t, const struct ed_frag_piece *piece,
			struct ed_reassembly_loss *loss);

/* Gives up everything. */
void ed_frag_close(struct ed_frag *t, struct ed_reassembly_loss *loss);

/* @n packets, the first of them at @offset, are lost; @counter is a member of @loss. */
void ed_reassembly_lose(struct ed_reassembly_loss *loss, uint32_t *counter, uint32_t n,
			uint64_t offset);

#endif
