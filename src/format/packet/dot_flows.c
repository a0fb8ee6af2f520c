/* SPDX-License-Identifier: Apache-2.0 */
/* Connections of DNS over TLS; see dot_flows.h. */
#include "format/packet/dot_flows.h"

#include "base/hash.h"
#include "format/packet/event.h"

enum { PORT_DOT = 853 };

#define IDLE_NS (120 * UINT64_C(1000000000))

/* Where connections lie must not differ from run to run. */
static const uint64_t FLOW_KEY = 0x646f742d666c6f77U;

bool ed_dot_is_payload(const struct ed_packet *pkt)
{
	return (pkt->src_port == PORT_DOT || pkt->dst_port == PORT_DOT) && pkt->wire_n > 0 &&
	       !ed_packet_on_dns_port(pkt) && !ed_packet_is_group(pkt);
}

bool ed_dot_from_client(const struct ed_packet *pkt)
{
	return pkt->dst_port == PORT_DOT;
}

static uint64_t end_hash(const struct ed_packet *pkt, const uint8_t *addr, uint16_t port)
{
	struct ed_addr a;

	ed_packet_addr(pkt, addr, &a);
	return ed_hash_bytes(&a, sizeof(a), FLOW_KEY + port);
}

static uint64_t flow_hash(const struct ed_packet *pkt)
{
	uint64_t src = end_hash(pkt, pkt->src, pkt->src_port);
	uint64_t dst = end_hash(pkt, pkt->dst, pkt->dst_port);
	uint64_t hash = src < dst ? ed_hash_pair(src, dst) : ed_hash_pair(dst, src);

	return ed_hash_pair(hash, (uint64_t)pkt->protocol << 32 | pkt->net_tag) | 1;
}

bool ed_dot_flows_note(struct ed_dot_flows *t, const struct ed_packet *pkt, int64_t time_ns)
{
	uint64_t hash = flow_hash(pkt);
	struct ed_dot_flow *set = t->flows[(hash >> 8) % ED_DOT_SETS], *oldest = set;

	for (unsigned i = 0; i < ED_DOT_WAYS; i++) {
		if (set[i].hash == hash) {
			bool is_new = time_ns > set[i].last_ns &&
				      (uint64_t)time_ns - (uint64_t)set[i].last_ns > IDLE_NS;

			set[i].last_ns = time_ns;
			return is_new;
		}
		if (oldest->hash != 0 && (set[i].hash == 0 || set[i].last_ns < oldest->last_ns))
			oldest = &set[i];
	}
	*oldest = (struct ed_dot_flow){ .hash = hash, .last_ns = time_ns };
	return true;
}
