/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Windows binary XML, as event logs hold it, to XML text. A record is mostly a template instance:
 * the number of a template and a list of values; the template, which other records of the chunk
 * share, is the text with numbered holes. All offsets count from the start of the chunk.
 *
 * Bounded by construction: no allocation, no recursion, nesting of ED_BINXML_DEPTH_MAX, text no
 * longer than the caller's memory, and `steps`, of which every token takes one and every value one
 * more for each ED_BINXML_STEP_BYTES, so that a template which names a template which names a
 * template ends early. Grammar: [MS-EVEN6] 2.2.12.
 */
#ifndef ED_WIRE_BINXML_H
#define ED_WIRE_BINXML_H

#include "wire/xml_out.h"

enum {
	ED_BINXML_CHUNK_BYTES = 64 << 10, /* no chunk is longer */
	ED_BINXML_DEPTH_MAX = 16,         /* templates and values inside one another */
	ED_BINXML_ELEMENTS_MAX = 64,      /* elements inside one another */
	ED_BINXML_STEP_BYTES = 16,
};

/* What comes of a record. */
enum ed_binxml_verdict {
	ED_BINXML_DONE,
	ED_BINXML_BROKEN,   /* not in the grammar, or it points outside the chunk */
	ED_BINXML_TOO_MUCH, /* steps, nesting or text ran out */
};

/* A stretch of tokens that is being read. */
struct ed_binxml_frame {
	uint32_t at, end;
	uint32_t n_elements;  /* open ones outside of it */
	uint32_t descriptors; /* of the values that fill its holes */
	uint32_t n_values;
	uint32_t i_value; /* first of them in `values` */
	bool is_template;
};

struct ed_binxml_element {
	uint32_t tag;     /* where "<name" begins in the text */
	uint32_t tag_end; /* behind its ">" */
	uint32_t name_n;  /* bytes */
};

/* Where between markup the text stands. */
enum ed_binxml_place {
	ED_BINXML_IN_CONTENT,
	ED_BINXML_IN_TAG,
	ED_BINXML_IN_ATTRIBUTE,
};

/* Working memory of one reader; any content will do at the start. */
struct ed_binxml {
	struct ed_span chunk;
	struct ed_xml_out *out;
	uint32_t steps;
	uint8_t verdict, place;
	bool has_root;      /* the element that holds all others began */
	bool is_null;       /* the attribute holds nothing but a value that is not there */
	uint32_t attribute; /* where it begins in the text */
	unsigned n_frames, n_elements;
	uint32_t n_values_used;
	struct ed_binxml_frame frames[ED_BINXML_DEPTH_MAX];
	struct ed_binxml_element elements[ED_BINXML_ELEMENTS_MAX];
	uint32_t values[ED_BINXML_CHUNK_BYTES / 4]; /* where each value lies; a stack */
};

/*
 * Appends the text of the record whose binary XML lies at [@at, @end) of @chunk. @steps is what it
 * may take; what is left of it is in @x->steps. On failure @out holds a part.
 */
enum ed_binxml_verdict ed_binxml_to_text(struct ed_binxml *x, struct ed_span chunk, uint32_t at,
					 uint32_t end, struct ed_xml_out *out);

#endif
