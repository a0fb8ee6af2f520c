/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A flow to an event, whatever recorded it: who opened it, to whom, how much went each way. A
 * record of one direction (NetFlow) says nothing of who began; then the server is who has a port
 * that names carry DNS on, else who has the lower one.
 */
#ifndef ED_FORMAT_FLOW_EVENT_H
#define ED_FORMAT_FLOW_EVENT_H

#include "record/batch.h"

enum {
	ED_FLOW_FIELDS = ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_CLIENT_PORT |
			 ED_FIELD_RESOLVER | ED_FIELD_TRANSPORT | ED_FIELD_SIZE_QUERY |
			 ED_FIELD_SIZE_RESPONSE,
};

struct ed_flow_record {
	struct ed_addr src, dst;
	uint16_t src_port, dst_port;
	uint8_t transport; /* ed_transport */
	uint8_t counted;   /* ed_counted */
	bool is_oriented;  /* the source opened it */
	bool has_up, has_down;
	uint64_t bytes_up, bytes_down; /* from the source, to it */
	uint64_t packets_up, packets_down;
	uint64_t duration_ms;
	uint32_t sample_rate;
};

/* What a port of the server stands for. */
enum ed_flow_service ed_flow_service_of(unsigned server_port);

/* Fills the flow into @ev, which is zeroed but for time, offset, source, net_tag and format. */
void ed_flow_event(const struct ed_flow_record *f, struct ed_event *ev);

/* The name that the client asked for in the handshake, as text; what is no name is left out. */
void ed_flow_event_name(struct ed_span text, struct ed_event *ev);

/* True for groups and broadcast, which nobody has a connection to. */
bool ed_flow_is_group(const struct ed_addr *a);

#endif
