/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The walk through one line of Suricata's eve.json: it notes where the values lie that matter, and
 * sums up the records of a response. What they mean together is for format/eve.c. Keys: Suricata's
 * user guide, "EVE JSON Format".
 */
#ifndef ED_FORMAT_EVE_LINE_H
#define ED_FORMAT_EVE_LINE_H

#include "format/text/answer_text.h"
#include "format/json/text.h"

enum ed_eve_key {
	ED_EVE_TIMESTAMP = 1,
	ED_EVE_SHIPPED,
	ED_EVE_EVENT_TYPE,
	ED_EVE_FLOW_ID,
	ED_EVE_SRC_IP,
	ED_EVE_SRC_PORT,
	ED_EVE_DEST_IP,
	ED_EVE_DEST_PORT,
	ED_EVE_PROTO,
	ED_EVE_APP_PROTO,
	ED_EVE_VLAN,
	ED_EVE_DNS,
	ED_EVE_TYPE,
	ED_EVE_ID,
	ED_EVE_VERSION,
	ED_EVE_FLAGS,
	ED_EVE_RCODE,
	ED_EVE_RRNAME,
	ED_EVE_RRTYPE,
	ED_EVE_CUT,
	ED_EVE_TTL,
	ED_EVE_RDATA,
	ED_EVE_PART, /* of the data of a record that is an object: a name */
	ED_EVE_RECORD,
	ED_EVE_QUERIES,
	ED_EVE_ANSWERS,
	ED_EVE_OTHERS, /* the sections behind the answers */
	ED_EVE_GROUPED,
	ED_EVE_N
};

static_assert(ED_EVE_N <= 32, "a bit each");

/* One record of a section, or the question; in version 1 the dns object itself is one. */
struct ed_eve_rr {
	struct ed_span name;
	struct ed_span type;
	struct ed_answer answer;
	bool has_name;
	bool cut;
};

/* A line while it is walked. The spans lie in the line or in the room. */
struct ed_eve_line {
	struct ed_json_text t;
	struct ed_json_keys *keys;      /* the order of keys is learned */
	uint32_t seen;                  /* bits of eve_key: top level and dns */
	struct ed_span value[ED_EVE_N]; /* of the keys seen, as text */
	uint32_t net_tag;
	uint16_t qtype;
	struct ed_eve_rr own;      /* what stands in the dns object itself */
	struct ed_eve_rr question; /* the first of version 3 */
	struct ed_answer_text detailed;
	struct ed_answer_text grouped;
	bool whole; /* walk the line to its end whatever it is */
};

static inline uint32_t ed_eve_bit(unsigned key)
{
	return UINT32_C(1) << key;
}

/* @keys is zeroed memory. */
void ed_eve_keys_init(struct ed_json_keys *keys);

/* Of another event than DNS, as far as is known. */
static inline bool ed_eve_line_is_other(const struct ed_eve_line *l)
{
	return (l->seen & ed_eve_bit(ED_EVE_EVENT_TYPE)) &&
	       !ed_span_is(l->value[ED_EVE_EVENT_TYPE], "dns");
}

/*
 * Reads @line, which is readable as format/json/text.h wants it, into @l, which is zeroed but for
 * `keys` and `whole`. @room is for strings with escapes. False: it is no JSON object. The spans in
 * @l are borrowed from both.
 */
bool ed_eve_line_read(struct ed_span line, uint8_t *room, struct ed_eve_line *l);

#endif
