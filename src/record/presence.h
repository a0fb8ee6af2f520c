/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Presence: that a source told of a machine, when, and with which fields. It is what coverage is
 * proved with; report/presence.h collects it from events, the store keeps it.
 *
 * Texts end in NUL and are printable ASCII. A subject is a machine as the source names it: by its
 * host name in lower case where the machine tells of itself, else by its address and net_tag.
 */
#ifndef ED_RECORD_PRESENCE_H
#define ED_RECORD_PRESENCE_H

#include "base/addr.h"
#include "record/event.h"

enum {
	ED_PRESENCE_SOURCE_MAX = 120, /* bytes of a source's name, with NUL */
	ED_PRESENCE_FORMAT_MAX = 32,
	ED_PRESENCE_HOST_MAX = 64,
};

/* One log of one place, however often it was rotated: "zeek-hq/dns.log". */
struct ed_presence_source {
	char name[ED_PRESENCE_SOURCE_MAX];
	char format[ED_PRESENCE_FORMAT_MAX];
};

struct ed_presence_subject {
	char host[ED_PRESENCE_HOST_MAX]; /* "": it goes by its address */
	struct ed_addr addr;             /* of a host: the last one it was seen with, if any */
	uint32_t net_tag;
};

/* What one source told of one subject on one day (UTC, since 1970). */
struct ed_presence_day {
	uint32_t source, subject; /* numbers within the collection */
	int32_t day;
	uint32_t hours; /* bit h: in that hour */
	/* ED_FIELD_* of lookups and of all else; [1]: told by the machine itself */
	uint32_t lookups[2], others[2];
	uint32_t n_lookups, n_others;
	int64_t first_ns, last_ns;
	uint16_t kinds;    /* bit k: ed_event_kind k */
	uint8_t vantages;  /* bit v: ed_vantage v */
	uint8_t platform;  /* ed_platform */
	uint8_t is_listed; /* an inventory knew the machine */
	uint8_t pad[3];
};

/* How much one source told in one hour (since 1970). */
struct ed_presence_hour {
	uint32_t source;
	int32_t hour;
	uint32_t n_lookups, n_others;
	uint32_t n_lagged; /* events that say when they were taken down */
	uint32_t lag_max;  /* record/lag.h */
	uint64_t lag_sum;  /* of codes */
};

/* How a subject resolves. */
enum ed_presence_way {
	ED_PRESENCE_DNS,      /* plain, a lookup */
	ED_PRESENCE_DNS_FLOW, /* plain, a connection */
	ED_PRESENCE_DOT,      /* over TLS or QUIC, port 853 */
	ED_PRESENCE_DOH,      /* over HTTPS */
	ED_PRESENCE_DNSCRYPT,
	ED_PRESENCE_WAY_N
};

/* That a subject asked a server on one day. */
struct ed_presence_path {
	uint32_t subject;
	int32_t day;
	struct ed_addr server;
	uint32_t net_tag;
	uint32_t n;
	int64_t first_ns, last_ns;
	uint8_t way;  /* ed_presence_way */
	uint8_t more; /* servers beyond ED_PRESENCE_SERVERS_MAX are in this row, server unknown */
	uint8_t pad[6];
};

/* A collection, borrowed. */
struct ed_presence_rows {
	const struct ed_presence_source *sources;
	const struct ed_presence_subject *subjects;
	const struct ed_presence_day *days;
	const struct ed_presence_hour *hours;
	const struct ed_presence_path *paths;
	uint32_t n_sources, n_subjects, n_days, n_hours, n_paths;
};

#endif
