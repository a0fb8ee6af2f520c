/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sFlow version 5 (sflow.org, sFlow version 5, July 2004): switches send the first bytes of one
 * packet in so many. A packet whose DNS message can be read is a lookup, any other over UDP or TCP
 * is a flow of one packet that stands for as many as the sampling rate says. Where the agent sends
 * no bytes but the ends of the packet, those are the flow. Counters are stepped over.
 *
 * Nothing reaches from datagram to datagram. Samples carry no time; theirs is that of the datagram.
 */
#ifndef ED_FORMAT_FLOW_SFLOW_DATAGRAM_H
#define ED_FORMAT_FLOW_SFLOW_DATAGRAM_H

#include "record/batch.h"

struct ed_sflow_datagram {
	struct ed_span data;
	int64_t time_ns; /* when it was received; ED_TIME_UNKNOWN_NS */
	uint64_t offset;
	uint32_t source;
};

/* True when @data begins like a datagram. */
bool ed_sflow_looks(struct ed_span data);

/* How long the datagram at the front of @data is, where datagrams lie one behind the other; it may
 * be more than there is. 0: none begins here. */
size_t ed_sflow_bytes(struct ed_span data);

/*
 * Reads a datagram; an event lies at its sample's byte. ED_DROP_N: it gave events; OTHER_LOG: only
 * counters; NOT_DNS: only packets without UDP and TCP; BAD_LENGTH: it is broken; BATCH_FULL: no
 * room, and none of its events was kept.
 */
enum ed_drop ed_sflow_read(const struct ed_sflow_datagram *d, struct ed_batch *out);

#endif
