/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What probes have in common. Most formats are recognised by reading the first records as they will be
 * read later, and those who read expect bytes behind the last one, which the head of a source does not
 * promise.
 */
#ifndef ED_FORMAT_PROBE_H
#define ED_FORMAT_PROBE_H

#include "base/span.h"

/*
 * A copy of the first ED_PROBE_BYTES of *@head with ED_UNIT_PADDING_BYTES zero bytes behind it; *@head
 * is then the copy. The caller frees it by ed_mem_free. NULL: no memory.
 */
uint8_t *ed_probe_copy(struct ed_span *head);

#endif
