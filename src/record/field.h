/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fields an event can carry. One list serves three honest answers: a format declares which
 * fields it can fill, an analytic declares which it needs, and each event says which it holds. A
 * field that is not set in `ed_event.has` is unknown, which is not zero: evidence that needs it is
 * not evaluated.
 */
#ifndef ED_RECORD_FIELD_H
#define ED_RECORD_FIELD_H

#include <stdint.h>

/* FIELD(id, name, help) */
#define ED_FIELDS(FIELD)                                                                   \
	FIELD(TIME, "time", "time of the query, or of a response alone")                   \
	FIELD(CLIENT, "client", "address that asked")                                      \
	FIELD(CLIENT_PORT, "client-port", "its port")                                      \
	FIELD(RESOLVER, "resolver", "address that was asked")                              \
	FIELD(TRANSPORT, "transport", "UDP, TCP, DoT, ...")                                \
	FIELD(TXID, "txid", "DNS message id")                                              \
	FIELD(QNAME, "qname", "name asked for")                                            \
	FIELD(QNAME_CASE, "qname-case", "the case of the name as sent")                    \
	FIELD(QNAME_BYTES, "qname-bytes", "the name byte for byte, label borders certain") \
	FIELD(QTYPE, "qtype", "record type asked for")                                     \
	FIELD(OPCODE, "opcode", "DNS opcode")                                              \
	FIELD(FLAGS, "flags", "header flags")                                              \
	FIELD(EDNS, "edns", "EDNS version, size, options")                                 \
	FIELD(RCODE, "rcode", "response code")                                             \
	FIELD(ANSWERS, "answers", "answer records: count and types")                       \
	FIELD(RDATA_BYTES, "rdata-bytes", "size of the answer data")                       \
	FIELD(TTL, "ttl", "time to live of the answers")                                   \
	FIELD(SIZE_QUERY, "size-query", "size of the query message")                       \
	FIELD(SIZE_RESPONSE, "size-response", "size of the response message")              \
	FIELD(RTT, "rtt", "time from query to response")                                   \
	FIELD(PROCESS, "process", "process that asked, by number at least")                \
	FIELD(IMAGE, "image", "path or name of its program")                               \
	FIELD(LINEAGE, "lineage", "its command line and parents")                          \
	FIELD(USER, "user", "user that asked")                                             \
	FIELD(HOST, "host", "name of the machine")

enum ed_field_bit {
#define ED_FIELD_BIT(id, name, help) ED_FIELD_BIT_##id,
	ED_FIELDS(ED_FIELD_BIT)
#undef ED_FIELD_BIT
		ED_FIELD_N
};

enum ed_field {
#define ED_FIELD_MASK(id, name, help) ED_FIELD_##id = 1u << ED_FIELD_BIT_##id,
	ED_FIELDS(ED_FIELD_MASK)
#undef ED_FIELD_MASK
};

/* Name and help of a field by its bit number, below ED_FIELD_N. */
const char *ed_field_name(unsigned bit);
const char *ed_field_help(unsigned bit);

#endif
