/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ceilings of the information bound: who says more is told, whatever the score. Their
 * derivation, and what is promised, stands in docs/guide/guarantees.md. Source: Paxson et al.,
 * USENIX Security 2013; detection design §3a.
 */
#ifndef ED_SHARD_CEILING_H
#define ED_SHARD_CEILING_H

#include "evidence/evidence.h"

/* Bytes of information. */
enum {
	ED_CEILING_PAIR_BYTES = 4096,        /* one client and domain, a day */
	ED_CEILING_PAIR_MONTH_BYTES = 14336, /* the same, 30 days */
	ED_CEILING_ANSWERS_BYTES = 4000,     /* free bytes in the answers to one client, a day */
	/* The same over 30 days, where what is older counts less: e^-1 after 30 days. Who is told
	 * 16 kB evenly within them comes to 10 kB by that count. */
	ED_CEILING_ANSWERS_MONTH_BYTES = 9000,
	ED_CEILING_POLLED_BYTES =
		16384, /* the first of them under one name of one or two clients */
	/* Texts and names in answers to one or two clients that were not heard before, a day; and so
	 * many more for each name that was asked, or where it is CNAME, MX and SRV that are asked
	 * for. */
	ED_CEILING_NEWS_BYTES = 16384,
	ED_CEILING_NEWS_NAME_BYTES = 400,
	ED_CEILING_NEWS_ASKED_BYTES = 16,
	ED_CEILING_DOMAIN_BYTES = 10240,   /* one domain, a day; times a third of its clients */
	ED_CEILING_DOMAIN_REPEATS = 2,     /* times as much in repeats, types and headers */
	ED_CEILING_RARE_BYTES = 8192,      /* one client over all rare domains, a day */
	ED_CEILING_SERVICE_BYTES = 102400, /* instead of the first where asking is the service */
};

/*
 * True when the domain is asked so by trade: a service on the list, a zone that is not on the
 * public internet, or by its shape a list of addresses or, from a mail server, of hashes. False
 * when it is asked through a server of its own, which is how a borrowed name is used.
 */
bool ed_ceiling_is_service(const struct ed_subject *s, const struct ed_evidence *evidence);

/*
 * What names that are digests are worth against the score: lookups of files or mails by hash,
 * answered by codes or failures, or hosts of a store that are looked up again and again. No ceiling
 * changes.
 */
float ed_ceiling_digest_bits(const struct ed_evidence *evidence);

/* Which ceiling the key has exceeded, as static text; NULL: none. @evidence: one a family. */
const char *ed_ceiling_exceeded(const struct ed_subject *s, const struct ed_evidence *evidence);

#endif
