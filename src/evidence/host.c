/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Host: does the asking fit the machine? From the network alone that is little: bursts against the
 * rate at which machines ask one domain, and how much of all that the machine asks goes to this
 * domain. Host logs add the program: what it is for, where it lies, how it was started (AN1121 to
 * AN1123). None of that clears a program, since it chooses its name.
 *
 * Bursts: Poisson CUSUM (Page 1954). S grows by log2(r1/r0) a question and falls by (r1 - r0)
 * log2(e) a second, never below 0. Above 25 bits (17.3 nats) a Poisson source would be wrong once
 * in a year of seconds; lookups come in clumps, some 50 for a page, so the alarm stands at 128
 * bits: 64 questions more than the ordinary rate explains.
 */
#include "evidence/evidence.h"

#include "record/process.h"
#include "record/program.h"

enum {
	STEP_MBITS = 2 * 1024, /* log2(20/s : 5/s) a question */
	FALL_MBITS_MS = 22,    /* (20 - 5)/s * log2(e) = 21.6 bits/s */
	ALARM_MBITS = 128 * 1024,
	NS_PER_MS = 1000000,
	LATE_MS = 10 * 60 * 1000,
	NAMES_MIN = 20,
	PARTITIONS_SEEN = 16, /* the client's other domains lie in as many partitions */
};

static const float class_bits[ED_PROGRAM_CLASSES] = {
	[ED_PROGRAM_OTHER] = 2,     [ED_PROGRAM_INTERPRETER] = 3, [ED_PROGRAM_PROXY] = 4,
	[ED_PROGRAM_LOOKUP] = 2.5f, [ED_PROGRAM_TRANSFER] = 2.5f, [ED_PROGRAM_TUNNEL] = 6,
};
static const float MISPLACED_BITS = 2;

/* The gravest first: one of them is told. */
static const struct {
	uint16_t launch; /* ed_launch */
	float bits;
	const char *text;
} launches[] = {
	{ ED_LAUNCH_SOCKET, 4, "with a socket as its input and output" },
	{ ED_LAUNCH_WEB, 2.5f, "by a web server" },
	{ ED_LAUNCH_OFFICE, 2.5f, "by a program that shows documents" },
	{ ED_LAUNCH_CRON, 1.5f, "by a timer" },
	{ ED_LAUNCH_REMOTE, 1, "in a remote session" },
	{ ED_LAUNCH_TERMINAL, 0, "at a terminal" },
	{ ED_LAUNCH_SERVICE, 0, "as a service" },
};

static const float BURST_BITS = 2, MAINLY_BITS = 0.5f, NARROW_BITS = 0.5f;
static const double MAINLY_SHARE = 0.5;

struct host_state {
	uint32_t last_ms; /* event time modulo 2^32 */
	uint16_t sum;     /* CUSUM, 1/64 bit */
	uint16_t n_bursts;
};
static_assert(sizeof(struct host_state) <= 8, "per-key budget");

static void host_observe(void *state, const struct ed_sighting *s)
{
	struct host_state *h = state;
	uint32_t now_ms = (uint32_t)(s->ev->time_ns / NS_PER_MS);
	uint32_t passed_ms = now_ms - h->last_ms;
	uint32_t sum = (uint32_t)h->sum << 4;

	if (!s->is_query || !(s->ev->has & ED_FIELD_TIME))
		return;
	if (h->last_ms - now_ms - 1 < LATE_MS)
		return; /* out of order: when it came says nothing about a burst */
	/* also the first of all, and times that leap */
	sum = passed_ms > ALARM_MBITS / FALL_MBITS_MS || passed_ms * FALL_MBITS_MS > sum ?
		      0 :
		      sum - passed_ms * FALL_MBITS_MS;
	sum += STEP_MBITS;
	if (sum > ALARM_MBITS) {
		if (h->n_bursts < UINT16_MAX)
			h->n_bursts++;
		sum = 0;
	}
	h->sum = (uint16_t)(sum >> 4);
	h->last_ms = now_ms;
}

static void host_fade(void *state)
{
	struct host_state *h = state;

	h->n_bursts /= 2;
}

/* How much of what the client asks goes to this domain: its other questions here are a sixteenth of
 * all others. */
static double share_of_client(const struct ed_subject *s)
{
	double others = s->n_client_questions > s->n_queries ?
				(double)(s->n_client_questions - s->n_queries) :
				0;

	return (double)s->n_queries / ((double)s->n_queries + others * PARTITIONS_SEEN);
}

static float program_bits(const struct ed_actor *actor, struct ed_evidence *ret)
{
	struct ed_span image = ed_actor_text(actor, ED_TEXT_IMAGE);
	enum ed_program_class class = ed_program_class(image);
	float bits = class_bits[class];

	ed_evidence_fact_text(ret, "program", ed_program_class_text(class));
	if (ed_program_is_misplaced(image)) {
		ed_evidence_fact_text(ret, "place", "a folder that any user can write to");
		bits += MISPLACED_BITS;
	}
	for (size_t i = 0; i < sizeof(launches) / sizeof(launches[0]); i++) {
		if (!(actor->process.launch & launches[i].launch))
			continue;
		ed_evidence_fact_text(ret, "started", launches[i].text);
		return bits + launches[i].bits;
	}
	return bits;
}

/* The gravest first: one of them is told; of all the bits count. */
static float machine_bits(unsigned traits, struct ed_evidence *ret)
{
	static const struct {
		unsigned trait;
		float bits;
		const char *text;
	} rows[] = {
		{ ED_MACHINE_UNKNOWN_PACKAGE, 3, "with a package that nobody vouches for" },
		{ ED_MACHINE_LAX, 2, "with its package checks loosened" },
		{ ED_MACHINE_COMMANDS, 1.5f, "with names looked up at its shell" },
	};
	float bits = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!(traits & rows[i].trait))
			continue;
		if (bits == 0)
			ed_evidence_fact_text(ret, "machine", rows[i].text);
		bits += rows[i].bits;
	}
	return bits;
}

static void host_weigh(const void *state, const struct ed_subject *subject, struct ed_evidence *ret)
{
	const struct host_state *h = state;
	double share = share_of_client(subject);

	if (subject->actor)
		ret->bits += program_bits(subject->actor, ret);
	ret->bits += machine_bits(subject->machine_traits, ret);
	if (h->n_bursts > 0) {
		ret->bits += BURST_BITS;
		ed_evidence_fact(ret, "bursts", h->n_bursts);
	}
	/* a program that asks for one domain is nothing out of the ordinary, and nothing is known of
	 * who is not told */
	if (subject->n_client_questions == 0 || !(subject->has & ED_FIELD_CLIENT))
		return;
	ed_evidence_fact_text(ret, "role", ed_client_role_name(subject->role));
	ed_evidence_fact(ret, "share_of_client_queries", share);
	/* a machine that never asks anything else may be built so; then its many names are the sign
	 */
	if (subject->n_names >= NAMES_MIN && share >= MAINLY_SHARE &&
	    subject->role != ED_CLIENT_RESOLVER)
		ret->bits += MAINLY_BITS;
	if (subject->n_names >= NAMES_MIN && subject->role == ED_CLIENT_NARROW)
		ret->bits += NARROW_BITS;
}

const struct ed_evidence_family ed_evidence_host = {
	.name = "host",
	.help = "bursts against the usual rate, and how much of what the machine asks goes to the domain",
	.cap_bits = 6,
	.uses = ED_FIELD_QNAME,
	.keys = 1 << ED_KEY_PAIR,
	.state_bytes = sizeof(struct host_state),
	.observe = host_observe,
	.fade = host_fade,
	.weigh = host_weigh,
};
