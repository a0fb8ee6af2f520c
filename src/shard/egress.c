/* SPDX-License-Identifier: Apache-2.0 */
/* Ways round the resolvers; see egress.h. */
#include "shard/egress.h"

#include <math.h>

#include "base/hash.h"
#include "base/time.h"
#include "evidence/evidence.h"
#include "record/asset.h"
#include "shard/pending.h"

enum { WAYS = 4, EGRESS_KEY = 6 /* beside NOT_DNS_KEY */, DIRECT_KEY = 7 };

/*
 * What a question takes in a packet up: 28 bytes of IPv4 and UDP, 12 of header, 5 of question, 11
 * of EDNS, and a name of 64. Longer names are common, a mean above this over many packets is not.
 */
enum { NEEDED_BYTES = 120, HEADERS_BYTES = 28, FRAME_BYTES = 14 };

enum {
	PORT_DNS = 53,
	LASTING_S = 60,
	RATE_MAX = 1 << 20, /* nobody samples less; products must not overflow */
	WEIGH_EVERY = 10,
	POST_BYTES_MAX = 16000, /* a beacon's flow carries a few messages */
	BEAT_SECONDS_GAP_MIN_S = 60,
};

/* As in not_dns.c: a score that is not asked for more than to keep the order of incidents. */
static const float level_bits[ED_LEVEL_N] = { 0, 0, 1, 4, 4 };

/* So improbable must be gaps by chance before they are called a beacon's. */
static const double BEAT_LOG10_P = -3;

/* ------------------------------------------------------------------ table */

static uint64_t seen_of(const struct ed_egress_pair *pair)
{
	return pair->n_questions + pair->n_answers + pair->n_flows;
}

static struct ed_egress_pair *set_of(const struct ed_egress *t, uint64_t hash)
{
	return (struct ed_egress_pair *)&t->pairs[hash % (ED_EGRESS_PAIRS / WAYS) * WAYS];
}

static struct ed_egress_pair *pair_find(const struct ed_egress *t, uint64_t hash)
{
	struct ed_egress_pair *set = set_of(t, hash);

	for (unsigned i = 0; i < WAYS; i++) {
		if (set[i].hash == hash)
			return &set[i];
	}
	return NULL;
}

static struct ed_egress_pair *pair_of(struct ed_egress *t, uint64_t hash, enum ed_egress_kind kind,
				      const struct ed_event *ev)
{
	struct ed_egress_pair *set = set_of(t, hash), *least = set;

	for (unsigned i = 0; i < WAYS; i++) {
		if (set[i].hash == hash)
			return &set[i];
		if (seen_of(&set[i]) < seen_of(least))
			least = &set[i];
	}
	t->n_displaced += least->hash != 0;
	*least = (struct ed_egress_pair){ .hash = hash,
					  .client_hash = ev->client_hash,
					  .kind = (uint8_t)kind,
					  .client = ev->client,
					  .server = ev->resolver,
					  .first_ns = ev->time_ns,
					  .last_ns = ev->time_ns };
	return least;
}

static uint64_t hash_of(const struct ed_event *ev, enum ed_egress_kind kind, uint64_t hash_key)
{
	uint64_t hash = ed_hash_pair(ev->client_hash, EGRESS_KEY + ((uint64_t)kind << 8));

	hash = ed_hash_pair(hash, ed_hash_bytes(&ev->resolver, sizeof(ev->resolver), hash_key));
	return hash ? hash : 1;
}

static uint64_t direct_hash(uint64_t client_hash)
{
	return ed_hash_pair(client_hash, DIRECT_KEY) | 1;
}

/* --------------------------------------------------------------- counting */

static void note_any(struct ed_egress_pair *pair, const struct ed_event *ev)
{
	if (ev->time_ns < pair->first_ns)
		pair->first_ns = ev->time_ns;
	if (ev->time_ns > pair->last_ns)
		pair->last_ns = ev->time_ns;
	if (ev->asset_role != ED_ASSET_UNKNOWN)
		pair->role = ev->asset_role;
	if (ev->time_quality > pair->time_quality)
		pair->time_quality = ev->time_quality;
	pair->formats |= UINT64_C(1) << (ev->format & 63);
}

/* The same packet once more, as a mirror port shows it. */
static bool is_copy(struct ed_egress_pair *pair, const struct ed_event *ev)
{
	uint64_t question = ed_pending_question(ev) ^ ev->kind;
	bool copy = question == pair->last_question && (ev->has & ED_FIELD_TXID) &&
		    ev->time_ns >= pair->last_question_ns &&
		    ev->time_ns - pair->last_question_ns < ED_PENDING_DUPLICATE_NS;

	pair->last_question = question;
	pair->last_question_ns = ev->time_ns;
	return copy;
}

static bool note_lookup(struct ed_egress_pair *pair, const struct ed_event *ev)
{
	if (is_copy(pair, ev))
		return false;
	note_any(pair, ev);
	pair->is_unsanctioned = true;
	if (ev->kind == ED_EVENT_DNS_RESPONSE) {
		pair->n_answers++;
		return true;
	}
	pair->n_questions++;
	if (ev->has & ED_FIELD_FLAGS) {
		pair->n_with_flags++;
		pair->n_iterative += !(ev->flags & ED_DNS_RD);
	}
	return true;
}

static uint64_t rate_of(const struct ed_event *ev)
{
	uint64_t rate = ev->flow.sample_rate;

	return rate > RATE_MAX ? RATE_MAX : rate > 1 ? rate : 1;
}

/* Up, above what as many packets of lookups need; what the count includes is taken off first. Below
 * 0: less than they need. */
static int64_t excess_of(const struct ed_event *ev)
{
	int64_t packets = ev->flow.packets_up, needed = NEEDED_BYTES;

	if (ev->flow.service != ED_FLOW_DNS || packets == 0 || !(ev->has & ED_FIELD_SIZE_QUERY))
		return 0;
	if (ev->flow.counted == ED_COUNTED_PAYLOAD)
		needed -= HEADERS_BYTES;
	else if (ev->flow.counted == ED_COUNTED_FRAME)
		needed += FRAME_BYTES;
	return ev->size_query - needed * packets;
}

/* A sampled flow may be one packet, and of many packets some are long: those that are short count
 * against them. */
static void note_excess(struct ed_egress_pair *pair, const struct ed_event *ev)
{
	int64_t excess = excess_of(ev), rate = (int64_t)rate_of(ev);

	if (excess > 0)
		pair->excess_bytes += (uint64_t)(excess * rate);
	else if (rate > 1 && pair->excess_bytes > (uint64_t)(-excess * rate))
		pair->excess_bytes -= (uint64_t)(-excess * rate);
	else if (rate > 1)
		pair->excess_bytes = 0;
}

/* What may be told of it. */
static uint64_t sure_excess_of(const struct ed_egress_pair *pair)
{
	bool is_sure = pair->n_sampled_packets == 0 ||
		       pair->n_sampled_packets >= ED_EGRESS_SAMPLED_PACKETS;

	return is_sure ? pair->excess_bytes : 0;
}

static void note_flow(struct ed_egress_pair *pair, const struct ed_event *ev)
{
	uint64_t rate = rate_of(ev);

	note_any(pair, ev);
	pair->n_flows++;
	pair->bytes_up += ev->size_query * rate;
	pair->bytes_down += ev->size_response * rate;
	note_excess(pair, ev);
	if (rate > 1) {
		pair->n_sampled_packets += ev->flow.packets_up;
		pair->n_sampled += ev->flow.packets_up + ev->flow.packets_down == 1;
	}
	if (ev->flow.duration_ms > pair->longest_ms)
		pair->longest_ms = ev->flow.duration_ms;
	if (ev->has & ED_FIELD_TIME)
		ed_beat_add(&pair->beat, ev->time_ns);
	if (ev->name_n > 0 && ev->name_n <= ED_EGRESS_NAME_MAX) {
		pair->name_n = ev->name_n;
		ed_name_lower(ed_event_name(ev), ev->name_n, pair->name);
	}
}

/* ----------------------------------------------------------------- levels */

/* A machine of this role has no browser and asks whom it is told to ask. */
static bool role_forbids(unsigned role)
{
	return role == ED_ASSET_SERVER || role == ED_ASSET_ESXI || role == ED_ASSET_DEVICE;
}

static bool beats(const struct ed_egress_pair *pair, struct ed_beat_measures *ret)
{
	if (pair->kind != ED_EGRESS_DOT && pair->kind != ED_EGRESS_DOH)
		return false;
	if (!ed_beat_measure(&pair->beat, ret) || pair->time_quality >= ED_TIME_RECEIVED ||
	    pair->bytes_up > POST_BYTES_MAX * pair->n_flows)
		return false;
	if (pair->beat.resolution == ED_BEAT_MINUTES ||
	    (pair->beat.resolution == ED_BEAT_SECONDS && ret->mean_gap_s < BEAT_SECONDS_GAP_MIN_S))
		return false;
	return ed_beat_log10_p(ret) <= BEAT_LOG10_P;
}

static unsigned servers_of(const struct ed_egress_pair *pair)
{
	return (unsigned)__builtin_popcountll(pair->servers);
}

static bool is_direct(const struct ed_egress_pair *pair)
{
	unsigned n = servers_of(pair);

	return n >= ED_EGRESS_SERVERS ||
	       (n >= ED_EGRESS_SERVERS_ITERATIVE && pair->n_with_flags > 0 &&
		2 * pair->n_iterative >= pair->n_with_flags);
}

static uint64_t lookups_of(const struct ed_egress_pair *pair)
{
	return pair->n_questions > pair->n_answers ? pair->n_questions : pair->n_answers;
}

static bool is_sustained(const struct ed_egress_pair *pair)
{
	if (sure_excess_of(pair) >= ED_EGRESS_EXCESS_MANY_BYTES)
		return true;
	return pair->last_ns - pair->first_ns >= LASTING_S * ED_NS_PER_S &&
	       (lookups_of(pair) >= ED_EGRESS_LOOKUPS || pair->n_flows >= ED_EGRESS_FLOWS);
}

static bool is_told(const struct ed_egress_pair *pair, bool beat)
{
	if (pair->kind == ED_EGRESS_DIRECT)
		return is_direct(pair);
	if (pair->is_unsanctioned || sure_excess_of(pair) >= ED_EGRESS_EXCESS_BYTES)
		return true;
	return pair->kind != ED_EGRESS_DNS && (beat || role_forbids(pair->role));
}

enum ed_level ed_egress_level(const struct ed_egress_pair *pair)
{
	struct ed_beat_measures m;
	bool beat = beats(pair, &m);

	if (!is_told(pair, beat))
		return ED_LEVEL_INFORMATIONAL;
	if (!is_sustained(pair))
		return ED_LEVEL_LOW;
	return beat || role_forbids(pair->role) ? ED_LEVEL_HIGH : ED_LEVEL_MEDIUM;
}

/* ------------------------------------------------------------------- note */

static bool is_loopback(const struct ed_addr *a)
{
	static const uint8_t six[16] = { [15] = 1 };

	return ed_addr_is_v4(a) ? a->b[12] == 127 : memcmp(a->b, six, sizeof(six)) == 0;
}

/* A group, broadcast, or an address of the link. */
static bool is_near(const struct ed_addr *a)
{
	if (ed_addr_is_v4(a))
		return a->b[12] >= 224 || (a->b[12] == 169 && a->b[13] == 254);
	return a->b[0] == 0xff || (a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80);
}

/* Who asks for others, and what stays on the machine or its link, goes round nobody. */
static bool is_exempt(const struct ed_egress_policy *policy, const struct ed_event *ev)
{
	const uint32_t both = ED_FIELD_CLIENT | ED_FIELD_RESOLVER;

	if ((ev->has & both) != both || ev->vantage == ED_VANTAGE_UPSTREAM ||
	    ev->asset_role == ED_ASSET_RESOLVER || ed_addr_eq(&ev->client, &ev->resolver) ||
	    is_loopback(&ev->resolver) || is_near(&ev->resolver))
		return true;
	return policy->sanctioned && ed_addr_set_has(policy->sanctioned, &ev->client);
}

static bool kind_of(const struct ed_event *ev, enum ed_egress_kind *ret)
{
	if (ed_event_is_lookup(ev)) {
		*ret = ED_EGRESS_DNS;
		return ev->resolver_port == PORT_DNS || ev->resolver_port == 0;
	}
	switch (ev->flow.service) {
	case ED_FLOW_DNS:
		*ret = ED_EGRESS_DNS;
		return true;
	case ED_FLOW_DOT:
		*ret = ED_EGRESS_DOT;
		return true;
	case ED_FLOW_DOH:
		*ret = ED_EGRESS_DOH;
		return true;
	default:
		return false;
	}
}

/* The level is looked at when it may have changed: it takes some thousand additions. */
static struct ed_egress_pair *to_tell(struct ed_egress_pair *pair)
{
	uint64_t n = seen_of(pair);
	enum ed_level level;

	if ((n & (n - 1)) != 0 && n % WEIGH_EVERY != 0)
		return NULL;
	level = ed_egress_level(pair);
	if (level <= (enum ed_level)pair->told)
		return NULL;
	pair->told = (uint8_t)level;
	return pair;
}

/* The client's own account: how many servers it asks. */
static struct ed_egress_pair *note_direct(struct ed_egress *t, const struct ed_event *ev,
					  uint64_t hash_key)
{
	struct ed_egress_pair *pair = pair_of(t, direct_hash(ev->client_hash), ED_EGRESS_DIRECT,
					      ev);

	pair->servers |= UINT64_C(1)
			 << (ed_hash_bytes(&ev->resolver, sizeof(ev->resolver), hash_key) & 63);
	return note_lookup(pair, ev) && is_direct(pair) ? to_tell(pair) : NULL;
}

static struct ed_egress_pair *note_question(struct ed_egress *t, uint64_t hash,
					    const struct ed_event *ev, uint64_t hash_key)
{
	/* first the client's, which may have to make room for the pair but not the other way */
	struct ed_egress_pair *direct = note_direct(t, ev, hash_key);
	struct ed_egress_pair *pair = pair_of(t, hash, ED_EGRESS_DNS, ev);
	bool counted = note_lookup(pair, ev);

	if (direct && direct->kind == ED_EGRESS_DIRECT)
		return direct;
	return counted && !ed_egress_is_covered(t, pair) ? to_tell(pair) : NULL;
}

struct ed_egress_pair *ed_egress_note(struct ed_egress *t, const struct ed_egress_policy *policy,
				      const struct ed_event *ev, uint64_t hash_key)
{
	enum ed_egress_kind kind;
	struct ed_egress_pair *pair;
	uint64_t hash;
	bool is_round;

	if (!kind_of(ev, &kind) || is_exempt(policy, ev))
		return NULL;
	hash = hash_of(ev, kind, hash_key);
	is_round = policy->sanctioned && !ed_addr_set_has(policy->sanctioned, &ev->resolver);
	if (ed_event_is_lookup(ev))
		return is_round ? note_question(t, hash, ev, hash_key) : NULL;
	/* an ordinary flow to a name server needs no place */
	if (kind == ED_EGRESS_DNS && !is_round && excess_of(ev) <= 0 && !pair_find(t, hash))
		return NULL;
	pair = pair_of(t, hash, kind, ev);
	pair->is_unsanctioned |= is_round;
	note_flow(pair, ev);
	return ed_egress_is_covered(t, pair) ? NULL : to_tell(pair);
}

bool ed_egress_is_covered(const struct ed_egress *t, const struct ed_egress_pair *pair)
{
	const struct ed_egress_pair *direct;

	if (pair->kind != ED_EGRESS_DNS || sure_excess_of(pair) >= ED_EGRESS_EXCESS_BYTES)
		return false;
	direct = pair_find(t, direct_hash(pair->client_hash));
	return direct && is_direct(direct);
}

/* ---------------------------------------------------------------- finding */

static const char *what(const struct ed_egress_pair *pair)
{
	static const char *const texts[] = {
		[ED_EGRESS_DNS] = "unsanctioned_resolver",
		[ED_EGRESS_DIRECT] = "direct_dns",
		[ED_EGRESS_DOT] = "dns_over_tls",
		[ED_EGRESS_DOH] = "dns_over_https",
	};

	if (pair->kind == ED_EGRESS_DNS && !pair->is_unsanctioned)
		return "heavy_flow";
	return texts[pair->kind];
}

static void fill_path(const struct ed_egress_pair *pair, struct ed_evidence *ret)
{
	const struct ed_evidence_family *path = ed_evidence_families[ED_EVIDENCE_ID_path];

	*ret = (struct ed_evidence){ .family = path->name, .bits = path->cap_bits };
	ed_evidence_fact_text(ret, "egress", what(pair));
	ed_evidence_fact(ret, "lookups", (double)lookups_of(pair));
	ed_evidence_fact(ret, "flows", (double)pair->n_flows);
	if (pair->kind == ED_EGRESS_DIRECT) {
		ed_evidence_fact(ret, "name_servers_min", servers_of(pair));
		if (pair->n_with_flags > 0)
			ed_evidence_fact(ret, "without_recursion_share",
					 (double)pair->n_iterative / (double)pair->n_with_flags);
	}
	if (pair->bytes_up + pair->bytes_down > 0) {
		ed_evidence_fact(ret, "bytes_to_server", (double)pair->bytes_up);
		ed_evidence_fact(ret, "bytes_from_server", (double)pair->bytes_down);
		ed_evidence_fact(ret, "bytes_above_lookups", (double)sure_excess_of(pair));
		ed_evidence_fact(ret, "longest_flow_s", (double)pair->longest_ms / 1000);
	}
	if (pair->n_sampled > 0)
		ed_evidence_fact(ret, "sampled_packets", (double)pair->n_sampled);
	if (pair->role != ED_ASSET_UNKNOWN)
		ed_evidence_fact_text(ret, "client_role", ed_asset_role_name(pair->role));
	if (role_forbids(pair->role))
		ed_evidence_fact(ret, "role_forbids", 1);
}

static uint32_t fill_timing(const struct ed_egress_pair *pair, struct ed_evidence *ret)
{
	const struct ed_evidence_family *timing = ed_evidence_families[ED_EVIDENCE_ID_timing];
	struct ed_beat_measures m;

	if (!beats(pair, &m))
		return 0;
	*ret = (struct ed_evidence){ .family = timing->name, .bits = timing->cap_bits };
	ed_evidence_fact(ret, "gaps", m.n_gaps);
	ed_evidence_fact(ret, "mean_gap_s", m.mean_gap_s);
	ed_evidence_fact(ret, "gap_relative_sd", m.relative_sd);
	ed_evidence_fact(ret, "gap_shape", m.shape);
	return 1;
}

void ed_egress_finding(const struct ed_egress_pair *pair, struct ed_finding *ret)
{
	enum ed_level level = ed_egress_level(pair);

	*ret = (struct ed_finding){
		.key_hash = pair->hash,
		.level = (uint8_t)level,
		.verdict = ED_VERDICT_POLICY,
		.score_bits = level_bits[level],
		.client = pair->client,
		.server = pair->server,
		.n_clients = 1,
		.first_ns = pair->first_ns,
		.last_ns = pair->last_ns,
		.info_bytes = (double)pair->bytes_up,
		.answer_bytes = (double)pair->bytes_down,
		.n_queries = lookups_of(pair) + pair->n_flows,
		.formats = pair->formats,
	};
	ret->domain.n = pair->name_n;
	memcpy(ret->domain.wire, pair->name, pair->name_n);
	fill_path(pair, &ret->evidence[0]);
	ret->n_evidence = 1 + fill_timing(pair, &ret->evidence[1]);
}
