/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NetFlow and IPFIX; see export.h. Version 5 is a header of 24 bytes and records of 48:
 *	0005 0001 <uptime ms> <seconds> <ns> <sequence> <engine> <sampling>
 *	<src> <dst> <next hop> <interfaces> <packets> <octets> <first ms> <last ms> <ports> ...
 * The others are a header and sets: 0000 or 0002 templates, 0001 or 0003 options, from 0100 on
 * data.
 *
 * Times since the start of the exporter are a signed distance from its header's, modulo 2^32: the
 * first packet may be a little younger than the header.
 */
#include "format/flow/export.h"

#include "base/cursor.h"
#include "base/hash.h"
#include "base/time.h"
#include "format/flow/event.h"

enum {
	VERSION_5 = 5,
	VERSION_9 = 9,
	VERSION_IPFIX = 10,
	HEADER_5_BYTES = 24,
	HEADER_9_BYTES = 20,
	HEADER_IPFIX_BYTES = 16,
	RECORD_5_BYTES = 48,
	RECORDS_5_MAX = 30,
	SAMPLING_MASK = 0x3fff, /* below two bits of mode */
	SET_TEMPLATES_9 = 0,
	SET_OPTIONS_9 = 1,
	SET_TEMPLATES_IPFIX = 2,
	SET_OPTIONS_IPFIX = 3,
	SET_DATA = 256,
	SET_HEADER_BYTES = 4,
	ENTERPRISE = 0x8000,
	PEN_REVERSE = 29305, /* RFC 5103: the same elements, of the other direction */
	VARIABLE = UINT16_MAX,
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	WAYS = 4,
};

/* Where templates lie must not differ from run to run. */
static const uint64_t TEMPLATE_KEY = 0x666c6f772d746d70U;

enum role {
	ROLE_NONE,
	ROLE_OCTETS,
	ROLE_PACKETS,
	ROLE_TOTAL_OCTETS,
	ROLE_TOTAL_PACKETS,
	ROLE_BACK_OCTETS,
	ROLE_BACK_PACKETS,
	ROLE_PROTOCOL,
	ROLE_SRC_PORT,
	ROLE_DST_PORT,
	ROLE_START_UPTIME,
	ROLE_END_UPTIME,
	ROLE_START_S,
	ROLE_END_S,
	ROLE_START_MS,
	ROLE_END_MS,
	ROLE_SAMPLING,
	ROLE_SAMPLING_SPACE,
	ROLE_SAMPLE_SIZE,
	ROLE_SAMPLE_POPULATION,
	ROLE_SAMPLER, /* its number */
	ROLE_SRC_V4,  /* addresses, from here on */
	ROLE_DST_V4,
	ROLE_SRC_V6,
	ROLE_DST_V6,
	ROLE_N
};

/* IANA's numbers of IPFIX elements; those of version 9 are the same. */
static const struct {
	uint16_t element;
	uint8_t role;
} elements[] = {
	{ 1, ROLE_OCTETS },           { 2, ROLE_PACKETS },        { 4, ROLE_PROTOCOL },
	{ 7, ROLE_SRC_PORT },         { 8, ROLE_SRC_V4 },         { 11, ROLE_DST_PORT },
	{ 12, ROLE_DST_V4 },          { 21, ROLE_END_UPTIME },    { 22, ROLE_START_UPTIME },
	{ 27, ROLE_SRC_V6 },          { 28, ROLE_DST_V6 },        { 34, ROLE_SAMPLING },
	{ 50, ROLE_SAMPLING },        { 85, ROLE_TOTAL_OCTETS },  { 86, ROLE_TOTAL_PACKETS },
	{ 150, ROLE_START_S },        { 151, ROLE_END_S },        { 152, ROLE_START_MS },
	{ 153, ROLE_END_MS },         { 231, ROLE_OCTETS },       { 232, ROLE_BACK_OCTETS },
	{ 298, ROLE_PACKETS },        { 299, ROLE_BACK_PACKETS }, { 305, ROLE_SAMPLING },
	{ 306, ROLE_SAMPLING_SPACE }, { 309, ROLE_SAMPLE_SIZE },  { 310, ROLE_SAMPLE_POPULATION },
	{ 48, ROLE_SAMPLER },         { 302, ROLE_SAMPLER },
};

/* What a header says. */
struct header {
	unsigned version;
	uint32_t uptime_ms;
	int64_t export_ns;
	uint32_t domain;
};

/* A record while it is read. */
struct record {
	uint32_t seen; /* bits of roles */
	uint64_t value[ROLE_SRC_V4];
	struct ed_addr src, dst;
};

/* A message while it is read. */
struct reading {
	struct ed_export_templates *t;
	const struct ed_export_message *m;
	struct ed_batch *out;
	struct header h;
	unsigned n_flows, n_orphans, n_other; /* events, sets of data without templates, the rest */
	bool full;
};

static bool has(const struct record *r, enum role role)
{
	return r->seen >> role & 1;
}

/* ----------------------------------------------------------------- events */

/* A time since the start of the exporter. */
static int64_t of_uptime(const struct header *h, uint64_t ms)
{
	return h->export_ns + (int64_t)(int32_t)((uint32_t)ms - h->uptime_ms) * 1000000;
}

/* False: the record says no time. */
static bool times_of(const struct header *h, const struct record *r, int64_t *ret_start_ns,
		     uint64_t *ret_duration_ms)
{
	const uint64_t *v = r->value;

	*ret_duration_ms = 0;
	if (has(r, ROLE_START_MS) && v[ROLE_START_MS] < INT64_MAX / 1000000) {
		*ret_start_ns = (int64_t)v[ROLE_START_MS] * 1000000;
		if (has(r, ROLE_END_MS) && v[ROLE_END_MS] > v[ROLE_START_MS])
			*ret_duration_ms = v[ROLE_END_MS] - v[ROLE_START_MS];
		return true;
	}
	if (has(r, ROLE_START_S) && v[ROLE_START_S] <= UINT32_MAX) {
		*ret_start_ns = (int64_t)v[ROLE_START_S] * ED_NS_PER_S;
		if (has(r, ROLE_END_S) && v[ROLE_END_S] > v[ROLE_START_S])
			*ret_duration_ms = (v[ROLE_END_S] - v[ROLE_START_S]) * 1000;
		return true;
	}
	if (!has(r, ROLE_START_UPTIME) || h->version == VERSION_IPFIX)
		return false;
	*ret_start_ns = of_uptime(h, v[ROLE_START_UPTIME]);
	if (has(r, ROLE_END_UPTIME))
		*ret_duration_ms = (uint32_t)(v[ROLE_END_UPTIME] - v[ROLE_START_UPTIME]);
	return true;
}

/* Some exporters leave the counts since the last record at 0 and fill the totals. */
static uint64_t count_of(const struct record *r, enum role delta, enum role total, bool *ret_has)
{
	*ret_has = has(r, delta) || has(r, total);
	return has(r, delta) && r->value[delta] > 0 ? r->value[delta] :
	       has(r, total)                        ? r->value[total] :
						      0;
}

static uint64_t exporter_hash(const struct reading *g)
{
	uint64_t hash = ed_hash_bytes(&g->m->exporter, sizeof(g->m->exporter), TEMPLATE_KEY);

	return ed_hash_pair(hash, (uint64_t)g->h.domain << 32 | g->h.version << 16);
}

/* One packet in so many, by what the record says: n in a row and m left out (RFC 5477), n of m at
 * random, or the interval itself. 0: it says nothing. */
static uint32_t sampling_of(const struct record *r)
{
	const uint64_t *v = r->value;
	uint64_t rate = v[ROLE_SAMPLING];

	if (has(r, ROLE_SAMPLING_SPACE) && rate > 0 && rate <= UINT32_MAX &&
	    v[ROLE_SAMPLING_SPACE] <= UINT32_MAX)
		rate = (rate + v[ROLE_SAMPLING_SPACE]) / rate;
	else if (rate == 0 && v[ROLE_SAMPLE_SIZE] > 0)
		rate = v[ROLE_SAMPLE_POPULATION] / v[ROLE_SAMPLE_SIZE];
	return rate <= UINT32_MAX ? (uint32_t)rate : UINT32_MAX;
}

/* A record of options. */
static void note_options(struct reading *g, const struct record *r)
{
	uint32_t rate = sampling_of(r);

	g->n_other++;
	if (rate > 0)
		ed_flow_sampler_note(&g->t->samplers, exporter_hash(g), r->value[ROLE_SAMPLER],
				     rate);
}

static void put_event(struct reading *g, const struct record *r)
{
	struct ed_flow_record f = { .src = r->src, .dst = r->dst, .counted = ED_COUNTED_IP };
	struct ed_event *ev;
	bool ignored;

	if (r->value[ROLE_PROTOCOL] == PROTO_UDP)
		f.transport = ED_TRANSPORT_UDP;
	else if (r->value[ROLE_PROTOCOL] == PROTO_TCP)
		f.transport = ED_TRANSPORT_TCP;
	if (f.transport == ED_TRANSPORT_UNKNOWN || !ed_addr_known(&f.src) ||
	    !ed_addr_known(&f.dst) || ed_flow_is_group(&f.dst)) {
		g->n_other++;
		return;
	}
	ev = ed_batch_peek(g->out);
	g->full |= !ev;
	if (!ev)
		return;
	f.src_port = (uint16_t)r->value[ROLE_SRC_PORT];
	f.dst_port = (uint16_t)r->value[ROLE_DST_PORT];
	f.bytes_up = count_of(r, ROLE_OCTETS, ROLE_TOTAL_OCTETS, &f.has_up);
	f.packets_up = count_of(r, ROLE_PACKETS, ROLE_TOTAL_PACKETS, &ignored);
	f.has_down = has(r, ROLE_BACK_OCTETS);
	f.bytes_down = r->value[ROLE_BACK_OCTETS];
	f.packets_down = r->value[ROLE_BACK_PACKETS];
	f.is_oriented = f.has_down; /* both directions in one: the first is who began */
	f.sample_rate = sampling_of(r);
	if (f.sample_rate == 0 && g->h.version != VERSION_5)
		f.sample_rate = ed_flow_sampler_rate(&g->t->samplers, exporter_hash(g),
						     r->value[ROLE_SAMPLER]);
	ev->time_quality = ED_TIME_EXACT_UTC;
	if (!times_of(&g->h, r, &ev->time_ns, &f.duration_ms)) {
		ev->time_ns = g->h.export_ns;
		ev->time_quality = ED_TIME_RECEIVED;
	}
	ev->has = ED_FIELD_TIME;
	ev->offset = g->m->offset;
	ev->source = g->m->source;
	ev->net_tag = g->m->net_tag;
	ed_flow_event(&f, ev);
	ed_batch_commit(g->out, ev);
	g->n_flows++;
}

/* --------------------------------------------------------------- version 5 */

static void read_5(struct reading *g, struct ed_cursor *c)
{
	unsigned n = ed_get_be16(g->m->data.p + 2);
	unsigned sampling = ed_get_be16(g->m->data.p + 22) & SAMPLING_MASK;

	for (unsigned i = 0; i < n && !g->full; i++) {
		struct ed_span s = ed_cursor_bytes(c, RECORD_5_BYTES);
		struct record r = { .seen = 1U << ROLE_OCTETS | 1U << ROLE_PACKETS |
					    1U << ROLE_START_UPTIME | 1U << ROLE_END_UPTIME };

		if (c->failed)
			return;
		ed_addr_from_v4(s.p, &r.src);
		ed_addr_from_v4(s.p + 4, &r.dst);
		r.value[ROLE_PACKETS] = ed_get_be32(s.p + 16);
		r.value[ROLE_OCTETS] = ed_get_be32(s.p + 20);
		r.value[ROLE_START_UPTIME] = ed_get_be32(s.p + 24);
		r.value[ROLE_END_UPTIME] = ed_get_be32(s.p + 28);
		r.value[ROLE_SRC_PORT] = ed_get_be16(s.p + 32);
		r.value[ROLE_DST_PORT] = ed_get_be16(s.p + 34);
		r.value[ROLE_PROTOCOL] = s.p[38];
		r.value[ROLE_SAMPLING] = sampling;
		put_event(g, &r);
	}
}

/* --------------------------------------------------------------- templates */

static uint64_t template_hash(const struct reading *g, unsigned id)
{
	return ed_hash_pair(exporter_hash(g), id) | 1;
}

/* The place of a template; NULL: it is not known, and @make does not ask for one. */
static struct ed_export_template *template_of(struct reading *g, unsigned id, bool make)
{
	uint64_t hash = template_hash(g, id);
	struct ed_export_template
		*set = &g->t->at[(hash >> 32) % (ED_EXPORT_TEMPLATES / WAYS) * WAYS];
	struct ed_export_template *oldest = set;

	g->t->clock++;
	for (unsigned i = 0; i < WAYS; i++) {
		if (set[i].hash == hash) {
			set[i].used = g->t->clock;
			return &set[i];
		}
		if (set[i].used < oldest->used)
			oldest = &set[i];
	}
	if (!make)
		return NULL;
	oldest->hash = hash;
	oldest->used = g->t->clock;
	return oldest;
}

static uint8_t role_of(unsigned element, uint32_t enterprise)
{
	for (unsigned i = 0; i < sizeof(elements) / sizeof(elements[0]); i++) {
		if (elements[i].element != element)
			continue;
		if (enterprise == 0)
			return elements[i].role;
		if (enterprise != PEN_REVERSE)
			return ROLE_NONE;
		if (elements[i].role == ROLE_OCTETS || elements[i].role == ROLE_TOTAL_OCTETS)
			return ROLE_BACK_OCTETS;
		if (elements[i].role == ROLE_PACKETS || elements[i].role == ROLE_TOTAL_PACKETS)
			return ROLE_BACK_PACKETS;
		return ROLE_NONE;
	}
	return ROLE_NONE;
}

/* What a template's head says. The scopes of options come first; version 9 has numbers of its own
 * for them. */
struct template_head {
	unsigned id, n_fields, n_scopes;
	bool is_options;
};

/* One template, behind its head. A template that cannot be used makes its data orphans. */
static void learn(struct reading *g, const struct template_head *h, struct ed_cursor *c)
{
	struct ed_export_template *t = template_of(g, h->id, true);
	unsigned n_unknown = g->h.version == VERSION_9 ? h->n_scopes : 0;

	t->n_fields = 0;
	t->min_bytes = 0;
	t->is_options = h->is_options;
	for (unsigned i = 0; i < h->n_fields && !c->failed; i++) {
		unsigned element = ed_cursor_be16(c);
		uint16_t n_bytes = ed_cursor_be16(c);
		bool is_private = g->h.version == VERSION_IPFIX && (element & ENTERPRISE);
		uint32_t enterprise = is_private ? ed_cursor_be32(c) : 0;

		if (is_private)
			element &= ENTERPRISE - 1;
		if (i >= ED_EXPORT_FIELDS_MAX || (n_bytes == VARIABLE && g->h.version == VERSION_9))
			continue;
		t->fields[i].n_bytes = n_bytes;
		t->fields[i].role = i < n_unknown ? ROLE_NONE : role_of(element, enterprise);
		t->min_bytes += n_bytes == VARIABLE ? 1 : n_bytes;
		t->n_fields++;
	}
	if (c->failed || t->n_fields != h->n_fields || t->min_bytes == 0)
		t->hash = 0;
}

static void read_templates(struct reading *g, struct ed_span set)
{
	struct ed_cursor c = ed_cursor_from(set);

	g->n_other++;
	while (ed_cursor_left(&c) >= SET_HEADER_BYTES && !c.failed) {
		struct template_head h = { .id = ed_cursor_be16(&c) };

		h.n_fields = ed_cursor_be16(&c);
		if (h.id < SET_DATA) /* zeros that fill the set up */
			return;
		learn(g, &h, &c);
	}
}

/* As above; behind the number version 9 has the bytes of scopes and options, IPFIX how many fields
 * there are and how many of them are scopes. */
static void read_options(struct reading *g, struct ed_span set)
{
	struct ed_cursor c = ed_cursor_from(set);

	g->n_other++;
	while (ed_cursor_left(&c) >= SET_HEADER_BYTES && !c.failed) {
		struct template_head h = { .id = ed_cursor_be16(&c), .is_options = true };
		unsigned a = ed_cursor_be16(&c), b = 0;

		if (h.id < SET_DATA)
			return;
		if (g->h.version == VERSION_9 || a > 0) /* 0: IPFIX takes it back */
			b = ed_cursor_be16(&c);
		h.n_scopes = g->h.version == VERSION_9 ? a / 4 : b;
		h.n_fields = g->h.version == VERSION_9 ? a / 4 + b / 4 : a;
		learn(g, &h, &c);
	}
}

/* -------------------------------------------------------------------- data */

static void take_field(const struct ed_export_field *f, struct ed_span s, struct record *r)
{
	uint64_t v = 0;

	if (f->role == ROLE_NONE || s.n == 0)
		return;
	if (f->role >= ROLE_SRC_V4) {
		bool is_src = f->role == ROLE_SRC_V4 || f->role == ROLE_SRC_V6;
		struct ed_addr *addr = is_src ? &r->src : &r->dst;

		if (s.n == 4 && f->role <= ROLE_DST_V4)
			ed_addr_from_v4(s.p, addr);
		else if (s.n == 16 && f->role >= ROLE_SRC_V6 && !ed_addr_known(addr))
			ed_addr_from_v6(s.p, addr);
		return;
	}
	if (s.n > sizeof(v))
		return;
	for (size_t i = 0; i < s.n; i++)
		v = v << 8 | s.p[i];
	r->value[f->role] = v;
	r->seen |= 1U << f->role;
}

static void read_data(struct reading *g, unsigned id, struct ed_span set)
{
	const struct ed_export_template *t = template_of(g, id, false);
	struct ed_cursor c = ed_cursor_from(set);

	if (!t) {
		g->n_orphans++;
		return;
	}
	while (ed_cursor_left(&c) >= t->min_bytes && !g->full) {
		struct record r = { .seen = 0 };

		for (unsigned i = 0; i < t->n_fields; i++) {
			size_t n = t->fields[i].n_bytes;

			if (n == VARIABLE) {
				n = ed_cursor_u8(&c);
				n = n == UINT8_MAX ? ed_cursor_be16(&c) : n;
			}
			take_field(&t->fields[i], ed_cursor_bytes(&c, n), &r);
		}
		if (c.failed)
			return;
		if (t->is_options)
			note_options(g, &r);
		else
			put_event(g, &r);
	}
}

/* False: broken. Zeros behind the last set fill the message up. */
static bool read_sets(struct reading *g, struct ed_cursor *c)
{
	while (ed_cursor_left(c) >= SET_HEADER_BYTES && !g->full) {
		unsigned id = ed_cursor_be16(c);
		size_t n = ed_cursor_be16(c);
		struct ed_span set;

		if (n == 0)
			return true;
		if (n < SET_HEADER_BYTES)
			return false;
		set = ed_cursor_bytes(c, n - SET_HEADER_BYTES);
		if (c->failed)
			return false;
		if (id == (g->h.version == VERSION_9 ? SET_TEMPLATES_9 : SET_TEMPLATES_IPFIX))
			read_templates(g, set);
		else if (id == (g->h.version == VERSION_9 ? SET_OPTIONS_9 : SET_OPTIONS_IPFIX))
			read_options(g, set);
		else if (id >= SET_DATA)
			read_data(g, id, set);
		else
			g->n_other++;
	}
	return true;
}

/* ----------------------------------------------------------------- message */

bool ed_export_looks(struct ed_span data)
{
	unsigned version = data.n >= 4 ? ed_get_be16(data.p) : 0;

	if (version == VERSION_5)
		return data.n >= HEADER_5_BYTES && ed_get_be16(data.p + 2) <= RECORDS_5_MAX &&
		       ed_get_be16(data.p + 2) > 0;
	if (version == VERSION_IPFIX)
		return data.n >= HEADER_IPFIX_BYTES &&
		       ed_get_be16(data.p + 2) >= HEADER_IPFIX_BYTES;
	return version == VERSION_9 && data.n >= HEADER_9_BYTES;
}

/* Version 9 does not say its length; no set has the number of a version, so the next header ends
 * the message. */
static size_t bytes_9(struct ed_span data)
{
	size_t at = HEADER_9_BYTES;

	while (data.n - at >= SET_HEADER_BYTES) {
		unsigned id = ed_get_be16(data.p + at), n = ed_get_be16(data.p + at + 2);

		if (id > 1 && id < SET_DATA)
			break;
		if (n < SET_HEADER_BYTES) { /* zeros, up to the next header */
			at += SET_HEADER_BYTES;
			continue;
		}
		if (n > data.n - at)
			return at + n;
		at += n;
	}
	return data.n - at < SET_HEADER_BYTES ? data.n : at;
}

size_t ed_export_bytes(struct ed_span data)
{
	if (!ed_export_looks(data))
		return 0;
	switch (ed_get_be16(data.p)) {
	case VERSION_5:
		return HEADER_5_BYTES + (size_t)RECORD_5_BYTES * ed_get_be16(data.p + 2);
	case VERSION_9:
		return bytes_9(data);
	default:
		return ed_get_be16(data.p + 2);
	}
}

/* Up to the records or sets. */
static void read_header(struct ed_cursor *c, struct header *h)
{
	h->version = ed_cursor_be16(c);
	ed_cursor_skip(c, 2); /* count or length */
	if (h->version != VERSION_IPFIX)
		h->uptime_ms = ed_cursor_be32(c);
	h->export_ns = (int64_t)ed_cursor_be32(c) * ED_NS_PER_S;
	if (h->version == VERSION_5) {
		h->export_ns += ed_cursor_be32(c) % ED_NS_PER_S;
		ed_cursor_skip(c, 8);
		return;
	}
	ed_cursor_skip(c, 4); /* sequence */
	h->domain = ed_cursor_be32(c);
}

static enum ed_drop verdict(const struct reading *g, bool is_whole)
{
	if (g->n_flows > 0)
		return ED_DROP_N;
	if (!is_whole)
		return ED_DROP_BAD_LENGTH;
	if (g->n_orphans > 0)
		return ED_DROP_ORPHAN;
	return g->h.version == VERSION_5 ? ED_DROP_NOT_DNS : ED_DROP_OTHER_LOG;
}

enum ed_drop ed_export_read(struct ed_export_templates *t, const struct ed_export_message *m,
			    struct ed_batch *out)
{
	struct reading g = { .t = t, .m = m, .out = out };
	struct ed_cursor c = ed_cursor_from(m->data);
	uint32_t n_events = out->n_events;
	size_t used = out->used;
	bool is_whole = true;

	if (!ed_export_looks(m->data))
		return ED_DROP_BAD_LENGTH;
	if (ed_get_be16(m->data.p) == VERSION_IPFIX && ed_get_be16(m->data.p + 2) < c.n)
		c.n = ed_get_be16(m->data.p + 2);
	read_header(&c, &g.h);
	if (g.h.version == VERSION_5) {
		read_5(&g, &c);
		is_whole = !c.failed;
	} else {
		is_whole = read_sets(&g, &c);
	}
	if (!g.full)
		return verdict(&g, is_whole);
	out->n_events = n_events;
	out->used = used;
	return ED_DROP_BATCH_FULL;
}
