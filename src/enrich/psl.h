/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Public Suffix List (publicsuffix.org): which names are suffixes under which anybody can get a
 * name. Both sections count, ICANN and PRIVATE: who rents x.github.io can answer for it.
 *
 * Rules are kept as a tree of labels from the top-level domain leftward. The tree lives in one flat
 * open-addressing hash; the hash of a suffix goes on from the one to its right, so going one label
 * deeper costs that label alone, and the walk ends at the first node without children.
 *
 * Loaded whole, then never changed: look-ups are safe from any number of threads and allocate
 * nothing.
 */
#ifndef ED_ENRICH_PSL_H
#define ED_ENRICH_PSL_H

#include "base/span.h"

struct ed_psl;

enum {
	ED_PSL_FILE_MAX_BYTES = 16 << 20,
	ED_PSL_RULE_MAX_BYTES = 1024, /* one rule as written, in UTF-8 */
	ED_PSL_NODES_MAX = 1 << 18,   /* labels in the tree; the list of 2023 has about 10,000 */
};

/* Why a list was refused. One bad rule refuses the whole list: half a list cuts names wrongly. */
enum {
	ED_PSL_NO_RULES = 1,
	ED_PSL_LINE_TOO_LONG,
	ED_PSL_BAD_BYTE, /* not UTF-8 text, or ASCII other than letters, digits, '-', '_' and '.' */
	ED_PSL_BAD_NAME, /* empty label, label over 63 or name over 255 bytes */
	ED_PSL_BAD_IDN,  /* U-label that IDNA 2008 cannot turn into an A-label */
	ED_PSL_BAD_WILDCARD,  /* '*' that is not the whole leftmost label */
	ED_PSL_BAD_EXCEPTION, /* '!' on a single label: nothing would be left as suffix */
	ED_PSL_TOO_MANY,      /* more than ED_PSL_NODES_MAX labels */
	ED_PSL_CROWDED,       /* labels chosen so that they collide under this hash key */
};

struct ed_psl_fault {
	unsigned line;    /* from 1; for ED_PSL_NO_RULES the number of lines read */
	const char *text; /* what is wrong with it, static */
};

/* Where the Debian package "publicsuffix" puts the list. */
const char *ed_psl_default_path(void);

/*
 * Reads a list in the publicsuffix.org format: UTF-8 or A-labels, // comments, a rule a line up to
 * the first blank. 0; -errno (-EFBIG over ED_PSL_FILE_MAX_BYTES); or ED_PSL_*, and then *@ret_fault
 * tells the line (may be NULL). @ret is freed with ed_psl_free.
 */
int ed_psl_load(const char *path, uint64_t hash_key, struct ed_psl_fault *ret_fault,
		struct ed_psl **ret);

/* The same from memory; nothing of @text is kept. */
int ed_psl_parse(struct ed_span text, uint64_t hash_key, struct ed_psl_fault *ret_fault,
		 struct ed_psl **ret);

void ed_psl_free(struct ed_psl *psl);

/* Distinct rules, exceptions among them. */
size_t ed_psl_n_rules(const struct ed_psl *psl);

/*
 * How many of the rightmost labels of a name are its public suffix; 0 when no rule matches (the
 * list's implied rule "*" is left to the caller). The longest rule wins, an exception wins over
 * all, and a wildcard makes its parent a suffix too, as libpsl has it (*.ck: both "ck" and "x.ck").
 * @wire: lower-case labels; @label_off[0..n_labels): where their length bytes lie, from the left.
 * *@ret_n_looked: any name that ends in the same so many labels has the same suffix; more than
 * @n_labels when labels further left could change it.
 */
unsigned ed_psl_suffix_labels(const struct ed_psl *psl, const uint8_t *wire,
			      const uint8_t *label_off, unsigned n_labels, unsigned *ret_n_looked);

#endif
