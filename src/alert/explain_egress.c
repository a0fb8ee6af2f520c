/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words; see explain_egress.h.
 *	40 lookups in 75 s through 198.51.100.53, which is no sanctioned resolver
 *	40 connections in 3 min for DNS over HTTPS to dns.google (198.51.100.80), one every 5 s
 *	(+-12 %)
 */
#include "alert/explain_egress.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/hash.h"
#include "base/time.h"

struct words {
	char *p;
	size_t n;
};

__attribute__((format(printf, 2, 3))) static void say(struct words *w, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(w->p + w->n, ED_ALERT_SUMMARY_MAX - w->n, fmt, ap);
	va_end(ap);
	w->n += n < 0 ? 0 : (size_t)n;
	if (w->n >= ED_ALERT_SUMMARY_MAX)
		w->n = ED_ALERT_SUMMARY_MAX - 1;
}

static void say_span(struct words *w, double s)
{
	if (s < 120)
		say(w, "%.0f s", s);
	else if (s < 7200)
		say(w, "%.0f min", s / 60);
	else if (s < 172800)
		say(w, "%.1f h", s / 3600);
	else
		say(w, "%.0f days", s / 86400);
}

static const struct ed_evidence *family(const struct ed_finding *f, const char *name)
{
	for (uint32_t i = 0; i < f->n_evidence; i++) {
		if (strcmp(f->evidence[i].family, name) == 0)
			return &f->evidence[i];
	}
	return NULL;
}

static const char *kind_of(const struct ed_finding *f)
{
	const struct ed_evidence *path = family(f, "path");

	return path ? ed_evidence_get_text(path, "egress") : NULL;
}

/* "40 lookups and 3 flows in 75 s" */
static void say_count(const struct ed_finding *f, const struct ed_evidence *path, const char *flow,
		      struct words *w)
{
	double lookups = ed_evidence_get(path, "lookups", 0);
	double flows = ed_evidence_get(path, "flows", 0);
	bool is_sampled = flows > 0 && ed_evidence_get(path, "sampled_packets", 0) == flows;

	flow = is_sampled ? "sampled packet" : flow;
	if (lookups > 0)
		say(w, "%.0f lookup%s", lookups, lookups == 1 ? "" : "s");
	if (flows > 0)
		say(w, "%s%.0f %s%s", lookups > 0 ? " and " : "", flows, flow,
		    flows == 1 ? "" : "s");
	if (f->last_ns <= f->first_ns)
		return;
	say(w, " in ");
	say_span(w, ((double)f->last_ns - (double)f->first_ns) / (double)ED_NS_PER_S);
}

/* "dns.google (198.51.100.80)" */
static void say_server(const struct ed_finding *f, struct words *w)
{
	char server[ED_ADDR_TEXT_MAX], name[ED_NAME_TEXT_MAX + 1];

	ed_addr_to_text(&f->server, server);
	if (f->domain.n == 0) {
		say(w, "%s", server);
		return;
	}
	ed_name_to_text(ed_span_of(f->domain.wire, f->domain.n), name);
	say(w, "%s (%s)", name, server);
}

static void say_direct(const struct ed_finding *f, const struct ed_evidence *path, struct words *w)
{
	say_count(f, path, "flow", w);
	say(w, " at %.0f or more name servers, asked as a resolver asks",
	    ed_evidence_get(path, "name_servers_min", 0));
	if (ed_evidence_get(path, "without_recursion_share", 0) > 0)
		say(w, ", %.0f %% of them without recursion",
		    100 * ed_evidence_get(path, "without_recursion_share", 0));
	say(w, ", by a machine that is no sanctioned resolver");
}

static void say_unasked(const struct ed_finding *f, const struct ed_evidence *path, struct words *w)
{
	char server[ED_ADDR_TEXT_MAX];

	ed_addr_to_text(&f->server, server);
	say_count(f, path, "connection", w);
	say(w, ", %.0f of %.0f servers looked at were in no answer that the client got, as %s",
	    ed_evidence_get(path, "servers_without_lookup", 0),
	    ed_evidence_get(path, "servers_sampled", 0), server);
}

static void say_rhythm(const struct ed_finding *f, struct words *w)
{
	const struct ed_evidence *e = family(f, "timing");

	if (!e)
		return;
	say(w, ", one every ");
	say_span(w, ed_evidence_get(e, "mean_gap_s", 0));
	say(w, " (+-%.0f %%)", 100 * ed_evidence_get(e, "gap_relative_sd", 0));
}

static void say_bytes(const struct ed_evidence *path, struct words *w)
{
	double up = ed_evidence_get(path, "bytes_to_server", 0);
	double above = ed_evidence_get(path, "bytes_above_lookups", 0);

	if (up >= 1000)
		say(w, ", %.1f kB up", up / 1000);
	if (above >= 1000) {
		say(w, ", %.1f kB of them more than lookups need, the longest flow ", above / 1000);
		say_span(w, ed_evidence_get(path, "longest_flow_s", 0));
	}
}

static void say_pair(const struct ed_finding *f, const struct ed_evidence *path, const char *kind,
		     struct words *w)
{
	bool tls = strcmp(kind, "dns_over_tls") == 0, https = strcmp(kind, "dns_over_https") == 0;

	say_count(f, path, tls || https ? "connection" : "flow", w);
	if (tls || https)
		say(w, " for DNS over %s to ", tls ? "TLS" : "HTTPS");
	else
		say(w, strcmp(kind, "heavy_flow") == 0 ? " to port 53 of " : " through ");
	say_server(f, w);
	if (strcmp(kind, "unsanctioned_resolver") == 0)
		say(w, ", which is no sanctioned resolver");
}

bool ed_explain_egress(const struct ed_finding *f, char ret[static ED_ALERT_SUMMARY_MAX])
{
	const struct ed_evidence *path = family(f, "path");
	const char *kind = kind_of(f);
	struct words w = { .p = ret };

	if (!kind)
		return false;
	if (strcmp(kind, "unasked_addresses") == 0)
		say_unasked(f, path, &w);
	else if (strcmp(kind, "direct_dns") == 0)
		say_direct(f, path, &w);
	else
		say_pair(f, path, kind, &w);
	say_rhythm(f, &w);
	say_bytes(path, &w);
	if (ed_evidence_get(path, "role_forbids", 0) > 0)
		say(&w, ", from a %s, which has no need of it",
		    ed_evidence_get_text(path, "client_role"));
	return true;
}

uint64_t ed_explain_egress_tag(const struct ed_finding *f)
{
	const char *kind = kind_of(f);

	return kind ? ed_hash_bytes(kind, strlen(kind), 0) : 0;
}
