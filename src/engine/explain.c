/* SPDX-License-Identifier: Apache-2.0 */
/* What the detector computes from one name; see explain.h. */
#include "engine/explain.h"

#include <errno.h>
#include <stdio.h>

#include "alert/decode.h"
#include "engine/psl_file.h"
#include "enrich/zone.h"
#include "model/name_model.h"

static const char *const zone_kinds[ED_ZONE_N] = {
	[ED_ZONE_NONE] = "none",
	[ED_ZONE_REGISTRABLE] = "registrable domain",
	[ED_ZONE_SUFFIX] = "public suffix",
	[ED_ZONE_SINGLE] = "single label",
	[ED_ZONE_HIDDEN] = "masked by the source",
	[ED_ZONE_UNLISTED] = "top-level domain not on the list: last two labels",
	[ED_ZONE_REVERSE] = "reverse zone",
	[ED_ZONE_ARPA] = "child of arpa",
};

/* One label as if it stood alone. */
static void decode_label(struct ed_span label, struct ed_decoded *ret)
{
	const struct ed_name root = { .n = 1 };
	struct ed_name alone = { .n = (uint8_t)(label.n + 2), .wire = { (uint8_t)label.n } };

	memcpy(alone.wire + 1, label.p, label.n);
	ed_decode_names(&alone, 1, &root, ret);
}

static void explain_labels(struct ed_span payload, struct ed_explained_name *ret)
{
	for (size_t i = 0; i < payload.n; i += 1U + payload.p[i]) {
		struct ed_explained_label *l = &ret->labels[ret->n_labels++];
		struct ed_span label = ed_span_of(payload.p + i + 1, payload.p[i]);
		struct ed_label_score s;
		char text[ED_NAME_TEXT_MAX + 1];

		(void)ed_name_labels_to_text(ed_span_of(payload.p + i, label.n + 1), text);
		(void)snprintf(l->text, sizeof(l->text), "%.*s", (int)sizeof(l->text) - 1, text);
		ed_name_model_label(label, &s);
		l->n = (uint32_t)label.n;
		l->code_bits = s.code_mbits / (double)ED_NAME_MODEL_BIT_MBITS;
		l->llr_bits = s.llr_mbits / (double)ED_NAME_MODEL_BIT_MBITS;
		l->entropy_bits = ed_name_model_shannon_bits(label);
		l->score = ed_subdomain_entropy_score(l->llr_bits);
		decode_label(label, &l->decoded);
		l->alphabet = ed_name_model_alphabet_name(s.alphabet);
	}
}

int ed_explain_name(const char *text, const char *psl_path, struct ed_explained_name *ret,
		    char error[static 256])
{
	uint8_t lower[ED_NAME_MAX];
	struct ed_zone_cut cut;
	struct ed_name_score s;
	struct ed_span payload;
	struct ed_name name, zone;
	struct ed_psl *psl;
	int r;

	memset(ret, 0, sizeof(*ret));
	if (ed_name_from_text(ed_span_str(text), ED_NAME_MASTER, &name) != 0) {
		(void)snprintf(error, 256, "not a domain name");
		return -EINVAL;
	}
	r = ed_psl_file_load(psl_path, 1, &psl, error);
	if (r < 0)
		return r;
	ed_name_lower(name.wire, name.n, lower);
	ed_zone_cut(psl, ed_span_of(lower, name.n), &cut);
	ed_psl_free(psl);
	payload = ed_span_of(name.wire, cut.off);
	(void)ed_name_to_text(ed_span_of(name.wire, name.n), ret->name);
	(void)ed_name_to_text(ed_span_of(name.wire + cut.off, name.n - cut.off), ret->zone);
	ret->zone_kind = zone_kinds[cut.kind];
	explain_labels(payload, ret);
	ed_name_model_labels(payload, &s);
	ret->code_bits = s.code_mbits / (double)ED_NAME_MODEL_BIT_MBITS;
	ret->llr_bits = s.llr_mbits / (double)ED_NAME_MODEL_BIT_MBITS;
	zone.n = (uint8_t)(name.n - cut.off);
	memcpy(zone.wire, name.wire + cut.off, zone.n);
	ed_decode_names(&name, 1, &zone, &ret->decoded);
	ret->entropy_bits = (double)ret->decoded.entropy_bits;
	ret->encoded_score = ed_subdomain_entropy_score(ret->llr_bits);
	ret->payload_bytes = cut.off;
	ret->model = ed_name_model_version();
	return 0;
}
