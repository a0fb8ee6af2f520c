/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON lines that hold the fields Zeek writes by default, in its order, each in its usual form:
 *	{"ts":1790000000.25,"uid":"CW1","id.orig_h":"192.0.2.10","id.orig_p":40000,"id.resp_h":...}
 * That is nearly every line of an ordinary log, and knowing which key comes next makes its reading
 * half the work. Whatever else a line holds, it is declined, and format/zeek_json.c reads it from
 * its start. So the result never depends on who has read it.
 *
 * The stretches of the server and of the kind of lookup (format/zeek/memo.h) are only taken here:
 * one that is not known is declined, and kept by the other reader.
 */
#ifndef ED_FORMAT_ZEEK_USUAL_H
#define ED_FORMAT_ZEEK_USUAL_H

#include "format/zeek/keys.h"
#include "format/zeek/quick.h"

struct ed_zeek_usual {
	struct ed_zeek_memo *memo; /* borrowed */
	struct ed_zeek_clock clock;
	uint8_t server_from; /* numbers of the keys with which the stretches begin */
	uint8_t kind_from;
};

/* @u is zeroed memory. */
void ed_zeek_usual_init(struct ed_zeek_usual *u, const struct ed_zeek_keys *k,
			struct ed_zeek_memo *m);

/*
 * Behind @line are ED_UNIT_PADDING_BYTES readable, the first of which is a line end or zero. False:
 * declined, with @r and its event half read.
 */
bool ed_zeek_usual_read(struct ed_zeek_usual *u, struct ed_span line, struct ed_zeek_record *r);

#endif
