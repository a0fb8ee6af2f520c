/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages in which routers and probes export flows: NetFlow version 5 and 9 (RFC 3954) and IPFIX
 * (RFC 7011). One message gives one event a flow.
 *
 * Versions 9 and IPFIX describe their records by templates that are sent now and then. They are
 * kept by exporter, domain and number, in a table of fixed size of which a full set gives up the
 * one that was used least lately; data without its template is counted and lost. Messages must
 * therefore be read in order. Of options, sampling is read: where a flow does not say by itself how
 * many packets it stands for, its sampler's announcement does, else that of its domain.
 */
#ifndef ED_FORMAT_FLOW_EXPORT_H
#define ED_FORMAT_FLOW_EXPORT_H

#include "format/flow/sampler.h"
#include "record/batch.h"

enum {
	ED_EXPORT_TEMPLATES = 256,
	ED_EXPORT_FIELDS_MAX = 64, /* of a template; exporters send up to 40 */
};

struct ed_export_field {
	uint16_t n_bytes; /* UINT16_MAX: it says its own */
	uint8_t role;     /* what it means here */
};

struct ed_export_template {
	uint64_t hash; /* of exporter, domain, number; 0: free */
	uint64_t used; /* when it was used last */
	uint16_t n_fields;
	bool is_options;
	uint32_t min_bytes; /* of a record; above 0 */
	struct ed_export_field fields[ED_EXPORT_FIELDS_MAX];
};

struct ed_export_templates {
	uint64_t clock; /* of `used` */
	struct ed_export_template at[ED_EXPORT_TEMPLATES];
	struct ed_flow_samplers samplers;
};

struct ed_export_message {
	struct ed_span data;
	struct ed_addr exporter; /* all zero: not known */
	uint64_t offset;
	uint32_t source;
	uint32_t net_tag;
};

/* True when @data begins like a message of one of the versions. */
bool ed_export_looks(struct ed_span data);

/* How long the message at the front of @data is, where messages lie one behind the other; it may
 * be more than there is. 0: none begins here. */
size_t ed_export_bytes(struct ed_span data);

/*
 * Reads a message. ED_DROP_N: it gave events; ORPHAN: only data without templates; OTHER_LOG: only
 * templates and options; NOT_DNS: only flows without ports; BAD_LENGTH: it is broken;
 * BATCH_FULL: no room, and none of its events was kept.
 */
enum ed_drop ed_export_read(struct ed_export_templates *t, const struct ed_export_message *m,
			    struct ed_batch *out);

#endif
