/* SPDX-License-Identifier: Apache-2.0 */
/* The ceilings; see ceiling.h. */
#include "shard/ceiling.h"

#include <math.h>

/* A domain of the whole site: asked by so many clients and such a share of all. */
enum { WIDE_CLIENTS = 20, WIDE_SHARE = 10, SMALL_SITE_CLIENTS = 8, SMALL_SITE_SHARE = 2 };
enum { ANSWERS_NAMES_MIN = 10, POLLED_NAMES = 1, POLLED_CLIENTS = 2, RARE_TYPES_MIN = 3 };

static const float DIGEST_LIST_BITS = 2, DIGEST_STORE_BITS = 5;

/* Times what the domain's other clients say on average; more where most of the site asks. */
static const double EXCESS = 4, MAJORITY_EXCESS = 20;
static const double NEARLY_ALL = 0.9, MAINLY = 0.4;

static double fact(const struct ed_evidence *evidence, unsigned family, const char *name)
{
	return ed_evidence_get(&evidence[family], name, 0);
}

/* Whoever asks for reversed addresses and is told codes, or that there is nothing, asks a block
 * list. A mail server asks some of them for hashes too, and is told a text at times. */
static bool is_list_by_shape(const struct ed_subject *s, const struct ed_evidence *evidence)
{
	double of_addresses = fact(evidence, ED_EVIDENCE_ID_content, "address_share");
	double by_codes;

	if (of_addresses < NEARLY_ALL && s->role != ED_CLIENT_MAIL)
		return false;
	by_codes = fact(evidence, ED_EVIDENCE_ID_structure, "loopback_share") +
		   fact(evidence, ED_EVIDENCE_ID_structure, "failed_share");
	if (s->role == ED_CLIENT_MAIL)
		return of_addresses >= MAINLY || by_codes >= MAINLY;
	return by_codes >= NEARLY_ALL;
}

float ed_ceiling_digest_bits(const struct ed_evidence *evidence)
{
	double by_codes = fact(evidence, ED_EVIDENCE_ID_structure, "loopback_share") +
			  fact(evidence, ED_EVIDENCE_ID_structure, "failed_share");

	if (fact(evidence, ED_EVIDENCE_ID_content, "digest_share") < NEARLY_ALL)
		return 0;
	if (by_codes >= MAINLY)
		return DIGEST_LIST_BITS;
	return fact(evidence, ED_EVIDENCE_ID_structure, "new_names_share") < MAINLY ?
		       DIGEST_STORE_BITS :
		       0;
}

bool ed_ceiling_is_service(const struct ed_subject *s, const struct ed_evidence *evidence)
{
	if (s->service == ED_SERVICE_NONE && !is_list_by_shape(s, evidence))
		return false;
	return !ed_evidence_get_text(&evidence[ED_EVIDENCE_ID_path], "server");
}

static bool is_site_wide(const struct ed_subject *s)
{
	if (s->n_clients >= WIDE_CLIENTS)
		return (uint64_t)s->n_clients * WIDE_SHARE >= s->n_site_clients;
	return s->n_clients >= SMALL_SITE_CLIENTS &&
	       s->n_clients * SMALL_SITE_SHARE >= s->n_site_clients;
}

/*
 * What repeats count only where the domain is not everybody's: own hosts are asked for in every
 * order by who watches them. Of several clients they count half: two that build the same ask the
 * same mirror for what they need next, ten kilobytes a day by this count.
 */
static double told_a_day(const struct ed_subject *s)
{
	if (is_site_wide(s))
		return s->info_bytes - s->extra_bytes;
	if (s->key_kind == ED_KEY_DOMAIN)
		return s->info_bytes - s->extra_bytes * (1 - 1.0 / ED_CEILING_DOMAIN_REPEATS);
	return s->info_bytes;
}

/*
 * What one client may say to the domain. Where a good part of the site says much to a domain, it is
 * the excess over the others that counts, in proportion to how much the client asks at all: behind
 * one address there may be many people.
 */
static double pair_ceiling(const struct ed_subject *s, bool is_service)
{
	double ceiling = is_service ? ED_CEILING_SERVICE_BYTES : ED_CEILING_PAIR_BYTES;

	if (is_site_wide(s)) {
		double excess = s->n_clients * 2 >= s->n_site_clients ? MAJORITY_EXCESS : EXCESS;

		ceiling = fmax(ceiling, excess * s->others_bytes * fmax(1, s->client_size));
	}
	return ceiling;
}

static double domain_ceiling(const struct ed_subject *s, bool is_service)
{
	double a_client = is_service ? ED_CEILING_SERVICE_BYTES : ED_CEILING_DOMAIN_BYTES;

	return is_site_wide(s) ? a_client * s->n_clients : a_client * fmax(1, s->n_clients / 3.0);
}

/*
 * Few names have few texts, however long they are, and a program that asks for them again hears
 * them again. But nobody is told texts in NULL, KEY and types that nothing is assigned to; and a
 * text of one name that changes every time is a channel, when it goes on.
 */
static bool answers_may_be_texts(const struct ed_subject *s, const struct ed_evidence *evidence)
{
	double rare_types = fact(evidence, ED_EVIDENCE_ID_structure, "rare_types_share");

	if (s->n_names >= ANSWERS_NAMES_MIN ||
	    rare_types * (double)s->n_queries >= (double)RARE_TYPES_MIN)
		return false;
	return s->n_names > POLLED_NAMES || s->n_clients > POLLED_CLIENTS ||
	       fact(evidence, ED_EVIDENCE_ID_volume, "answers_not_compared") > 0 ||
	       fact(evidence, ED_EVIDENCE_ID_volume, "answer_information_bytes") <=
		       ED_CEILING_POLLED_BYTES;
}

/*
 * A name has a text, or stands for another name, and both change now and then. When what is told
 * under the names goes on to be something else, more than so many names have to say, it is a
 * channel. Hosts are asked for by their addresses: who asks one domain for hundreds of other names
 * outright wants to be told those.
 */
static bool is_always_news(const struct ed_subject *s, const struct ed_evidence *evidence)
{
	bool asks_names = fact(evidence, ED_EVIDENCE_ID_structure, "cname_mx_srv_share") >= MAINLY;
	double a_name = asks_names ? ED_CEILING_NEWS_ASKED_BYTES : ED_CEILING_NEWS_NAME_BYTES;

	return s->n_clients <= POLLED_CLIENTS &&
	       fact(evidence, ED_EVIDENCE_ID_volume, "answer_news_bytes") >
		       ED_CEILING_NEWS_BYTES + a_name * (double)s->n_names;
}

/* What the domain told one client. A mail server is told keys and policies. */
static const char *answers_exceeded(const struct ed_subject *s, const struct ed_evidence *evidence)
{
	if (is_site_wide(s) || s->role == ED_CLIENT_MAIL)
		return NULL;
	if (is_always_news(s, evidence))
		return "answers to one client, a day";
	if (answers_may_be_texts(s, evidence))
		return NULL;
	if (fact(evidence, ED_EVIDENCE_ID_volume, "answer_information_bytes") >
	    ED_CEILING_ANSWERS_BYTES)
		return "answers to one client, a day";
	if (fact(evidence, ED_EVIDENCE_ID_volume, "answer_information_30d_bytes") >
	    ED_CEILING_ANSWERS_MONTH_BYTES)
		return "answers to one client, 30 days";
	return NULL;
}

static const char *pair_exceeded(const struct ed_subject *s, const struct ed_evidence *evidence)
{
	bool is_service = ed_ceiling_is_service(s, evidence);
	double ceiling = pair_ceiling(s, is_service);

	if (told_a_day(s) > ceiling)
		return "one client and domain, a day";
	if (!is_site_wide(s) &&
	    s->month_bytes > ceiling * ED_CEILING_PAIR_MONTH_BYTES / ED_CEILING_PAIR_BYTES)
		return "one client and domain, 30 days";
	return is_service ? NULL : answers_exceeded(s, evidence);
}

const char *ed_ceiling_exceeded(const struct ed_subject *s, const struct ed_evidence *evidence)
{
	if (s->key_kind == ED_KEY_PAIR)
		return pair_exceeded(s, evidence);
	if (s->key_kind == ED_KEY_DOMAIN &&
	    told_a_day(s) > domain_ceiling(s, ed_ceiling_is_service(s, evidence)))
		return "one domain, a day";
	return NULL; /* a client's sum over rare domains: rare.h */
}
