/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a record of a Windows event log means, whatever carried it:
 *	EventID 22, UtcTime 2026-11-03 14:02:11.250, ProcessGuid {42c2e005-bec3-5f7e-a902-...},
 *	QueryName www.example.net, QueryStatus 0, QueryResults ::ffff:192.0.2.7;, Image C:\...
 *
 * The idea: a carrier (JSON, XML) fills slots, one for each value that matters by the name that
 * Windows has for it, and knows nothing else; here the slots become events.
 *
 * Read are Sysmon 1, 3, 22, of Windows and of Linux, the DNS client's 3006 and 3008, and the
 * analytical 256, 257, 258 of the DNS server.
 */
#ifndef ED_FORMAT_WINDOWS_EVENT_H
#define ED_FORMAT_WINDOWS_EVENT_H

#include "format/text/answer_text.h"
#include "format/text/logtime.h"
#include "record/batch.h"

enum ed_windows_slot {
	/* the system's part */
	ED_WINDOWS_EVENT_ID = 1,
	ED_WINDOWS_PROVIDER,
	ED_WINDOWS_PROVIDER_GUID,
	ED_WINDOWS_CHANNEL,
	ED_WINDOWS_HOST,
	ED_WINDOWS_HOST_ALT,   /* where HOST is not told */
	ED_WINDOWS_CREATED,    /* System/TimeCreated: UTC */
	ED_WINDOWS_STAMP,      /* a time of the carrier, of which it says UTC */
	ED_WINDOWS_LOCAL,      /* a time of the carrier, of a zone that nobody knows */
	ED_WINDOWS_RECEIVED,   /* when a collector took it in */
	ED_WINDOWS_HEADER_PID, /* the process that wrote the record */
	ED_WINDOWS_HEADER_USER,
	ED_WINDOWS_MESSAGE, /* all values in one text; for the carrier's own use */
	/* the event's own part */
	ED_WINDOWS_UTC,
	ED_WINDOWS_GUID,
	ED_WINDOWS_PID,
	ED_WINDOWS_IMAGE,
	ED_WINDOWS_USER,
	ED_WINDOWS_USER_DOMAIN, /* where USER is not told */
	ED_WINDOWS_USER_NAME,
	ED_WINDOWS_COMMAND,
	ED_WINDOWS_HASHES,
	ED_WINDOWS_PARENT_GUID,
	ED_WINDOWS_PARENT_PID,
	ED_WINDOWS_PARENT,
	ED_WINDOWS_PARENT_COMMAND,
	ED_WINDOWS_QUERY_NAME,
	ED_WINDOWS_QUERY_STATUS,
	ED_WINDOWS_QUERY_RESULTS,
	ED_WINDOWS_QUERY_TYPE, /* a number or a name */
	ED_WINDOWS_PROTOCOL,
	ED_WINDOWS_INITIATED, /* "true", or a direction: "egress", "outbound" */
	ED_WINDOWS_SOURCE_IP,
	ED_WINDOWS_SOURCE_PORT,
	ED_WINDOWS_DEST_IP,
	ED_WINDOWS_DEST_PORT,
	/* of the DNS server */
	ED_WINDOWS_SERVER_SOURCE,
	ED_WINDOWS_SERVER_DEST,
	ED_WINDOWS_SERVER_ADDR,
	ED_WINDOWS_SERVER_PORT, /* of the client, in spite of its name */
	ED_WINDOWS_SERVER_TCP,
	ED_WINDOWS_PACKET,
	/* free for the carrier */
	ED_WINDOWS_OWN_1,
	ED_WINDOWS_OWN_2,
	ED_WINDOWS_SLOTS
};

/* What the formats of these events can fill. */
#define ED_WINDOWS_FIELDS                                                                          \
	(ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_CLIENT_PORT | ED_FIELD_RESOLVER |              \
	 ED_FIELD_TRANSPORT | ED_FIELD_TXID | ED_FIELD_QNAME | ED_FIELD_QNAME_CASE |               \
	 ED_FIELD_QNAME_BYTES | ED_FIELD_QTYPE | ED_FIELD_OPCODE | ED_FIELD_FLAGS |                \
	 ED_FIELD_EDNS | ED_FIELD_RCODE | ED_FIELD_ANSWERS | ED_FIELD_RDATA_BYTES | ED_FIELD_TTL | \
	 ED_FIELD_SIZE_QUERY | ED_FIELD_SIZE_RESPONSE | ED_FIELD_PROCESS | ED_FIELD_LINEAGE |      \
	 ED_FIELD_USER | ED_FIELD_HOST | ED_FIELD_IMAGE)

struct ed_windows_record {
	/* Of ED_WINDOWS_SLOTS; empty where there is none. 32 bytes behind each are readable. */
	struct ed_span *value;
	const struct ed_answer_text *answers; /* where the carrier has them apart; or NULL */
	struct ed_logtime *time;
	uint8_t *space; /* as many bytes as all values together, and 64 */
	uint64_t offset;
	uint32_t source;
	bool stamp_is_utc;  /* STAMP is the record's own time, and what it says */
	bool slashes_twice; /* backslashes may have been doubled */
};

/* True when it is an event of a log of Windows, or of Sysmon, whether it is of use or not. */
bool ed_windows_is_event(const struct ed_span *value);

/* Adds the events of @r to @out; an ed_drop, or ED_DROP_N. When the batch is full in the middle,
 * some may have been added. */
enum ed_drop ed_windows_emit(struct ed_windows_record *r, struct ed_batch *out);

/*
 * The values in the classic text of a Sysmon event, lines of "Key: value", into those slots that
 * are empty. Values choose their own bytes: a key counts only in the order in which Sysmon writes
 * them, and one that stands there twice behind a value that may hold lines is not believed.
 */
void ed_windows_message(struct ed_span text, struct ed_span value[static ED_WINDOWS_SLOTS]);

/* What a lookup came to: "0", "9003", "DNS_ERROR_RCODE_NAME_ERROR". */
enum ed_windows_status {
	ED_WINDOWS_STATUS_ANSWERED, /* rcode is known */
	ED_WINDOWS_STATUS_EMPTY,    /* answered, and there is no such record */
	ED_WINDOWS_STATUS_NONE,     /* no answer came, or nobody was asked */
	ED_WINDOWS_STATUS_BAD_CALL, /* 87, which the DNS client says of lookups it then makes */
};

enum ed_windows_status ed_windows_status(struct ed_span text, uint16_t *ret_rcode);

/*
 * Reads "type:  5 www.example.net;::ffff:192.0.2.7;". @ret_qtype: the type of the first answer
 * that is neither an address nor an alias, 0: none. 16 bytes behind the text are readable.
 */
void ed_windows_results(struct ed_span text, struct ed_answer_text *ret, uint16_t *ret_qtype);

/* True when an answer of @type tells that it was asked for: it is neither an address, of which
 * there are two types for one question, nor an alias. */
bool ed_windows_is_asked_for(uint16_t type);

/* What is known of how @parent starts programs: ED_LAUNCH_*. */
unsigned ed_windows_launch(struct ed_span parent, struct ed_span parent_command);

#endif
