/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of named, which BIND and the appliances built on it write in the same way; bind.c and
 * infoblox.c are the formats.
 */
#ifndef ED_FORMAT_RESOLVER_BIND_LINE_H
#define ED_FORMAT_RESOLVER_BIND_LINE_H

#include "format/text/logline.h"

enum {
	ED_BIND_FIELDS = ED_LOGLINE_FIELDS | ED_FIELD_CLIENT_PORT | ED_FIELD_RESOLVER |
			 ED_FIELD_TRANSPORT | ED_FIELD_QNAME_CASE | ED_FIELD_QNAME_BYTES |
			 ED_FIELD_FLAGS | ED_FIELD_RCODE | ED_FIELD_ANSWERS,
};

/* The scratch of these formats: what is remembered from line to line. */
int ed_bind_scratch_new(void **ret);
void ed_bind_scratch_free(void *scratch);

/* An ed_logline_quick_fn, for which these lines are usual: queries and responses by IPv4. */
size_t ed_bind_quick(struct ed_logline_reader *r, struct ed_span text, struct ed_event *ev);

/* An ed_logline_fn. */
unsigned ed_bind_line(struct ed_logline_reader *r, struct ed_span line, struct ed_event *ev);

/* The same for the lines of which Infoblox has more than BIND, and for no others. */
unsigned ed_bind_line_infoblox(struct ed_logline_reader *r, struct ed_span line,
			       struct ed_event *ev);

#endif
