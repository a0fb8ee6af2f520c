/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The records of Suricata's eve.json that tell of connections: event_type "flow" with what went
 * each way, and "tls" with the name that the client asked for. Keys: Suricata's user guide, "EVE
 * JSON Format".
 */
#ifndef ED_FORMAT_EVE_FLOW_H
#define ED_FORMAT_EVE_FLOW_H

#include "format/json/walk.h"
#include "record/batch.h"

/* @keys is zeroed memory. */
void ed_eve_flow_keys_init(struct ed_json_keys *keys);

/*
 * Reads such a line, which is readable as format/json/text.h wants it, into @ev, which is zeroed.
 * @room is for strings with escapes. ED_DROP_N: it can be committed; otherwise why it is dropped.
 */
enum ed_drop ed_eve_flow_read(const struct ed_json_keys *keys, struct ed_span line, uint8_t *room,
			      struct ed_event *ev);

#endif
