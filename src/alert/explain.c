/* SPDX-License-Identifier: Apache-2.0 */
/* The words of an alert; see explain.h. */
#include "alert/explain.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/hash.h"
#include "base/time.h"

/* Fixed, so that the same incident has the same id on every run, worker and machine. */
static const uint64_t ID_KEY = 0x54313037312e3034U;

struct sentence {
	char *p;
	size_t n, max;
	bool has_clause;
};

__attribute__((format(printf, 2, 3))) static void clause(struct sentence *s, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (s->has_clause && s->n + 2 < s->max)
		s->n += (size_t)snprintf(s->p + s->n, s->max - s->n, ", ");
	s->has_clause = true;
	va_start(ap, fmt);
	n = vsnprintf(s->p + s->n, s->max - s->n, fmt, ap);
	va_end(ap);
	s->n += n < 0 ? 0 : (size_t)n;
	if (s->n >= s->max)
		s->n = s->max - 1;
}

static const struct ed_evidence *family(const struct ed_finding *f, const char *name)
{
	static const struct ed_evidence none;

	for (uint32_t i = 0; i < f->n_evidence; i++) {
		if (strcmp(f->evidence[i].family, name) == 0)
			return &f->evidence[i];
	}
	return &none;
}

/* The times of a log are its writer's to choose: far apart they do not fit the type of their
 * difference. */
static uint64_t lasted_ns(const struct ed_finding *f)
{
	return f->last_ns > f->first_ns ? (uint64_t)f->last_ns - (uint64_t)f->first_ns : 0;
}

/* What is no number counts nothing. */
static uint64_t count_of(double v)
{
	return v >= 0x1p64 ? UINT64_MAX : v > 0 ? (uint64_t)v : 0;
}

static uint32_t at_most_u32(uint64_t v)
{
	return v < UINT32_MAX ? (uint32_t)v : UINT32_MAX;
}

static void duration_text(uint64_t ns, char *ret, size_t n)
{
	double s = (double)ns / (double)ED_NS_PER_S;

	if (s < 120)
		(void)snprintf(ret, n, "%.0f s", s);
	else if (s < 7200)
		(void)snprintf(ret, n, "%.0f min", s / 60);
	else if (s < 172800)
		(void)snprintf(ret, n, "%.1f h", s / 3600);
	else
		(void)snprintf(ret, n, "%.0f days", s / 86400);
}

static void say_names(const struct ed_finding *f, struct sentence *s)
{
	const struct ed_evidence *e = family(f, "structure");
	double fresh = ed_evidence_get(e, "new_names_share", 0);
	char span[24];

	duration_text(lasted_ns(f), span, sizeof(span));
	if (!f->common_parent)
		clause(s, "%.0f different made-up domains in %s",
		       ed_evidence_get(family(f, "content"), "names_encoded", 0), span);
	else
		clause(s, "%llu distinct names in %s", (unsigned long long)f->n_names, span);
	if (fresh >= 0.98)
		clause(s, "each new");
	else if (fresh >= 0.8)
		clause(s, "%.0f %% of the lookups for a new one", 100 * fresh);
	clause(s, "%.1f kB of information", f->info_bytes / 1000);
}

static void say_content(const struct ed_finding *f, struct sentence *s)
{
	const struct ed_evidence *e = family(f, "content");
	const char *alphabet = ed_evidence_get_text(e, "alphabet");
	double names = ed_evidence_get(e, "names_scored", 0);
	double llr = ed_evidence_get(e, "likelihood_ratio_bits", 0);

	if (e->bits < 1 || names < 1)
		return;
	if (alphabet && ed_evidence_get(e, "alphabet_share", 0) >= 0.5)
		clause(s, "payload like %s", alphabet);
	else
		clause(s, "payload looks encoded");
	if (llr > 0)
		clause(s, "2^%.0f times likelier than ordinary names", llr < 999 ? llr : 999);
	if (ed_evidence_get(e, "mixed_case_share", 0) >= 0.5)
		clause(s, "mixed case");
}

static void say_structure(const struct ed_finding *f, struct sentence *s)
{
	const struct ed_evidence *e = family(f, "structure");
	double rare = ed_evidence_get(e, "rare_types_share", 0);
	double txt = ed_evidence_get(e, "txt_share", 0);
	double chain = ed_evidence_get(e, "cname_mx_srv_share", 0);
	double answer = ed_evidence_get(e, "answer_payload_bytes_mean", 0);

	if (rare >= 0.1)
		clause(s, "%.0f %% NULL, KEY or private record types", 100 * rare);
	if (txt >= 0.1)
		clause(s, "%.0f %% TXT", 100 * txt);
	if (chain >= 0.1)
		clause(s, "%.0f %% CNAME, MX or SRV questions", 100 * chain);
	if (answer >= 30)
		clause(s, "answers of %.0f B", answer);
	if (ed_evidence_get(e, "ttl_3s_or_less_share", 0) >= 0.9)
		clause(s, "answers not to be cached");
	if (ed_evidence_get(e, "failed_share", 0) >= 0.9)
		clause(s, "%.0f %% of the answers failures",
		       100 * ed_evidence_get(e, "failed_share", 0));
	if (ed_evidence_get(e, "hidden_bytes_share", 0) >= 0.5)
		clause(s, "bytes hidden behind the last record");
}

static void say_rest(const struct ed_finding *f, struct sentence *s)
{
	const struct ed_evidence *e = family(f, "volume");

	if (ed_evidence_get(e, "burst_above_query_rate_per_client", 0) > 0)
		clause(s, "%.0f queries a second", ed_evidence_get(e, "peak_queries_per_s", 0));
	if (f->verdict == ED_VERDICT_BOUND)
		clause(s, "more than one client needs to say in a day");
	if (f->common_parent)
		clause(s, f->n_clients == 1 ? "%u client asks" : "%u clients ask", f->n_clients);
}

/* The weakest family without which the alert would fall, or how far the score is from one. */
static void counterfactual(const struct ed_finding *f, char ret[static ED_ALERT_COUNTER_MAX])
{
	const struct ed_evidence *weakest = NULL;

	if (f->score_bits < 0) {
		(void)snprintf(ret, ED_ALERT_COUNTER_MAX, "%.1f bits more would make it an alert",
			       (double)-f->score_bits);
		return;
	}
	for (uint32_t i = 0; i < f->n_evidence; i++) {
		const struct ed_evidence *e = &f->evidence[i];

		if (e->bits > f->score_bits && (!weakest || e->bits < weakest->bits))
			weakest = e;
	}
	if (weakest)
		(void)snprintf(ret, ED_ALERT_COUNTER_MAX, "without %s the score would be %.1f",
			       weakest->family, (double)(f->score_bits - weakest->bits));
	else
		(void)snprintf(ret, ED_ALERT_COUNTER_MAX, "no single family would turn it");
}

static void identity(const struct ed_finding *f, char ret[static ED_ALERT_ID_TEXT])
{
	struct {
		char analytic[8];
		uint32_t version;
		uint32_t domain_n;
		uint8_t client[16];
		uint8_t domain[ED_NAME_MAX + 1];
		int64_t start_ns;
	} what;
	uint64_t hi, lo;

	memset(&what, 0, sizeof(what));
	(void)snprintf(what.analytic, sizeof(what.analytic), "%s", f->analytic);
	what.version = f->analytic_version;
	memcpy(what.client, f->client.b, sizeof(what.client));
	what.domain_n = f->domain.n;
	memcpy(what.domain, f->domain.wire, f->domain.n);
	what.start_ns = f->first_ns;
	hi = ed_hash_bytes(&what, sizeof(what), ID_KEY);
	lo = ed_hash_bytes(&what, sizeof(what), ~ID_KEY);
	/* RFC 9562 §5.8: version 8, made by us */
	hi = (hi & ~UINT64_C(0xf000)) | 0x8000;
	lo = (lo & ~(UINT64_C(3) << 62)) | UINT64_C(2) << 62;
	(void)snprintf(ret, ED_ALERT_ID_TEXT, "%08x-%04x-%04x-%04x-%012llx", (unsigned)(hi >> 32),
		       (unsigned)(hi >> 16 & 0xffff), (unsigned)(hi & 0xffff), (unsigned)(lo >> 48),
		       (unsigned long long)(lo & UINT64_C(0xffffffffffff)));
}

/* Posterior in percent, with the score held to where it means something. */
static uint16_t risk_of(const struct ed_finding *f)
{
	static const uint16_t floor_of[ED_LEVEL_N] = { 0, 10, 50, 70, 90 };
	double posterior = 100 / (1 + exp2(-(double)f->score_bits));

	return (uint16_t)fmax(floor_of[f->level], fmin(posterior, 99));
}

void ed_alert_from_finding(const struct ed_finding *f, struct ed_alert *ret)
{
	struct sentence s = { .p = ret->summary, .max = sizeof(ret->summary) };

	memset(ret, 0, sizeof(*ret));
	identity(f, ret->id);
	ret->level = f->level;
	ret->verdict = f->verdict;
	ret->risk = risk_of(f);
	ret->raised_ns = f->last_ns;
	ret->start_ns = f->first_ns;
	ret->end_ns = f->last_ns;
	ret->analytic = f->analytic;
	ret->analytic_name = f->analytic_name;
	ret->analytic_version = f->analytic_version;
	ret->client = f->client;
	ret->n_clients = f->n_clients;
	ret->domain = f->domain;
	ret->score_bits = f->score_bits;
	ret->n_evidence = f->n_evidence;
	memcpy(ret->evidence, f->evidence, f->n_evidence * sizeof(f->evidence[0]));
	ret->bytes_up = count_of(f->info_bytes);
	ret->bytes_down = count_of(f->answer_bytes);
	ret->window_s = at_most_u32(lasted_ns(f) / ED_NS_PER_S);
	ret->n_names = at_most_u32(f->n_names);
	ret->n_queries = f->n_queries;
	ret->n_samples = f->n_samples;
	memcpy(ret->samples, f->samples, f->n_samples * sizeof(f->samples[0]));
	ret->n_tunables = f->n_tunables;
	memcpy(ret->tunables, f->tunables, f->n_tunables * sizeof(f->tunables[0]));
	ret->formats = f->formats;
	say_names(f, &s);
	say_content(f, &s);
	say_structure(f, &s);
	say_rest(f, &s);
	counterfactual(f, ret->counterfactual);
}
