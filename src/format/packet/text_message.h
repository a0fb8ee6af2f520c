/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A DNS message as a packet printer shows it in one line: what tcpdump_line.h and tshark_line.h
 * read, and packet_text.c makes an event of.
 */
#ifndef ED_FORMAT_PACKET_TEXT_MESSAGE_H
#define ED_FORMAT_PACKET_TEXT_MESSAGE_H

#include "record/batch.h"

/* What a reader returns where it is no ed_drop: the message is filled. */
enum { ED_TEXT_MESSAGE = ED_DROP_N };

struct ed_text_message {
	struct ed_addr src, dst;     /* unknown where the printer looked up names */
	uint16_t src_port, dst_port; /* 0: not shown, or by a name that is not known here */
	uint8_t transport;           /* ed_transport */
	bool is_response;
	bool has_id;
	bool has_flags;
	bool has_counts; /* of the sections */
	uint16_t id;
	uint16_t flags; /* ED_DNS_*, those that are shown */
	uint8_t opcode;
	uint16_t rcode;
	uint16_t qtype; /* 0: the question is not shown */
	uint32_t n_answers, n_authority, n_additional;
	uint32_t size; /* of the message; 0: not shown */
	/* The answers, as far as they can be read before one of free text. */
	struct ed_dns_answers answers;
	uint32_t bytes_addresses;
	bool has_data; /* the answers could be read so far, not only counted */
	bool has_free; /* one of them holds free bytes, whose number only the size tells */
	uint8_t lost;  /* of the name, ED_LOST_* */
	struct ed_name name;
};

#endif
