/* SPDX-License-Identifier: Apache-2.0 */
/* One unit on its way; see slot.h. */
#include "engine/slot.h"

#include <errno.h>

#include "base/mem.h"
#include "base/time.h"

/* One visit of an event to a shard. */
struct ed_slot_visit {
	uint32_t at;    /* byte of the event in the batch */
	uint32_t roles; /* ed_role */
};

/* ----------------------------------------------------------------- memory */

static size_t visits_max(void)
{
	/* an event visits a shard at most once for each role */
	return ED_ROLES * (ED_SLOT_BATCH_BYTES / sizeof(struct ed_event));
}

size_t ed_slot_bytes(unsigned n_shards)
{
	return sizeof(struct ed_slot) + ED_UNIT_MAX_BYTES + ED_UNIT_PADDING_BYTES +
	       ED_SLOT_BATCH_BYTES + n_shards * visits_max() * sizeof(struct ed_slot_visit);
}

int ed_slot_init(struct ed_slot *s, const struct ed_slot_conf *conf)
{
	memset(s, 0, sizeof(*s));
	s->conf = conf;
	s->in.buffer = ed_mem_zalloc(ED_UNIT_MAX_BYTES + ED_UNIT_PADDING_BYTES, 1);
	s->batch.data = ed_mem_zalloc(ED_SLOT_BATCH_BYTES, 1);
	s->batch.cap = ED_SLOT_BATCH_BYTES;
	if (!s->in.buffer || !s->batch.data)
		return -ENOMEM;
	for (unsigned i = 0; i < ED_PARTITIONS; i++)
		s->shard_of[i] = (uint8_t)(i % conf->n_shards);
	for (unsigned i = 0; i < conf->n_shards; i++) {
		s->visits[i] = ed_mem_zalloc(visits_max(), sizeof(struct ed_slot_visit));
		if (!s->visits[i])
			return -ENOMEM;
	}
	return 0;
}

void ed_slot_done(struct ed_slot *s)
{
	ed_mem_free(s->in.buffer);
	ed_mem_free(s->batch.data);
	for (unsigned i = 0; i < ED_SCAN_SHARDS_MAX; i++)
		ed_mem_free(s->visits[i]);
}

int ed_reader_init(struct ed_reader *rd, const struct ed_psl *psl,
		   const struct ed_reputation *reputation, uint64_t hash_key, size_t cache_bytes)
{
	int r;

	memset(rd, 0, sizeof(*rd));
	ed_doh_init(&rd->doh, hash_key);
	r = ed_annotator_new(psl, hash_key, cache_bytes, &rd->annotator);
	if (r == 0)
		ed_annotator_set_reputation(rd->annotator, reputation);
	return r;
}

void ed_reader_done(struct ed_reader *rd)
{
	for (size_t i = 0; ed_formats[i]; i++) {
		if (rd->scratch[i])
			ed_formats[i]->scratch_free(rd->scratch[i]);
	}
	ed_annotator_free(rd->annotator);
}

/* ----------------------------------------------------- decode and resolve */

static inline void add_visit(struct ed_slot *s, unsigned partition, struct ed_slot_visit v)
{
	unsigned shard = s->shard_of[partition];

	s->visits[shard][s->n_visits[shard]++] = v;
}

/* Notes that the event at byte @at visits its partitions. */
static void note_visits(struct ed_slot *s, const struct ed_event *ev, size_t at)
{
	unsigned zone = ed_partition_of(ev->zone_hash);
	unsigned client = ed_partition_of(ev->client_hash);
	struct ed_slot_visit v = { .at = (uint32_t)at, .roles = ED_ROLE_ZONE };
	unsigned clients = 0; /* roles in its client's partition */

	if (ed_client_cares(ev))
		clients |= ED_ROLE_CLIENT;
	if (ed_egress_cares(&s->conf->partitions[0].conf->egress, ev))
		clients |= ED_ROLE_EGRESS;
	if (zone == client)
		v.roles |= clients;
	add_visit(s, zone, v);
	if (zone == client || clients == 0)
		return;
	v.roles = clients;
	add_visit(s, client, v);
}

static void note_visit(struct ed_slot *s, uint64_t hash, size_t at, enum ed_role role)
{
	add_visit(s, ed_partition_of(hash),
		  (struct ed_slot_visit){ .at = (uint32_t)at, .roles = role });
}

/* The machine of a lookup whose source names it. */
static uint64_t host_of(const struct ed_slot *s, const struct ed_event *ev)
{
	return ed_process_host_hash(ed_event_process(ev), s->conf->partitions[0].conf->hash_key);
}

/* Where an event that is no lookup belongs: to its machine, the start of a program to the program.
 * A hypervisor's commands are all that is known of it. */
static uint64_t place_of(const struct ed_event *ev)
{
	if (ev->kind != ED_EVENT_PROCESS || ev->process_off == 0 ||
	    ev->platform == ED_PLATFORM_ESXI)
		return ev->client_hash;
	return ed_started_key(ev->client_hash, ed_event_process(ev)->id);
}

/* What is no lookup goes to the partition of its machine alone; a lookup goes there too where the
 * source knows the program. */
static void note_machine(struct ed_slot *s, const struct ed_event *ev, size_t at)
{
	const struct ed_process *p = ed_event_process(ev);

	if (ev->kind == ED_EVENT_NOT_DNS)
		note_visit(s, ev->client_hash, at, ED_ROLE_CLIENT);
	else if (!ed_event_is_lookup(ev))
		note_visit(s, place_of(ev), at, ED_ROLE_HOST);
	else if (p)
		note_visit(s, host_of(s, ev), at, ED_ROLE_HOST);
}

/*
 * Times beyond 146 years from 1970 are a damaged or hostile log. They are taken for unknown, so
 * that the difference of any two times that are left fits an int64_t.
 */
static void check_time(struct ed_event *ev)
{
	if (ev->time_ns > INT64_MAX / 2 || ev->time_ns < -(INT64_MAX / 2)) {
		ev->time_ns = ED_TIME_UNKNOWN_NS;
		ev->time_quality = ED_TIME_NONE;
		ev->has &= ~(uint32_t)ED_FIELD_TIME;
	}
}

static bool outside(const struct ed_slot_conf *c, int64_t time_ns)
{
	return (c->from_ns && time_ns < c->from_ns) || (c->to_ns && time_ns >= c->to_ns);
}

/* Events that are annotated together. */
struct together {
	struct ed_event *event[ED_ANNOTATE_TOGETHER];
	unsigned n;
};

/* The first step of annotating the event at byte @at, which joins @g; where the next one lies. */
static inline size_t hash_event(const struct ed_batch *b, struct ed_annotator *a, size_t at,
				struct together *g)
{
	struct ed_event *ev = ed_batch_at(b, at);

	if (!ev)
		return at;
	ed_annotate_prepare(a, ev);
	g->event[g->n++] = ev;
	return at + ev->size_bytes;
}

/* What is known of the event from elsewhere. */
static void enrich(struct ed_reader *rd, struct ed_event *ev)
{
	const struct ed_asset *asset = NULL;

	ed_annotate_finish(rd->annotator, ev);
	if (rd->inventory)
		asset = ed_inventory_annotate(rd->inventory, ev);
	if (ev->kind == ED_EVENT_FLOW)
		ed_doh_mark(&rd->doh, ev);
	else if (ev->kind == ED_EVENT_PACKAGE)
		ed_vibs_annotate(rd->vibs, ev);
	if (rd->groups && rd->groups->n > 0)
		ev->groups = ed_groups_of(rd->groups, asset, ev);
}

/* Annotates an event and notes where it goes. */
static inline void route_event(struct ed_slot *s, struct ed_reader *rd, struct ed_event *ev)
{
	struct ed_batch *b = &s->batch;
	size_t at = (size_t)((uint8_t *)ev - b->data);

	check_time(ev);
	if (outside(s->conf, ev->time_ns)) {
		if (b->tally.n_analysed > 0) { /* several events may come from one record */
			b->tally.n_analysed--;
			ed_tally_drop(&b->tally, ED_DROP_OUTSIDE, ev->offset);
		}
		return;
	}
	s->n_events[ev->kind]++;
	ev->format = (uint8_t)s->in.file->format_row;
	enrich(rd, ev);
	ed_told_add(&s->told, ev);
	s->groups |= ev->groups;
	if (ev->name_n > 0 && ed_event_is_lookup(ev))
		note_visits(s, ev, at);
	if (ev->process_off || !ed_event_is_lookup(ev))
		note_machine(s, ev, at);
}

/* The events from byte @from of the batch on. While some are routed the ones after the next are
 * hashed, so that what is fetched has the time of a group to come. */
static ED_STAGE void route(struct ed_slot *s, struct ed_reader *rd, size_t from)
{
	struct together groups[3] = { { .n = 0 } };
	size_t ahead = from;

	for (unsigned i = 0; i < 2 * ED_ANNOTATE_TOGETHER; i++)
		ahead = hash_event(&s->batch, rd->annotator, ahead,
				   &groups[i / ED_ANNOTATE_TOGETHER]);
	ed_annotate_learn(rd->annotator, groups[0].event, groups[0].n);
	for (unsigned now = 0; groups[now].n > 0; now = (now + 1) % 3) {
		struct together *next = &groups[(now + 1) % 3], *later = &groups[(now + 2) % 3];

		ed_annotate_learn(rd->annotator, next->event, next->n);
		later->n = 0;
		for (unsigned i = 0; i < groups[now].n; i++) {
			ahead = hash_event(&s->batch, rd->annotator, ahead, later);
			route_event(s, rd, groups[now].event[i]);
		}
	}
}

static int scratch_for(struct ed_reader *rd, const struct ed_feed_file *file)
{
	void **scratch = &rd->scratch[file->format_row];

	return *scratch || !file->format->scratch_new ? 0 : file->format->scratch_new(scratch);
}

ED_STAGE void ed_slot_decode(struct ed_slot *s, struct ed_reader *rd)
{
	const struct ed_feed_file *file = s->in.file;

	ed_batch_reset(&s->batch);
	memset(s->n_visits, 0, sizeof(s->n_visits));
	memset(s->n_events, 0, sizeof(s->n_events));
	memset(&s->told, 0, sizeof(s->told));
	s->groups = 0;
	s->error = scratch_for(rd, file);
	if (s->error < 0)
		return;
	file->format->decode(rd->scratch[file->format_row], &s->in.unit, &s->batch);
	route(s, rd, 0);
}

ED_STAGE void ed_slot_resolve(struct ed_slot *s, struct ed_reader *rd, struct ed_feed *feed)
{
	const struct ed_feed_file *file = s->in.file;
	size_t decoded = s->batch.used;

	if (s->error == 0 && file->format->resolve) {
		file->format->resolve(file->state, &s->in.unit, &s->batch);
		route(s, rd, decoded);
	}
	ed_feed_settle(feed, &s->in, &s->batch.tally);
}

void ed_slot_observe(const struct ed_slot *s)
{
	const struct ed_slot_conf *c = s->conf;
	const struct ed_event *ev;

	for (size_t at = 0; (ev = ed_batch_at(&s->batch, at)) != NULL; at += ev->size_bytes) {
		if (outside(c, ev->time_ns))
			continue;
		for (unsigned i = 0; i < c->n_observers; i++)
			c->observers[i].event(c->observers[i].arg, ev, s->in.file->path);
	}
}

/* ------------------------------------------------------------------ carry */

static void prepare(const struct ed_slot *s, struct ed_slot_visit v, struct ed_visit *ret)
{
	const struct ed_event *ev = ed_batch_at(&s->batch, v.at);
	uint64_t by = v.roles & ED_ROLE_ZONE ? ev->zone_hash : ev->client_hash;

	if (v.roles == ED_ROLE_HOST)
		by = ed_event_is_lookup(ev) ? host_of(s, ev) : place_of(ev);
	ed_visit_prepare(&s->conf->partitions[ed_partition_of(by)], ev, v.roles, ret);
}

/* How many events before it is worked on a visit is prepared, its keys touched, its sketches
 * reached, and the event itself fetched: it was written a unit ago. */
enum { AHEAD = 8, TOUCHED = 6, REACHED = 3, FETCHED = 12 };
enum { RING = 2 * AHEAD }; /* one is prepared before the one AHEAD of it is worked on */

static void fetch_event(const struct ed_slot *s, struct ed_slot_visit v)
{
	const uint8_t *ev = s->batch.data + v.at;

	for (size_t line = 0; line < sizeof(struct ed_event); line += 64)
		__builtin_prefetch(ev + line);
}

/*
 * Every event of the unit that visits this shard. Tables are far larger than any cache, so each
 * step of a visit only begins the memory accesses of the next. A processor has room for a dozen of
 * them, so the work of a visit stands between those of the first step and the others.
 */
ED_STAGE void ed_slot_carry(const struct ed_slot *s, unsigned shard)
{
	const struct ed_slot_visit *visits = s->visits[shard];
	struct ed_visit ring[RING];
	uint32_t n = s->n_visits[shard];

	for (uint32_t i = 0; i < n + AHEAD; i++) {
		if (i < n)
			prepare(s, visits[i], &ring[i % RING]);
		if (i >= AHEAD)
			ed_visit(&ring[(i - AHEAD) % RING]);
		if (i >= AHEAD - TOUCHED && i - (AHEAD - TOUCHED) < n)
			ed_visit_touch(&ring[(i - (AHEAD - TOUCHED)) % RING]);
		if (i >= AHEAD - REACHED && i - (AHEAD - REACHED) < n)
			ed_visit_reach(&ring[(i - (AHEAD - REACHED)) % RING]);
		if (i + FETCHED - AHEAD < n)
			fetch_event(s, visits[i + FETCHED - AHEAD]);
	}
}
