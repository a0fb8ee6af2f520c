/* SPDX-License-Identifier: Apache-2.0 */
/* The words of an alert; see explain.h. */
#include "alert/explain.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "alert/explain_egress.h"
#include "alert/explain_views.h"
#include "alert/identity.h"
#include "base/time.h"
#include "record/event.h"

/* Beyond it a number only impresses. */
static const double LLR_SAID_MAX_BITS = 100;

/* Less is not worth a clause. */
static const double TOLD_BYTES = 500;
static const uint64_t BURST_WINDOW_NS = 600 * (uint64_t)ED_NS_PER_S;

enum { NEW_DAYS = 7 };

struct sentence {
	char *p;
	size_t n, max;
};

__attribute__((format(printf, 2, 0))) static void vappend(struct sentence *s, const char *fmt,
							  va_list ap)
{
	int n = vsnprintf(s->p + s->n, s->max - s->n, fmt, ap);

	s->n += n < 0 ? 0 : (size_t)n;
	if (s->n >= s->max)
		s->n = s->max - 1;
}

__attribute__((format(printf, 2, 3))) static void append(struct sentence *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vappend(s, fmt, ap);
	va_end(ap);
}

__attribute__((format(printf, 2, 3))) static void clause(struct sentence *s, const char *fmt, ...)
{
	va_list ap;

	if (s->n > 0)
		append(s, s->p[s->n - 1] == ':' ? " " : ", ");
	va_start(ap, fmt);
	vappend(s, fmt, ap);
	va_end(ap);
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

/* " in 12 min"; nothing where no source tells times. */
static void span_text(const struct ed_finding *f, char *ret, size_t n)
{
	char span[24] = "";

	if (!(f->missing & ED_FIELD_TIME))
		duration_text(lasted_ns(f), span, sizeof(span));
	(void)snprintf(ret, n, "%s%s", *span ? " in " : "", span);
}

/* What there are many of: names under the domain, or domains where no parent is in common. */
static void say_subjects(const struct ed_finding *f, const char *span, struct sentence *s)
{
	double rare = ed_evidence_get(family(f, "volume"), "rare_domains", 0);

	if (f->is_masked)
		clause(s, "%llu distinct names, which the log masks,%s",
		       (unsigned long long)f->n_names, span);
	else if (f->common_parent)
		clause(s, "%llu distinct names%s", (unsigned long long)f->n_names, span);
	else if (rare > 0)
		clause(s, "%.0f domains that hardly anybody else asks%s", rare, span);
	else
		clause(s, "%.0f different made-up domains%s",
		       ed_evidence_get(family(f, "content"), "names_encoded", 0), span);
}

static void say_names(const struct ed_finding *f, struct sentence *s)
{
	const struct ed_evidence *e = family(f, "structure");
	double fresh = ed_evidence_get(e, "new_names_share", 0);
	char span[32];

	span_text(f, span, sizeof(span));
	say_subjects(f, span, s);
	if (fresh >= 0.98)
		clause(s, "each new");
	else if (fresh >= 0.8)
		clause(s, "%.0f %% of the lookups for a new one", 100 * fresh);
	if (!f->is_masked)
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
	if (!alphabet || ed_evidence_get(e, "alphabet_share", 0) < 0.5)
		alphabet = "encoded data";
	if (llr > LLR_SAID_MAX_BITS)
		clause(s, "names fit %s more than 2^%.0f times better than ordinary words",
		       alphabet, LLR_SAID_MAX_BITS);
	else if (llr > 0)
		clause(s, "names fit %s 2^%.0f times better than ordinary words", alphabet, llr);
	else
		clause(s, "names like %s", alphabet);
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

	if (ed_evidence_get(e, "binary_names", 0) >= 3)
		clause(s, "names hold bytes that are no text");
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
	if (ed_evidence_get(e, "unprinted_names", 0) >= 3)
		clause(s, "%.0f more names that the log could not print",
		       ed_evidence_get(e, "unprinted_names", 0));
	if (ed_evidence_get(e, "hidden_bytes_share", 0) >= 0.5)
		clause(s, "bytes hidden behind the last record");
}

/* A regular rhythm, if the family finds one worth a bit. */
static void say_timing(const struct ed_finding *f, struct sentence *s)
{
	const struct ed_evidence *e = family(f, "timing");
	double mean_s = ed_evidence_get(e, "mean_gap_s", 0);
	double gaps = ed_evidence_get(e, "gaps", 0);
	double shape = ed_evidence_get(e, "gap_shape", 0);
	char every[24];

	if (e->bits < 1 || !(mean_s > 0))
		return;
	duration_text(count_of(mean_s * (double)ED_NS_PER_S), every, sizeof(every));
	clause(s, "a new name every %s (+-%.0f %%", every,
	       100 * ed_evidence_get(e, "gap_relative_sd", 0));
	if (shape > 0)
		append(s, ", k = %.1f", shape);
	if (gaps > 0)
		append(s, ", %.0f times", gaps);
	append(s, ")");
}

static void say_volume(const struct ed_finding *f, struct sentence *s)
{
	const struct ed_evidence *e = family(f, "volume");
	const char *ceiling = ed_evidence_get_text(e, "ceiling_exceeded");
	double burst = ed_evidence_get(e, "burst_bytes", 0);
	double repeats = ed_evidence_get(e, "repeat_bytes", 0);
	double answers = ed_evidence_get(e, "answer_information_bytes", 0);
	double news = ed_evidence_get(e, "answer_news_bytes", 0);
	double month = ed_evidence_get(e, "information_30d_bytes", 0);

	if (ed_evidence_get(e, "burst_above_query_rate_per_client", 0) > 0)
		clause(s, "%.0f queries a second", ed_evidence_get(e, "peak_queries_per_s", 0));
	if (burst >= TOLD_BYTES && lasted_ns(f) > BURST_WINDOW_NS)
		clause(s, "%.1f kB in 10 min", burst / 1000);
	if (repeats >= TOLD_BYTES)
		clause(s, "%.1f kB more in the order of known names", repeats / 1000);
	if (answers >= TOLD_BYTES)
		clause(s, "%.1f kB of information in the answers", answers / 1000);
	else if (news >= TOLD_BYTES)
		clause(s, "%.1f kB of names in the answers that were not told before", news / 1000);
	if (month >= TOLD_BYTES && month > 1.5 * f->info_bytes)
		clause(s, "%.1f kB in 30 days", month / 1000);
	if (f->verdict == ED_VERDICT_BOUND && ceiling)
		clause(s, "above the ceiling (%s)", ceiling);
	else if (f->verdict == ED_VERDICT_BOUND)
		clause(s, "above the ceiling");
}

/* Through whom the names go, and whether the domain is new to those who ask it. */
static void say_path(const struct ed_finding *f, struct sentence *s)
{
	const struct ed_evidence *e = family(f, "path");
	double users = ed_evidence_get(e, "clients_of_server", 0);
	double age = ed_evidence_get(e, "domain_age_days", NAN);

	if (e->bits < 1)
		return;
	if (ed_evidence_get_text(e, "server"))
		clause(s, "through a server that is asked for nothing else");
	if (users == 1)
		clause(s, "a server that no other client asks");
	if (age >= 0 && age < NEW_DAYS)
		clause(s, "a domain that nobody asked before");
}

/* What is out of the ordinary about who asks; an ordinary machine is not worth a clause. */
static const char *role_clause(const char *role)
{
	static const char *const clauses[][2] = {
		{ "busy", "by a machine that asks for very many domains" },
		{ "mail", "by a mail server" },
		{ "resolver", "by a resolver" },
	};

	for (size_t i = 0; role && i < sizeof(clauses) / sizeof(clauses[0]); i++) {
		if (strcmp(role, clauses[i][0]) == 0)
			return clauses[i][1];
	}
	return NULL;
}

/* A list of names tells nothing of who asked. */
static bool is_asker_known(const struct ed_finding *f)
{
	return f->all_clients || ed_addr_known(&f->client) || f->actor;
}

static void say_clients(const struct ed_finding *f, struct sentence *s)
{
	const struct ed_evidence *host = family(f, "host");
	const char *role = ed_evidence_get_text(host, "role");
	const char *who = role_clause(role);
	double share = ed_evidence_get(host, "share_of_client_queries", 0);

	if (share >= 0.2)
		clause(s, "%.0f %% of all that the client asks", 100 * share);
	else if (role && strcmp(role, "narrow") == 0)
		clause(s, "by a machine that asks for hardly anything else");
	if (who)
		clause(s, "%s", who);
	if (f->common_parent && is_asker_known(f))
		clause(s, f->n_clients == 1 ? "%u client asks" : "%u clients ask", f->n_clients);
}

/* "412 datagrams (66 kB) to port 53 of 192.0.2.1 are not DNS, first bytes 10 d1 9e 20" */
static void say_not_dns(const struct ed_finding *f, struct sentence *s)
{
	const struct ed_evidence *e = family(f, "path");
	double to = ed_evidence_get(e, "payloads_to_server", 0);
	double from = ed_evidence_get(e, "payloads_from_server", 0);
	bool is_tcp = ed_evidence_get(e, "payloads_in_tcp", 0) >= to + from;
	const char *what = is_tcp ? "TCP segments" : "datagrams";
	char server[ED_ADDR_TEXT_MAX];

	ed_addr_to_text(&f->server, server);
	if (to > 0)
		clause(s, "%.0f %s (%.1f kB) to port 53 of %s are not DNS", to, what,
		       f->info_bytes / 1000, server);
	if (to > 0 && from > 0)
		clause(s, "%.0f (%.1f kB) come back", from, f->answer_bytes / 1000);
	else if (from > 0)
		clause(s, "%.0f %s (%.1f kB) from port 53 of %s are not DNS", from, what,
		       f->answer_bytes / 1000, server);
	for (unsigned i = 0; i < f->n_first_bytes && i < ED_FIRST_BYTES_MAX; i++) {
		if (i == 0)
			clause(s, "first bytes");
		append(s, " %02x", f->first_bytes[i]);
	}
}

static void say_listed(const struct ed_finding *f, struct sentence *s)
{
	const char *feed = ed_evidence_get_text(family(f, "path"), "listed");

	if (feed)
		clause(s, "asked for a listed domain (%s)", feed);
}

/* All that matters of lookups that nobody should make. */
static void say_lookups(const struct ed_finding *f, struct sentence *s)
{
	char span[32];

	span_text(f, span, sizeof(span));
	clause(s, "%llu lookup%s%s", (unsigned long long)f->n_queries, f->n_queries == 1 ? "" : "s",
	       span);
	clause(s, f->n_clients == 1 ? "%u client asks" : "%u clients ask", f->n_clients);
}

/* The weakest family without which the score would fall below an alert; NULL: none turns it. */
static const struct ed_evidence *weakest_that_turns(const struct ed_finding *f)
{
	const struct ed_evidence *weakest = NULL;

	for (uint32_t i = 0; i < f->n_evidence; i++) {
		const struct ed_evidence *e = &f->evidence[i];

		if (e->bits > f->score_bits && (!weakest || e->bits < weakest->bits))
			weakest = e;
	}
	return weakest;
}

/* What would turn the verdict: of the ceiling, and of the score. */
static void counterfactual(const struct ed_finding *f, char ret[static ED_ALERT_COUNTER_MAX])
{
	struct sentence s = { .p = ret, .max = ED_ALERT_COUNTER_MAX };
	const struct ed_evidence *weakest = weakest_that_turns(f);
	bool is_bound = f->verdict == ED_VERDICT_BOUND;

	if (f->verdict == ED_VERDICT_POLICY) {
		append(&s, "what was seen is the alert: no score would turn it");
		return;
	}
	if (is_bound)
		append(&s, "the ceiling alone makes it an alert; ");
	if (f->score_bits < 0)
		append(&s,
		       is_bound ? "the score lacks %.1f bits" :
				  "%.1f bits more would make it an alert",
		       (double)-f->score_bits);
	else if (f->level < ED_LEVEL_MEDIUM)
		append(&s, "one more family that speaks would make it an alert");
	else if (weakest)
		append(&s, "without %s the score would be %.1f", weakest->family,
		       (double)(f->score_bits - weakest->bits));
	else
		append(&s, "no single family would turn %s", is_bound ? "the score" : "it");
}

/* Posterior in percent, with the score held to where it means something. */
static uint16_t risk_of(const struct ed_finding *f)
{
	static const uint16_t floor_of[ED_LEVEL_N] = { 0, 10, 50, 70, 90 };
	double posterior = 100 * f->posterior;

	return (uint16_t)fmax(floor_of[f->level], fmin(posterior, 99));
}

/* A program that talks to a name server itself, and nobody saw what it said: "412 messages (8.1 kB)
 * of its own to the name server 192.0.2.1 in 12 min". */
static void say_talk(const struct ed_finding *f, struct sentence *s)
{
	const struct ed_evidence *e = family(f, "path");
	char server[ED_ADDR_TEXT_MAX], span[24];

	ed_addr_to_text(&f->server, server);
	duration_text(lasted_ns(f), span, sizeof(span));
	clause(s, "%.0f messages or connections of its own to the name server %s in %s",
	       ed_evidence_get(e, "flows_to_name_servers", 0), server, span);
	if (f->info_bytes > 0)
		clause(s, "%.1f kB", f->info_bytes / 1000);
	if (ed_evidence_get_text(e, "server"))
		clause(s, "which no other program asks");
	if (ed_evidence_get(e, "name_servers_min", 1) > 1)
		clause(s, "%.0f servers or more", ed_evidence_get(e, "name_servers_min", 1));
}

/* "rundll32.exe on ws5 (user CORP\\bob, started by cmd.exe)" */
static void say_actor(const struct ed_finding *f, struct sentence *s)
{
	char text[ED_TEXT_MAX];
	const char *separator = " (";

	if (!f->actor)
		return;
	if (ed_process_print(ed_image_base(ed_actor_text(f->actor, ED_TEXT_IMAGE)), text,
			     sizeof(text)) > 0)
		append(s, "%s", text);
	else
		append(s, "an unknown program");
	if (ed_process_print(ed_actor_text(f->actor, ED_TEXT_HOST), text, sizeof(text)) > 0)
		append(s, " on %s", text);
	if (ed_process_print(ed_actor_text(f->actor, ED_TEXT_USER), text, sizeof(text)) > 0) {
		append(s, "%suser %s", separator, text);
		separator = ", ";
	}
	if (ed_process_print(ed_image_base(ed_actor_text(f->actor, ED_TEXT_PARENT)), text,
			     sizeof(text)) > 0) {
		append(s, "%sparent %s", separator, text);
		separator = ", ";
	}
	if (ed_addr_known(&f->client) && f->actor->process.attribution < ED_ATTRIBUTION_DIRECT) {
		append(s, "%s%s", separator, ed_attribution_text(f->actor->process.attribution));
		separator = ", ";
	}
	append(s, "%s:", *separator == ',' ? ")" : "");
}

static void say_package(const struct ed_actor *actor, struct sentence *s)
{
	char text[ED_TEXT_MAX];

	if (ed_process_print(ed_actor_text(actor, ED_TEXT_PACKAGE), text, sizeof(text)) > 0)
		append(s, " (%s)", text);
}

/* What is out of the ordinary about the program and its machine. */
static void say_host(const struct ed_finding *f, struct sentence *s)
{
	const struct ed_evidence *e = family(f, "host");
	const char *started = ed_evidence_get_text(e, "started");
	const char *place = ed_evidence_get_text(e, "place");
	const char *machine = ed_evidence_get_text(e, "machine");
	const char *asker = ed_evidence_get_text(e, "asker");

	if (f->actor && ed_evidence_get_text(e, "program"))
		clause(s, "by %s", ed_evidence_get_text(e, "program"));
	if (asker)
		clause(s, "by %s", asker);
	if (started)
		append(s, " started %s", started);
	if (place)
		clause(s, "from %s", place);
	if (machine)
		append(s, " %s", machine);
	if (machine && f->actor)
		say_package(f->actor, s);
}

static const char *would_add(const struct ed_finding *f)
{
	if (f->verdict == ED_VERDICT_POLICY)
		return NULL;
	if (!f->actor && ed_addr_known(&f->client))
		return "a log of the client itself (Sysmon, auditd, unified log) would name the program";
	if (f->actor && f->is_masked)
		return "the names unmasked, or DNS seen on the network, would show the domain, the "
		       "content and the answers";
	if (f->actor && !ed_addr_known(&f->client))
		return "DNS seen on the network would add record types, sizes, answers and the server";
	return NULL;
}

static void say_views(const struct ed_finding *f, struct ed_alert *ret, struct sentence *s)
{
	char views[ED_VIEWS_TEXT_MAX];

	if (ed_explain_views(f, ret, views))
		clause(s, "%s", views);
}

void ed_alert_from_finding(const struct ed_finding *f, struct ed_alert *ret)
{
	struct sentence s = { .p = ret->summary, .max = sizeof(ret->summary) };

	memset(ret, 0, sizeof(*ret));
	ed_alert_identity(f, ret->id);
	ret->level = f->level;
	ret->verdict = f->verdict;
	ret->risk = risk_of(f);
	ret->raised_ns = f->last_ns;
	ret->start_ns = f->first_ns;
	ret->end_ns = f->last_ns;
	ret->first_raised.time_ns = ED_TIME_UNKNOWN_NS;
	ret->analytic = f->analytic;
	ret->analytic_name = f->analytic_name;
	ret->analytic_version = f->analytic_version;
	ret->client = f->client;
	ret->all_clients = f->all_clients;
	ret->is_masked = f->is_masked;
	if (f->actor)
		ret->actor = *f->actor;
	ret->would_add = would_add(f);
	ret->n_clients = f->n_clients;
	ret->domain = f->domain;
	ret->server = f->server;
	ret->score_bits = f->score_bits;
	ret->n_evidence = f->n_evidence;
	memcpy(ret->evidence, f->evidence, f->n_evidence * sizeof(f->evidence[0]));
	ret->bytes_up = count_of(f->info_bytes);
	ret->bytes_down = count_of(f->answer_bytes);
	ret->window_s = at_most_u32(lasted_ns(f) / ED_NS_PER_S);
	ret->n_names = at_most_u32(f->n_names);
	ret->n_queries = f->n_queries;
	ret->n_samples = f->n_samples;
	for (uint32_t i = 0; i < f->n_samples; i++) {
		ret->samples[i] = f->samples[i];
		ret->sample_llr_bits[i] = f->sample_llr_bits[i];
	}
	ret->n_tunables = f->n_tunables;
	memcpy(ret->tunables, f->tunables, f->n_tunables * sizeof(f->tunables[0]));
	ret->formats = f->formats;
	ret->missing = f->missing;
	counterfactual(f, ret->counterfactual);
	if (f->verdict == ED_VERDICT_POLICY && ed_addr_known(&f->server)) {
		if (!ed_explain_egress(f, ret->summary))
			say_not_dns(f, &s);
		return;
	}
	if (f->verdict == ED_VERDICT_POLICY) {
		say_listed(f, &s);
		say_lookups(f, &s);
		return;
	}
	say_actor(f, &s);
	if (ed_addr_known(&f->server)) {
		say_talk(f, &s);
		say_host(f, &s);
		return;
	}
	say_listed(f, &s);
	say_names(f, &s);
	say_content(f, &s);
	say_structure(f, &s);
	say_timing(f, &s);
	say_volume(f, &s);
	say_path(f, &s);
	say_host(f, &s);
	say_clients(f, &s);
	say_views(f, ret, &s);
}
