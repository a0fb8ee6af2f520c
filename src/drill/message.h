/* SPDX-License-Identifier: Apache-2.0 */
/* The DNS messages of a drill, and the packets that carried them: Ethernet, IP, UDP. */
#ifndef ED_DRILL_MESSAGE_H
#define ED_DRILL_MESSAGE_H

#include "drill/stream.h"

enum {
	/* header, question, and an answer with one text */
	ED_DRILL_MESSAGE_MAX = 12 + ED_NAME_MAX + 4 + 12 + 1 + ED_DRILL_ANSWER_TEXT,
	ED_DRILL_PACKET_MAX = 14 + 40 + 8 + ED_DRILL_MESSAGE_MAX,
};

/* The query of @l, or with @is_answer its response. Returns the bytes. */
size_t ed_drill_message(const struct ed_drill_lookup *l, bool is_answer,
			uint8_t ret[static ED_DRILL_MESSAGE_MAX]);

/* The record of the answer alone, with its name and uncompressed. Returns the bytes. */
size_t ed_drill_record(const struct ed_drill_lookup *l, uint8_t ret[static ED_DRILL_MESSAGE_MAX]);

/* The same messages in a packet between client and resolver, which are of one family. Returns the bytes. */
size_t ed_drill_packet(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
		       bool is_answer, uint8_t ret[static ED_DRILL_PACKET_MAX]);

#endif
