/* SPDX-License-Identifier: Apache-2.0 */
/* What probes have in common; see probe.h. */
#include "format/probe.h"

#include "base/mem.h"
#include "format/format.h"

uint8_t *ed_probe_copy(struct ed_span *head)
{
	size_t n = head->n < ED_PROBE_BYTES ? head->n : ED_PROBE_BYTES;
	uint8_t *copy = ed_mem_zalloc(1, n + ED_UNIT_PADDING_BYTES);

	if (!copy)
		return NULL;
	if (n > 0)
		memcpy(copy, head->p, n);
	*head = ed_span_of(copy, n);
	return copy;
}
