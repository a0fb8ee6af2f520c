/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys of Zeek's records; see zeek_keys.h. Some twenty keys of every line are looked up, so the
 * table is hashed by length and first bytes, both of which come in one load.
 */
#include "format/zeek_keys.h"

#include "format/lines.h"

#define KEY(text) text, sizeof(text) - 1

/* clang-format off */
static const struct ed_zeek_key key_rows[] = {
	{ KEY("ts"), ED_ZEEK_TS, ED_ZEEK_MARK_ID },
	{ KEY("uid"), ED_ZEEK_KEY_NOTE, ED_ZEEK_MARK_ID },
	{ KEY("id.orig_h"), ED_ZEEK_ORIG_H, ED_ZEEK_MARK_FLOW },
	{ KEY("id.orig_p"), ED_ZEEK_ORIG_P, 0 },
	{ KEY("id.resp_h"), ED_ZEEK_RESP_H, 0 },
	{ KEY("id.resp_p"), ED_ZEEK_RESP_P, 0 },
	{ KEY("id_orig_h"), ED_ZEEK_ORIG_H, ED_ZEEK_MARK_FLOW },
	{ KEY("id_orig_p"), ED_ZEEK_ORIG_P, 0 },
	{ KEY("id_resp_h"), ED_ZEEK_RESP_H, 0 },
	{ KEY("id_resp_p"), ED_ZEEK_RESP_P, 0 },
	{ KEY("proto"), ED_ZEEK_PROTO, 0 },
	{ KEY("trans_id"), ED_ZEEK_TRANS_ID, 0 },
	{ KEY("rtt"), ED_ZEEK_RTT, 0 },
	{ KEY("query"), ED_ZEEK_QUERY, ED_ZEEK_MARK_DNS },
	{ KEY("original_query"), ED_ZEEK_ORIGINAL_QUERY, ED_ZEEK_MARK_DNS },
	{ KEY("qclass"), ED_ZEEK_QCLASS, ED_ZEEK_MARK_DNS },
	{ KEY("qtype"), ED_ZEEK_QTYPE, ED_ZEEK_MARK_DNS },
	{ KEY("qtype_name"), ED_ZEEK_QTYPE_NAME, ED_ZEEK_MARK_DNS },
	{ KEY("rcode"), ED_ZEEK_RCODE, ED_ZEEK_MARK_DNS },
	{ KEY("rcode_name"), ED_ZEEK_RCODE_NAME, ED_ZEEK_MARK_DNS },
	{ KEY("AA"), ED_ZEEK_AA, ED_ZEEK_MARK_DNS },
	{ KEY("TC"), ED_ZEEK_TC, ED_ZEEK_MARK_DNS },
	{ KEY("RD"), ED_ZEEK_RD, ED_ZEEK_MARK_DNS },
	{ KEY("RA"), ED_ZEEK_RA, ED_ZEEK_MARK_DNS },
	{ KEY("Z"), ED_ZEEK_Z, 0 },
	{ KEY("opcode"), ED_ZEEK_OPCODE, 0 },
	{ KEY("answers"), ED_ZEEK_ANSWERS, ED_ZEEK_MARK_DNS },
	{ KEY("TTLs"), ED_ZEEK_TTLS, ED_ZEEK_MARK_DNS },
	/* what log a line is of */
	{ KEY("_path"), ED_ZEEK_KEY_LOG, ED_ZEEK_MARK_FLOW },
	{ KEY("@stream"), ED_ZEEK_KEY_LOG, ED_ZEEK_MARK_FLOW },
	{ KEY("event.dataset"), ED_ZEEK_KEY_DATASET, 0 },
	{ KEY("event.module"), ED_ZEEK_KEY_MODULE, 0 },
	/* the record as text */
	{ KEY("_raw"), ED_ZEEK_KEY_RAW, 0 },
	{ KEY("message"), ED_ZEEK_KEY_RAW, 0 },
	{ KEY("event.original"), ED_ZEEK_KEY_RAW, 0 },
	/* Filebeat and Security Onion */
	{ KEY("@timestamp"), ED_ZEEK_KEY_TIMESTAMP, 0 },
	{ KEY("event.created"), ED_ZEEK_KEY_CREATED, 0 },
	{ KEY("source.ip"), ED_ZEEK_ORIG_H, 0 },
	{ KEY("source.address"), ED_ZEEK_ORIG_H, 0 },
	{ KEY("source.port"), ED_ZEEK_ORIG_P, 0 },
	{ KEY("destination.ip"), ED_ZEEK_RESP_H, 0 },
	{ KEY("destination.address"), ED_ZEEK_RESP_H, 0 },
	{ KEY("destination.port"), ED_ZEEK_RESP_P, 0 },
	{ KEY("network.transport"), ED_ZEEK_PROTO, 0 },
	{ KEY("zeek.session_id"), ED_ZEEK_KEY_NOTE, ED_ZEEK_MARK_ZEEK },
	{ KEY("log.id.uid"), ED_ZEEK_KEY_NOTE, ED_ZEEK_MARK_ID },
	{ KEY("dns.id"), ED_ZEEK_TRANS_ID, 0 },
	{ KEY("dns.query.name"), ED_ZEEK_QUERY, ED_ZEEK_MARK_FLOW | ED_ZEEK_MARK_DNS },
	{ KEY("dns.query.class"), ED_ZEEK_QCLASS, 0 },
	{ KEY("dns.query.type"), ED_ZEEK_QTYPE, 0 },
	{ KEY("dns.query.type_name"), ED_ZEEK_QTYPE_NAME, 0 },
	{ KEY("dns.response.code"), ED_ZEEK_RCODE, 0 },
	{ KEY("dns.response.code_name"), ED_ZEEK_RCODE_NAME, 0 },
	{ KEY("dns.authoritative"), ED_ZEEK_AA, 0 },
	{ KEY("dns.truncated"), ED_ZEEK_TC, 0 },
	{ KEY("dns.recursion.desired"), ED_ZEEK_RD, 0 },
	{ KEY("dns.recursion.available"), ED_ZEEK_RA, 0 },
	{ KEY("dns.reserved"), ED_ZEEK_Z, 0 },
	{ KEY("dns.answers.name"), ED_ZEEK_ANSWERS, 0 },
	{ KEY("dns.ttls"), ED_ZEEK_TTLS, 0 },
};
/* clang-format on */

enum { KEY_ROWS = sizeof(key_rows) / sizeof(key_rows[0]) };

static_assert(KEY_ROWS < (int)ED_ZEEK_KEY_SLOTS / 2, "a miss must end soon");
static_assert(KEY_ROWS <= (int)ED_ZEEK_KEYS_MAX, "each row has its place");

/* The first eight bytes of a key that is not empty, zeros behind a shorter one. */
static inline uint64_t key_head(struct ed_span key)
{
	uint64_t head = ed_load_8(key.p);

	return key.n < 8 ? head & (UINT64_MAX >> (64 - 8 * key.n)) : head;
}

/*
 * Length and head tell the keys apart well enough. The table does not grow and misses end soon, so
 * no input can make this slow. The factor is 2^64 over the golden ratio.
 */
static inline unsigned key_slot(uint64_t head, size_t n)
{
	return (unsigned)((head + n) * 0x9e3779b97f4a7c15U >> 56);
}

const struct ed_zeek_key *ed_zeek_keys_find(const struct ed_zeek_keys *k, struct ed_span key)
{
	uint64_t head;

	if (key.n == 0)
		return NULL;
	head = key_head(key);
	for (unsigned i = key_slot(head, key.n); k->slot[i] > 0; i = (i + 1) % ED_ZEEK_KEY_SLOTS) {
		unsigned row = k->slot[i] - 1U;

		if (k->head[row] == head && key_rows[row].n == key.n &&
		    (key.n <= 8 || memcmp(key_rows[row].key + 8, key.p + 8, key.n - 8) == 0))
			return &key_rows[row];
	}
	return NULL;
}

void ed_zeek_keys_init(struct ed_zeek_keys *k)
{
	for (unsigned row = 0; row < KEY_ROWS; row++) {
		uint8_t key[ED_ZEEK_KEY_TEXT_MAX] = { 0 };
		size_t n = key_rows[row].n;
		unsigned i;

		memcpy(key, key_rows[row].key, n);
		k->head[row] = key_head(ed_span_of(key, n));
		i = key_slot(k->head[row], n);
		while (k->slot[i] > 0)
			i = (i + 1) % ED_ZEEK_KEY_SLOTS;
		k->slot[i] = (uint8_t)(row + 1);
	}
}
