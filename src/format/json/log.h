/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the JSON logs of clouds and gateways have in common: a record is an object, of which a dozen
 * values matter, and what carried it may have put others around it:
 *	{"time":"2026-11-03T14:02:11Z","properties":{"QueryName":"a.example.","SourceIp":"192.0.2.1"}}
 *	{"records":[{"time":...},{"time":...}]}
 *	[{"time":...},{"time":...}]
 *
 * The idea: a key means something by the place it stands in. A format lists (place, key) -> slot,
 * and which keys lead from one place into another; the reader fills the slots and steps over all
 * the rest. A key that leads to the place ED_JSON_LOG_RECORD is an envelope: its contents are read
 * as if they stood in the record itself, and each object of an array there is a record of its own.
 */
#ifndef ED_FORMAT_JSON_LOG_H
#define ED_FORMAT_JSON_LOG_H

#include "format/text/answer_text.h"
#include "format/json/text.h"
#include "format/text/logtime.h"

enum {
	ED_JSON_LOG_SLOTS = 64, /* numbered from 1 */
	ED_JSON_LOG_PLACES = 24,
	ED_JSON_LOG_RECORD = 0,    /* the place of the record itself */
	ED_JSON_LOG_INTO = 0x80,   /* + a place: the key leads there */
	ED_JSON_LOG_RAW = 0x40,    /* + a slot: escapes in its strings are left as they are */
	ED_JSON_LOG_DEPTH_MAX = 8, /* what lies deeper is stepped over */
};

/* A key of interest. The key "" stands for the strings and numbers of an array in @place, and
 * for one that stands where the object or array could. */
struct ed_json_log_row {
	uint8_t place;
	uint8_t code; /* a slot, with or without ED_JSON_LOG_RAW, or ED_JSON_LOG_INTO + a place */
	const char *key;
};

/* A record while it is read, and what is known at its end. */
struct ed_json_log_record {
	/* The last value of each slot, empty where there is none. Escapes are undone; 32 bytes
	 * behind each are readable. */
	struct ed_span value[ED_JSON_LOG_SLOTS];
	const uint8_t *none;           /* where values point that are not there */
	unsigned places;               /* bit: something led into that place */
	struct ed_answer_text answers; /* what the format's element() added up */
	struct ed_logtime *time;
	/* For the format: as many bytes as the longest line has, and padding. */
	uint8_t *space;
	uint64_t offset; /* what events of this record are told */
	uint32_t source;
};

/* What makes one format of it. */
struct ed_json_log_kind {
	const struct ed_json_log_row *rows; /* ends with a NULL key */
	/* Behind each object, string or number of an array in @place, which is not the record's:
	 * the slots hold what it said. NULL: no row leads to such an array. */
	void (*element)(struct ed_json_log_record *r, unsigned place);
	/* True when the record is one of this log, whether it can be read or not. */
	bool (*is_own)(const struct ed_json_log_record *r);
	/* The event, from ed_batch_peek, of a record for which is_own; an ed_drop, or ED_DROP_N. */
	enum ed_drop (*take)(struct ed_json_log_record *r, struct ed_event *ev);
	/* Instead of take, where a record makes several events or tells of a process: adds them to
	 * @out itself, with offset and source. What was added before it says why the record is
	 * dropped is taken back. */
	enum ed_drop (*emit)(struct ed_json_log_record *r, struct ed_batch *out);
};

/* The passes and the memory of these formats; each gives its @kind where format.h has no room. */
unsigned ed_json_log_probe(const struct ed_json_log_kind *kind, struct ed_span head);
enum ed_frame_verdict ed_json_log_frame(void *state, struct ed_span in, bool eof, void *context,
					struct ed_frame *ret);
int ed_json_log_scratch_new(const struct ed_json_log_kind *kind, void **ret);
void ed_json_log_scratch_free(void *scratch);
void ed_json_log_decode(void *scratch, const struct ed_unit *unit, struct ed_batch *out);

static inline bool ed_json_log_has(const struct ed_json_log_record *r, unsigned slot)
{
	return r->value[slot].p != r->none;
}

/* Forgets a value, so that the next element of an array does not inherit it. */
static inline void ed_json_log_clear(struct ed_json_log_record *r, unsigned slot)
{
	r->value[slot] = ed_span_of(r->none, 0);
}

/*
 * RFC 3339, or a number since 1970, whose digits tell its unit: up to 11 are seconds and may have a
 * fraction, up to 14 milliseconds, up to 17 microseconds, 18 and 19 nanoseconds. False: neither; a
 * date needs its year.
 */
bool ed_json_log_time(struct ed_json_log_record *r, struct ed_span text, struct ed_event *ev);

/* Client and resolver with their ports, which stay unknown where they are none or 0. False: the
 * client's address is none. */
bool ed_json_log_client(struct ed_span addr, struct ed_span port, struct ed_event *ev);
void ed_json_log_resolver(struct ed_span addr, struct ed_span port, struct ed_event *ev);

/*
 * The name, in the form of master files where it can be read so. There is always one: what is no
 * proper name is kept as format/zeek/text.h has it, so that none can hide from the detector. A
 * backslash marks the name as ambiguous.
 */
void ed_json_log_name(struct ed_span text, struct ed_event *ev);

/* "udp", "TCP", "https", ...; what is none of them stays unknown. */
void ed_json_log_transport(struct ed_span text, struct ed_event *ev);

/* Message sizes; what is no number up to 65535 stays unknown. */
void ed_json_log_size_query(struct ed_span text, struct ed_event *ev);
void ed_json_log_size_response(struct ed_span text, struct ed_event *ev);

/* Adds an answer with its data in the form of master files: strings in quotes, the preference
 * before a mail server. Only names and free bytes count, as in format/text/answer_text.h. */
void ed_json_log_answer(struct ed_json_log_record *r, const struct ed_answer *answer,
			uint16_t qtype);

/* A time span in units of @unit_us microseconds, with or without a fraction. */
void ed_json_log_rtt(struct ed_span text, int64_t unit_us, struct ed_event *ev);

#endif
