/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The canonical event: one observation, whatever recorded it. Events lie in a batch one behind the
 * other, 8-byte aligned; an event is this struct, right behind it the name in wire form, and behind
 * that, aligned again, who asked (record/process.h) where the source knows. No pointers, so a batch
 * can be handed to another thread, copied or written out as it is (docs/adr/0003).
 *
 * Unknown is always representable: `has` says which fields are known (record/field.h), `lost` what
 * the source destroyed.
 */
#ifndef ED_RECORD_EVENT_H
#define ED_RECORD_EVENT_H

#include "base/addr.h"
#include "base/name.h"
#include "record/field.h"
#include "record/process.h"

#include <assert.h>

enum ed_event_kind {
	ED_EVENT_DNS_QUERY,
	ED_EVENT_DNS_RESPONSE,
	ED_EVENT_DNS_PAIR, /* the source paired them (Zeek) */
	ED_EVENT_NOT_DNS,  /* a payload on port 53 that cannot be DNS: sizes, no name */
	ED_EVENT_FLOW,     /* a connection or a flow record; its name is that of a TLS handshake */
	ED_EVENT_PROCESS,  /* a program was started */
	ED_EVENT_PACKAGE,  /* software of a hypervisor was installed, removed or listed */
	ED_EVENT_N
};

/* How well the time is known, best first. */
enum ed_time_quality {
	ED_TIME_EXACT_UTC,
	ED_TIME_OFFSET_KNOWN,
	ED_TIME_ZONE_ASSUMED,
	ED_TIME_YEAR_ASSUMED,
	ED_TIME_RECEIVED,
	ED_TIME_NONE,
};

enum ed_vantage {
	ED_VANTAGE_UNKNOWN,
	ED_VANTAGE_ENDPOINT,
	ED_VANTAGE_CLIENT_SIDE,
	ED_VANTAGE_RESOLVER,
	ED_VANTAGE_UPSTREAM,
};

enum ed_transport {
	ED_TRANSPORT_UNKNOWN,
	ED_TRANSPORT_UDP,
	ED_TRANSPORT_TCP,
	ED_TRANSPORT_DOT,
	ED_TRANSPORT_DOH,
	ED_TRANSPORT_DNSCRYPT,
	ED_TRANSPORT_DOQ,
	ED_TRANSPORT_LOCAL,
};

/* What the source did to the name. */
enum ed_lost {
	ED_LOST_CASE = 1 << 0,    /* folded to one case */
	ED_LOST_LABELS = 1 << 1,  /* label borders guessed from text */
	ED_LOST_ESCAPES = 1 << 2, /* an escape and a literal look the same */
	ED_LOST_BYTES = 1 << 3,   /* some bytes replaced by a mask character */
	ED_LOST_NAME = 1 << 4,    /* the name is not there at all */
	ED_LOST_TAIL = 1 << 5,    /* cut short */
	ED_LOST_WIRE = 1 << 6,    /* the wire form was broken; what could be read is kept */
};

/* What a payload is, apart from its text. */
enum ed_shape {
	ED_SHAPE_MIXED_CASE = 1 << 0, /* upper and lower case, but not in the zone: not a resolver's
					 0x20 */
	ED_SHAPE_ADDRESS = 1 << 1,    /* begins with a reversed address, as block lists are asked */
	ED_SHAPE_DIGEST = 1 << 3,     /* begins with a digest: 32, 40 or 56 digits of base 16, or 32
					 of base 32 */
	ED_SHAPE_REVERSE = 1 << 4,    /* the rest of a reversed address, under arpa */
	ED_SHAPE_ARTEFACT = 1 << 2,   /* what resolvers ask on their own account: _ta-xxxx, "_." */
	ED_SHAPE_BINARY = 1 << 5,     /* with a label that is no text: not UTF-8, nor ASCII */
};

/* What a zone is known to serve by a shipped list that expires. */
enum ed_service {
	ED_SERVICE_NONE,
	ED_SERVICE_REPUTATION, /* security products ask it about files, addresses, sites */
	ED_SERVICE_BLOCK_LIST, /* mail servers ask it about addresses and domains */
	ED_SERVICE_CLOUD, /* its operator makes up the names and is the only one to answer for them
			   */
	ED_SERVICE_OWN,   /* the site says that it is its own */
	ED_SERVICE_LOCAL, /* not on the public internet: nobody outside answers for it */
	ED_SERVICE_N
};

/* What a list says of a name (enrich/reputation.h). */
enum ed_reputation_class {
	ED_REPUTATION_NONE,
	ED_REPUTATION_POPULAR,
	ED_REPUTATION_BAD,
};

/* DNS header flags, as in the wire word without opcode and rcode. */
enum ed_dns_flag {
	ED_DNS_QR = 0x8000,
	ED_DNS_AA = 0x0400,
	ED_DNS_TC = 0x0200,
	ED_DNS_RD = 0x0100,
	ED_DNS_RA = 0x0080,
	ED_DNS_AD = 0x0020,
	ED_DNS_CD = 0x0010,
};

enum ed_rrtype {
	ED_RR_A = 1,
	ED_RR_NS = 2,
	ED_RR_CNAME = 5,
	ED_RR_SOA = 6,
	ED_RR_NULL = 10,
	ED_RR_PTR = 12,
	ED_RR_MX = 15,
	ED_RR_TXT = 16,
	ED_RR_KEY = 25,
	ED_RR_AAAA = 28,
	ED_RR_NB = 32,
	ED_RR_SRV = 33,
	ED_RR_NAPTR = 35,
	ED_RR_OPT = 41,
	ED_RR_DS = 43,
	ED_RR_DNSKEY = 48,
	ED_RR_HTTPS = 65,
	ED_RR_SPF = 99,
	ED_RR_ANY = 255,
	ED_RR_PRIVATE_IODINE = 65399,
};

enum ed_rcode { ED_RCODE_NOERROR = 0, ED_RCODE_SERVFAIL = 2, ED_RCODE_NXDOMAIN = 3 };

/* What the answers of a response come to; meaningful when `has` holds ANSWERS, RDATA_BYTES, TTL. */
struct ed_dns_answers {
	uint16_t n;                /* answer records seen */
	uint16_t n_addresses : 12; /* A and AAAA among them; saturates */
	uint16_t nowhere : 4;      /* of the first AAAA record in which no machine can be
				      (ed_addr_nowhere); 0: there is none */
	uint32_t bytes_opaque;     /* rdata of TXT, NULL, KEY and of types that carry free bytes */
	uint32_t bytes_names; /* names in CNAME, MX, SRV, NS, PTR rdata, uncompressed or as text */
	uint32_t ttl_min_s;
	uint32_t ttl_max_s;
	uint32_t first_v4; /* first A record, host order; 0 none */
	uint32_t hash; /* of all rdata but addresses: two different texts or names differ here */
};

enum { ED_ANSWERS_ADDRESSES_MAX = 4095 };

/* @n more of the answer's addresses, of which there is nothing else to know. */
static inline void ed_answers_count_addresses(struct ed_dns_answers *a, uint32_t n)
{
	uint32_t room = ED_ANSWERS_ADDRESSES_MAX - a->n_addresses;

	a->n_addresses += (n < room ? n : room) & ED_ANSWERS_ADDRESSES_MAX;
}

/* Adds one of the answer's addresses. */
void ed_answers_add_address(struct ed_dns_answers *a, const struct ed_addr *addr);

enum { ED_FOREIGN_FIRST_BYTES = 16 }; /* as many as an alert shows */

/* Of a payload that is not DNS. */
struct ed_foreign_payload {
	uint32_t hash; /* of all that was captured of it */
	uint8_t n_first;
	uint8_t first[ED_FOREIGN_FIRST_BYTES];
};

/* What protocol a flow carries, as far as the source or its port tells. */
enum ed_flow_service {
	ED_FLOW_OTHER,
	ED_FLOW_DNS,   /* port 53, or the source recognised it */
	ED_FLOW_DOT,   /* DNS over TLS or QUIC: port 853 */
	ED_FLOW_HTTPS, /* may carry DNS: port 443, TLS */
	ED_FLOW_DOH,   /* HTTPS to a resolver that is known to answer there; filled by enrich/ */
};

/* What a byte count of a flow includes. */
enum ed_counted { ED_COUNTED_UNKNOWN, ED_COUNTED_PAYLOAD, ED_COUNTED_IP, ED_COUNTED_FRAME };

/* Of a flow: client is who opened it, resolver the other end, size_query and size_response the
 * bytes from and to the client (no more than fits). */
struct ed_flow {
	uint32_t packets_up, packets_down;
	uint32_t duration_ms;
	uint32_t sample_rate; /* one packet in so many was seen; 0, 1: all */
	uint8_t service;      /* ed_flow_service */
	uint8_t counted;      /* ed_counted: what the byte counts include */
};

enum ed_package_action {
	ED_PACKAGE_LISTED,
	ED_PACKAGE_INSTALLED,
	ED_PACKAGE_REMOVED,
	ED_PACKAGE_LEVEL_SET, /* the host's own acceptance level was changed */
};

/* VMware's acceptance levels, strictest first; 0: not known. */
enum ed_acceptance {
	ED_ACCEPTANCE_UNKNOWN,
	ED_ACCEPTANCE_CERTIFIED,
	ED_ACCEPTANCE_ACCEPTED,
	ED_ACCEPTANCE_PARTNER,
	ED_ACCEPTANCE_COMMUNITY,
};

/* What a baseline of known good packages says of one, best first; ed_event is filled by enrich/. */
enum ed_package_judgement {
	ED_PACKAGE_NOT_JUDGED,
	ED_PACKAGE_KNOWN_GOOD,
	ED_PACKAGE_OTHER_VERSION,
	ED_PACKAGE_UNVOUCHED, /* no baseline: accepted only by the community */
	ED_PACKAGE_LOWER_LEVEL,
	ED_PACKAGE_OTHER_VENDOR,
	ED_PACKAGE_UNKNOWN_NAME,
};

/* Name, version and vendor are texts of the event's process. */
struct ed_package {
	uint8_t action;     /* ed_package_action */
	uint8_t acceptance; /* ed_acceptance */
	uint8_t judgement;  /* ed_package_judgement; filled by enrich/ */
	bool is_forced;     /* signature or dependency checks were switched off */
};

struct ed_event {
	/* head: every kind */
	int64_t time_ns;
	uint64_t offset; /* byte offset of the record in its (decompressed) source */
	struct ed_addr client;
	uint32_t has;         /* ED_FIELD_* */
	uint32_t source;      /* index of the source file or socket in the run */
	uint32_t net_tag;     /* VLAN or VNI that keeps overlapping addresses apart; 0 none */
	uint16_t size_bytes;  /* of this event in the batch, with the name; a multiple of 8 */
	uint8_t kind;         /* ed_event_kind */
	uint8_t time_quality; /* ed_time_quality */
	uint8_t vantage;      /* ed_vantage */
	uint8_t lost;         /* ED_LOST_* */
	/* body: DNS */
	uint8_t transport; /* ed_transport */
	uint8_t opcode;
	uint16_t client_port;
	uint16_t resolver_port;
	uint16_t txid;
	uint16_t flags; /* ED_DNS_* */
	struct ed_addr resolver;
	uint16_t qtype;
	uint16_t qclass;
	uint16_t rcode;     /* extended, 0..4095 */
	uint16_t edns_size; /* advertised; 0: no OPT record */
	uint16_t edns_options_bytes;
	uint16_t trailing_bytes; /* bytes of the message behind its last record */
	uint32_t size_query;     /* DNS message bytes */
	uint32_t size_response;
	int32_t rtt_us;
	union {
		struct ed_dns_answers answers;
		struct ed_foreign_payload foreign; /* of ED_EVENT_NOT_DNS */
		struct ed_flow flow;               /* of ED_EVENT_FLOW */
		struct ed_package package;         /* of ED_EVENT_PACKAGE */
	};
	/* filled by enrich/ */
	uint64_t name_hash;    /* of the lower-cased name */
	uint64_t zone_hash;    /* of the lower-cased zone */
	uint64_t client_hash;  /* of client and net_tag */
	int32_t payload_llr;   /* labels before the zone, 1/1024 bit in favour of "encoded" */
	uint32_t payload_code; /* their code length, 1/1024 bit */
	int32_t zone_llr;      /* the same for the registrable label */
	uint32_t zone_code;
	int32_t tail_llr;   /* the part of payload_llr that is its rightmost label, when it has
			       several */
	uint32_t tail_hash; /* keyed, of that label; 0: the payload has one label or none */
	uint8_t payload_alphabet; /* ed_alphabet that fits the payload best */
	uint8_t payload_longest;  /* longest label of the payload, bytes */
	uint8_t zone_off;         /* where the registrable domain begins in the name */
	uint8_t zone_kind;        /* ed_zone_kind */
	uint8_t name_n;           /* bytes of the name behind this struct; 0: unknown */
	uint8_t format;           /* row of its format; filled by the engine */
	uint8_t payload_shape;    /* ED_SHAPE_* */
	uint8_t zone_service;     /* ed_service of the zone (enrich/services.h) */
	uint8_t reputation;       /* ed_reputation_class */
	uint8_t reputation_feed;  /* index of the feed that says so */
	/* who asked */
	uint8_t platform;   /* ed_platform of the client; the format's word, else the inventory's */
	uint8_t asset_role; /* ed_asset_role, by the inventory */
	uint16_t process_off; /* where struct ed_process begins in the event; 0: there is none */
	uint8_t groups; /* mask of those that its client is in (analytic/group.h); by the engine */
	uint8_t lag; /* how long after time_ns the source took it down (record/lag.h); 0: unknown */
};

static_assert(sizeof(struct ed_event) % 8 == 0, "events lie 8-byte aligned in a batch");
static_assert(sizeof(struct ed_event) <= 192,
	      "an event stays within four cache lines with a short name");

enum {
	ED_EVENT_MAX_BYTES = sizeof(struct ed_event) + 256, /* without a process */
	ED_EVENT_PROCESS_MAX_BYTES = ED_EVENT_MAX_BYTES + ((ED_PROCESS_MAX_BYTES + 7) & ~7),
};

static inline const uint8_t *ed_event_name(const struct ed_event *ev)
{
	return (const uint8_t *)(ev + 1);
}

static inline struct ed_span ed_event_qname(const struct ed_event *ev)
{
	return ed_span_of(ed_event_name(ev), ev->name_n);
}

/* Who asked; NULL when the source does not say. */
static inline const struct ed_process *ed_event_process(const struct ed_event *ev)
{
	return ev->process_off ? (const void *)((const uint8_t *)ev + ev->process_off) : NULL;
}

/* True for what asks or answers a name: the events that evidence is about. */
static inline bool ed_event_is_lookup(const struct ed_event *ev)
{
	return ev->kind <= ED_EVENT_DNS_PAIR;
}

/* True for a name with bytes that no host name has, so that its source could not print it; only its
 * zone is known. One that was masked on purpose is another matter. */
static inline bool ed_event_is_unprinted(const struct ed_event *ev)
{
	return (ev->lost & ED_LOST_NAME) && ev->process_off == 0;
}

/* The labels before the zone, without root byte: what a tunnel would fill. */
static inline struct ed_span ed_event_payload(const struct ed_event *ev)
{
	return ed_span_of(ed_event_name(ev), ev->zone_off);
}

static inline struct ed_span ed_event_zone(const struct ed_event *ev)
{
	return ed_span_of(ed_event_name(ev) + ev->zone_off, (size_t)(ev->name_n - ev->zone_off));
}

#endif
