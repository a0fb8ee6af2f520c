/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lists say about names: bad domains (ATT&CK's DomainReputationFeed) and popular ones. A set
 * is filled from files, built once and then only read, from any number of threads.
 *
 * The one idea: an entry is eight bytes, 48 bits of the keyed hash of its lower-case wire name and
 * 16 bits of what it covers and whose it is. The upper bits of the hash, which are not stored, say
 * where in the table it lies, so that nearly the whole hash is compared. A look-up takes the name's
 * suffixes down to the registrable domain, one probe a label, and most probes end at a Bloom
 * filter of blocks of one word (Putze, Sanders, Singler 2007, "Cache-, hash- and space-efficient
 * Bloom filters") that is an eighth of the table. An entry that is itself a public suffix or lies
 * above one lists nothing: look-ups begin below it.
 *
 * Syntaxes, told apart by content: plain lists, hosts files, adblock filters, response policy
 * zones, CSV (ThreatFox, URLhaus, MISP), JSON (ThreatFox, URLhaus, MISP attributes, STIX 2.1), and
 * lists of "rank,domain". What an entry covers depends on the syntax (docs/guide/feeds.md).
 */
#ifndef ED_ENRICH_REPUTATION_H
#define ED_ENRICH_REPUTATION_H

#include "record/event.h"

struct ed_reputation;

enum {
	ED_REPUTATION_FEEDS_MAX = 64,
	ED_REPUTATION_FILE_MAX_BYTES = 512 << 20,
	ED_REPUTATION_ENTRIES_MAX = 1 << 26, /* of all feeds */
	ED_REPUTATION_POPULAR_RANKS = 100000,
	ED_REPUTATION_NAME_MAX = 64, /* of a feed: its file's name, with NUL */
};

/* Why a file was refused; the set is then as it was before. */
enum {
	ED_REPUTATION_EMPTY = 1,      /* no domain name in it */
	ED_REPUTATION_UNREADABLE,     /* more of it breaks the syntax than not */
	ED_REPUTATION_PACKED,         /* compressed */
	ED_REPUTATION_CUT,            /* a JSON document that ends too early */
	ED_REPUTATION_TOO_MANY,       /* more than ED_REPUTATION_ENTRIES_MAX */
	ED_REPUTATION_TOO_MANY_FEEDS, /* more than ED_REPUTATION_FEEDS_MAX */
};

struct ed_reputation_fault {
	uint64_t line;    /* from 1: the first that is at fault; 0: the file as a whole */
	const char *text; /* static */
};

/* What one feed brought. */
struct ed_reputation_feed {
	char name[ED_REPUTATION_NAME_MAX]; /* of the file, printable ASCII without quotes */
	const char *syntax;                /* static: "hosts file" */
	uint64_t n_entries;                /* names that count, exceptions among them */
	uint64_t n_exceptions;
	uint64_t n_other; /* understood and of no use: addresses, paths, ranks too low */
	uint64_t n_bad;   /* not understood */
};

/* An empty set. 0 or -ENOMEM; freed with ed_reputation_free. */
int ed_reputation_new(uint64_t hash_key, struct ed_reputation **ret);
void ed_reputation_free(struct ed_reputation *r);

/* Adds a file. 0, -errno (-EFBIG over ED_REPUTATION_FILE_MAX_BYTES), or ED_REPUTATION_* with
 * *@ret_fault filled. */
int ed_reputation_add_file(struct ed_reputation *r, const char *path,
			   struct ed_reputation_fault *ret_fault);
/* The same from memory; nothing of @text is kept. @path is only for the feed's name. */
int ed_reputation_add(struct ed_reputation *r, const char *path, struct ed_span text,
		      struct ed_reputation_fault *ret_fault);

/* Makes the table out of all that was added. Nothing can be added afterwards. 0 or -ENOMEM. */
int ed_reputation_build(struct ed_reputation *r);

/*
 * What a built set says about a name: NONE, BAD or POPULAR (enum ed_reputation_class), and then
 * *@ret_feed is the index of the feed that says so. Bad goes before popular. @lower: a valid name
 * in lower case; @zone_off: where its registrable domain begins; the two hashes are ed_hash_bytes
 * of the name and of the zone under the set's key.
 */
enum ed_reputation_class ed_reputation_find(const struct ed_reputation *r, struct ed_span lower,
					    unsigned zone_off, const uint64_t hash[static 2],
					    uint8_t *ret_feed);

/* By index, below ed_reputation_n_feeds. */
unsigned ed_reputation_n_feeds(const struct ed_reputation *r);
const struct ed_reputation_feed *ed_reputation_feed(const struct ed_reputation *r, unsigned i);

uint64_t ed_reputation_n_entries(const struct ed_reputation *r);
uint64_t ed_reputation_bytes(const struct ed_reputation *r);

/*
 * For a reload: the first feed of @old, by name, of which less than half is left in @fresh (or
 * nothing); then the old set is to be kept. NULL when @fresh may take its place.
 */
const struct ed_reputation_feed *ed_reputation_shrunken(const struct ed_reputation *old,
							const struct ed_reputation *fresh);

#endif
