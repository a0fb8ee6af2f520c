/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that the detector computes from one name by itself, for `earthdog explain NAME`. */
#ifndef ED_ENGINE_EXPLAIN_H
#define ED_ENGINE_EXPLAIN_H

#include "record/alert.h"

enum { ED_EXPLAIN_LABELS_MAX = 127 };

struct ed_explained_label {
	char text[4 * 63 + 1]; /* canonical */
	uint32_t n;            /* bytes */
	double code_bits;
	double llr_bits;
	double entropy_bits; /* Shannon, a character */
	double score;        /* the likelihood ratio mapped to 0..1 */
	struct ed_decoded decoded;
	const char *alphabet; /* the encoding alphabet that fits best; NULL: none fits */
};

struct ed_explained_name {
	char name[ED_NAME_TEXT_MAX + 1];
	char zone[ED_NAME_TEXT_MAX + 1];
	const char *zone_kind; /* "registrable", "public suffix", "reverse", ... */
	size_t n_labels;
	struct ed_explained_label labels[ED_EXPLAIN_LABELS_MAX]; /* before the zone */
	double code_bits, llr_bits, entropy_bits;                /* of the payload as a whole */
	double encoded_score;      /* SubdomainEntropyScore: the likelihood ratio mapped to 0..1 */
	struct ed_decoded decoded; /* all labels before the zone */
	uint32_t payload_bytes;
	const char *model; /* version of the trained name model */
};

/* 0; -EINVAL when @text is no domain name; -errno of loading the public suffix list; reason in
 * @error. */
int ed_explain_name(const char *text, const char *psl_path, struct ed_explained_name *ret,
		    char error[static 256]);

#endif
