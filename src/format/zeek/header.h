/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The header of a Zeek log in TSV: what its directives, or a bare line of column names, say of the
 * rows below them.
 *	#separator \x09
 *	#unset_field	-
 *	#fields	ts	uid	id.orig_h	...
 *
 * Columns are known by the role of their values (format/zeek/record.h).
 */
#ifndef ED_FORMAT_ZEEK_HEADER_H
#define ED_FORMAT_ZEEK_HEADER_H

#include "format/zeek/record.h"

enum {
	ED_ZEEK_COLUMNS_MAX = 200, /* dns.log has about 30 with every script loaded */
	ED_ZEEK_MARK_MAX = 31,     /* bytes of the texts that mean empty or unset */
};

struct ed_zeek_mark {
	uint8_t n;
	uint8_t p[ED_ZEEK_MARK_MAX];
};

/* Plain memory, compared and copied as a whole. */
struct ed_zeek_header {
	uint8_t column[ED_ZEEK_COLUMNS_MAX]; /* ed_zeek_role; ED_ZEEK_ROLE_N: of no interest */
	uint16_t n_columns;                  /* 0: none known, or too many */
	uint32_t roles;                      /* ed_zeek_bit of those that have a column */
	uint8_t separator;
	uint8_t set_separator;
	bool bad_separator; /* more than one byte: nothing can be split */
	bool other_path;    /* #path is there and not dns */
	bool usual; /* as Zeek writes it by default: marks, separators, the columns up to TTLs */
	struct ed_zeek_mark empty;
	struct ed_zeek_mark unset;
};

static inline bool ed_zeek_mark_is(const struct ed_zeek_mark *m, struct ed_span text)
{
	/* The first byte tells nearly always; a mark of one byte needs no more. */
	return text.n == m->n && m->n > 0 && text.p[0] == m->p[0] &&
	       (m->n == 1 || memcmp(text.p, m->p, m->n) == 0);
}

/* Where the columns begin of a header that is `usual`. */
enum {
	ED_ZEEK_USUAL_RESP_H = 4,
	ED_ZEEK_USUAL_TRANS_ID = 7,
	ED_ZEEK_USUAL_QCLASS = 10,
	ED_ZEEK_USUAL_ANSWERS = 21,
	ED_ZEEK_USUAL_END = 23, /* others may follow, and one does */
};

/* What Zeek writes unless a directive says otherwise. */
void ed_zeek_header_init(struct ed_zeek_header *h);

/* True for a line of column names without a directive before it (writer option tsv=T). */
bool ed_zeek_header_is_bare(struct ed_span line);

/* True for a line that may change a header; whatever else begins with '#' is a comment. */
bool ed_zeek_header_is_directive(struct ed_span line);

/* Takes such a line; one that says nothing leaves the header as it was. */
void ed_zeek_header_take(struct ed_zeek_header *h, struct ed_span line);

/* Why no record under this header can be read; ED_DROP_N: they can. */
enum ed_drop ed_zeek_header_verdict(const struct ed_zeek_header *h);

#endif
