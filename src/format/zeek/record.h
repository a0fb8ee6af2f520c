/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zeek's DNS record, whatever it was written in: the values of one log line go in one by one, under
 * the role of the column or key they stood in, and an event comes out. What the roles mean, which
 * records are none of ours and what the log has lost on the way are decided here, once for TSV and
 * JSON.
 *
 * Zeek's own account of the fields: https://docs.zeek.org, "dns.log" (DNS::Info).
 */
#ifndef ED_FORMAT_ZEEK_RECORD_H
#define ED_FORMAT_ZEEK_RECORD_H

#include "record/batch.h"

enum ed_zeek_role {
	ED_ZEEK_TS,
	ED_ZEEK_ORIG_H,
	ED_ZEEK_ORIG_P,
	ED_ZEEK_RESP_H,
	ED_ZEEK_RESP_P,
	ED_ZEEK_PROTO,
	ED_ZEEK_TRANS_ID,
	ED_ZEEK_RTT,
	ED_ZEEK_QUERY,
	ED_ZEEK_ORIGINAL_QUERY,
	ED_ZEEK_QCLASS,
	ED_ZEEK_QTYPE,
	ED_ZEEK_QTYPE_NAME,
	ED_ZEEK_RCODE,
	ED_ZEEK_RCODE_NAME,
	ED_ZEEK_AA,
	ED_ZEEK_TC,
	ED_ZEEK_RD,
	ED_ZEEK_RA,
	ED_ZEEK_Z,
	ED_ZEEK_OPCODE,
	ED_ZEEK_ANSWERS,
	ED_ZEEK_TTLS,
	ED_ZEEK_ROLE_N
};

/* The fields that either format can fill. */
enum {
	ED_ZEEK_FIELDS = ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_CLIENT_PORT |
			 ED_FIELD_RESOLVER | ED_FIELD_TRANSPORT | ED_FIELD_TXID | ED_FIELD_QNAME |
			 ED_FIELD_QNAME_CASE | ED_FIELD_QTYPE | ED_FIELD_OPCODE | ED_FIELD_FLAGS |
			 ED_FIELD_RCODE | ED_FIELD_ANSWERS | ED_FIELD_RDATA_BYTES | ED_FIELD_TTL |
			 ED_FIELD_RTT,
};

/* A record while it is read. The spans are borrowed until ed_zeek_finish. */
struct ed_zeek_record {
	struct ed_event *ev;
	uint32_t seen; /* ed_zeek_bit of the roles whose value could be read */
	uint32_t bad;  /* and of those whose value could not */
	struct ed_span query;
	struct ed_span original_query;
	uint16_t qtype_by_name;
	uint16_t rcode_by_name;
	uint8_t groups;   /* of format/zeek/memo.h: those whose reading began */
	bool from_json;   /* set by the format: a backslash may be one or start an escape */
	bool no_answers;  /* set by the format: the log has no place for answers */
	bool rdata_known; /* of one answer at least the size is known */
	bool ttl_known;
};

static inline uint32_t ed_zeek_bit(enum ed_zeek_role role)
{
	return UINT32_C(1) << role;
}

/* Zeek's own name of a column. False: none that matters. */
bool ed_zeek_role_from_name(struct ed_span name, enum ed_zeek_role *ret);

/* @ev is the event to fill, as ed_batch_peek gave it. */
void ed_zeek_begin(struct ed_zeek_record *r, struct ed_event *ev);

/*
 * One value that is set. A value that cannot be read leaves its field unknown; for time and client
 * that makes the record useless, which ed_zeek_finish says.
 */
void ed_zeek_put_text(struct ed_zeek_record *r, enum ed_zeek_role role, struct ed_span text);
void ed_zeek_put_number(struct ed_zeek_record *r, enum ed_zeek_role role, double number);
void ed_zeek_put_bool(struct ed_zeek_record *r, enum ed_zeek_role role, bool on);

/* One element of ANSWERS, in Zeek's text form, and of TTLS in seconds. */
void ed_zeek_put_answer(struct ed_zeek_record *r, struct ed_span text);

/* @n elements of ANSWERS that are all addresses of IPv4; @first is the first one, in host order. */
void ed_zeek_put_v4(struct ed_zeek_record *r, unsigned n, uint32_t first);
void ed_zeek_put_ttl(struct ed_zeek_record *r, uint32_t ttl_s);

/* Completes the event. ED_DROP_N: it can be committed; otherwise why the record is dropped. */
enum ed_drop ed_zeek_finish(struct ed_zeek_record *r);

#endif
