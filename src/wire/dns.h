/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One DNS message (RFC 1035 §4, EDNS RFC 6891) in one pass from front to back: header, first
 * question, and what the records behind come to. A message whose header and first question can be
 * read is a message, whatever follows: broken records are marked, they hide nothing.
 *
 * Limits, after RFC 9267 and the flaws of other parsers: names are at most 255 bytes; compression
 * pointers lead strictly backwards and never into the header, 64 of them a name at most; the
 * content of 64 records is looked at, the rest is counted; 4,096 labels and pointers are followed a
 * message. Time is linear.
 */
#ifndef ED_WIRE_DNS_H
#define ED_WIRE_DNS_H

#include "base/name.h"

enum {
	ED_DNS_HEADER_BYTES = 12,
	ED_DNS_JUMPS_MAX = 64,   /* pointers a name */
	ED_DNS_RECORDS_MAX = 64, /* records whose content is looked at, a message */
	ED_DNS_STEPS_MAX = 4096, /* labels and pointers in record data, a message */
	ED_DNS_MESSAGE_MAX = 65535,
};

/* ed_dns_parse found no header or no question. */
enum { ED_DNS_MALFORMED = 1 };

struct ed_dns_message {
	uint16_t id;
	uint16_t flags;        /* the whole second word */
	uint16_t n_claimed[4]; /* the four counts of the header */
	uint16_t qtype;        /* of the first question */
	uint16_t qclass;
	uint16_t edns_size;          /* of the first OPT record */
	uint16_t edns_options_bytes; /* of all OPT records */
	uint8_t rcode_high;          /* the upper 8 bits of the extended rcode */
	uint8_t qname_n;             /* wire bytes of the name; 0: no question */
	bool has_opt;
	bool broken;             /* the records behind the question do not hold together */
	uint32_t trailing_bytes; /* behind the last record that could be read */
	/* answer section */
	uint32_t n_answers;
	uint32_t n_addresses;
	uint32_t n_ttls;
	uint32_t ttl_min_s;
	uint32_t ttl_max_s;
	uint32_t first_v4; /* of the first A record, host order */
	uint8_t nowhere;   /* of the first AAAA record in which no machine can be (base/addr.h) */
	uint32_t bytes_names; /* names in NS, CNAME, SOA, PTR, MX, SRV, DNAME data, uncompressed */
	uint64_t hash; /* sum over the records but addresses of a hash of type and data; names
		       * lower-cased */
	/* all sections: data of types made of free bytes (see dns.c), without OPT */
	uint32_t bytes_opaque;
};

/*
 * Reads @msg. The first question's name goes to @qname, uncompressed, its case as sent;
 * @ret->qname_n is its length. 0, or ED_DNS_MALFORMED; then @ret and @qname hold nothing of use.
 */
int ed_dns_parse(struct ed_span msg, uint8_t qname[static ED_NAME_MAX], struct ed_dns_message *ret);

#endif
