/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names as text in which bytes are escaped, by whichever program: \. and \\, three digits that are
 * octal (tshark before version 4) or decimal (master files), \x and two hexadecimal digits, \u07BF
 * and \U0003DFFF for what is UTF-8 (tshark from version 4 on), U+FFFD for a byte that is not shown.
 * What only looks like an escape stands for itself.
 */
#ifndef ED_FORMAT_TEXT_ESCAPED_NAME_H
#define ED_FORMAT_TEXT_ESCAPED_NAME_H

#include "record/event.h"

enum { ED_ESCAPED_NAME_MAX = 1000 }; /* bytes of text that are read, from the end */

/* What three digits behind a backslash are. */
enum ed_name_escapes {
	ED_NAME_ESCAPES_NOT_SEEN,
	ED_NAME_ESCAPES_OCTAL,
	ED_NAME_ESCAPES_DECIMAL,
};

/* What most of the escapes in @text can only be; where they can be both they are octal. */
enum ed_name_escapes ed_name_escapes_of(struct ed_span text);

/*
 * The name that @text is. There is always one: a label that is too long is split, of a name that is
 * too long the end is kept. Returns what was lost, ED_LOST_*.
 */
unsigned ed_escaped_name(struct ed_span text, enum ed_name_escapes escapes, struct ed_name *ret);

#endif
