/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What sample names say: the labels before the domain are joined and read in the usual encodings.
 * An encoding is named only when there is a reason to: known bytes or a run of text come out, or
 * all samples keep to its alphabet where another would not. No text is claimed where none is.
 *
 * Encodings: RFC 4648 (base16, base32, base32hex, base64, base64url), base32 with the digits 0 to 5
 * as iodine has it, base58 as Bitcoin has it, base36. Pure functions on hostile bytes; linear, but
 * for base36 and base58, which are numbers and are read only up to one label's length.
 */
#ifndef ED_ALERT_DECODE_H
#define ED_ALERT_DECODE_H

#include "record/alert.h"

/*
 * Decodes @samples, @n of at most ED_ALERT_SAMPLES_MAX, names in wire form with their case kept,
 * into @ret[0..n). @domain is the common parent; unknown (n == 0): the last label of each name that
 * has several stands for it. A sample that cannot be read has no encoding; the entropy is always
 * there.
 */
void ed_decode_names(const struct ed_name *samples, uint32_t n, const struct ed_name *domain,
		     struct ed_decoded *ret);

#endif
