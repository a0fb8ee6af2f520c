/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The slots, the pool of threads that works on them, and what a thread does next; see pipeline.h.
 * All state that threads share is under one lock, which a thread takes once for each piece of work:
 * to give back the last and to choose the next. A thread is woken only when there is work for it.
 */
#include "engine/pipeline.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "base/mem.h"
#include "engine/slot.h"

enum {
	THREADS_MAX = ED_SCAN_READERS_MAX > ED_SCAN_SHARDS_MAX ? ED_SCAN_READERS_MAX :
								 ED_SCAN_SHARDS_MAX,
	SLOTS_MAX = 3 * THREADS_MAX + 2,
	CACHES_SHARE = 6,
};

/* A set of partitions. It reads every unit in order, on whatever thread. */
struct shard {
	uint64_t next; /* unit */
	bool busy;     /* a thread is at it */
	bool finished; /* so are its partitions */
};

enum work {
	WORK_WAIT,  /* nothing to do until another thread has done something */
	WORK_FRAME, /* cut the next unit into a free slot */
	WORK_DECODE,
	WORK_RESOLVE, /* the unit whose turn it is, and publish it */
	WORK_CARRY,   /* a published unit to a shard */
	WORK_FINISH,  /* a shard, behind the last unit */
	WORK_END,
};

struct task {
	enum work work;
	struct ed_slot *slot;
	unsigned shard;
	int n_units; /* that were cut: 1; 0 at the end of the input; -errno */
};

struct worker {
	struct ed_pipeline *p;
	struct ed_reader reader;
	unsigned shard; /* carried to last: a part of its tables is still in this core's cache */
	pthread_t thread;
};

struct ed_pipeline {
	struct ed_pipeline_conf conf;
	struct worker workers[THREADS_MAX];
	unsigned n_workers, n_started;

	pthread_mutex_t lock; /* all below; the feed belongs to who set `framing` */
	pthread_cond_t work;  /* there is work for one more thread, or none will come */
	pthread_cond_t done;  /* counts.finished */
	unsigned n_waiting;   /* threads, for work */
	struct ed_slot_conf slot_conf;
	struct ed_slot *slots;
	unsigned n_slots;
	struct ed_slot *free[SLOTS_MAX];
	unsigned n_free;
	struct ed_slot *framed[SLOTS_MAX];  /* by seq modulo n_slots */
	struct ed_slot *decoded[SLOTS_MAX]; /* the same; NULL: free or on its way */
	bool framing, resolving;
	bool dry;            /* no more units will be framed */
	unsigned n_decoding; /* <= n_readers */
	uint64_t n_framed;
	uint64_t n_taken; /* units whose decoding has begun */
	uint64_t turn;    /* the unit that may be resolved next; all before are published */
	struct shard shards[ED_SCAN_SHARDS_MAX];
	unsigned n_finished; /* shards */
	struct ed_pipeline_status counts;
};

static unsigned workers_for(const struct ed_pipeline_conf *c)
{
	return c->n_readers > c->n_shards ? c->n_readers : c->n_shards;
}

/* Three a thread, so that none need wait while one is slow. */
static size_t slots_wanted(const struct ed_pipeline_conf *c)
{
	return 3 * workers_for(c) + 2;
}

/* The readers' caches have the memory that the slots leave, and a part of it in any case; they
 * change no result. */
static size_t caches_bytes(const struct ed_pipeline_conf *c)
{
	size_t least = c->memory_bytes / CACHES_SHARE;
	size_t slots = slots_wanted(c) * ed_slot_bytes(c->n_shards);

	return c->memory_bytes > least + slots ? c->memory_bytes - slots : least;
}

static unsigned slots_for(const struct ed_pipeline_conf *c)
{
	size_t n = (c->memory_bytes - caches_bytes(c)) / ed_slot_bytes(c->n_shards);

	if (n > slots_wanted(c))
		n = slots_wanted(c);
	return n < 1 ? 1 : (unsigned)n;
}

/* ----------------------------------------- what to do next: under the lock */

static bool all_published(const struct ed_pipeline *p)
{
	return p->dry && !p->framing && p->turn == p->n_framed;
}

/* The shard that lags most, of those at which no thread is; of equals the one @w knows. */
static bool find_shard(const struct ed_pipeline *p, const struct worker *w, struct task *ret)
{
	const struct shard *best = NULL;

	for (unsigned i = 0; i < p->conf.n_shards; i++) {
		const struct shard *s = &p->shards[(w->shard + i) % p->conf.n_shards];

		if (!s->busy && !s->finished && (!best || s->next < best->next))
			best = s;
	}
	if (!best || (best->next == p->turn && !all_published(p)))
		return false;
	ret->work = best->next < p->turn ? WORK_CARRY : WORK_FINISH;
	ret->shard = (unsigned)(best - p->shards);
	ret->slot = best->next < p->turn ? p->decoded[best->next % p->n_slots] : NULL;
	return true;
}

/* Only one thread can cut units. Where there are others, one unit is cut ahead of its time: who wants
 * one while that thread is at it finds it. */
static bool wants_unit(const struct ed_pipeline *p)
{
	unsigned enough = p->n_workers > 1 ? 2 : 1;

	return !p->dry && !p->framing && p->n_free > 0 && p->n_framed - p->n_taken < enough;
}

/*
 * The unit that is furthest goes first: that frees slots, and the memory of a slot that is used
 * again soon is still in the cache.
 */
static struct task find_task(const struct ed_pipeline *p, const struct worker *w)
{
	struct ed_slot *s = p->decoded[p->turn % p->n_slots];
	struct task t = { .work = WORK_WAIT };

	if (find_shard(p, w, &t))
		return t;
	if (s && s->seq == p->turn && !p->resolving)
		return (struct task){ .work = WORK_RESOLVE, .slot = s };
	if (wants_unit(p))
		return (struct task){ .work = WORK_FRAME, .slot = p->free[p->n_free - 1] };
	if (p->n_taken < p->n_framed && p->n_decoding < p->conf.n_readers)
		return (struct task){ .work = WORK_DECODE,
				      .slot = p->framed[p->n_taken % p->n_slots] };
	if (p->n_finished == p->conf.n_shards)
		t.work = WORK_END;
	return t;
}

static void begin(struct ed_pipeline *p, const struct task *t)
{
	switch (t->work) {
	case WORK_FRAME:
		p->n_free--;
		p->framing = true;
		break;
	case WORK_DECODE:
		p->n_taken++;
		p->n_decoding++;
		break;
	case WORK_RESOLVE:
		p->resolving = true;
		break;
	case WORK_CARRY:
	case WORK_FINISH:
		p->shards[t->shard].busy = true;
		break;
	case WORK_WAIT:
	case WORK_END:
		break;
	}
}

static void publish(struct ed_pipeline *p, struct ed_slot *s)
{
	p->counts.n_records += s->batch.tally.n_read;
	for (unsigned i = 0; i < ED_DROP_N; i++)
		p->counts.n_damaged += ed_drop_is_damage(i) ? s->batch.tally.n_dropped[i] : 0;
	for (unsigned i = 0; i < ED_EVENT_N; i++)
		p->counts.n_events[i] += s->n_events[i];
	ed_told_merge(&p->counts.told, &s->told);
	p->counts.format_told[s->in.file->format_row] |= ed_told_all(&s->told);
	p->counts.groups |= s->groups;
	s->n_unread = p->conf.n_shards;
	p->resolving = false;
	p->turn++;
}

static void release(struct ed_pipeline *p, const struct task *t)
{
	struct shard *shard = &p->shards[t->shard];
	struct ed_slot *s = t->slot;

	shard->busy = false;
	shard->next++;
	if (--s->n_unread > 0)
		return;
	p->decoded[s->seq % p->n_slots] = NULL;
	p->free[p->n_free++] = s;
}

/* The run ends with @error instead of a result that misses a unit. */
static void fail(struct ed_pipeline *p, int error)
{
	p->counts.error = error;
	p->dry = true;
	atomic_store(p->conf.stop, true);
}

static void put_framed(struct ed_pipeline *p, const struct task *t)
{
	p->framing = false;
	if (t->n_units > 0) {
		t->slot->seq = p->n_framed++;
		p->framed[t->slot->seq % p->n_slots] = t->slot;
		return;
	}
	p->free[p->n_free++] = t->slot;
	p->dry = true;
	if (t->n_units < 0)
		fail(p, t->n_units);
}

static void end(struct ed_pipeline *p, const struct task *t)
{
	switch (t->work) {
	case WORK_FRAME:
		put_framed(p, t);
		break;
	case WORK_DECODE:
		p->n_decoding--;
		p->decoded[t->slot->seq % p->n_slots] = t->slot;
		break;
	case WORK_RESOLVE:
		if (t->slot->error < 0)
			fail(p, t->slot->error);
		publish(p, t->slot);
		break;
	case WORK_CARRY:
		release(p, t);
		break;
	case WORK_FINISH:
		p->shards[t->shard].finished = true;
		p->counts.finished = ++p->n_finished == p->conf.n_shards;
		if (p->counts.finished)
			pthread_cond_signal(&p->done);
		break;
	case WORK_WAIT:
	case WORK_END:
		break;
	}
}

/* Work that this thread leaves is for another one, which wakes the next. */
static void share(const struct worker *w)
{
	struct ed_pipeline *p = w->p;

	if (p->n_waiting > 0 && find_task(p, w).work != WORK_WAIT)
		pthread_cond_signal(&p->work);
}

/* Gives back what was done and takes what comes next. */
static void next_task(struct worker *w, struct task *t)
{
	struct ed_pipeline *p = w->p;

	pthread_mutex_lock(&p->lock);
	end(p, t);
	for (;;) {
		*t = find_task(p, w);
		if (t->work != WORK_WAIT)
			break;
		p->n_waiting++;
		pthread_cond_wait(&p->work, &p->lock);
		p->n_waiting--;
	}
	begin(p, t);
	share(w);
	pthread_mutex_unlock(&p->lock);
}

/* ------------------------------------------------------- a thread of the pool */

static void finish(struct ed_pipeline *p, unsigned shard)
{
	for (unsigned i = shard; i < ED_PARTITIONS; i += p->conf.n_shards)
		ed_partition_finish(&p->conf.partitions[i]);
}

static void *work(void *arg)
{
	struct worker *w = arg;
	struct task t = { .work = WORK_WAIT };

	for (next_task(w, &t); t.work != WORK_END; next_task(w, &t)) {
		switch (t.work) {
		case WORK_FRAME:
			t.n_units = ed_feed_next(w->p->conf.feed, &t.slot->in);
			break;
		case WORK_DECODE:
			ed_slot_decode(t.slot, &w->reader);
			break;
		case WORK_RESOLVE:
			ed_slot_resolve(t.slot, &w->reader, w->p->conf.feed);
			if (w->p->conf.n_observers > 0)
				ed_slot_observe(t.slot);
			break;
		case WORK_CARRY:
			w->shard = t.shard;
			ed_slot_carry(t.slot, t.shard);
			break;
		case WORK_FINISH:
			finish(w->p, t.shard);
			break;
		case WORK_WAIT:
		case WORK_END:
			break;
		}
	}
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
		int r = ed_slot_init(&p->slots[i], &p->slot_conf);

		if (r < 0)
			return r;
		p->free[p->n_free++] = &p->slots[i];
	}
	return 0;
}

static int workers_new(struct ed_pipeline *p)
{
	int r = 0;

	p->n_workers = workers_for(&p->conf);
	for (unsigned i = 0; i < p->n_workers && r == 0; i++) {
		struct worker *w = &p->workers[i];

		w->p = p;
		w->shard = i % p->conf.n_shards;
		r = ed_reader_init(&w->reader, p->conf.psl, p->conf.reputation, p->conf.hash_key,
				   caches_bytes(&p->conf) / p->n_workers);
		if (r == 0)
			ed_annotator_set_own_zones(w->reader.annotator, p->conf.own_zones);
		w->reader.inventory = p->conf.inventory;
		w->reader.groups = p->conf.groups;
		w->reader.vibs = p->conf.vibs;
	}
	return r;
}

static int threads_start(struct ed_pipeline *p)
{
	int r = 0;

	for (; r == 0 && p->n_started < p->n_workers; p->n_started += r == 0) {
		struct worker *w = &p->workers[p->n_started];

		r = pthread_create(&w->thread, NULL, work, w);
	}
	if (r > 0)
		ed_pipeline_stop(p);
	return -r;
}

int ed_pipeline_start(const struct ed_pipeline_conf *conf, struct ed_pipeline **ret)
{
	struct ed_pipeline *p = ed_mem_zalloc(1, sizeof(*p));
	int r;

	if (!p)
		return -ENOMEM;
	p->conf = *conf;
	p->slot_conf = (struct ed_slot_conf){ .partitions = conf->partitions,
					      .n_shards = conf->n_shards,
					      .from_ns = conf->from_ns,
					      .to_ns = conf->to_ns,
					      .observers = conf->observers,
					      .n_observers = conf->n_observers };
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->work, NULL);
	pthread_cond_init(&p->done, NULL);
	r = slots_new(p);
	if (r == 0)
		r = workers_new(p);
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
		r = pthread_cond_timedwait(&p->done, &p->lock, &until);
	*ret = p->counts;
	pthread_mutex_unlock(&p->lock);
}

void ed_pipeline_stop(struct ed_pipeline *p)
{
	atomic_store(p->conf.stop, true);
	pthread_mutex_lock(&p->lock);
	p->dry = true;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
}

void ed_pipeline_free(struct ed_pipeline *p)
{
	for (unsigned i = 0; i < p->n_started; i++)
		(void)pthread_join(p->workers[i].thread, NULL);
	for (unsigned i = 0; i < p->n_workers; i++)
		ed_reader_done(&p->workers[i].reader);
	for (unsigned i = 0; p->slots && i < p->n_slots; i++)
		ed_slot_done(&p->slots[i]);
	ed_mem_free(p->slots);
	pthread_cond_destroy(&p->done);
	pthread_cond_destroy(&p->work);
	pthread_mutex_destroy(&p->lock);
	ed_mem_free(p);
}
