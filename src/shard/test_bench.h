/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A partition on a bench: events are made from text, annotated as in the pipeline and shown to it;
 * what it says is kept, the last word on each key.
 */
#ifndef ED_SHARD_TEST_BENCH_H
#define ED_SHARD_TEST_BENCH_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "enrich/annotate.h"
#include "enrich/psl.h"
#include "shard/partition.h"

enum { KEY = 1, FINDINGS_MAX = 4096 };

static const int64_t MS_NS = 1000000, S_NS = 1000 * (int64_t)1000000;

static const char list[] = "com\nnet\norg\nexample\n";

/* What the partition said, the last word on each key. */
struct said {
	struct ed_finding f;
	char domain[ED_NAME_TEXT_MAX + 1];
	char client[ED_ADDR_TEXT_MAX];
};

struct bench {
	struct ed_partition_conf conf;
	struct ed_partition p;
	_Alignas(16) ed_analytic_confs analytic_conf;
	struct ed_annotator *annotator;
	struct ed_psl *psl;
	int64_t now_ns;
	uint16_t txid;
	unsigned n_said;
	struct said said[FINDINGS_MAX];
};

struct observed {
	struct ed_event ev;
	uint8_t name[ED_NAME_MAX + 1];
};

static inline void note(void *arg, unsigned partition, const struct ed_finding *f)
{
	struct bench *b = arg;
	unsigned i = 0;

	assert_int_equal(partition, b->p.index);
	assert_in_range(f->n_samples, 1, ED_ALERT_SAMPLES_MAX);
	assert_int_equal(f->n_evidence, ED_EVIDENCE_N);
	for (uint32_t j = 0; j < f->n_evidence; j++) {
		assert_true(f->evidence[j].bits >= 0);
		assert_true(f->evidence[j].bits <= ed_evidence_families[j]->cap_bits);
	}
	while (i < b->n_said && b->said[i].f.key_hash != f->key_hash)
		i++;
	assert_in_range(i, 0, FINDINGS_MAX - 1);
	b->n_said += i == b->n_said;
	b->said[i].f = *f;
	(void)ed_name_to_text(ed_span_of(f->domain.wire, f->domain.n), b->said[i].domain);
	(void)ed_addr_to_text(&f->client, b->said[i].client);
}

static inline int bench_new(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	if (!b || ed_psl_parse(ed_span_str(list), KEY, NULL, &b->psl) != 0 ||
	    ed_annotator_new(b->psl, KEY, 0, &b->annotator) != 0)
		return -1;
	b->conf = (struct ed_partition_conf){ .hash_key = KEY,
					      .n_keys = 8192,
					      .n_sketches = 512,
					      .n_suspects = 128,
					      .n_pending = 4096,
					      .n_shared_names = 8192,
					      .n_clients = 1024,
					      .machines_bytes = 1 << 20,
					      .arg = b,
					      .finding = note };
	for (size_t i = 0; ed_analytics[i]; i++) {
		ed_options_default(ed_analytics[i]->tunables, b->analytic_conf[i]);
	}
	b->conf.analytic_confs = &b->analytic_conf;
	b->now_ns = INT64_C(1790000000) * S_NS;
	*state = b;
	return ed_partition_init(&b->p, 3, &b->conf);
}

static inline int bench_free(void **state)
{
	struct bench *b = *state;

	ed_partition_done(&b->p);
	ed_annotator_free(b->annotator);
	ed_psl_free(b->psl);
	free(b);
	return 0;
}

/* ----------------------------------------------------------------- events */

static inline struct observed question(const struct bench *b, unsigned client, const char *text,
				       uint16_t qtype)
{
	struct observed o;
	struct ed_name name;

	memset(&o, 0, sizeof(o));
	assert_int_equal(ed_name_from_text(ed_span_str(text), ED_NAME_PLAIN, &name), 0);
	o.ev.kind = ED_EVENT_DNS_QUERY;
	o.ev.has = ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_CLIENT_PORT | ED_FIELD_TXID |
		   ED_FIELD_QNAME | ED_FIELD_QTYPE;
	o.ev.time_ns = b->now_ns;
	o.ev.client = (struct ed_addr){
		.b = { [10] = 0xff, 0xff, 10, 0, (uint8_t)(client >> 8), (uint8_t)client }
	};
	o.ev.client_port = 40000;
	o.ev.txid = b->txid;
	o.ev.qtype = qtype;
	o.ev.offset = (uint64_t)b->now_ns % 1000003;
	o.ev.name_n = name.n;
	memcpy(o.name, name.wire, name.n);
	return o;
}

static inline struct observed answer_to(struct observed o, uint16_t rcode, uint32_t bytes)
{
	o.ev.kind = ED_EVENT_DNS_RESPONSE;
	o.ev.has |= ED_FIELD_RCODE | ED_FIELD_ANSWERS | ED_FIELD_RDATA_BYTES;
	o.ev.rcode = rcode;
	o.ev.answers.n = rcode == ED_RCODE_NOERROR;
	o.ev.answers.bytes_opaque = bytes;
	o.ev.time_ns += 20 * MS_NS;
	return o;
}

static inline void see(struct bench *b, struct observed *o, int64_t later_ns)
{
	struct ed_visit v;

	o->ev.time_ns += later_ns;
	ed_annotate(b->annotator, &o->ev);
	ed_visit_prepare(&b->p, &o->ev, ED_ROLE_ZONE | ED_ROLE_CLIENT, &v);
	ed_visit_touch(&v);
	ed_visit(&v);
}

/* Time goes on, and the next question has another id. */
static inline void next(struct bench *b)
{
	b->now_ns += 250 * MS_NS;
	b->txid++;
}

static inline void encoded_name(uint64_t i, const char *domain, char *ret, size_t n)
{
	static const char base32[] = "abcdefghijklmnopqrstuvwxyz234567";
	char label[51] = "";

	for (unsigned j = 0; j < sizeof(label) - 1; j++)
		label[j] = base32[ed_hash_mix(i * 64 + j) & 31];
	(void)snprintf(ret, n, "%s.%s", label, domain);
}

static const char *const words[] = {
	"green",  "river",   "stone", "market", "garden", "travel", "book",   "music", "house",
	"blue",   "office",  "print", "school", "health", "sport",  "motor",  "photo", "wine",
	"coffee", "kitchen", "light", "paper",  "shop",   "world",  "studio", "media", "radio",
	"north",  "bridge",  "water", "summer", "winter", "family", "design", "hotel", "beach",
	"mount",  "forest",  "bird",  "horse",  "silver", "golden", "bread",  "cloud", "star",
};

enum { N_WORDS = sizeof(words) / sizeof(words[0]) };

/* ----------------------------------------------------------------- verdicts */

static inline struct said *find(struct bench *b, const char *client, const char *domain)
{
	for (unsigned i = 0; i < b->n_said; i++) {
		if (strcmp(b->said[i].client, client) == 0 &&
		    strcmp(b->said[i].domain, domain) == 0)
			return &b->said[i];
	}
	return NULL;
}

static inline unsigned count_alerts(const struct bench *b)
{
	unsigned n = 0;

	for (unsigned i = 0; i < b->n_said; i++)
		n += b->said[i].f.level >= ED_LEVEL_MEDIUM;
	return n;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, bench_new, bench_free)

#endif
