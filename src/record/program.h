/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a program is for, by its name: whether it looks names up as its trade, at a person's wish,
 * or has no reason to. A name is the attacker's to choose, so a class never clears a program of
 * anything; it can only add to what its lookups say. The table is program.def.
 */
#ifndef ED_RECORD_PROGRAM_H
#define ED_RECORD_PROGRAM_H

#include "base/span.h"

#include <stdbool.h>

enum ed_program_class {
	ED_PROGRAM_UNKNOWN, /* no path is known */
	ED_PROGRAM_OTHER,   /* in no class */
	ED_PROGRAM_BROWSER,
	ED_PROGRAM_RESOLVER, /* asks in the name of others */
	ED_PROGRAM_SYSTEM,
	ED_PROGRAM_UPDATER,
	ED_PROGRAM_MAIL,
	ED_PROGRAM_INTERPRETER, /* does what a script says */
	ED_PROGRAM_PROXY,       /* does what a library, a file or another's code says */
	ED_PROGRAM_LOOKUP,      /* asks one name and ends */
	ED_PROGRAM_TRANSFER,
	ED_PROGRAM_TUNNEL, /* a known tunnel */
	ED_PROGRAM_CLASSES
};

/* "a script interpreter", ...; static. */
const char *ed_program_class_text(unsigned program_class);

enum ed_program_class ed_program_class(struct ed_span image);

/* True when the program lies where any user can write: temporary folders, downloads, shared
 * memory. */
bool ed_program_is_misplaced(struct ed_span image);

/* What it tells of a program that @parent started it or one of its ancestors: ED_LAUNCH_* bits. */
unsigned ed_program_launch(struct ed_span parent);

/*
 * True when @image is on the comma-separated @list: a path or the last component of one, without
 * case, a leading or trailing * standing for any rest. NULL or empty: false.
 */
bool ed_program_is_listed(const char *list, struct ed_span image);

#endif
