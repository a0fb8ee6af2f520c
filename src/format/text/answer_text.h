/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers that a log gives as type and text, summed up to what an event keeps of them. Logs write
 * bytes that are no text as \xNN; the size that counts is that of the bytes.
 */
#ifndef ED_FORMAT_TEXT_ANSWER_TEXT_H
#define ED_FORMAT_TEXT_ANSWER_TEXT_H

#include "record/event.h"

struct ed_answer_text {
	struct ed_dns_answers sum;
	bool rdata_known; /* of one answer at least */
	bool ttl_known;
};

/* One answer. */
struct ed_answer {
	uint16_t type;
	bool has_rdata; /* the log gives its data: the text, or the names in it, or both */
	bool has_ttl;
	uint32_t ttl_s;
	uint32_t names_bytes; /* of names that stand apart from the text (SOA, SRV as objects) */
	struct ed_span rdata; /* 16 bytes behind it are readable */
};

/* The number of a type from its name, the common ones quickly; else as ed_rrtype_from_name. */
bool ed_answer_type(struct ed_span name, uint16_t *ret);

/* Adds an answer of the answer section. @qtype: what was asked for, 0 when unknown. */
void ed_answer_add(struct ed_answer_text *s, const struct ed_answer *a, uint16_t qtype);

/* Adds a record of another section: only free bytes count there. */
void ed_answer_add_other(struct ed_answer_text *s, const struct ed_answer *a, uint16_t qtype);

/* Adds what more @s holds to the answers of @ev, which holds some already or none. */
void ed_answer_give(const struct ed_answer_text *s, struct ed_event *ev);

#endif
