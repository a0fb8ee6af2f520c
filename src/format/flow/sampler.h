/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What exporters announce of their sampling, apart from their flows: one packet in so many, by
 * exporter, domain and the number of the sampler. Fixed memory; a full set gives up the one that
 * was used least lately.
 */
#ifndef ED_FORMAT_FLOW_SAMPLER_H
#define ED_FORMAT_FLOW_SAMPLER_H

#include <stdint.h>

enum { ED_FLOW_SAMPLERS = 64 };

struct ed_flow_sampler {
	uint64_t hash; /* 0: free */
	uint64_t used; /* when it was used last */
	uint32_t rate;
	uint32_t pad;
};

struct ed_flow_samplers {
	uint64_t clock; /* of `used` */
	struct ed_flow_sampler at[ED_FLOW_SAMPLERS];
};

/* @exporter_hash stands for exporter and domain, @number for the sampler; its domain's last
 * announcement is kept for those who ask for a number that was not announced. */
void ed_flow_sampler_note(struct ed_flow_samplers *t, uint64_t exporter_hash, uint64_t number,
			  uint32_t rate);

/* The rate that was announced; 0: none was. */
uint32_t ed_flow_sampler_rate(struct ed_flow_samplers *t, uint64_t exporter_hash, uint64_t number);

#endif
