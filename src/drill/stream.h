/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a drill asks: lookups shaped like those of a tunnel that carries data out in names and in by
 * TXT records, and harmless. What they carry is noise made from the seed; no file and no host name
 * is in it.
 *
 *	kq5nz...(56 characters of base32).edd-3f9a01c27b5e2ba91870.example.net  TXT
 */
#ifndef ED_DRILL_STREAM_H
#define ED_DRILL_STREAM_H

#include "base/addr.h"
#include "base/name.h"
#include "drill/marker.h"

enum {
	ED_DRILL_NAMES_MAX = 10000,
	ED_DRILL_PAYLOAD_BYTES = 35, /* of noise in a name */
	ED_DRILL_PAYLOAD_TEXT = 57,  /* the same as base32, with NUL */
	ED_DRILL_ANSWER_TEXT = 93,   /* of a TXT record, with NUL */
	ED_DRILL_DOMAIN_MAX = 120,   /* characters; leaves room for payload and mark */
	ED_DRILL_HOST_MAX = 64,
	ED_DRILL_NAME_TEXT = ED_DRILL_PAYLOAD_TEXT + ED_DRILL_MARK_TEXT + ED_DRILL_DOMAIN_MAX + 1,
};

struct ed_drill_plan {
	uint64_t id; /* ED_DRILL_ID_BITS */
	uint64_t seed;
	uint32_t n_names;
	int64_t start_ns, step_ns; /* of the first lookup; between two, on average */
	struct ed_addr client, resolver;
	char domain[ED_DRILL_DOMAIN_MAX + 1]; /* letters, digits, - _ and dots; lower case */
	char host[ED_DRILL_HOST_MAX];         /* of the machine, the same characters */
};

struct ed_drill_lookup {
	uint32_t index;
	int64_t time_ns, answer_ns;
	uint16_t txid, client_port;
	struct ed_name name;
	char text[ED_DRILL_NAME_TEXT]; /* the name, without the last dot; needs no escapes */
	char answer[ED_DRILL_ANSWER_TEXT];
};

/* False when @text cannot be written in every log as it is, or is too long. Copies it in lower case
 * to @ret of @n bytes. A domain needs two labels; its last dot is left out. */
bool ed_drill_host_name(const char *text, char *ret, size_t n);

/* The @index-th lookup of @plan: the same plan and index, the same lookup. */
void ed_drill_lookup_make(const struct ed_drill_plan *plan, uint32_t index,
			  struct ed_drill_lookup *ret);

/* Behind the last lookup and its answer. */
int64_t ed_drill_end_ns(const struct ed_drill_plan *plan);

#endif
