/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A row a service that programs talk to without being asked: when, under which names, and what
 * comes back. The table is programs_table.c; the rows follow what vendors' products are known to
 * ask for.
 */
#ifndef PROGRAMS_H
#define PROGRAMS_H

#include "office.h"

/* How long a name's random parts stay the same. */
enum scope {
	EACH,   /* new at every lookup */
	OWN,    /* one of @pool names of this client */
	COMMON, /* one of @pool names that all clients share, some far more often than others */
};

enum when {
	PER_HOUR, /* @rate times an hour of presence, at random */
	PERIOD_S, /* every @rate seconds, day and night, give or take two per cent */
	AT_START, /* @rate times when the client wakes up */
	PER_PAGE, /* with probability @rate for each page looked at */
};

enum ask { ASK_HOST, ASK_A, ASK_TXT, ASK_SRV, ASK_PTR, ASK_MX, ASK_SOA, ASK_NS };

struct program {
	const char *template, *zone; /* zone "": the template says it all; "=": the company's */
	uint8_t class, scope;
	uint16_t pool;
	uint8_t when;
	float rate;
	uint8_t burst;   /* lookups each time */
	uint8_t percent; /* of the clients with the role */
	uint8_t vendor;  /* of protection software, 1 to N_VENDORS: an office buys one; 0: not such
			  */
	uint8_t ask, answer;
	uint16_t ttl_s;
	uint32_t roles; /* mask */
};

enum { N_VENDORS = 5 };

extern const struct program programs[];
extern const uint32_t n_programs;

#endif
