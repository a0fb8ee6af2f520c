/* SPDX-License-Identifier: Apache-2.0 */
/* The hunt in files; see scan.h. */
#include "engine/scan.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "engine/alerts.h"
#include "engine/allow_file.h"
#include "engine/drill_files.h"
#include "engine/memory.h"
#include "engine/pipeline.h"
#include "shard/ceiling.h"
#include "shard/join.h"
#include "shard/sweep.h"
#include "engine/psl_file.h"
#include "engine/inventory_files.h"
#include "engine/reputation_files.h"
#include "engine/vib_file.h"

enum { TICK_MS = 100 };

/* Any constant will do: a replay must not depend on the run. The daemon draws its own. */

struct scan {
	const struct ed_scan_config *conf;
	const struct ed_scan_hooks *hooks;
	struct ed_feed feed;
	struct ed_psl *psl;
	struct ed_reputation *reputation; /* NULL: no feeds */
	struct ed_feed_names *feed_names;
	struct ed_inventory *inventory; /* NULL: none */
	struct ed_vibs *vibs;           /* NULL: no baseline */
	struct ed_drills drills;
	struct ed_memory memory;
	struct ed_partition_conf partition_conf;
	ed_analytic_confs *confs; /* by the groups of a client */
	struct ed_mem_pool pool;  /* of the partitions' tables */
	struct ed_partition partitions[ED_PARTITIONS];
	/* each written by the thread that owns the partition */
	struct ed_book books[ED_PARTITIONS];
	atomic_bool stop;
	bool interrupted;
};

static unsigned one_a_core(uint32_t asked, unsigned max)
{
	long n = asked ? asked : sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > max ? max : (unsigned)n;
}

static void note_finding(void *arg, unsigned partition, const struct ed_finding *f)
{
	struct scan *s = arg;

	ed_book_note(&s->books[partition], f);
}

static void withdraw(void *arg, unsigned partition, uint64_t key_hash)
{
	struct scan *s = arg;

	ed_book_withdraw(&s->books[partition], key_hash);
}

/* What the partitions ask of the inventory. */
static unsigned host_addrs(void *arg, struct ed_span host, int64_t time_ns, struct ed_addr *ret,
			   unsigned n_max)
{
	const struct scan *s = arg;
	const struct ed_asset *a = ed_inventory_by_name(s->inventory, host);

	return a ? (unsigned)ed_inventory_addresses(s->inventory, a->id, time_ns, n_max, ret) : 0;
}

/* ----------------------------------------------------------------- set-up */

/* Code, libraries, what formats and threads keep, and the ends of blocks of whole huge pages. */
enum { PROCESS_BYTES = 15 << 20 };

/* What the lists, and all that has one size, take of the memory before the tables. */
static uint64_t fixed_bytes(const struct scan *s)
{
	return (s->reputation ? ed_reputation_bytes(s->reputation) : 0) +
	       (s->inventory ? ed_inventory_bytes(s->inventory) : 0) + sizeof(s->partitions) +
	       PROCESS_BYTES;
}

static int make_tables(struct scan *s, char error[static 256])
{
	struct ed_partition_conf *c = &s->partition_conf;
	uint64_t fixed = fixed_bytes(s);
	uint64_t all = s->conf->memory_bytes;
	uint64_t least;
	int r;

	s->memory.partition = c;
	r = ed_memory_split(all > fixed ? all - fixed : 0, &s->memory, &least);
	if (r < 0) {
		(void)snprintf(error, 256, "--memory is too small: at least %llu MiB",
			       (unsigned long long)((least + fixed) >> 20) + 1);
		return r;
	}
	if (s->conf->sanctioned_resolvers.n > 0)
		c->egress.sanctioned = &s->conf->sanctioned_resolvers;
	c->sanctioned = s->conf->sanctioned_text;
	if (s->feed_names)
		c->feed_names = s->feed_names->name;
	c->hash_key = s->conf->seed;
	c->arg = s;
	c->finding = note_finding;
	c->withdraw = withdraw;
	if (s->inventory)
		c->host_addrs = host_addrs;
	s->confs = ed_mem_zalloc(ed_groups_masks(&s->conf->groups), sizeof(*s->confs));
	if (!s->confs)
		return -ENOMEM;
	ed_groups_work_out(&s->conf->groups, s->conf->analytic_conf, s->confs);
	c->analytic_confs = s->confs;
	ed_mem_pool_init(&s->pool, s->memory.tables_bytes);
	c->pool = &s->pool;
	for (unsigned i = 0; i < ED_PARTITIONS && r == 0; i++) {
		r = ed_partition_init(&s->partitions[i], i, c);
		if (r == 0)
			r = ed_book_init(&s->books[i], s->memory.n_book_alerts);
	}
	if (r < 0)
		(void)snprintf(error, 256, "tables: %s", strerror(-r));
	return r;
}

static void scan_free(struct scan *s)
{
	for (unsigned i = 0; i < ED_PARTITIONS; i++) {
		ed_partition_done(&s->partitions[i]);
		ed_book_done(&s->books[i]);
	}
	ed_mem_pool_done(&s->pool);
	ed_feed_done(&s->feed);
	ed_psl_free(s->psl);
	ed_reputation_free(s->reputation);
	ed_inventory_free(s->inventory);
	ed_vibs_free(s->vibs);
	ed_mem_free(s->feed_names);
	ed_mem_free(s->confs);
	ed_mem_free(s);
}

/* ---------------------------------------------------------------- running */

static void tell_troubles(struct scan *s)
{
	struct ed_scan_trouble t;

	while (ed_feed_tell(&s->feed, &t)) {
		if (s->hooks && s->hooks->trouble)
			s->hooks->trouble(s->hooks->arg, &t);
	}
}

static void watch(struct scan *s, struct ed_pipeline *p, struct ed_pipeline_status *ret)
{
	do {
		struct ed_scan_progress now = { 0 };

		ed_pipeline_wait(p, TICK_MS, ret);
		tell_troubles(s);
		if (ret->finished || s->interrupted || !s->hooks || !s->hooks->progress)
			continue;
		ed_feed_progress(&s->feed, &now);
		now.n_records = ret->n_records;
		now.n_dropped = ret->n_damaged;
		if (!s->hooks->progress(s->hooks->arg, &now)) {
			s->interrupted = true;
			ed_pipeline_stop(p);
		}
	} while (!ret->finished);
}

/* ----------------------------------------------------------------- result */

static void collect_tables(const struct scan *s, struct ed_scan_result *ret)
{
	struct ed_scan_table keys = { .name = "keys" }, sketches = { .name = "sketches" };
	struct ed_scan_table suspects = { .name = "suspects" }, pending = { .name = "pending" };
	struct ed_scan_table incidents = { .name = "incidents" };
	const struct ed_partition_conf *c = &s->partition_conf;
	struct ed_hll clients = { { 0 } }, zones = { { 0 } };
	double tau = (double)ED_KEY_FIRST_TAU;

	for (unsigned i = 0; i < ED_PARTITIONS; i++) {
		const struct ed_partition *p = &s->partitions[i];

		ed_hll_merge(&clients, &p->clients);
		ed_hll_merge(&zones, &p->zones);
		tau = fmin(tau, (double)p->keys.tau);
		keys.n_entries += p->keys.n_keys;
		keys.n_evicted += p->keys.n_evicted;
		keys.n_refused += p->keys.n_refused;
		sketches.n_entries += p->keys.n_sketches_used;
		sketches.n_evicted += p->keys.n_sketches_taken;
		suspects.n_entries += p->n_suspects_used;
		suspects.n_evicted += p->n_suspects_displaced;
		pending.n_evicted += p->pending.n_evicted;
		incidents.n_entries += s->books[i].n;
		incidents.n_evicted += s->books[i].n_displaced;
		incidents.n_refused += s->books[i].n_refused;
	}
	keys.capacity = (uint64_t)c->n_keys * ED_PARTITIONS;
	keys.bytes = keys.capacity * sizeof(struct ed_key);
	sketches.capacity = (uint64_t)c->n_sketches * ED_PARTITIONS;
	sketches.bytes = sketches.capacity * sizeof(struct ed_key_sketch);
	suspects.capacity = (uint64_t)c->n_suspects * ED_PARTITIONS;
	suspects.bytes = suspects.capacity * sizeof(struct ed_suspect);
	pending.capacity = ((uint64_t)s->partitions[0].pending.set_mask + 1) * 4 * ED_PARTITIONS;
	pending.bytes = pending.capacity * sizeof(struct ed_pending_entry);
	incidents.capacity = (uint64_t)s->memory.n_book_alerts * ED_PARTITIONS;
	incidents.bytes = incidents.capacity * sizeof(struct ed_alert);
	ret->tables[ret->n_tables++] = keys;
	ret->tables[ret->n_tables++] = sketches;
	ret->tables[ret->n_tables++] = suspects;
	ret->tables[ret->n_tables++] = pending;
	ret->tables[ret->n_tables++] = incidents;
	if (s->reputation) {
		uint64_t n = ed_reputation_n_entries(s->reputation);

		ret->tables[ret->n_tables++] = (struct ed_scan_table){ .name = "reputation",
								       .n_entries = n,
								       .capacity = n,
								       .bytes = ed_reputation_bytes(
									       s->reputation) };
	}
	if (s->inventory) {
		uint64_t n = ed_inventory_n_assets(s->inventory);

		ret->tables[ret->n_tables++] = (struct ed_scan_table){ .name = "inventory",
								       .n_entries = n,
								       .capacity = n,
								       .bytes = ed_inventory_bytes(
									       s->inventory) };
	}
	ret->ceiling_miss = exp(-tau * ED_CEILING_PAIR_BYTES);
	ret->n_clients = (uint64_t)(ed_hll_estimate(&clients) + 0.5);
	ret->n_domains = (uint64_t)(ed_hll_estimate(&zones) + 0.5);
}

static void collect_files(const struct scan *s, struct ed_scan_result *ret)
{
	ed_tally_init(&ret->records);
	for (size_t i = 0; i < s->feed.n_files; i++) {
		const struct ed_feed_file *f = &s->feed.files[i];

		ed_tally_add(&ret->records, &f->tally);
		ret->n_files += f->tally.n_read > 0;
		if (!f->format)
			continue;
		ret->format_records[f->format_row] += f->tally.n_read;
		for (unsigned drop = 0; drop < ED_DROP_N; drop++) {
			if (ed_drop_is_damage(drop))
				ret->format_damaged[f->format_row] += f->tally.n_dropped[drop];
		}
	}
	ret->bytes = s->feed.bytes_in;
	ret->damaged = s->feed.n_damaged_files > 0;
}

static double seconds_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* VmHWM, not ru_maxrss: the latter begins with what the parent had at the fork. 0: not known. */
static uint64_t peak_rss_bytes(void)
{
	unsigned long long kib = 0;
	char line[128];
	FILE *f = fopen("/proc/self/status", "re");

	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "VmHWM: %llu kB", &kib) == 1)
			break;
	}
	(void)fclose(f);
	return kib * 1024;
}

/* What the inventory says of whom an alert is about, when it was last seen. */
static void note_role(const struct scan *s, struct ed_alert *a)
{
	const struct ed_asset *asset = NULL;

	if (ed_addr_known(&a->client))
		asset = ed_inventory_find(s->inventory, &a->client, 0, a->end_ns);
	else if (a->actor.known)
		asset = ed_inventory_by_name(s->inventory, ed_actor_text(&a->actor, ED_TEXT_HOST));
	a->asset_role = asset ? asset->role : ED_ASSET_UNKNOWN;
}

static int collect(struct scan *s, const struct ed_pipeline_status *status,
		   struct ed_scan_result *ret)
{
	int r;

	memset(ret, 0, sizeof(*ret));
	memcpy(ret->n_events, status->n_events, sizeof(ret->n_events));
	memcpy(ret->format_told, status->format_told, sizeof(ret->format_told));
	ret->told = status->told;
	ret->groups = status->groups;
	collect_files(s, ret);
	collect_tables(s, ret);
	ret->interrupted = s->interrupted;
	r = ed_alerts_collect(s->books, ED_PARTITIONS, &ret->alerts, &ret->n_alerts);
	ret->count_drills = s->conf->count_drills;
	ed_drills_mark(&s->drills, ret->alerts, ret->n_alerts);
	for (size_t i = 0; i < ret->n_alerts; i++)
		ret->alerts[i].n_clients_all = (uint32_t)ret->n_clients;
	for (size_t i = 0; i < ret->n_alerts && s->inventory; i++)
		note_role(s, &ret->alerts[i]);
	ed_allow_apply(s->conf->allow, ret->alerts, ret->n_alerts);
	return r;
}

/* What is known beforehand: suffixes, feeds, machines, packages. */
static int load_lists(struct scan *s, const struct ed_scan_config *conf, char error[static 256])
{
	int r = ed_psl_file_load(conf->psl_path, conf->seed, &s->psl, error);

	if (r == 0)
		r = ed_reputation_files_load(conf, &s->reputation, &s->feed_names, error);
	if (r == 0)
		r = ed_inventory_files_load(conf, &s->inventory, error);
	if (r == 0)
		r = ed_vib_file_load(conf, &s->vibs, error);
	if (r == 0)
		r = ed_drill_files_read(conf->drills_path, conf->drills_store, &s->drills, error);
	return r;
}

int ed_scan_run(const struct ed_scan_config *conf, const struct ed_scan_hooks *hooks,
		struct ed_scan_result *ret, char error[static 256])
{
	unsigned n_readers = one_a_core(conf->n_readers, ED_SCAN_READERS_MAX);
	unsigned n_shards = one_a_core(conf->n_shards, ED_SCAN_SHARDS_MAX);
	double start_s = seconds_now();
	struct scan *s = ed_mem_zalloc(1, sizeof(*s));
	struct ed_pipeline_status status = { 0 };
	struct ed_pipeline *pipeline = NULL;
	int r;

	error[0] = '\0';
	if (!s)
		return -ENOMEM;
	s->conf = conf;
	s->hooks = hooks;
	r = load_lists(s, conf, error);
	if (r == 0)
		r = make_tables(s, error);
	if (r == 0)
		r = ed_feed_init(&s->feed, conf, &s->stop);
	if (r == 0)
		r = ed_pipeline_start(
			&(struct ed_pipeline_conf){
				.feed = &s->feed,
				.psl = s->psl,
				.reputation = s->reputation,
				.own_zones = conf->own_zones.n > 0 ? &conf->own_zones : NULL,
				.inventory = s->inventory,
				.vibs = s->vibs,
				.partitions = s->partitions,
				.groups = &conf->groups,
				.hash_key = conf->seed,
				.n_readers = n_readers,
				.n_shards = n_shards,
				.memory_bytes = s->memory.slots_bytes,
				.from_ns = conf->from_ns,
				.to_ns = conf->to_ns,
				.observers = conf->observers,
				.n_observers = conf->n_observers,
				.stop = &s->stop },
			&pipeline);
	if (r < 0)
		goto out;
	ed_inventory_files_tell(s->inventory, hooks);
	watch(s, pipeline, &status);
	ed_pipeline_free(pipeline);
	r = status.error < 0 ? status.error : ed_feed_abandon(&s->feed);
	tell_troubles(s);
	if (r == 0)
		r = ed_sweep_report(s->partitions, ED_PARTITIONS);
	if (r == 0)
		ed_join(s->partitions, ED_PARTITIONS);
	if (r == 0)
		r = collect(s, &status, ret);
	if (r == 0) {
		ret->feed_names = s->feed_names; /* the alerts point to them */
		s->feed_names = NULL;
		ret->wall_s = seconds_now() - start_s;
		ret->peak_rss_bytes = peak_rss_bytes();
	}
out:
	if (r < 0 && !error[0])
		(void)snprintf(error, 256, "%s", strerror(-r));
	scan_free(s);
	return r;
}

void ed_scan_done(struct ed_scan_result *r)
{
	ed_mem_free(r->alerts);
	ed_mem_free(r->feed_names);
	r->feed_names = NULL;
	r->alerts = NULL;
	r->n_alerts = 0;
}
