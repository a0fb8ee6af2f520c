/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One pass over the bytes of a label; no division and no branch on the content in the loop. The
 * trigram cost is looked up a character at a time, and a mask that starts with every alphabet loses
 * those that do not hold the byte: the lowest bit left is the smallest alphabet that fits.
 */
#include "model/name_model.h"

#include "model/name_model_idn.h"
#include "model/name_model_table.h"

enum {
	LABEL_MAX = 63,
	LABELS_MAX = 127,
	KIND_LOWER = 1,
	KIND_UPPER = 2,
	TALLY_LETTERS_SHIFT = 20,
	MASK_ALL = (1 << ED_ALPHABET_N) - 1,
	MASK_FOLDED = (1 << ED_ALPHABET_BASE58) - 1,
};

static const char *const alphabet_names[ED_ALPHABET_N] = {
	[ED_ALPHABET_DIGITS] = "digits",       [ED_ALPHABET_HEX] = "hex",
	[ED_ALPHABET_BASE32] = "base32",       [ED_ALPHABET_BASE32_IODINE] = "base32-iodine",
	[ED_ALPHABET_BASE32HEX] = "base32hex", [ED_ALPHABET_BASE36] = "base36",
	[ED_ALPHABET_BASE38] = "base38",       [ED_ALPHABET_BASE58] = "base58",
	[ED_ALPHABET_BASE64] = "base64",       [ED_ALPHABET_BASE128] = "base128",
	[ED_ALPHABET_BYTES] = "bytes",
};

_Static_assert(sizeof(ed_name_model_alphabet_mbits) == ED_ALPHABET_N * sizeof(uint16_t),
	       "table made for other alphabets");

/* What the pass over the bytes finds. */
struct pass {
	uint32_t trigram_mbits; /* without the end symbol */
	uint32_t end_mbits;
	uint32_t tally;
	uint32_t mask;
	uint32_t kind;
};

static struct pass label_pass(struct ed_span label)
{
	uint32_t previous = ED_NAME_MODEL_EDGE, context, trigram_mbits = 0, tally = 0, kind = 0;
	uint32_t mask = MASK_ALL;

	context = (previous * ED_NAME_MODEL_WIDTH + previous) * ED_NAME_MODEL_WIDTH;
	for (size_t i = 0; i < label.n; i++) {
		const struct ed_name_model_byte *b = &ed_name_model_bytes[label.p[i]];

		trigram_mbits += ed_name_model_costs[context + b->symbol];
		context = (previous * ED_NAME_MODEL_WIDTH + b->symbol) * ED_NAME_MODEL_WIDTH;
		previous = b->symbol;
		mask &= b->mask;
		kind |= b->kind;
		tally += b->tally;
	}
	return (struct pass){
		.trigram_mbits = trigram_mbits + (tally & ((1U << TALLY_LETTERS_SHIFT) - 1)),
		.end_mbits = ed_name_model_costs[context + ED_NAME_MODEL_EDGE],
		.tally = tally,
		.mask = mask,
		.kind = kind,
	};
}

static uint32_t case_mbits(const struct pass *pass)
{
	uint32_t letters = pass->tally >> TALLY_LETTERS_SHIFT;

	if (!(pass->kind & KIND_UPPER))
		return ED_NAME_MODEL_CASE_LOWER_MBITS;
	if (!(pass->kind & KIND_LOWER))
		return ED_NAME_MODEL_CASE_OTHER_MBITS;
	return ED_NAME_MODEL_CASE_OTHER_MBITS + letters * ED_NAME_MODEL_BIT_MBITS;
}

/*
 * The characters in the best alphabet, without length and choice. A case-sensitive alphabet is
 * considered only when both cases occur, or when no other fits.
 */
static uint32_t encoded_mbits(const struct pass *pass, uint32_t n, uint8_t *ret_alphabet)
{
	uint32_t folded = pass->mask & MASK_FOLDED, exact = pass->mask & ~(uint32_t)MASK_FOLDED;
	uint32_t best_mbits = UINT32_MAX, mbits;

	if (folded) {
		*ret_alphabet = (uint8_t)__builtin_ctz(folded);
		best_mbits = n * ed_name_model_alphabet_mbits[*ret_alphabet] + case_mbits(pass);
	}
	if (!folded || pass->kind == (KIND_LOWER | KIND_UPPER)) {
		mbits = n * ed_name_model_alphabet_mbits[__builtin_ctz(exact)];
		if (mbits < best_mbits) {
			*ret_alphabet = (uint8_t)__builtin_ctz(exact);
			best_mbits = mbits;
		}
	}
	return best_mbits;
}

void ed_name_model_label(struct ed_span label, struct ed_label_score *ret)
{
	uint32_t encoded, trigram, listed;
	struct pass pass;

	*ret = (struct ed_label_score){ 0 };
	if (label.n == 0)
		return;
	if (label.n > LABEL_MAX)
		label.n = LABEL_MAX;
	pass = label_pass(label);
	encoded = encoded_mbits(&pass, (uint32_t)label.n, &ret->alphabet) +
		  ED_NAME_MODEL_PICK_MBITS;
	trigram = pass.trigram_mbits + case_mbits(&pass);

	listed = encoded + (label.n <= ED_NAME_MODEL_SHORT_MAX ? ED_NAME_MODEL_SHORT_MBITS :
								 ED_NAME_MODEL_LONG_MBITS);
	ret->code_mbits = trigram + pass.end_mbits < listed ? trigram + pass.end_mbits : listed;
	ret->code_mbits += ED_NAME_MODEL_BIT_MBITS;
	ret->llr_mbits = (int32_t)trigram - (int32_t)encoded;
	if (ret->llr_mbits > 0 && ed_name_model_is_idn(label))
		ret->llr_mbits = 0;
}

void ed_name_model_labels(struct ed_span wire_labels, struct ed_name_score *ret)
{
	uint32_t covered[ED_ALPHABET_N] = { 0 };
	size_t off = 0;

	*ret = (struct ed_name_score){ 0 };
	while (off < wire_labels.n && ret->n_labels < LABELS_MAX) {
		size_t n = wire_labels.p[off++];
		struct ed_label_score score;

		if (n == 0 || n > LABEL_MAX || n > wire_labels.n - off)
			break;
		ed_name_model_label(ed_span_of(wire_labels.p + off, n), &score);
		ret->code_mbits += score.code_mbits + ED_NAME_MODEL_BIT_MBITS;
		ret->llr_mbits += score.llr_mbits;
		ret->tail_llr_mbits = score.llr_mbits;
		ret->tail_off = (uint8_t)(off - 1);
		ret->n_labels++;
		if (n > ret->label_max)
			ret->label_max = (uint8_t)n;
		covered[score.alphabet] += (uint32_t)n;
		ret->alphabet = score.alphabet;
		off += n;
	}
	if (ret->n_labels <= 1)
		return;
	ret->alphabet = 0;
	for (unsigned a = 1; a < ED_ALPHABET_N; a++) {
		if (covered[a] > 0 && covered[a] >= covered[ret->alphabet])
			ret->alphabet = (uint8_t)a;
	}
}

double ed_name_model_shannon_bits(struct ed_span label)
{
	uint8_t counts[256] = { 0 };
	uint32_t sum = 0;

	if (label.n == 0)
		return 0;
	if (label.n > LABEL_MAX)
		label.n = LABEL_MAX;
	for (size_t i = 0; i < label.n; i++)
		counts[label.p[i]]++;
	for (size_t i = 0; i < 256; i++)
		sum += ed_name_model_klog2k[counts[i]];
	/* log2 n - sum(k log2 k)/n, from a table: the same digits with any libm */
	return (double)(ed_name_model_klog2k[label.n] - sum) / (double)label.n / (1 << 20);
}

const char *ed_name_model_alphabet_name(unsigned alphabet)
{
	return alphabet < ED_ALPHABET_N ? alphabet_names[alphabet] : "unknown";
}

const char *ed_name_model_version(void)
{
	return ed_name_model_table_version;
}
