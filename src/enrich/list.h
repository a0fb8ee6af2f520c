/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reputation list on its way from text to names; private to enrich/reputation.c and the readers
 * list_*.c. A reader takes the whole text, hands every name on and counts what it cannot use; it
 * never stops at a bad line, reputation.c judges the counts.
 */
#ifndef ED_ENRICH_LIST_H
#define ED_ENRICH_LIST_H

#include "base/name.h"

enum {
	ED_LIST_LINE_MAX_BYTES = 8192,
	ED_LIST_ITEM_MAX_BYTES = 4096, /* a name or URL as written */
};

/* What an entry covers. */
enum ed_list_cover {
	ED_LIST_SELF = 1,  /* the name */
	ED_LIST_BELOW = 2, /* every name below it */
	ED_LIST_TREE = ED_LIST_SELF | ED_LIST_BELOW,
	ED_LIST_POPULAR = 4, /* nothing bad: the registrable domain is well known */
	ED_LIST_EXCEPT = 8,  /* not listed after all, with SELF and BELOW */
};

enum ed_list_syntax {
	ED_LIST_PLAIN,
	ED_LIST_HOSTS,
	ED_LIST_ADBLOCK,
	ED_LIST_RANKED,
	ED_LIST_ZONE,
	ED_LIST_CSV,
	ED_LIST_JSON,
	ED_LIST_PACKED, /* compressed: nothing reads it */
	ED_LIST_SYNTAXES
};

struct ed_list {
	struct ed_span text; /* all of it */
	/* Takes a name in lower case wire form. */
	void (*entry)(void *arg, struct ed_span lower, unsigned cover);
	void *arg;
	uint64_t n_entries, n_exceptions, n_other, n_bad;
	const uint8_t *first_bad; /* in text */
	bool cut;                 /* the text ends inside a document */
};

enum ed_list_syntax ed_list_sniff(struct ed_span text);
/* Static text: "hosts file" */
const char *ed_list_syntax_name(enum ed_list_syntax syntax);
/* From 1. */
uint64_t ed_list_line_number(const struct ed_list *l, const uint8_t *at);

void ed_list_read(struct ed_list *l, enum ed_list_syntax syntax);

/* Takes the next line off @text, without its line feed and blanks around it. False at the end. */
bool ed_list_line(struct ed_span *text, struct ed_span *ret);
struct ed_span ed_list_trim(struct ed_span s);
/* Takes the next word, up to a blank, off @s; empty at the end. */
struct ed_span ed_list_word(struct ed_span *s);

/* How a text reads as the name of a host. */
enum ed_list_host {
	ED_HOST_NAME,
	ED_HOST_ADDRESS,
	ED_HOST_SINGLE, /* one label: it would list a top-level domain */
	ED_HOST_BAD,
};

/* A host name as people write it, with a trailing dot, in capitals or in another script, to the
 * wire form in lower case. */
enum ed_list_host ed_list_to_wire(struct ed_span text, struct ed_name *ret);

/* Hands the name on, or counts why not. @at: where it lies in the text. */
void ed_list_name(struct ed_list *l, struct ed_span name, unsigned cover, const uint8_t *at);
/* The same for the host of a URL, of "host:port", or of either made harmless (hxxp, "[.]"); a URL
 * covers its host alone. */
void ed_list_url(struct ed_list *l, struct ed_span url, unsigned cover, const uint8_t *at);
/* An indicator with its type as threat exchanges call it: domain, hostname, url, "domain|ip". */
void ed_list_indicator(struct ed_list *l, struct ed_span type, struct ed_span value,
		       const uint8_t *at);
void ed_list_bad(struct ed_list *l, const uint8_t *at);

/* The readers, one a syntax. */
void ed_list_read_plain(struct ed_list *l);
void ed_list_read_hosts(struct ed_list *l);
void ed_list_read_adblock(struct ed_list *l);
void ed_list_read_ranked(struct ed_list *l);
void ed_list_read_zone(struct ed_list *l);
void ed_list_read_csv(struct ed_list *l);
void ed_list_read_json(struct ed_list *l);

/* The names of a STIX pattern; true when there was one. */
bool ed_list_stix_pattern(struct ed_list *l, struct ed_span pattern, const uint8_t *at);

#endif
