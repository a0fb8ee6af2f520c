/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill as a packet capture: microseconds, Ethernet, in the byte order of the machine. Query and
 * answer are two packets.
 *	d4c3b2a1 0200 0400 00000000 00000000 00000400 01000000
 */
#include "drill/drill.h"

#include "base/time.h"
#include "drill/message.h"

enum { MAGIC_MICRO = 0xa1b2c3d4, SNAP_BYTES = 262144, LINK_ETHERNET = 1, NS_PER_US = 1000 };

static void pcap_begin(const struct ed_drill_plan *plan, struct ed_buf *out)
{
	const struct {
		uint32_t magic;
		uint16_t major, minor;
		uint32_t zone, accuracy, snap, link;
	} head = { MAGIC_MICRO, 2, 4, 0, 0, SNAP_BYTES, LINK_ETHERNET };

	(void)plan;
	ed_buf_put(out, &head, sizeof(head));
}

static void put_packet(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
		       bool is_answer, struct ed_buf *out)
{
	int64_t time_ns = is_answer ? l->answer_ns : l->time_ns;
	uint8_t packet[ED_DRILL_PACKET_MAX];
	size_t n = ed_drill_packet(plan, l, is_answer, packet);
	const uint32_t head[4] = { (uint32_t)(time_ns / ED_NS_PER_S),
				   (uint32_t)(time_ns % ED_NS_PER_S / NS_PER_US), (uint32_t)n,
				   (uint32_t)n };

	ed_buf_put(out, head, sizeof(head));
	ed_buf_put(out, packet, n);
}

static void pcap_lookup(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
			struct ed_buf *out)
{
	put_packet(plan, l, false, out);
	put_packet(plan, l, true, out);
}

const struct ed_drill_writer ed_drill_pcap = {
	.name = "pcap",
	.suffix = "pcap",
	.platform = ED_PLATFORM_NETWORK,
	.begin = pcap_begin,
	.lookup = pcap_lookup,
};
