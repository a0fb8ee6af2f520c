/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill as a packet capture of the next generation: one section, one Ethernet interface that
 * counts microseconds, in the byte order of the machine.
 *	0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001c
 */
#include "drill/drill.h"

#include "drill/message.h"

enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET = 6,
	BYTE_ORDER_MARK = 0x1a2b3c4d,
	LINK_ETHERNET = 1,
	SNAP_BYTES = 262144,
	FRAME_BYTES = 12, /* of a block, round its body */
	NS_PER_US = 1000,
};

/* A block; @n of the body is a multiple of four. */
static void put_block(uint32_t type, const void *body, size_t n, struct ed_buf *out)
{
	const uint32_t head[2] = { type, (uint32_t)(n + FRAME_BYTES) };

	ed_buf_put(out, head, sizeof(head));
	ed_buf_put(out, body, n);
	ed_buf_put(out, &head[1], sizeof(head[1]));
}

static void pcapng_begin(const struct ed_drill_plan *plan, struct ed_buf *out)
{
	const struct {
		uint32_t mark;
		uint16_t major, minor;
		uint32_t length[2]; /* all ones: not told */
	} section = { BYTE_ORDER_MARK, 1, 0, { UINT32_MAX, UINT32_MAX } };
	const struct {
		uint16_t link, reserved;
		uint32_t snap;
	} interface = { LINK_ETHERNET, 0, SNAP_BYTES };

	(void)plan;
	put_block(BLOCK_SECTION, &section, sizeof(section), out);
	put_block(BLOCK_INTERFACE, &interface, sizeof(interface), out);
}

static void put_packet(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
		       bool is_answer, struct ed_buf *out)
{
	uint64_t time_us = (uint64_t)(is_answer ? l->answer_ns : l->time_ns) / NS_PER_US;
	uint8_t packet[ED_DRILL_PACKET_MAX];
	uint32_t n = (uint32_t)ed_drill_packet(plan, l, is_answer, packet);
	struct {
		uint32_t interface, time_high, time_low, captured, length;
		uint8_t bytes[(ED_DRILL_PACKET_MAX + 3) / 4 * 4];
	} body = { 0, (uint32_t)(time_us >> 32), (uint32_t)time_us, n, n, { 0 } };

	memcpy(body.bytes, packet, n);
	put_block(BLOCK_PACKET, &body, 5 * sizeof(uint32_t) + (n + 3) / 4 * 4, out);
}

static void pcapng_lookup(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
			  struct ed_buf *out)
{
	put_packet(plan, l, false, out);
	put_packet(plan, l, true, out);
}

const struct ed_drill_writer ed_drill_pcapng = {
	.name = "pcapng",
	.suffix = "pcapng",
	.platform = ED_PLATFORM_NETWORK,
	.begin = pcapng_begin,
	.lookup = pcapng_lookup,
};
