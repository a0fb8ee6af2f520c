/* SPDX-License-Identifier: Apache-2.0 */
/* A set of reputation lists: files to entries, entries to the table, look-ups; see reputation.h. */
#include "enrich/reputation.h"

#include <errno.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "enrich/list.h"

enum {
	CHUNK_ENTRIES = 1 << 16,
	SLOTS_MIN = 4096,
	PREFETCH_AHEAD = 16,
	BLOOM_SLOTS = 8, /* for each word of the filter */
	FEED_SHIFT = 8,
	COVER_MASK = 0xff,
};

struct entry {
	uint64_t hash;
	uint32_t what; /* ed_list_cover, and above FEED_SHIFT the feed */
	uint32_t pad;
};

struct chunk {
	struct chunk *next;
	size_t n;
	struct entry entries[CHUNK_ENTRIES];
};

struct ed_reputation {
	uint64_t hash_key;
	uint64_t *slots; /* see slot_of(); 0: free */
	uint64_t n_slots;
	uint64_t *bloom;
	uint64_t n_bloom; /* words, below 2^32 */
	uint64_t n_entries;
	bool has_exceptions;
	unsigned labels_max; /* of all entries: a look-up goes no deeper */
	unsigned n_feeds;
	struct ed_reputation_feed feeds[ED_REPUTATION_FEEDS_MAX];
	struct chunk *chunks; /* until the table is built */
};

int ed_reputation_new(uint64_t hash_key, struct ed_reputation **ret)
{
	*ret = ed_mem_zalloc(1, sizeof(**ret));
	if (!*ret)
		return -ENOMEM;
	(*ret)->hash_key = hash_key;
	return 0;
}

static void chunks_free(struct chunk *c)
{
	while (c) {
		struct chunk *next = c->next;

		free(c);
		c = next;
	}
}

void ed_reputation_free(struct ed_reputation *r)
{
	if (!r)
		return;
	chunks_free(r->chunks);
	ed_mem_free(r->slots);
	ed_mem_free(r->bloom);
	ed_mem_free(r);
}

/* ------------------------------------------------------------------ reading */

/* One file's entries, on top of those that the set holds already. */
struct load {
	struct ed_reputation *r;
	struct chunk *chunks; /* the newest first */
	uint64_t n;
	unsigned labels_max;
	int error;
};

static void take_entry(void *arg, struct ed_span lower, unsigned cover)
{
	struct load *load = arg;
	struct chunk *c = load->chunks;
	unsigned n_labels = ed_name_labels(lower);

	if (load->error != 0)
		return;
	if (load->r->n_entries + load->n >= ED_REPUTATION_ENTRIES_MAX) {
		load->error = ED_REPUTATION_TOO_MANY;
		return;
	}
	if (!c || c->n == CHUNK_ENTRIES) {
		c = malloc(sizeof(*c));
		if (!c) {
			load->error = -ENOMEM;
			return;
		}
		c->next = load->chunks;
		c->n = 0;
		load->chunks = c;
	}
	if (n_labels > load->labels_max)
		load->labels_max = n_labels;
	c->entries[c->n++] = (struct entry){
		.hash = ed_hash_bytes(lower.p, lower.n, load->r->hash_key),
		.what = cover | load->r->n_feeds << FEED_SHIFT,
	};
	load->n++;
}

/* The file's name without its folder; what a person or a syntax could trip over becomes '_'. */
static void name_feed(struct ed_reputation_feed *feed, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	size_t n = 0;

	for (; name[n] && n < sizeof(feed->name) - 1; n++) {
		char c = name[n];

		feed->name[n] = c <= ' ' || c >= 0x7f || strchr("\"'\\<>&,", c) ? '_' : c;
	}
	feed->name[n] = '\0';
}

static int fail(struct ed_reputation_fault *ret, uint64_t line, int why)
{
	static const char *const text[] = {
		[ED_REPUTATION_EMPTY] = "no domain name in it",
		[ED_REPUTATION_UNREADABLE] = "most of it is no list that is known; first here",
		[ED_REPUTATION_PACKED] = "compressed; unpack it first",
		[ED_REPUTATION_CUT] = "the JSON is broken or ends too early",
		[ED_REPUTATION_TOO_MANY] = "too many entries",
		[ED_REPUTATION_TOO_MANY_FEEDS] = "too many feeds",
	};

	if (ret)
		*ret = (struct ed_reputation_fault){ .line = line, .text = text[why] };
	return why;
}

/* 0, or why the list that was read is refused. */
static int judge(const struct ed_list *l, struct ed_reputation_fault *ret_fault)
{
	if (l->cut)
		return fail(ret_fault, 0, ED_REPUTATION_CUT);
	if (l->n_bad > l->n_entries + l->n_other)
		return fail(ret_fault, ed_list_line_number(l, l->first_bad),
			    ED_REPUTATION_UNREADABLE);
	if (l->n_entries == l->n_exceptions)
		return fail(ret_fault, 0, ED_REPUTATION_EMPTY);
	return 0;
}

static void keep(struct ed_reputation *r, struct load *load)
{
	struct chunk *last = load->chunks;

	while (last->next)
		last = last->next;
	last->next = r->chunks;
	r->chunks = load->chunks;
	r->n_entries += load->n;
	r->n_feeds++;
	if (load->labels_max > r->labels_max)
		r->labels_max = load->labels_max;
}

int ed_reputation_add(struct ed_reputation *r, const char *path, struct ed_span text,
		      struct ed_reputation_fault *ret_fault)
{
	struct load load = { .r = r };
	struct ed_list list = { .entry = take_entry, .arg = &load };
	struct ed_reputation_feed *feed;
	enum ed_list_syntax syntax;
	int why;

	if (r->n_feeds == ED_REPUTATION_FEEDS_MAX)
		return fail(ret_fault, 0, ED_REPUTATION_TOO_MANY_FEEDS);
	if (ed_span_starts(text, "\xef\xbb\xbf"))
		text = ed_span_from(text, 3);
	syntax = ed_list_sniff(text);
	if (syntax == ED_LIST_PACKED)
		return fail(ret_fault, 0, ED_REPUTATION_PACKED);
	list.text = text;
	ed_list_read(&list, syntax);
	why = load.error > 0 ? fail(ret_fault, 0, load.error) : load.error;
	if (why == 0)
		why = judge(&list, ret_fault);
	if (why != 0) {
		chunks_free(load.chunks);
		return why;
	}
	feed = &r->feeds[r->n_feeds];
	*feed = (struct ed_reputation_feed){ .syntax = ed_list_syntax_name(syntax),
					     .n_entries = list.n_entries,
					     .n_exceptions = list.n_exceptions,
					     .n_other = list.n_other,
					     .n_bad = list.n_bad };
	name_feed(feed, path);
	r->has_exceptions |= list.n_exceptions > 0;
	keep(r, &load);
	return 0;
}

int ed_reputation_add_file(struct ed_reputation *r, const char *path,
			   struct ed_reputation_fault *ret_fault)
{
	uint8_t *text;
	size_t n;
	int why = ed_file_read(path, ED_REPUTATION_FILE_MAX_BYTES, &text, &n);

	if (why < 0)
		return why;
	why = ed_reputation_add(r, path, ed_span_of(text, n), ret_fault);
	free(text);
	return why;
}

/* ------------------------------------------------------------------ table */

/* The lower 48 bits of the hash, then what the entry covers and whose it is: never 0. */
static uint64_t slot_of(uint64_t hash, uint32_t what)
{
	return hash << 16 | (uint16_t)what;
}

static uint64_t home_of(const struct ed_reputation *r, uint64_t hash)
{
	return (uint64_t)((unsigned __int128)hash * r->n_slots >> 64);
}

static uint64_t behind(const struct ed_reputation *r, uint64_t slot)
{
	return slot + 1 < r->n_slots ? slot + 1 : 0;
}

/* By the lower half of the hash. */
static uint64_t *bloom_word(const struct ed_reputation *r, uint64_t hash)
{
	return &r->bloom[(uint64_t)(uint32_t)hash * r->n_bloom >> 32];
}

/* Four bits of the word that the hash chooses. */
static uint64_t bloom_bits(uint64_t hash)
{
	uint64_t h = hash * 0x9e3779b97f4a7c15U;

	return UINT64_C(1) << (h >> 58) | UINT64_C(1) << (h >> 52 & 63) |
	       UINT64_C(1) << (h >> 46 & 63) | UINT64_C(1) << (h >> 40 & 63);
}

/* An exception is kept under a hash of its own, so that only who has a hit looks for one. */
static uint64_t exception_hash(uint64_t hash, unsigned feed)
{
	return ed_hash_pair(hash, feed + 1U);
}

/* A name of a feed has one slot; one of several feeds has one a feed. */
static void insert(struct ed_reputation *r, const struct entry *e)
{
	uint64_t slot = slot_of(e->hash, e->what);
	uint64_t i = home_of(r, e->hash);

	for (; r->slots[i]; i = behind(r, i)) {
		if ((r->slots[i] ^ slot) <= COVER_MASK) { /* the same name of the same feed */
			r->slots[i] |= slot;
			return;
		}
	}
	r->slots[i] = slot;
	*bloom_word(r, e->hash) |= bloom_bits(e->hash);
}

static void insert_chunk(struct ed_reputation *r, struct chunk *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct entry *e = &c->entries[i];

		if (e->what & ED_LIST_EXCEPT)
			e->hash = exception_hash(e->hash, e->what >> FEED_SHIFT);
	}
	for (size_t i = 0; i < c->n; i++) {
		if (i + PREFETCH_AHEAD < c->n) {
			uint64_t ahead = c->entries[i + PREFETCH_AHEAD].hash;

			__builtin_prefetch(&r->slots[home_of(r, ahead)], 1);
			__builtin_prefetch(bloom_word(r, ahead), 1);
		}
		insert(r, &c->entries[i]);
	}
}

int ed_reputation_build(struct ed_reputation *r)
{
	r->n_slots = r->n_entries + r->n_entries / 3;
	if (r->n_slots < SLOTS_MIN)
		r->n_slots = SLOTS_MIN;
	r->n_bloom = r->n_slots / BLOOM_SLOTS;
	r->slots = ed_mem_zalloc(r->n_slots, sizeof(*r->slots));
	r->bloom = ed_mem_zalloc(r->n_bloom, sizeof(*r->bloom));
	if (!r->slots || !r->bloom)
		return -ENOMEM;
	while (r->chunks) {
		struct chunk *c = r->chunks;

		insert_chunk(r, c);
		r->chunks = c->next;
		free(c);
	}
	return 0;
}

/* ---------------------------------------------------------------- look-up */

/* The next slot of @hash from *@at on, and *@at moved past it; 0: no more. */
static uint64_t next_slot(const struct ed_reputation *r, uint64_t hash, uint64_t *at)
{
	uint64_t slot;

	while ((slot = r->slots[*at]) != 0) {
		*at = behind(r, *at);
		if ((slot ^ hash << 16) >> 16 == 0)
			return slot;
	}
	return 0;
}

static bool may_hold(const struct ed_reputation *r, uint64_t hash)
{
	uint64_t bits = bloom_bits(hash);

	return (*bloom_word(r, hash) & bits) == bits;
}

/* What a suffix covers: itself when it is the whole name, else what is below it. */
static unsigned cover_at(unsigned off)
{
	return off == 0 ? ED_LIST_SELF : ED_LIST_BELOW;
}

/* Whether the feed itself takes back that it lists the name, at any length of it. */
static bool is_excepted(const struct ed_reputation *r, struct ed_span lower, unsigned zone_off,
			unsigned feed)
{
	if (r->feeds[feed].n_exceptions == 0)
		return false;
	for (unsigned off = 0; off <= zone_off; off += 1U + lower.p[off]) {
		uint64_t hash = exception_hash(
			ed_hash_bytes(lower.p + off, lower.n - off, r->hash_key), feed);
		uint64_t at = home_of(r, hash), slot;

		while ((slot = next_slot(r, hash, &at)) != 0) {
			if ((slot & ED_LIST_EXCEPT) && (slot & cover_at(off)) &&
			    (slot >> FEED_SHIFT & 0xff) == feed)
				return true;
		}
		if (lower.p[off] == 0)
			break;
	}
	return false;
}

/* One name that is looked up. */
struct look {
	const struct ed_reputation *r;
	struct ed_span lower;
	unsigned zone_off;
};

/* The feed that lists the name by the suffix at @off, -1 when there is none; *@popular is set to
 * the feed that calls it popular. */
static int listed_by(const struct look *k, unsigned off, uint64_t hash, int *popular)
{
	uint64_t at = home_of(k->r, hash), slot;

	while ((slot = next_slot(k->r, hash, &at)) != 0) {
		unsigned feed = slot >> FEED_SHIFT & 0xff;

		if (slot & ED_LIST_EXCEPT)
			continue;
		if ((slot & ED_LIST_POPULAR) && off == k->zone_off)
			*popular = (int)feed;
		if ((slot & cover_at(off)) && !is_excepted(k->r, k->lower, k->zone_off, feed))
			return (int)feed;
	}
	return -1;
}

/* Labels on the left that no entry is long enough to reach. */
static unsigned labels_beyond(const struct ed_reputation *r, struct ed_span lower,
			      unsigned zone_off)
{
	unsigned n = 1;

	if (zone_off <= 2 * r->labels_max) /* a label takes two bytes at least */
		return 0;
	for (unsigned off = 0; off < zone_off; off += 1U + lower.p[off])
		n++;
	return n > r->labels_max ? n - r->labels_max : 0;
}

enum ed_reputation_class ed_reputation_find(const struct ed_reputation *r, struct ed_span lower,
					    unsigned zone_off, const uint64_t hash[static 2],
					    uint8_t *ret_feed)
{
	const struct look look = { .r = r, .lower = lower, .zone_off = zone_off };
	unsigned beyond = labels_beyond(r, lower, zone_off);
	int popular = -1;

	*ret_feed = 0;
	for (unsigned off = 0; off <= zone_off; off += 1U + lower.p[off]) {
		uint64_t h;
		int feed;

		if (beyond > 0 && off < zone_off) {
			beyond--;
			continue;
		}
		if (off == zone_off)
			h = hash[1];
		else if (off == 0)
			h = hash[0];
		else
			h = ed_hash_bytes(lower.p + off, lower.n - off, r->hash_key);
		feed = may_hold(r, h) ? listed_by(&look, off, h, &popular) : -1;
		if (feed >= 0) {
			*ret_feed = (uint8_t)feed;
			return ED_REPUTATION_BAD;
		}
		if (lower.p[off] == 0)
			break;
	}
	if (popular < 0)
		return ED_REPUTATION_NONE;
	*ret_feed = (uint8_t)popular;
	return ED_REPUTATION_POPULAR;
}

/* ------------------------------------------------------------------ account */

unsigned ed_reputation_n_feeds(const struct ed_reputation *r)
{
	return r->n_feeds;
}

const struct ed_reputation_feed *ed_reputation_feed(const struct ed_reputation *r, unsigned i)
{
	return &r->feeds[i];
}

uint64_t ed_reputation_n_entries(const struct ed_reputation *r)
{
	return r->n_entries;
}

uint64_t ed_reputation_bytes(const struct ed_reputation *r)
{
	return r->n_slots * sizeof(*r->slots) + r->n_bloom * sizeof(*r->bloom);
}

static uint64_t entries_of(const struct ed_reputation *r, const char *name)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < r->n_feeds; i++) {
		if (strcmp(r->feeds[i].name, name) == 0)
			n += r->feeds[i].n_entries;
	}
	return n;
}

const struct ed_reputation_feed *ed_reputation_shrunken(const struct ed_reputation *old,
							const struct ed_reputation *fresh)
{
	for (unsigned i = 0; i < old->n_feeds; i++) {
		const struct ed_reputation_feed *f = &old->feeds[i];

		if (entries_of(fresh, f->name) < (entries_of(old, f->name) + 1) / 2)
			return f;
	}
	return NULL;
}
