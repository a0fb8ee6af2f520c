/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One record of Zeek's conn.log to a flow, whatever it was written in. Zeek's own account of the
 * fields: https://docs.zeek.org, "conn.log" (Conn::Info).
 */
#ifndef ED_FORMAT_ZEEK_CONN_RECORD_H
#define ED_FORMAT_ZEEK_CONN_RECORD_H

#include "format/json/walk.h"
#include "record/batch.h"

enum ed_conn_key {
	ED_CONN_NONE,
	ED_CONN_TS,
	ED_CONN_ORIG_H,
	ED_CONN_ORIG_P,
	ED_CONN_RESP_H,
	ED_CONN_RESP_P,
	ED_CONN_PROTO,
	ED_CONN_SERVICE,
	ED_CONN_DURATION,
	ED_CONN_ORIG_BYTES,
	ED_CONN_RESP_BYTES,
	ED_CONN_ORIG_PKTS,
	ED_CONN_RESP_PKTS,
	ED_CONN_ORIG_IP_BYTES,
	ED_CONN_RESP_IP_BYTES,
	ED_CONN_STATE,
	ED_CONN_PATH, /* the log, of streams that mix them */
	ED_CONN_N
};

/* The key of a column; ED_CONN_NONE: none that matters. */
uint8_t ed_conn_key_of(struct ed_span name);

/* @keys is zeroed memory. */
void ed_conn_keys_init(struct ed_json_keys *keys);

/* The event of a record's values, which are empty where there is none. 16 bytes behind each are
 * readable. @ev is zeroed. ED_DROP_N: it can be committed; otherwise why the record is dropped. */
enum ed_drop ed_conn_event(const struct ed_span value[static ED_CONN_N], struct ed_event *ev);

/* The values of a JSON line, which is readable as format/json/text.h wants it; @ret is zeroed,
 * @room for strings with escapes. False: it is no JSON object. */
bool ed_conn_read_json(const struct ed_json_keys *keys, struct ed_span line, uint8_t *room,
		       struct ed_span ret[static ED_CONN_N]);

/* True when they are of conn.log: the line says so, or has what only this log has. */
bool ed_conn_is(const struct ed_span value[static ED_CONN_N]);

/* All three; OTHER_LOG: the line is not of conn.log. */
enum ed_drop ed_conn_json(const struct ed_json_keys *keys, struct ed_span line, uint8_t *room,
			  struct ed_event *ev);

#endif
