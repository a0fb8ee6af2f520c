/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines of a message as Knot Resolver prints one:
 *	;; ->>HEADER<<- opcode: QUERY; status: NOERROR; id: 51189
 *	;; Flags: rd ad  QUERY: 1; ANSWER: 0; AUTHORITY: 0; ADDITIONAL: 1
 *
 *	;; EDNS PSEUDOSECTION:
 *	;; Version: 0; flags: ; UDP size: 1232 B; ext-rcode: Unused
 *
 *	;; QUESTION SECTION
 *	www.example.net.		A
 *
 *	;; ANSWER SECTION
 *	www.example.net.    	300	A	203.0.113.5
 *
 * Lines that begin with ";;" are the resolver's; all others are made of names and data in the form
 * of master files, in which no byte is an end of line.
 */
#ifndef ED_FORMAT_RESOLVER_KNOT_BLOCK_H
#define ED_FORMAT_RESOLVER_KNOT_BLOCK_H

#include "format/text/logline.h"

enum ed_knot_part { ED_KNOT_NONE, ED_KNOT_REQUEST, ED_KNOT_ANSWER };
enum ed_knot_section { ED_KNOT_HEADER, ED_KNOT_QUESTION, ED_KNOT_ANSWERS, ED_KNOT_OTHER };

/* The message at hand, and what the lines before told of its request. */
struct ed_knot_block {
	uint8_t part;    /* ed_knot_part; NONE: lines belong to no message of interest */
	uint8_t section; /* ed_knot_section */
	bool has_client, has_server, is_internal;
	bool has_status, has_flags, has_edns;
	uint8_t transport; /* ed_transport */
	uint8_t opcode;
	uint16_t client_port, server_port;
	uint16_t flags, edns_size;
	uint32_t number; /* of the request */
	uint16_t rcode;
	struct ed_addr client, server;
	struct ed_logtime_read time;
	struct ed_event *open; /* in the batch: whose answer is being read; NULL: none */
};

/* Begins a message of the request @number; what is known of that request stays. */
void ed_knot_begin(struct ed_knot_block *b, enum ed_knot_part part, uint32_t number);

/* Takes a line of the resolver's; false: it is none. */
bool ed_knot_heading(struct ed_knot_block *b, struct ed_span line);

/* Fills @ev from the block and its question; ED_LOGLINE_EVENT or an ed_drop. */
unsigned ed_knot_question(const struct ed_knot_block *b, struct ed_span line, struct ed_event *ev);

/* Makes the query @ev a pair, with what the header of its answer told. */
void ed_knot_answered(const struct ed_knot_block *b, struct ed_event *ev);

/* Adds one answer record to @ev; a line that is none adds nothing. */
void ed_knot_record(struct ed_span line, struct ed_event *ev);

/*
 * Puts back what syslog made of control characters ("#012" for an end of line, "#011" for a tab) in
 * @text, as far as it fits @max bytes of @ret. Returns how many bytes there are.
 */
size_t ed_knot_unfold(struct ed_span text, uint8_t *ret, size_t max);

#endif
