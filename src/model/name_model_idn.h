/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Internationalised labels. Punycode of a non-Latin word looks as random as encoded data do, so the
 * name model must not hold it against a label; random digits behind "xn--" decode to code points
 * all over Unicode, a word stays in one script.
 */
#ifndef ED_MODEL_NAME_MODEL_IDN_H
#define ED_MODEL_NAME_MODEL_IDN_H

#include "base/span.h"

/*
 * True when @label (up to 63 bytes) is "xn--" and punycode (RFC 3492) with at least one code point
 * outside ASCII, all of which belong to one script. Random base36 passes in 40 % of the cases at 6
 * characters and 12 % at 40, so this silences a likelihood, it does not clear a label.
 */
bool ed_name_model_is_idn(struct ed_span label);

#endif
