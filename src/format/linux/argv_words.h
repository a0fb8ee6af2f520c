/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Command lines and small scripts, cut into words:
 *	dig +short "a b.example.com"; nslookup x      ->  dig, +short, a b.example.com | nslookup, x
 *
 * Not a shell: what a shell would only know when it runs (variables, patterns) stays as it is
 * written, and the caller must not take it for a text. A backslash is an escape before characters
 * that are special to a shell and a letter before all others, so that paths of Windows survive.
 */
#ifndef ED_FORMAT_LINUX_ARGV_WORDS_H
#define ED_FORMAT_LINUX_ARGV_WORDS_H

#include "base/span.h"

enum { ED_ARGV_ROOM_BYTES = 8192 };

/* Where words go that cannot be left in place: those with quotes or escapes in them. */
struct ed_argv_room {
	size_t used;
	uint8_t bytes[ED_ARGV_ROOM_BYTES];
};

struct ed_argv_text {
	struct ed_span rest;
	struct ed_argv_room *room;
	bool is_script; /* ; | & ( ) { } < > ` and line ends part commands */
	bool quoted;    /* a word of the last command had quotes or escapes */
	uint8_t open;   /* bit 0, 1: no ' or " is closed from here on */
};

/*
 * The words of the next command, at most @max; the others are stepped over. False: the text is
 * over. A command may be empty.
 */
bool ed_argv_words_next(struct ed_argv_text *t, struct ed_span *ret, unsigned max, unsigned *ret_n);

#endif
