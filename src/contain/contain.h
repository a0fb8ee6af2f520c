/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A containment writer: what is to be blocked, as text that a resolver, a filter or a sensor loads.
 * It only formats; the markers around each entry, and so what can be taken back, are artefact.h's.
 * Each writes names in the one way in which its consumer cannot read them differently, and refuses
 * those that the consumer has no way to write. One file and one row in contain.def make a writer.
 */
#ifndef ED_CONTAIN_CONTAIN_H
#define ED_CONTAIN_CONTAIN_H

#include "base/addr.h"
#include "base/buf.h"
#include "base/name.h"
#include "record/alert.h"

enum {
	ED_CONTAIN_REASON_MAX = 201, /* with NUL */
	ED_CONTAIN_RESOLVERS_MAX = 32,
	ED_CONTAIN_NUMBER_MIN = 1000000, /* the range of rule numbers left to local use */
	ED_CONTAIN_NUMBERS = 1000000,
};

/* What a writer can make use of. */
enum {
	ED_CONTAIN_NAME = 1,
	ED_CONTAIN_CLIENT = 2, /* one client alone, with or without a name */
	ED_CONTAIN_SERVER = 4,
};

/* Why an entry cannot be written. */
enum {
	ED_CONTAIN_NEEDS_NAME = 1,
	ED_CONTAIN_NEEDS_ADDRESS,
	ED_CONTAIN_FOR_ALL_ONLY,
	ED_CONTAIN_BAD_NAME,
	ED_CONTAIN_TOO_LONG,
	ED_CONTAIN_NEEDS_RESOLVER,
	ED_CONTAIN_FAULTS
};

/* One thing to block. What it names is one of: a domain, a domain for one client, a client past
 * the resolvers, a server. */
struct ed_contain_entry {
	struct ed_name domain; /* lower case; n == 0: none. All below it is blocked too */
	struct ed_addr client; /* unknown: all clients */
	struct ed_addr server;
	char alert[ED_ALERT_ID_TEXT];       /* hexadecimal digits and dashes; "": no alert */
	char reason[ED_CONTAIN_REASON_MAX]; /* printable ASCII */
	int64_t added_ns;                   /* whole seconds */
	int64_t expires_ns;
	uint32_t number; /* of its own in the artefact */
};

/* What a file says once. */
struct ed_contain_frame {
	uint32_t serial; /* rises with each writing */
	size_t n_resolvers;
	struct ed_addr resolvers[ED_CONTAIN_RESOLVERS_MAX]; /* that stay reachable for everybody */
};

struct ed_contain_writer {
	const char *name; /* as for --format */
	const char *help;
	const char *file;    /* its name in a directory */
	const char *comment; /* what begins a comment line: "#" */
	const char *check;   /* how its consumer checks the file, one line */
	unsigned takes;      /* ED_CONTAIN_NAME ... */
	/* 0 or ED_CONTAIN_*. Called only with what it takes. */
	int (*fault)(const struct ed_contain_entry *e, const struct ed_contain_frame *frame);
	/* Appends the lines above all entries; NULL: it has none, and the file may hold others'. */
	void (*frame)(const struct ed_contain_frame *frame, struct ed_buf *out);
	/* Appends whole lines. @before: the entry above, NULL when it is the first; entries of one
	 * client stand together, those for all clients first. */
	void (*entry)(const struct ed_contain_entry *e, const struct ed_contain_entry *before,
		      struct ed_buf *out);
};

#define CONTAIN(id) extern const struct ed_contain_writer ed_contain_##id;
#include "contain/contain.def"
#undef CONTAIN

/* The registry, in the order of contain.def; NULL-terminated. */
extern const struct ed_contain_writer *const ed_contain_writers[];

/* By name; NULL when there is none. */
const struct ed_contain_writer *ed_contain_find(const char *name);

/* Why @w cannot write @e: 0 or ED_CONTAIN_*. */
int ed_contain_check(const struct ed_contain_writer *w, const struct ed_contain_entry *e,
		     const struct ed_contain_frame *frame);

/* "it blocks names, and there is none"; static. */
const char *ed_contain_fault_text(int fault);

/* Both name the same thing to block. */
bool ed_contain_same(const struct ed_contain_entry *a, const struct ed_contain_entry *b);

/* @text as a reason: printable ASCII in one line, other bytes as \xNN, cut with "..." */
void ed_contain_reason(const char *text, char ret[static ED_CONTAIN_REASON_MAX]);

#endif
