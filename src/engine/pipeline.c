/* SPDX-License-Identifier: Apache-2.0 */
/* Readers, shards and the slots between them; see pipeline.h. */
#include "engine/pipeline.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "base/mem.h"
#include "base/time.h"
#include "enrich/annotate.h"

enum { SLOTS_MAX = 2 * ED_SCAN_READERS_MAX + 2 };

/* One visit of an event to a shard. */
struct visit {
	uint32_t at;    /* byte of the event in the batch */
	uint32_t roles; /* ed_role */
};

struct slot {
	struct ed_feed_slot in;
	struct ed_batch batch;
	uint64_t seq;
	unsigned n_readers; /* shards that have yet to read it */
	uint64_t n_events[ED_EVENT_N];
	struct visit *visits[ED_SCAN_SHARDS_MAX];
	uint32_t n_visits[ED_SCAN_SHARDS_MAX];
};

struct ed_pipeline {
	struct ed_pipeline_conf conf;
	pthread_mutex_t feed_lock; /* feed, next_seq */
	uint64_t next_seq;

	pthread_mutex_t lock;   /* all below */
	pthread_cond_t changed; /* a slot was freed or published, a turn passed, a thread ended */
	struct slot *slots;
	unsigned n_slots;
	struct slot *free[SLOTS_MAX];
	unsigned n_free;
	struct slot *published[SLOTS_MAX]; /* by seq modulo n_slots */
	uint64_t turn;      /* the unit that may be resolved next; all before are published */
	unsigned n_reading; /* readers that have not ended */
	unsigned n_shards_begun, n_shards_ended;
	bool stopping;
	struct ed_pipeline_status counts;

	pthread_t readers[ED_SCAN_READERS_MAX], shards[ED_SCAN_SHARDS_MAX];
	unsigned n_readers_started, n_shards_started;
};

struct reader {
	struct ed_pipeline *p;
	struct ed_annotator *annotator;
	void *scratch[ED_SCAN_FORMATS_MAX]; /* by row of the formats, made at first use */
};

static size_t visits_max(void)
{
	/* an event visits a shard at most once for each role */
	return 2 * (ED_PIPELINE_BATCH_BYTES / sizeof(struct ed_event));
}

static size_t slot_bytes(unsigned n_shards)
{
	return sizeof(struct slot) + ED_UNIT_MAX_BYTES + ED_UNIT_PADDING_BYTES +
	       ED_PIPELINE_BATCH_BYTES + n_shards * visits_max() * sizeof(struct visit);
}

/* Two a reader, so that it need not wait for the shards, as far as the memory goes. */
static unsigned slots_for(const struct ed_pipeline_conf *c)
{
	size_t n = c->memory_bytes / slot_bytes(c->n_shards);
	size_t wanted = 2 * c->n_readers + 2;

	return n < 1 ? 1 : n < wanted ? (unsigned)n : (unsigned)wanted;
}

/* ---------------------------------------------------------------- readers */

static struct slot *slot_take(struct ed_pipeline *p)
{
	struct slot *s = NULL;

	pthread_mutex_lock(&p->lock);
	while (p->n_free == 0 && !p->stopping)
		pthread_cond_wait(&p->changed, &p->lock);
	if (!p->stopping)
		s = p->free[--p->n_free];
	pthread_mutex_unlock(&p->lock);
	return s;
}

static void slot_give_back(struct ed_pipeline *p, struct slot *s, int error)
{
	pthread_mutex_lock(&p->lock);
	p->free[p->n_free++] = s;
	if (error < 0) {
		p->counts.error = error;
		p->stopping = true;
	}
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
}

/* The next unit, or NULL when this reader is done. */
static struct slot *slot_fill(struct ed_pipeline *p)
{
	struct slot *s = slot_take(p);
	int r;

	if (!s)
		return NULL;
	pthread_mutex_lock(&p->feed_lock);
	r = ed_feed_next(p->conf.feed, &s->in);
	if (r > 0)
		s->seq = p->next_seq++;
	pthread_mutex_unlock(&p->feed_lock);
	if (r <= 0) {
		slot_give_back(p, s, r);
		return NULL;
	}
	return s;
}

/* Notes that the event at byte @at visits its partitions. */
static void note_visits(struct slot *s, const struct ed_event *ev, size_t at, unsigned n_shards)
{
	unsigned zone = ed_partition_of(ev->zone_hash);
	unsigned client = ed_partition_of(ev->client_hash);
	struct visit v = { .at = (uint32_t)at, .roles = ED_ROLE_ZONE };

	if (zone == client && ed_client_cares(ev))
		v.roles |= ED_ROLE_CLIENT;
	s->visits[zone % n_shards][s->n_visits[zone % n_shards]++] = v;
	if (zone == client || !ed_client_cares(ev))
		return;
	v.roles = ED_ROLE_CLIENT;
	s->visits[client % n_shards][s->n_visits[client % n_shards]++] = v;
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

static bool outside(const struct ed_pipeline_conf *c, int64_t time_ns)
{
	return (c->from_ns && time_ns < c->from_ns) || (c->to_ns && time_ns >= c->to_ns);
}

/* Annotates the events from byte @from of the batch on and notes where they go. */
static void route(struct reader *rd, struct slot *s, size_t from)
{
	const struct ed_pipeline_conf *c = &rd->p->conf;
	struct ed_batch *b = &s->batch;
	struct ed_event *ev;

	for (size_t at = from; (ev = ed_batch_at(b, at)) != NULL; at += ev->size_bytes) {
		check_time(ev);
		if (outside(c, ev->time_ns)) {
			if (b->tally.n_analysed > 0) { /* several events may come from one record */
				b->tally.n_analysed--;
				ed_tally_drop(&b->tally, ED_DROP_OUTSIDE, ev->offset);
			}
			continue;
		}
		s->n_events[ev->kind]++;
		ev->format = (uint8_t)s->in.file->format_row;
		ed_annotate(rd->annotator, ev);
		if (ev->name_n > 0)
			note_visits(s, ev, at, c->n_shards);
	}
}

static int scratch_for(struct reader *rd, const struct ed_feed_file *file)
{
	void **scratch = &rd->scratch[file->format_row];

	return *scratch || !file->format->scratch_new ? 0 : file->format->scratch_new(scratch);
}

static void wait_for_turn(struct ed_pipeline *p, const struct slot *s)
{
	pthread_mutex_lock(&p->lock);
	while (p->turn != s->seq)
		pthread_cond_wait(&p->changed, &p->lock);
	pthread_mutex_unlock(&p->lock);
}

static void publish(struct ed_pipeline *p, struct slot *s)
{
	pthread_mutex_lock(&p->lock);
	p->counts.n_records += s->batch.tally.n_read;
	for (unsigned i = 0; i < ED_DROP_N; i++)
		p->counts.n_damaged += ed_drop_is_damage(i) ? s->batch.tally.n_dropped[i] : 0;
	for (unsigned i = 0; i < ED_EVENT_N; i++)
		p->counts.n_events[i] += s->n_events[i];
	s->n_readers = p->conf.n_shards;
	p->published[s->seq % p->n_slots] = s;
	p->turn++;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
}

/* A reader cannot go on: the run ends with @error instead of a result that misses a unit. */
static void fail(struct ed_pipeline *p, int error)
{
	pthread_mutex_lock(&p->lock);
	p->counts.error = error;
	pthread_mutex_unlock(&p->lock);
	ed_pipeline_stop(p);
}

/* Everything that is done to one unit. In its turn even when it failed, so that others are not held
 * up. */
static void read_unit(struct reader *rd, struct slot *s)
{
	struct ed_pipeline *p = rd->p;
	const struct ed_format *format = s->in.file->format;
	int r = scratch_for(rd, s->in.file);
	size_t decoded;

	ed_batch_reset(&s->batch);
	memset(s->n_visits, 0, sizeof(s->n_visits));
	memset(s->n_events, 0, sizeof(s->n_events));
	if (r == 0) {
		format->decode(rd->scratch[s->in.file->format_row], &s->in.unit, &s->batch);
		route(rd, s, 0);
	}
	decoded = s->batch.used;
	wait_for_turn(p, s);
	if (r == 0 && format->resolve) {
		format->resolve(s->in.file->state, &s->in.unit, &s->batch);
		route(rd, s, decoded);
	}
	ed_feed_settle(p->conf.feed, &s->in, &s->batch.tally);
	if (r < 0)
		fail(p, r);
	publish(p, s);
}

static void reader_done(struct reader *rd)
{
	for (size_t i = 0; ed_formats[i]; i++) {
		if (rd->scratch[i])
			ed_formats[i]->scratch_free(rd->scratch[i]);
	}
	ed_annotator_free(rd->annotator);
}

static void *reader_main(void *arg)
{
	struct ed_pipeline *p = arg;
	struct reader rd = { .p = p };
	int r = ed_annotator_new(p->conf.psl, p->conf.hash_key, &rd.annotator);
	struct slot *s;

	while (r == 0 && (s = slot_fill(p)) != NULL)
		read_unit(&rd, s);
	reader_done(&rd);
	pthread_mutex_lock(&p->lock);
	if (r < 0)
		p->counts.error = r;
	p->n_reading--;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

/* ----------------------------------------------------------------- shards */

/* The unit @seq once it is published; NULL when there will be none. */
static struct slot *slot_await(struct ed_pipeline *p, uint64_t seq)
{
	struct slot *s = NULL;

	pthread_mutex_lock(&p->lock);
	while (p->turn <= seq && p->n_reading > 0)
		pthread_cond_wait(&p->changed, &p->lock);
	if (p->turn > seq)
		s = p->published[seq % p->n_slots];
	pthread_mutex_unlock(&p->lock);
	return s;
}

static void slot_release(struct ed_pipeline *p, struct slot *s)
{
	pthread_mutex_lock(&p->lock);
	if (--s->n_readers == 0) {
		p->free[p->n_free++] = s;
		pthread_cond_broadcast(&p->changed);
	}
	pthread_mutex_unlock(&p->lock);
}

static void prepare(struct ed_pipeline *p, const struct slot *s, struct visit v,
		    struct ed_visit *ret)
{
	const struct ed_event *ev = ed_batch_at(&s->batch, v.at);
	uint64_t by = v.roles == ED_ROLE_CLIENT ? ev->client_hash : ev->zone_hash;

	ed_visit_prepare(&p->conf.partitions[ed_partition_of(by)], ev, v.roles, ret);
}

/*
 * Every event of the unit that visits this shard. Tables are far larger than any cache, so an event
 * is prepared AHEAD places before it is worked on, and its keys are touched half way.
 */
static void carry(struct ed_pipeline *p, unsigned shard, const struct slot *s)
{
	enum { AHEAD = 16 };
	struct ed_visit ring[AHEAD];
	uint32_t n = s->n_visits[shard];

	for (uint32_t i = 0; i < n + AHEAD; i++) {
		if (i >= AHEAD)
			ed_visit(&ring[i % AHEAD]);
		if (i < n)
			prepare(p, s, s->visits[shard][i], &ring[i % AHEAD]);
		if (i >= AHEAD / 2 && i - AHEAD / 2 < n)
			ed_visit_touch(&ring[(i - AHEAD / 2) % AHEAD]);
	}
}

static void *shard_main(void *arg)
{
	struct ed_pipeline *p = arg;
	unsigned index;
	struct slot *s;

	pthread_mutex_lock(&p->lock);
	index = p->n_shards_begun++;
	pthread_mutex_unlock(&p->lock);
	for (uint64_t seq = 0; (s = slot_await(p, seq)) != NULL; seq++) {
		carry(p, index, s);
		slot_release(p, s);
	}
	for (unsigned i = index; i < ED_PARTITIONS; i += p->conf.n_shards)
		ed_partition_finish(&p->conf.partitions[i]);
	pthread_mutex_lock(&p->lock);
	p->counts.finished = ++p->n_shards_ended == p->conf.n_shards;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

/* ------------------------------------------------------------- life cycle */

static int slots_new(struct ed_pipeline *p)
{
	p->n_slots = slots_for(&p->conf);
	p->slots = ed_mem_zalloc(p->n_slots, sizeof(*p->slots));
	if (!p->slots)
		return -ENOMEM;
	for (unsigned i = 0; i < p->n_slots; i++) {
		struct slot *s = &p->slots[i];

		s->in.buffer = ed_mem_zalloc(ED_UNIT_MAX_BYTES + ED_UNIT_PADDING_BYTES, 1);
		s->batch.data = ed_mem_zalloc(ED_PIPELINE_BATCH_BYTES, 1);
		s->batch.cap = ED_PIPELINE_BATCH_BYTES;
		if (!s->in.buffer || !s->batch.data)
			return -ENOMEM;
		for (unsigned j = 0; j < p->conf.n_shards; j++) {
			s->visits[j] = ed_mem_zalloc(visits_max(), sizeof(struct visit));
			if (!s->visits[j])
				return -ENOMEM;
		}
		p->free[p->n_free++] = s;
	}
	return 0;
}

static int threads_start(struct ed_pipeline *p)
{
	int r = 0;

	p->n_reading = p->conf.n_readers;
	for (; r == 0 && p->n_readers_started < p->conf.n_readers; p->n_readers_started += r == 0)
		r = pthread_create(&p->readers[p->n_readers_started], NULL, reader_main, p);
	for (; r == 0 && p->n_shards_started < p->conf.n_shards; p->n_shards_started += r == 0)
		r = pthread_create(&p->shards[p->n_shards_started], NULL, shard_main, p);
	if (r == 0)
		return 0;
	pthread_mutex_lock(&p->lock);
	p->n_reading -= p->conf.n_readers - p->n_readers_started;
	p->stopping = true;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
	return -r;
}

int ed_pipeline_start(const struct ed_pipeline_conf *conf, struct ed_pipeline **ret)
{
	struct ed_pipeline *p = ed_mem_zalloc(1, sizeof(*p));
	int r;

	if (!p)
		return -ENOMEM;
	p->conf = *conf;
	pthread_mutex_init(&p->feed_lock, NULL);
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->changed, NULL);
	r = slots_new(p);
	if (r == 0)
		r = threads_start(p);
	if (r < 0) {
		ed_pipeline_free(p);
		return r;
	}
	*ret = p;
	return 0;
}

void ed_pipeline_wait(struct ed_pipeline *p, unsigned timeout_ms, struct ed_pipeline_status *ret)
{
	struct timespec until;
	int r = 0;

	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += timeout_ms % 1000 * 1000000L;
	until.tv_sec += timeout_ms / 1000 + until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	pthread_mutex_lock(&p->lock);
	while (!p->counts.finished && r == 0)
		r = pthread_cond_timedwait(&p->changed, &p->lock, &until);
	*ret = p->counts;
	pthread_mutex_unlock(&p->lock);
}

void ed_pipeline_stop(struct ed_pipeline *p)
{
	atomic_store(p->conf.stop, true);
	pthread_mutex_lock(&p->lock);
	p->stopping = true;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
}

void ed_pipeline_free(struct ed_pipeline *p)
{
	for (unsigned i = 0; i < p->n_readers_started; i++)
		(void)pthread_join(p->readers[i], NULL);
	for (unsigned i = 0; i < p->n_shards_started; i++)
		(void)pthread_join(p->shards[i], NULL);
	for (unsigned i = 0; p->slots && i < p->n_slots; i++) {
		ed_mem_free(p->slots[i].in.buffer);
		ed_mem_free(p->slots[i].batch.data);
		for (unsigned j = 0; j < p->conf.n_shards; j++)
			ed_mem_free(p->slots[i].visits[j]);
	}
	ed_mem_free(p->slots);
	pthread_cond_destroy(&p->changed);
	pthread_mutex_destroy(&p->lock);
	pthread_mutex_destroy(&p->feed_lock);
	ed_mem_free(p);
}
