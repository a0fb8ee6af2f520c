/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An artefact: a file of a writer's consumer with our entries in it. The one idea: comments around
 * each entry say all that is known of it, so the file itself is the record of what was done. It is
 * read back into entries, entries are added and removed, and it is written again; what others wrote
 * into it stays byte for byte.
 *	# earthdog begin domain=evil.example client=any server=none alert=2fa80b97-...
 *	number=1482113
 *	# earthdog added=2026-11-21T22:40:00.000Z expires=2026-11-22T22:40:00.000Z
 *	# earthdog reason=180 distinct names in 29 s, each new, ...
 *	local=/evil.example/
 *	# earthdog end
 */
#ifndef ED_CONTAIN_ARTEFACT_H
#define ED_CONTAIN_ARTEFACT_H

#include "contain/contain.h"

enum {
	ED_ARTEFACT_MAX_BYTES = 16 << 20,
	ED_ARTEFACT_ENTRIES_MAX = 4096,
};

enum {
	ED_ARTEFACT_DAMAGED = 1, /* a marker that cannot be read: nothing may be changed by rule */
	ED_ARTEFACT_FOREIGN,     /* somebody's file, and the writer needs one of its own */
	ED_ARTEFACT_FULL,        /* more than ED_ARTEFACT_ENTRIES_MAX */
};

struct ed_artefact {
	const struct ed_contain_writer *writer;
	struct ed_contain_frame frame;
	struct ed_contain_entry *entries; /* owned */
	size_t n, cap;
	struct ed_buf before, after; /* what others wrote, around ours */
};

/* Reads @text, empty for a new file. 0, -ENOMEM or ED_ARTEFACT_*, and then *@ret_line is the line
 * from 1. @ret is given back with ed_artefact_done whatever came out. */
int ed_artefact_parse(const struct ed_contain_writer *w, struct ed_span text,
		      struct ed_artefact *ret, size_t *ret_line);
void ed_artefact_done(struct ed_artefact *a);

/*
 * Adds a copy of @e under a number of its own. What is there already keeps its place, its number
 * and when it was added; it takes the reason, the alert and the later expiry of @e, and *@ret_known
 * is true. 0, -ENOMEM or ED_ARTEFACT_FULL.
 */
int ed_artefact_add(struct ed_artefact *a, const struct ed_contain_entry *e, bool *ret_known);

/* Removes what @match takes; returns how many. */
size_t ed_artefact_remove(struct ed_artefact *a,
			  bool (*match)(const struct ed_contain_entry *e, const void *arg),
			  const void *arg);

/* Entries added after @since_ns. */
size_t ed_artefact_added_since(const struct ed_artefact *a, int64_t since_ns);

/* The whole file; out->full: no memory, or too large. Puts the entries into the order of the file.
 */
void ed_artefact_print(struct ed_artefact *a, struct ed_buf *out);

#endif
