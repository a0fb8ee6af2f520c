/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A batch: the events that came out of one unit of input, and the account of its records. A record
 * is what the source counts: a packet, a log line. Every record ends as analysed or as dropped for
 * one named reason; the two sums equal the records read, exactly.
 *
 * Batches come from a pool of fixed size. A batch that is full refuses events (and counts the
 * record as dropped), it never grows.
 */
#ifndef ED_RECORD_BATCH_H
#define ED_RECORD_BATCH_H

#include "record/event.h"

/* DROP(id, name, damaged, help); damaged: the input is at fault, and the run exits with 3. */
#define ED_DROPS(DROP)                                                                    \
	DROP(NOT_DNS, "not-dns", false, "another protocol or port")                       \
	DROP(NO_PAYLOAD, "no-payload", false, "a TCP segment without data")               \
	DROP(ENCRYPTED, "encrypted-dns", false, "DNS over TLS or QUIC: port 853")         \
	DROP(MULTICAST, "multicast-dns", false, "mDNS, LLMNR or NetBIOS name service")    \
	DROP(OTHER_LOG, "other-log", false, "a record of another kind in a mixed stream") \
	DROP(UPSTREAM, "upstream", false, "a resolver's own lookup, beside its clients'") \
	DROP(NO_QUERY, "reply-without-query", false, "its query is not near it")          \
	DROP(ORPHAN, "orphan-record", false, "a part whose main record is not near it")   \
	DROP(OUTSIDE, "outside-time", false, "before --from or after --to")               \
	DROP(RETRANSMIT, "retransmission", false, "TCP data seen before")                 \
	DROP(LINK, "bad-link-layer", true, "link layer unknown or cut short")             \
	DROP(IP, "bad-ip", true, "IP header broken or cut short")                         \
	DROP(TRANSPORT, "bad-transport", true, "UDP or TCP header broken or cut short")   \
	DROP(SNAPPED, "snapped", true, "the capture kept too little of the packet")       \
	DROP(MALFORMED, "malformed-dns", true, "not even a DNS header and question")      \
	DROP(FRAGMENT, "fragment-incomplete", true, "fragments whose rest never came")    \
	DROP(TCP_GAP, "tcp-gap", true, "TCP data behind a hole that was never filled")    \
	DROP(TABLE_FULL, "table-full", true, "reassembly tables were full")               \
	DROP(CUT, "cut-short", true, "the file ends inside the record")                   \
	DROP(BAD_LENGTH, "bad-length", true, "a record that lies about its length")       \
	DROP(OVERSIZE, "oversize", true, "a line above the limit of 1 MiB")               \
	DROP(BAD_LINE, "bad-line", true, "a line that is not in the format of its file")  \
	DROP(BAD_RECORD, "bad-record", true, "an event log's record with broken content") \
	DROP(READER, "reader-died", true, "the confined reader died of it, or stalled")   \
	DROP(NO_FIELDS, "missing-fields", true, "time, client or name missing")           \
	DROP(BATCH_FULL, "batch-full", true, "more messages in one unit than a batch holds")

enum ed_drop {
#define ED_DROP_ID(id, name, damaged, help) ED_DROP_##id,
	ED_DROPS(ED_DROP_ID)
#undef ED_DROP_ID
		ED_DROP_N
};

const char *ed_drop_name(unsigned drop);
const char *ed_drop_help(unsigned drop);
bool ed_drop_is_damage(unsigned drop);

struct ed_tally {
	uint64_t n_read;
	uint64_t n_analysed;
	uint64_t n_dropped[ED_DROP_N];
	uint64_t first_damage_offset; /* meaningful with first_damage < ED_DROP_N */
	uint8_t first_damage;         /* ED_DROP_N: none */
};

void ed_tally_init(struct ed_tally *t);
/* One record of @offset ends here for the reason @drop. */
void ed_tally_drop(struct ed_tally *t, enum ed_drop drop, uint64_t offset);
/* The same for @n records that share a fate (the fragments of one datagram). */
void ed_tally_drop_n(struct ed_tally *t, enum ed_drop drop, uint64_t offset, uint64_t n);
/* @into += @t; the earlier damage wins. */
void ed_tally_add(struct ed_tally *into, const struct ed_tally *t);

enum { ED_BATCH_DEFERRED_MAX = 4096 };

struct ed_batch {
	uint8_t *data; /* events, 8-byte aligned; from the pool */
	size_t used;
	size_t cap;
	uint32_t n_events;
	uint32_t n_deferred; /* records left for the ordered pass, as offsets into their unit */
	uint32_t deferred[ED_BATCH_DEFERRED_MAX];
	struct ed_tally tally;
};

void ed_batch_reset(struct ed_batch *b);

/* The next free event, zeroed but for the name; NULL when the batch is full. Not yet part of the
 * batch. */
struct ed_event *ed_batch_peek(struct ed_batch *b);

/* The same, with room for a process behind the name. */
struct ed_event *ed_batch_peek_process(struct ed_batch *b);

/* Room for the name of the event that ed_batch_peek returned. */
static inline uint8_t *ed_event_name_room(struct ed_event *ev)
{
	return (uint8_t *)(ev + 1);
}

/* Makes the event of ed_batch_peek, with its @ev->name_n set, part of the batch. */
void ed_batch_commit(struct ed_batch *b, struct ed_event *ev);

/*
 * The same for an event of ed_batch_peek_process, with who asked: @p but for its text_n and is_cut,
 * which are made from @text, a span for each ed_text. Fills ev->process_off. A lookup whose name
 * the source masked (ED_LOST_NAME, name_n 0) gets one made of answers.hash, the hash that the
 * source writes instead (record/hidden_name.h); 0 where it writes none.
 */
void ed_batch_commit_process(struct ed_batch *b, struct ed_event *ev, const struct ed_process *p,
			     const struct ed_span text[static ED_TEXT_N]);

/* The event at byte @pos (0 for the first), NULL at the end; the next lies at @pos + size_bytes. */
static inline struct ed_event *ed_batch_at(const struct ed_batch *b, size_t pos)
{
	return pos < b->used ? (struct ed_event *)(void *)(b->data + pos) : NULL;
}

#endif
