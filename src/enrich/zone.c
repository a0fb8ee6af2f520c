/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a name is cut: under arpa by address structure, elsewhere one label below the public
 * suffix. The one idea: note where each label begins, then decide how many of the rightmost are the
 * zone.
 */
#include "enrich/zone.h"

#include <limits.h>

#include "base/name.h"
#include "enrich/psl.h"

/* What one owner gets delegated, in labels from the right. */
enum {
	REVERSE_V4_LABELS = 2 + 3,  /* in-addr.arpa and three octets: a /24 */
	REVERSE_V6_LABELS = 2 + 12, /* ip6.arpa and twelve nibbles: a /48 */
	OTHER_ARPA_LABELS = 2 + 1,
	UNLISTED_LABELS = 2,
};

static unsigned label_offsets(struct ed_span wire, uint8_t ret[static ED_NAME_LABELS_MAX])
{
	unsigned n = 0;
	size_t i = 0;

	while (i < wire.n && wire.p[i] != 0 && n < ED_NAME_LABELS_MAX) {
		ret[n++] = (uint8_t)i;
		i += wire.p[i] + 1U;
	}
	return n;
}

static bool label_is(const uint8_t *label, const char *text)
{
	return ed_span_is(ed_span_of(label + 1, label[0]), text);
}

static unsigned arpa_zone_labels(const uint8_t *child, uint8_t *ret_kind)
{
	*ret_kind = ED_ZONE_REVERSE;
	if (label_is(child, "in-addr"))
		return REVERSE_V4_LABELS;
	if (label_is(child, "ip6"))
		return REVERSE_V6_LABELS;
	*ret_kind = ED_ZONE_ARPA;
	return OTHER_ARPA_LABELS;
}

static uint8_t listed_kind(unsigned n_suffix, unsigned n_labels)
{
	if (n_suffix == 0)
		return n_labels == 1 ? ED_ZONE_SINGLE : ED_ZONE_UNLISTED;
	return n_suffix < n_labels ? ED_ZONE_REGISTRABLE : ED_ZONE_SUFFIX;
}

void ed_zone_cut(const struct ed_psl *psl, struct ed_span lower_wire, struct ed_zone_cut *ret)
{
	uint8_t label_off[ED_NAME_LABELS_MAX];
	unsigned n_labels = label_offsets(lower_wire, label_off);
	const uint8_t *wire = lower_wire.p;
	unsigned n_zone, n_looked = UINT_MAX;
	uint8_t kind;

	if (n_labels == 0) {
		*ret = (struct ed_zone_cut){ .kind = ED_ZONE_NONE };
		return;
	}
	if (!label_is(wire + label_off[n_labels - 1], "arpa")) {
		unsigned n_suffix = ed_psl_suffix_labels(psl, wire, label_off, n_labels, &n_looked);

		kind = listed_kind(n_suffix, n_labels);
		n_zone = n_suffix > 0 ? n_suffix + 1 : UNLISTED_LABELS;
	} else if (n_labels > 1) {
		n_zone = arpa_zone_labels(wire + label_off[n_labels - 2], &kind);
	} else {
		n_zone = 1;
		kind = ED_ZONE_ARPA;
	}
	if (n_zone > n_labels)
		n_zone = n_labels;
	*ret = (struct ed_zone_cut){
		.off = label_off[n_labels - n_zone],
		.n_labels_below = (uint8_t)(n_labels - n_zone),
		.kind = kind,
		.decides = kind == ED_ZONE_REGISTRABLE && n_looked <= n_zone,
	};
}
