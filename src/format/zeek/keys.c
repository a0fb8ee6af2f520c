/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys of Zeek's records; see keys.h. Some twenty keys of every line are looked up, so the
 * table is hashed by length and first bytes, both of which come in one load.
 */
#include "format/zeek/keys.h"

/* clang-format off */
static const struct ed_zeek_key key_rows[] = {
	{ "ts", ED_ZEEK_TS, ED_ZEEK_MARK_ID },
	{ "uid", ED_ZEEK_KEY_NOTE, ED_ZEEK_MARK_ID },
	{ "id.orig_h", ED_ZEEK_ORIG_H, ED_ZEEK_MARK_FLOW },
	{ "id.orig_p", ED_ZEEK_ORIG_P, 0 },
	{ "id.resp_h", ED_ZEEK_RESP_H, 0 },
	{ "id.resp_p", ED_ZEEK_RESP_P, 0 },
	{ "id_orig_h", ED_ZEEK_ORIG_H, ED_ZEEK_MARK_FLOW },
	{ "id_orig_p", ED_ZEEK_ORIG_P, 0 },
	{ "id_resp_h", ED_ZEEK_RESP_H, 0 },
	{ "id_resp_p", ED_ZEEK_RESP_P, 0 },
	{ "proto", ED_ZEEK_PROTO, 0 },
	{ "trans_id", ED_ZEEK_TRANS_ID, 0 },
	{ "rtt", ED_ZEEK_RTT, 0 },
	{ "query", ED_ZEEK_QUERY, ED_ZEEK_MARK_DNS },
	{ "original_query", ED_ZEEK_ORIGINAL_QUERY, ED_ZEEK_MARK_DNS },
	{ "qclass", ED_ZEEK_QCLASS, ED_ZEEK_MARK_DNS },
	{ "qclass_name", ED_ZEEK_KEY_NOTE, 0 },
	{ "qtype", ED_ZEEK_QTYPE, ED_ZEEK_MARK_DNS },
	{ "qtype_name", ED_ZEEK_QTYPE_NAME, ED_ZEEK_MARK_DNS },
	{ "rcode", ED_ZEEK_RCODE, ED_ZEEK_MARK_DNS },
	{ "rcode_name", ED_ZEEK_RCODE_NAME, ED_ZEEK_MARK_DNS },
	{ "AA", ED_ZEEK_AA, ED_ZEEK_MARK_DNS },
	{ "TC", ED_ZEEK_TC, ED_ZEEK_MARK_DNS },
	{ "RD", ED_ZEEK_RD, ED_ZEEK_MARK_DNS },
	{ "RA", ED_ZEEK_RA, ED_ZEEK_MARK_DNS },
	{ "Z", ED_ZEEK_Z, 0 },
	{ "opcode", ED_ZEEK_OPCODE, 0 },
	{ "answers", ED_ZEEK_ANSWERS, ED_ZEEK_MARK_DNS },
	{ "TTLs", ED_ZEEK_TTLS, ED_ZEEK_MARK_DNS },
	{ "rejected", ED_ZEEK_KEY_NOTE, 0 },
	/* what log a line is of */
	{ "_path", ED_ZEEK_KEY_LOG, ED_ZEEK_MARK_FLOW },
	{ "@stream", ED_ZEEK_KEY_LOG, ED_ZEEK_MARK_FLOW },
	{ "event.dataset", ED_ZEEK_KEY_DATASET, 0 },
	{ "event.module", ED_ZEEK_KEY_MODULE, 0 },
	/* the record as text */
	{ "_raw", ED_ZEEK_KEY_RAW, 0 },
	{ "message", ED_ZEEK_KEY_RAW, 0 },
	{ "event.original", ED_ZEEK_KEY_RAW, 0 },
	/* Filebeat and Security Onion */
	{ "@timestamp", ED_ZEEK_KEY_TIMESTAMP, 0 },
	{ "event.created", ED_ZEEK_KEY_CREATED, 0 },
	{ "source.ip", ED_ZEEK_ORIG_H, 0 },
	{ "source.address", ED_ZEEK_ORIG_H, 0 },
	{ "source.port", ED_ZEEK_ORIG_P, 0 },
	{ "destination.ip", ED_ZEEK_RESP_H, 0 },
	{ "destination.address", ED_ZEEK_RESP_H, 0 },
	{ "destination.port", ED_ZEEK_RESP_P, 0 },
	{ "network.transport", ED_ZEEK_PROTO, 0 },
	{ "zeek.session_id", ED_ZEEK_KEY_NOTE, ED_ZEEK_MARK_ZEEK },
	{ "log.id.uid", ED_ZEEK_KEY_NOTE, ED_ZEEK_MARK_ID },
	{ "dns.id", ED_ZEEK_TRANS_ID, 0 },
	{ "dns.query.name", ED_ZEEK_QUERY, ED_ZEEK_MARK_FLOW | ED_ZEEK_MARK_DNS },
	{ "dns.query.class", ED_ZEEK_QCLASS, 0 },
	{ "dns.query.type", ED_ZEEK_QTYPE, 0 },
	{ "dns.query.type_name", ED_ZEEK_QTYPE_NAME, 0 },
	{ "dns.response.code", ED_ZEEK_RCODE, 0 },
	{ "dns.response.code_name", ED_ZEEK_RCODE_NAME, 0 },
	{ "dns.authoritative", ED_ZEEK_AA, 0 },
	{ "dns.truncated", ED_ZEEK_TC, 0 },
	{ "dns.recursion.desired", ED_ZEEK_RD, 0 },
	{ "dns.recursion.available", ED_ZEEK_RA, 0 },
	{ "dns.reserved", ED_ZEEK_Z, 0 },
	{ "dns.answers.name", ED_ZEEK_ANSWERS, 0 },
	{ "dns.ttls", ED_ZEEK_TTLS, 0 },
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

/* The eight bytes behind those, when they are not all in the last eight. */
static inline uint64_t key_middle(struct ed_span key)
{
	return key.n > 16 ? ed_load_8(key.p + 8) : 0;
}

/* The last eight bytes of a key that has as many. */
static inline uint64_t key_tail(struct ed_span key)
{
	return key.n > 8 ? ed_load_8(key.p + key.n - 8) : 0;
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

	if (key.n == 0 || key.n > ED_ZEEK_KEY_BYTES_MAX)
		return NULL;
	head = key_head(key);
	for (unsigned i = key_slot(head, key.n); k->slot[i] > 0; i = (i + 1) % ED_ZEEK_KEY_SLOTS) {
		const struct ed_zeek_key_words *w = &k->words[k->slot[i] - 1];

		if (w->head == head && w->n == key.n && w->tail == key_tail(key) &&
		    w->middle == key_middle(key))
			return &key_rows[k->slot[i] - 1];
	}
	return NULL;
}

unsigned ed_zeek_keys_number(const struct ed_zeek_keys *k, const char *key)
{
	unsigned i = 0;

	while (strcmp(k->rows[i].key, key) != 0) {
		i++;
		assert(i < KEY_ROWS);
	}
	return i + 1;
}

static void key_text_init(struct ed_zeek_key_text *t, struct ed_span key)
{
	t->mask = UINT32_C(1) << ED_LINES_STEP;
	if (key.n + 2 > sizeof(t->text))
		return;
	memcpy(t->text, key.p, key.n);
	memcpy(t->text + key.n, "\":", 2);
	t->n = (uint32_t)key.n + 2;
	t->mask = (UINT32_C(1) << (key.n + 2)) - 1;
}

void ed_zeek_keys_init(struct ed_zeek_keys *k)
{
	k->rows = key_rows;
	for (unsigned row = 0; row < KEY_ROWS; row++) {
		uint8_t bytes[ED_ZEEK_KEY_BYTES_MAX + 8] = { 0 };
		struct ed_zeek_key_words *w = &k->words[row];
		struct ed_span key = ed_span_of(bytes, strlen(key_rows[row].key));
		unsigned i;

		assert(key.n <= ED_ZEEK_KEY_BYTES_MAX);
		memcpy(bytes, key_rows[row].key, key.n);
		w->head = key_head(key);
		w->middle = key_middle(key);
		w->tail = key_tail(key);
		w->n = key.n;
		key_text_init(&k->text[row], key);
		k->group[row] = (uint8_t)ed_zeek_group_of((enum ed_zeek_role)key_rows[row].role);
		i = key_slot(w->head, key.n);
		while (k->slot[i] > 0)
			i = (i + 1) % ED_ZEEK_KEY_SLOTS;
		k->slot[i] = (uint8_t)(row + 1);
	}
}
