/* SPDX-License-Identifier: Apache-2.0 */
/* For the tests of this folder: a finding as a shard makes it. */
#ifndef ED_ALERT_TEST_FINDING_H
#define ED_ALERT_TEST_FINDING_H

#include "base/time.h"
#include "record/finding.h"

static const struct ed_name sample = { .n = 3, .wire = { 1, 'x', 0 } };
static const float sample_llr_bits = -1.5f;

/* A finding about the client 192.0.2.<key> and t.example. */
static inline struct ed_finding finding(uint64_t key, enum ed_level level, float score_bits)
{
	struct ed_finding f = {
		.key_hash = key,
		.analytic = "AN1124",
		.analytic_name = "Network Devices",
		.analytic_version = 1,
		.level = (uint8_t)level,
		.verdict = ED_VERDICT_SCORE,
		.common_parent = true,
		.score_bits = score_bits,
		.n_evidence = 3,
		.evidence = { { .family = "content", .bits = 9 },
			      { .family = "volume", .bits = 8 },
			      { .family = "structure", .bits = 3 } },
		.client = { .b = { [10] = 0xff, 0xff, 192, 0, 2, (uint8_t)key } },
		.n_clients = 1,
		.first_ns = 1000 * ED_NS_PER_S,
		.last_ns = 1060 * ED_NS_PER_S,
		.info_bytes = 5000,
		.n_queries = 100,
		.n_names = 90,
		.formats = 1,
		.n_samples = 1,
		.samples = &sample,
		.sample_llr_bits = &sample_llr_bits,
		.n_tunables = 1,
		.tunables = { { .name = "QueryRatePerClient", .value = "20/s" } },
	};

	assert_int_equal(ed_name_from_text(ed_span_str("t.example"), ED_NAME_PLAIN, &f.domain), 0);
	return f;
}

#endif
