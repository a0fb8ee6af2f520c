/* SPDX-License-Identifier: Apache-2.0 */
/* The DNS messages of a drill (RFC 1035 §4); see message.h. */
#include "drill/message.h"

#include "drill/text.h"

enum {
	UDP_BYTES = 8,
	V4_BYTES = 20,
	V4_AT = 12, /* of a mapped address */
	PROTOCOL_UDP = 17,
	PORT_DNS = 53,
	TTL = 64,
	FLAGS_QUERY = 0x0100,
	FLAGS_ANSWER = 0x8180,
	POINTER_TO_QUESTION = 0xc00c,
};

struct out {
	uint8_t *p;
	size_t n;
};

static void put8(struct out *o, unsigned v)
{
	o->p[o->n++] = (uint8_t)v;
}

static void put16(struct out *o, unsigned v)
{
	put8(o, v >> 8);
	put8(o, v & 0xff);
}

static void put(struct out *o, const void *p, size_t n)
{
	memcpy(o->p + o->n, p, n);
	o->n += n;
}

/* What follows the name of a record: one text. */
static void put_text_record(struct out *o, const char *text)
{
	size_t n = strlen(text);

	put16(o, 16); /* TXT */
	put16(o, 1);  /* IN */
	put16(o, 0);
	put16(o, ED_DRILL_TTL_S);
	put16(o, (unsigned)n + 1);
	put8(o, (unsigned)n);
	put(o, text, n);
}

size_t ed_drill_record(const struct ed_drill_lookup *l, uint8_t ret[static ED_DRILL_MESSAGE_MAX])
{
	struct out o = { .p = ret };

	put(&o, l->name.wire, l->name.n);
	put_text_record(&o, l->answer);
	return o.n;
}

size_t ed_drill_message(const struct ed_drill_lookup *l, bool is_answer,
			uint8_t ret[static ED_DRILL_MESSAGE_MAX])
{
	struct out o = { .p = ret };

	put16(&o, l->txid);
	put16(&o, is_answer ? FLAGS_ANSWER : FLAGS_QUERY);
	put16(&o, 1);
	put16(&o, is_answer);
	put16(&o, 0);
	put16(&o, 0);
	put(&o, l->name.wire, l->name.n);
	put16(&o, 16); /* TXT */
	put16(&o, 1);  /* IN */
	if (!is_answer)
		return o.n;
	put16(&o, POINTER_TO_QUESTION);
	put_text_record(&o, l->answer);
	return o.n;
}

/* The sum of RFC 1071 over @n bytes, carried on from @sum. */
static uint32_t add_words(uint32_t sum, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i + 1 < n; i += 2)
		sum += (uint32_t)(p[i] << 8 | p[i + 1]);
	if (n % 2)
		sum += (uint32_t)p[n - 1] << 8;
	return sum;
}

static uint16_t checksum(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void put_ip(struct out *o, const struct ed_addr *from, const struct ed_addr *to, size_t n)
{
	uint8_t *ip = o->p + o->n;

	if (ed_addr_is_v4(from)) {
		const uint8_t head[12] = { 0x45, 0, 0, 0, 0, 0, 0x40, 0, TTL, PROTOCOL_UDP };
		uint16_t sum;

		put(o, head, sizeof(head));
		put(o, from->b + V4_AT, 4);
		put(o, to->b + V4_AT, 4);
		ip[2] = (uint8_t)((V4_BYTES + n) >> 8);
		ip[3] = (uint8_t)(V4_BYTES + n);
		sum = checksum(add_words(0, ip, V4_BYTES));
		ip[10] = (uint8_t)(sum >> 8);
		ip[11] = (uint8_t)sum;
		return;
	}
	put8(o, 0x60);
	put8(o, 0);
	put16(o, 0);
	put16(o, (unsigned)n);
	put8(o, PROTOCOL_UDP);
	put8(o, TTL);
	put(o, from->b, sizeof(from->b));
	put(o, to->b, sizeof(to->b));
}

size_t ed_drill_packet(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
		       bool is_answer, uint8_t ret[static ED_DRILL_PACKET_MAX])
{
	/* locally administered, one of them the client's */
	static const uint8_t macs[2][6] = { { 2, 0xed, 0, 0, 0, 1 }, { 2, 0xed, 0, 0, 0, 2 } };
	const struct ed_addr *from = is_answer ? &plan->resolver : &plan->client;
	const struct ed_addr *to = is_answer ? &plan->client : &plan->resolver;
	bool is_v4 = ed_addr_is_v4(from);
	uint8_t message[ED_DRILL_MESSAGE_MAX];
	size_t n = ed_drill_message(l, is_answer, message) + UDP_BYTES;
	struct out o = { .p = ret };
	uint32_t pseudo;
	uint16_t sum;
	uint8_t *udp;

	put(&o, macs[!is_answer], sizeof(macs[0]));
	put(&o, macs[is_answer], sizeof(macs[0]));
	put16(&o, is_v4 ? 0x0800 : 0x86dd);
	put_ip(&o, from, to, n);
	udp = ret + o.n;
	put16(&o, is_answer ? PORT_DNS : l->client_port);
	put16(&o, is_answer ? l->client_port : PORT_DNS);
	put16(&o, (unsigned)n);
	put16(&o, 0);
	put(&o, message, n - UDP_BYTES);
	pseudo = add_words(PROTOCOL_UDP + (uint32_t)n, from->b + (is_v4 ? V4_AT : 0),
			   is_v4 ? 4 : 16);
	pseudo = add_words(pseudo, to->b + (is_v4 ? V4_AT : 0), is_v4 ? 4 : 16);
	sum = checksum(add_words(pseudo, udp, n));
	udp[6] = (uint8_t)((sum ? sum : 0xffff) >> 8);
	udp[7] = (uint8_t)(sum ? sum : 0xffff);
	return o.n;
}
