/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the writers of the formats have in common: a transaction, its answer, and how text is made.
 * generate.c draws them and writes captures and Zeek's logs, logs.c all the others.
 */
#ifndef BENCH_GENERATE_H
#define BENCH_GENERATE_H

#include <stdbool.h>
#include <stdint.h>

#define TEXT_MAX 256
#define RR_MAX 8

enum { T_A = 1, T_NS = 2, T_CNAME = 5, T_SOA = 6, T_PTR = 12, T_MX = 15, T_TXT = 16 };
enum { T_AAAA = 28, T_SRV = 33, T_HTTPS = 65 };
enum { R_NOERROR = 0, R_SERVFAIL = 2, R_NXDOMAIN = 3, R_REFUSED = 5 };

struct txn {
	int64_t ask_us, answer_us;
	uint64_t draw;     /* random bits of this transaction */
	uint64_t name_key; /* fixed bits of this name: they decide its answer */
	uint32_t client, resolver;
	uint16_t port, id, qtype;
	uint8_t rcode;
	bool edns, ad, lost;
	char zone[TEXT_MAX];
	char qname[TEXT_MAX];
};

struct rr {
	uint16_t type;
	uint32_t ttl_s;
	uint8_t addr[16];
	const char *owner;
	char text[TEXT_MAX]; /* target name, TXT string or the address as text */
};

struct answer {
	unsigned n;     /* records in the answer section */
	bool authority; /* rr[n] is a SOA for the authority section */
	struct rr rr[RR_MAX + 1];
};

struct message {
	unsigned n, n_known;
	uint8_t b[1400];
	struct {
		uint16_t at;
		const char *text;
	} known[24]; /* names already written, that a later one may point to */
};

/* Any bits to any others. */
uint64_t mix(uint64_t x);

/* Formats into out[TEXT_MAX] and returns the end. */
char *text(char *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* n characters of v to out, in a base of up to 62; returns the end. */
char *digits(char *out, uint64_t v, unsigned base, unsigned n);

void addr_text(uint32_t a, char *out);
const char *qtype_name(uint16_t qtype);
const char *rcode_name(uint8_t rcode);

/* The DNS message; a is NULL for the question. */
void message_make(const struct txn *t, const struct answer *a, struct message *m);

/* A log: what it begins with, and what it holds of a question and of its answer. */
struct log {
	const char *name;
	void (*head)(void);                                          /* may be NULL */
	void (*ask)(const struct txn *t);                            /* may be NULL */
	void (*answer)(const struct txn *t, const struct answer *a); /* may be NULL */
};

/* The log of that name; NULL: there is none. */
const struct log *log_find(const char *name);

#endif
