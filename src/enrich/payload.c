/* SPDX-License-Identifier: Apache-2.0 */
/* What the labels before a zone say; see payload.h. */
#include "enrich/payload.h"

#include "base/ascii.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/utf8.h"
#include "model/name_model.h"
#include "record/event.h"

enum {
	OCTET_BITS = 8, /* what a label of a reverse IPv4 name can say */
	NIBBLE_BITS = 4,
	GUID_BYTES = 36,
	OCTETS_BELOW = 1, /* labels of an address below its zone (enrich/zone.h) */
	NIBBLES_BELOW = 20,
};

static bool is_octet(const uint8_t *label)
{
	unsigned v = 0;

	for (unsigned i = 1; i <= label[0]; i++) {
		if (!ed_is_digit(label[i]))
			return false;
		v = v * 10 + (label[i] - '0');
		if (v > UINT8_MAX)
			return false;
	}
	return label[0] <= 3;
}

static bool is_nibble(const uint8_t *label)
{
	return label[0] == 1 && ed_hex_value(label[1]) >= 0;
}

/*
 * The numbers of a reverse name are an address, not a text: they say 8 bits an octet, 4 a nibble.
 * What is no address is a text like any other, or a tunnel below a reverse zone would be weighed
 * for less than it says.
 */
static bool score_reverse(struct ed_span lower, const struct ed_zone_cut *cut,
			  struct ed_payload *ret)
{
	static const uint8_t ip6[] = "\3ip6\4arpa";
	bool v6 = lower.n > sizeof(ip6) &&
		  memcmp(lower.p + lower.n - sizeof(ip6), ip6, sizeof(ip6)) == 0;

	if (cut->n_labels_below > (v6 ? NIBBLES_BELOW : OCTETS_BELOW))
		return false;
	for (size_t i = 0; i < cut->off; i += 1U + lower.p[i]) {
		if (v6 ? !is_nibble(lower.p + i) : !is_octet(lower.p + i))
			return false;
	}
	ret->code = (uint32_t)cut->n_labels_below * (v6 ? NIBBLE_BITS : OCTET_BITS) *
		    ED_NAME_MODEL_BIT_MBITS;
	ret->shape |= ED_SHAPE_REVERSE;
	return true;
}

static bool mixes_case(const uint8_t *p, size_t n)
{
	bool upper = false, lower = false;

	for (size_t i = 0; i < n; i++) {
		upper |= ed_is_upper(p[i]);
		lower |= ed_is_lower(p[i]);
	}
	return upper && lower;
}

static void score_tail(struct ed_span labels, const struct ed_name_score *s, uint64_t hash_key,
		       struct ed_payload *ret)
{
	struct ed_span tail = ed_span_of(labels.p + s->tail_off, 1U + labels.p[s->tail_off]);
	uint8_t lower[1 + ED_LABEL_MAX];

	ret->tail_llr = s->tail_llr_mbits;
	ed_name_lower(tail.p, tail.n, lower);
	ret->tail_hash = (uint32_t)ed_hash_bytes(lower, tail.n, hash_key) | 1;
}

/* Bytes of the reversed IPv4 address (four octets) or IPv6 address (32 nibbles) that @labels begin
 * with. */
static size_t reversed_address(struct ed_span labels, unsigned *ret_bits)
{
	unsigned octets = 0, nibbles = 0;
	size_t at = 0, after_octets = 0;
	bool is_octets = true, is_nibbles = true;

	for (; at < labels.n && (is_octets || is_nibbles); at += 1U + labels.p[at]) {
		is_octets = is_octets && octets < 4 && is_octet(labels.p + at);
		is_nibbles = is_nibbles && nibbles < 32 && is_nibble(labels.p + at);
		octets += is_octets;
		nibbles += is_nibbles;
		if (octets == 4 && after_octets == 0)
			after_octets = at + 1U + labels.p[at];
		if (nibbles == 32) {
			*ret_bits = 128;
			return at + 2;
		}
	}
	*ret_bits = 32;
	return after_octets;
}

static bool is_guid(const uint8_t *label)
{
	if (label[0] != GUID_BYTES)
		return false;
	for (unsigned i = 1; i <= GUID_BYTES; i++) {
		bool dash = i == 9 || i == 14 || i == 19 || i == 24;

		if (dash ? label[i] != '-' : ed_hex_value(label[i]) < 0)
			return false;
	}
	return true;
}

/* A GUID names an object of a directory or a device: its digits are no sign of an encoder. What it
 * says still counts. */
static void pardon_guids(struct ed_span labels, size_t tail, struct ed_payload *ret)
{
	for (size_t i = 0; i < labels.n; i += 1U + labels.p[i]) {
		struct ed_label_score s;

		if (!is_guid(labels.p + i))
			continue;
		ed_name_model_label(ed_span_of(labels.p + i + 1, labels.p[i]), &s);
		if (s.llr_mbits > 0)
			ret->llr -= s.llr_mbits;
		if (s.llr_mbits > 0 && i == tail)
			ret->tail_llr = 0;
	}
}

static bool is_base32(uint8_t c)
{
	return ed_is_letter(c) || (c >= '2' && c <= '7');
}

/* MD5, SHA-1 and SHA-224 in base 16, SHA-1 in base 32. */
static bool is_digest(struct ed_span labels)
{
	unsigned n = labels.n ? labels.p[0] : 0;
	bool is_16 = n == 32 || n == 40 || n == 56, is_32 = n == 32;

	for (unsigned i = 1; i <= n && (is_16 || is_32); i++) {
		is_16 = is_16 && ed_hex_value(labels.p[i]) >= 0;
		is_32 = is_32 && is_base32(labels.p[i]);
	}
	return is_16 || is_32;
}

static bool is_binary(struct ed_span labels)
{
	if (ed_utf8_is_ascii(labels)) /* the lengths of labels are, too */
		return false;
	for (size_t i = 0; i < labels.n; i += 1U + labels.p[i]) {
		if (!ed_utf8_is_text(ed_span_of(labels.p + i + 1, labels.p[i])))
			return true;
	}
	return false;
}

static bool is_artefact(struct ed_span labels)
{
	return labels.n >= 2 && labels.p[1] == '_' &&
	       (labels.p[0] == 1 || (labels.n > 4 && memcmp(labels.p + 1, "_ta-", 4) == 0));
}

static void score_labels(struct ed_span labels, uint64_t hash_key, struct ed_payload *ret)
{
	struct ed_name_score s;
	unsigned address_bits;
	size_t address = reversed_address(labels, &address_bits);

	*ret = (struct ed_payload){ .llr = 0 };
	if (address > 0) {
		ret->shape |= ED_SHAPE_ADDRESS;
		ret->code = address_bits * ED_NAME_MODEL_BIT_MBITS;
		labels = ed_span_from(labels, address);
	}
	if (is_digest(labels))
		ret->shape |= ED_SHAPE_DIGEST;
	if (is_artefact(labels))
		ret->shape |= ED_SHAPE_ARTEFACT;
	if (is_binary(labels))
		ret->shape |= ED_SHAPE_BINARY;
	ed_name_model_labels(labels, &s);
	ret->llr = s.llr_mbits;
	ret->code += s.code_mbits;
	ret->alphabet = s.alphabet;
	ret->longest = s.label_max;
	if (s.n_labels > 1)
		score_tail(labels, &s, hash_key, ret);
	if (s.label_max >= GUID_BYTES)
		pardon_guids(labels, s.tail_off, ret);
}

/* The same of short labels, not all of them none, by what is kept. */
static void score_short(struct ed_payload_memo *memo, struct ed_span labels, struct ed_payload *ret)
{
	const unsigned shift = 64 - (unsigned)__builtin_ctz(ED_PAYLOAD_PLACES);
	uint64_t text = 0;
	size_t at;

	/* no two payloads differ in zeros at the end alone: their lengths stand in them */
	memcpy(&text, labels.p, labels.n);
	at = text * 0x9e3779b97f4a7c15U >> shift;
	if (memo->places[at].text != text) {
		score_labels(labels, memo->hash_key, &memo->places[at].payload);
		memo->places[at].text = text;
	}
	*ret = memo->places[at].payload;
}

static void score(struct ed_payload_memo *memo, struct ed_span labels, struct ed_payload *ret)
{
	if (labels.n <= sizeof(memo->places[0].text))
		score_short(memo, labels, ret);
	else
		score_labels(labels, memo->hash_key, ret);
}

/*
 * A resolver that randomises case (0x20) does so in the whole name: then case is no sign of an
 * encoder, but it may hide one, of one case or of two. The payload is judged as it stands and
 * folded, and what looks more encoded counts. Its case still counts as information, since it could
 * be one.
 */
static void score_cased(struct ed_payload_memo *memo, struct ed_span name, struct ed_span lower,
			size_t off, struct ed_payload *ret)
{
	bool payload_mixes = mixes_case(name.p, off);
	bool zone_mixes = mixes_case(name.p + off, name.n - off);
	struct ed_payload folded;

	score(memo, ed_span_of(name.p, off), ret);
	if (payload_mixes && !zone_mixes)
		ret->shape |= ED_SHAPE_MIXED_CASE;
	if (!payload_mixes || !zone_mixes)
		return;
	score(memo, ed_span_of(lower.p, off), &folded);
	if (folded.llr > ret->llr) {
		uint32_t code = ret->code;

		*ret = folded;
		ret->code = code;
	}
}

void ed_payload_score(struct ed_payload_memo *memo, struct ed_span name, struct ed_span lower,
		      const struct ed_zone_cut *cut, struct ed_payload *ret)
{
	*ret = (struct ed_payload){ .llr = 0 };
	if (cut->off == 0 || (cut->kind == ED_ZONE_REVERSE && score_reverse(lower, cut, ret)))
		return;
	if (name.p == lower.p)
		score(memo, ed_span_of(lower.p, cut->off), ret);
	else
		score_cased(memo, name, lower, cut->off, ret);
}
