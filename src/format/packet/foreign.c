/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Payloads on port 53 that cannot be DNS; see foreign.h. A datagram of iodine's raw mode, a packet
 * compressed by zlib behind four bytes of header, taken for a DNS header:
 *	10 d1 9e 20 78 da 01 6e 04 91 fb 00		30,938 questions in 1,149 bytes
 */
#include "format/packet/foreign.h"

#include "base/cursor.h"
#include "base/hash.h"
#include "base/name.h"

enum {
	HEADER_BYTES = 12,
	QUESTION_BYTES = 5, /* at least: root, type, class */
	RECORD_BYTES = 11,  /* at least: root, type, class, TTL, length */
	CLASS_IN = 1,
	LENGTH_BYTES = 2, /* before a message in TCP */
	FLAG_QR = 0x80,   /* in the third byte */
	OPCODE_MAX = 6,   /* DSO, RFC 8490; of those below only 3 has no meaning */
	OPCODE_NONE = 3,
};

/* iodine's raw mode; as flags of a header it would be a response with the opcode 3. */
static const uint8_t iodine_raw[3] = { 0x10, 0xd1, 0x9e };

/* Where a connection lies decides who is evicted, so it must not differ from run to run. */
static const uint64_t FLOW_KEY = 0x70353364666f7265U;

/* Whether a question of class IN follows the header: then the counts alone are damaged. */
static bool has_question(struct ed_span m)
{
	size_t at = HEADER_BYTES;

	while (at < m.n && m.p[at] > 0 && m.p[at] <= ED_LABEL_MAX)
		at += 1U + m.p[at];
	/* root, type, class; the root alone is asked too seldom to tell it from zeros */
	return at > HEADER_BYTES && at + QUESTION_BYTES <= m.n && m.p[at] == 0 &&
	       ed_get_be16(m.p + at + 3) == CLASS_IN;
}

/* @m begins with a header. Do its counts ask for more than the @wire_n bytes it came in? */
static bool cannot_hold(struct ed_span m, size_t wire_n)
{
	const uint8_t *p = m.p;
	uint32_t n_questions = ed_get_be16(p + 4);
	uint32_t n_records = (uint32_t)ed_get_be16(p + 6) + ed_get_be16(p + 8) +
			     ed_get_be16(p + 10);
	size_t room = wire_n - HEADER_BYTES;

	if (n_questions == 1 || has_question(m))
		return false;
	if (n_questions + n_records == 0)
		return room > 0 && !(p[2] & FLAG_QR);
	return QUESTION_BYTES * n_questions + RECORD_BYTES * n_records > room;
}

bool ed_foreign_datagram(struct ed_span seen, size_t wire_n)
{
	if (seen.n >= sizeof(iodine_raw) && memcmp(seen.p, iodine_raw, sizeof(iodine_raw)) == 0)
		return true;
	if (wire_n < HEADER_BYTES)
		return seen.n >= 6 && ed_get_be16(seen.p + 4) > 1;
	return seen.n >= HEADER_BYTES && cannot_hold(seen, wire_n);
}

/* The hello of either side of TLS: its record would be the length of a message. */
static bool is_tls(struct ed_span s)
{
	return s.n >= 6 && s.p[0] == 0x16 && s.p[1] == 3 && s.p[2] <= 4 &&
	       (s.p[5] == 1 || s.p[5] == 2);
}

/* The first bytes of a stream. */
static bool is_foreign_start(struct ed_span s)
{
	unsigned opcode;
	size_t n;

	if (s.n < LENGTH_BYTES)
		return false;
	n = ed_get_be16(s.p);
	if (n < HEADER_BYTES || is_tls(s))
		return true;
	if (s.n < LENGTH_BYTES + HEADER_BYTES)
		return false;
	opcode = s.p[LENGTH_BYTES + 2] >> 3 & 15;
	return opcode > OPCODE_MAX || opcode == OPCODE_NONE ||
	       cannot_hold(ed_span_from(s, LENGTH_BYTES), n);
}

static uint64_t end_hash(const struct ed_addr *addr, uint16_t port)
{
	return ed_hash_bytes(addr, sizeof(*addr), FLOW_KEY + port);
}

/* The connection's place; NULL when it has none and @is_new does not ask for one. */
static struct ed_foreign_flow *flow_of(struct ed_foreign_flows *t, uint64_t hash, bool is_new)
{
	struct ed_foreign_flow *set = t->flows[hash % ED_FOREIGN_SETS];
	struct ed_foreign_flow *worst = set;

	for (unsigned i = 0; i < ED_FOREIGN_WAYS; i++) {
		if (set[i].hash == hash)
			return &set[i];
		if (set[i].hash == 0 || (worst->hash && (set[i].is_foreign < worst->is_foreign ||
							 (set[i].is_foreign == worst->is_foreign &&
							  set[i].last_ns < worst->last_ns))))
			worst = &set[i];
	}
	if (!is_new)
		return NULL;
	*worst = (struct ed_foreign_flow){ .hash = hash };
	return worst;
}

static void begin(struct ed_foreign_flow *f, unsigned direction, uint32_t first_seq)
{
	if (f->is_begun[direction] && f->first_seq[direction] == first_seq)
		return; /* sent again */
	f->is_begun[direction] = true;
	f->first_seq[direction] = first_seq;
	f->is_foreign = false;
}

bool ed_foreign_segment(struct ed_foreign_flows *t, const struct ed_tcp_segment *seg)
{
	uint64_t src = end_hash(&seg->key.src, seg->key.src_port);
	uint64_t dst = end_hash(&seg->key.dst, seg->key.dst_port);
	unsigned direction = src < dst;
	uint64_t hash = ed_hash_pair(direction ? src : dst, direction ? dst : src);
	struct ed_foreign_flow *f;

	hash = ed_hash_pair(hash, seg->key.net_tag) | 1;
	f = flow_of(t, hash, seg->syn);
	if (!f)
		return false;
	f->last_ns = seg->time_ns;
	if (seg->syn)
		begin(f, direction, seg->seq + 1);
	else if (f->is_begun[direction] && seg->seq == f->first_seq[direction])
		f->is_foreign |= is_foreign_start(seg->data);
	return f->is_foreign && seg->wire_n > 0;
}
