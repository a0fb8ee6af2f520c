/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill as dnstap: Frame Streams with a Protocol Buffers message for each query of a client and
 * each response to one (dnstap.proto of dnstap.info).
 *	00000000 00000022 00000002 00000001 00000016 "protobuf:dnstap.Dnstap"
 */
#include "drill/drill.h"

#include "base/time.h"
#include "drill/message.h"

enum {
	CONTROL_START = 2,
	CONTROL_STOP = 3,
	CONTROL_CONTENT_TYPE = 1,
	CLIENT_QUERY = 5,
	CLIENT_RESPONSE = 6,
	FAMILY_V4 = 1,
	FAMILY_V6 = 2,
	PROTOCOL_UDP = 1,
	PORT_DNS = 53,
	V4_AT = 12, /* of a mapped address */
	WIRE_NUMBER = 0,
	WIRE_BYTES = 2,
	WIRE_FIXED32 = 5,
	FRAME_MAX_BYTES = ED_DRILL_MESSAGE_MAX + 128,
};

struct proto {
	uint8_t p[FRAME_MAX_BYTES];
	size_t n;
};

static void put_varint(struct proto *m, uint64_t v)
{
	for (; v > 0x7f; v >>= 7)
		m->p[m->n++] = (uint8_t)(v | 0x80);
	m->p[m->n++] = (uint8_t)v;
}

static void put_number(struct proto *m, unsigned field, uint64_t v)
{
	put_varint(m, field << 3 | WIRE_NUMBER);
	put_varint(m, v);
}

static void put_fixed32(struct proto *m, unsigned field, uint32_t v)
{
	put_varint(m, field << 3 | WIRE_FIXED32);
	for (unsigned i = 0; i < sizeof(v); i++)
		m->p[m->n++] = (uint8_t)(v >> (8 * i));
}

static void put_bytes(struct proto *m, unsigned field, const void *p, size_t n)
{
	put_varint(m, field << 3 | WIRE_BYTES);
	put_varint(m, n);
	memcpy(m->p + m->n, p, n);
	m->n += n;
}

static void put_addr(struct proto *m, unsigned field, const struct ed_addr *a)
{
	size_t at = ed_addr_is_v4(a) ? V4_AT : 0;

	put_bytes(m, field, a->b + at, sizeof(a->b) - at);
}

static void put_big32(struct ed_buf *out, uint32_t v)
{
	const uint8_t b[4] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8),
			       (uint8_t)v };

	ed_buf_put(out, b, sizeof(b));
}

static void put_message(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
			bool is_answer, struct ed_buf *out)
{
	uint8_t dns[ED_DRILL_MESSAGE_MAX];
	size_t n_dns = ed_drill_message(l, is_answer, dns);
	int64_t time_ns = is_answer ? l->answer_ns : l->time_ns;
	struct proto m = { .n = 0 }, frame = { .n = 0 };

	put_number(&m, 1, is_answer ? CLIENT_RESPONSE : CLIENT_QUERY);
	put_number(&m, 2, ed_addr_is_v4(&plan->client) ? FAMILY_V4 : FAMILY_V6);
	put_number(&m, 3, PROTOCOL_UDP);
	put_addr(&m, 4, &plan->client);
	put_addr(&m, 5, &plan->resolver);
	put_number(&m, 6, l->client_port);
	put_number(&m, 7, PORT_DNS);
	/* time and message of the query, or of the response */
	put_number(&m, is_answer ? 12 : 8, (uint64_t)(time_ns / ED_NS_PER_S));
	put_fixed32(&m, is_answer ? 13 : 9, (uint32_t)(time_ns % ED_NS_PER_S));
	put_bytes(&m, is_answer ? 14 : 10, dns, n_dns);
	put_number(&frame, 15, 1); /* of type MESSAGE */
	put_bytes(&frame, 14, m.p, m.n);
	put_big32(out, (uint32_t)frame.n);
	ed_buf_put(out, frame.p, frame.n);
}

static void dnstap_begin(const struct ed_drill_plan *plan, struct ed_buf *out)
{
	static const char type[] = "protobuf:dnstap.Dnstap";
	uint32_t n = sizeof(type) - 1;

	(void)plan;
	put_big32(out, 0);
	put_big32(out, 3 * sizeof(uint32_t) + n);
	put_big32(out, CONTROL_START);
	put_big32(out, CONTROL_CONTENT_TYPE);
	put_big32(out, n);
	ed_buf_put(out, type, n);
}

static void dnstap_lookup(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
			  struct ed_buf *out)
{
	put_message(plan, l, false, out);
	put_message(plan, l, true, out);
}

static void dnstap_end(const struct ed_drill_plan *plan, struct ed_buf *out)
{
	(void)plan;
	put_big32(out, 0);
	put_big32(out, sizeof(uint32_t));
	put_big32(out, CONTROL_STOP);
}

const struct ed_drill_writer ed_drill_dnstap = {
	.name = "dnstap",
	.suffix = "dnstap",
	.platform = ED_PLATFORM_NETWORK,
	.begin = dnstap_begin,
	.lookup = dnstap_lookup,
	.end = dnstap_end,
};
