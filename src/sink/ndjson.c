/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One JSON object a line, under the names of Elastic Common Schema, nested; what ECS has no name
 * for is in the object "earthdog". What is unknown is absent: never null, never an empty string.
 *	{"@timestamp":"2026-11-03T14:09:30.000Z","ecs":{"version":"8.17.0"},"event":{"kind":...
 */
#include "sink/sink.h"

#include "base/json_out.h"
#include "base/time.h"
#include "record/asset.h"
#include "record/field.h"
#include "sink/alert_text.h"

#include <math.h>
#include <stdio.h>

static const char ecs_version[] = "8.17.0";
static const char rule_reference[] = "https://attack.mitre.org/detectionstrategies/DET0400#";

enum { SEVERITY_STEP = 20 }; /* event.severity: informational 20 ... critical 100 */

static void put_time(struct ed_json *j, const char *key, int64_t time_ns)
{
	if (time_ns != ED_TIME_UNKNOWN_NS)
		ed_json_time(j, key, time_ns);
}

static void put_text(struct ed_json *j, const char *key, const char *value)
{
	if (value && *value)
		ed_json_str(j, key, value);
}

/* An array of one text. */
static void put_one(struct ed_json *j, const char *key, const char *value)
{
	if (!value || !*value)
		return;
	ed_json_array(j, key);
	ed_json_str(j, NULL, value);
	ed_json_array_end(j);
}

static void put_event(struct ed_json *j, const struct ed_alert *a)
{
	ed_json_object(j, "event");
	ed_json_str(j, "kind", "alert");
	ed_json_array(j, "category");
	ed_json_str(j, NULL, "intrusion_detection");
	ed_json_str(j, NULL, "network");
	ed_json_array_end(j);
	put_one(j, "type", "info");
	put_text(j, "id", a->id);
	put_time(j, "start", a->start_ns);
	put_time(j, "end", a->end_ns);
	ed_json_u64(j, "risk_score", a->risk);
	ed_json_u64(j, "severity", (a->level + 1u) * SEVERITY_STEP);
	ed_json_object_end(j);
}

static void put_rule(struct ed_json *j, const struct ed_alert *a)
{
	char text[sizeof(rule_reference) + 16];

	ed_json_object(j, "rule");
	put_text(j, "id", a->analytic);
	put_text(j, "name", a->analytic_name);
	(void)snprintf(text, sizeof(text), "%u", (unsigned)a->analytic_version);
	ed_json_str(j, "version", text);
	ed_json_str(j, "ruleset", "DET0400");
	(void)snprintf(text, sizeof(text), "%s%s", rule_reference, a->analytic ? a->analytic : "");
	ed_json_str(j, "reference", text);
	ed_json_object_end(j);
}

static void put_threat(struct ed_json *j)
{
	ed_json_object(j, "threat");
	ed_json_str(j, "framework", "MITRE ATT&CK");
	ed_json_object(j, "tactic");
	put_one(j, "id", "TA0011");
	ed_json_object_end(j);
	ed_json_object(j, "technique");
	put_one(j, "id", "T1071");
	ed_json_object(j, "subtechnique");
	put_one(j, "id", "T1071.004");
	ed_json_object_end(j);
	ed_json_object_end(j);
	ed_json_object_end(j);
}

/* Where lookups went that a policy is about. */
static unsigned port_of(const struct ed_alert *a)
{
	const char *egress = a->n_evidence > 0 ? ed_evidence_get_text(&a->evidence[0], "egress") :
						 NULL;

	if (egress && strcmp(egress, "dns_over_https") == 0)
		return 443;
	return egress && strcmp(egress, "dns_over_tls") == 0 ? 853 : 53;
}

static void put_destination(struct ed_json *j, const struct ed_alert *a, const char *server)
{
	if (!*server)
		return;
	ed_json_object(j, "destination");
	ed_json_str(j, "ip", server);
	ed_json_u64(j, "port", port_of(a));
	ed_json_object_end(j);
}

static void put_seen_from(struct ed_json *j, const struct ed_alert *a)
{
	char text[ED_ADDR_TEXT_MAX];

	for (uint32_t i = 0; i < a->n_seen_from; i++) {
		ed_addr_to_text(&a->seen_from[i], text);
		ed_json_str(j, NULL, text);
	}
}

/* All addresses of the alert. */
static void put_addresses(struct ed_json *j, const struct ed_alert *a, const char *client,
			  const char *server)
{
	if (!*client && !*server && a->n_seen_from == 0)
		return;
	ed_json_array(j, "ip");
	if (*client)
		ed_json_str(j, NULL, client);
	if (*server)
		ed_json_str(j, NULL, server);
	put_seen_from(j, a);
	ed_json_array_end(j);
}

/* Who asked, for what or whom: source, destination, dns.question and all once more under related.
 */
static void put_subject(struct ed_json *j, const struct ed_alert *a)
{
	char domain[ED_NAME_TEXT_MAX + 1];
	char client[ED_ADDR_TEXT_MAX], server[ED_ADDR_TEXT_MAX];

	ed_addr_to_text(&a->client, client);
	ed_addr_to_text(&a->server, server);
	ed_alert_text_name(&a->domain, domain);
	if (*client) {
		ed_json_object(j, "source");
		ed_json_str(j, "ip", client);
		ed_json_object_end(j);
	}
	put_destination(j, a, server);
	if (*domain) {
		ed_json_object(j, "dns");
		ed_json_object(j, "question");
		ed_json_str(j, "registered_domain", domain);
		ed_json_object_end(j);
		ed_json_object_end(j);
	}
	if (!*client && !*server && !*domain)
		return;
	ed_json_object(j, "related");
	put_addresses(j, a, client, server);
	put_one(j, "hosts", domain);
	ed_json_object_end(j);
}

static void put_actor_text(struct ed_json *j, const char *key, const struct ed_actor *actor,
			   enum ed_text id)
{
	char text[4 * ED_TEXT_MAX + 1];

	if (ed_process_print(ed_actor_text(actor, id), text, sizeof(text)) > 0)
		ed_json_str(j, key, text);
}

static bool has_text(const struct ed_actor *actor, enum ed_text id)
{
	return ed_actor_text(actor, id).n > 0;
}

static void put_parent(struct ed_json *j, const struct ed_actor *actor)
{
	if (!has_text(actor, ED_TEXT_PARENT) && !has_text(actor, ED_TEXT_PARENT_COMMAND))
		return;
	ed_json_object(j, "parent");
	put_actor_text(j, "executable", actor, ED_TEXT_PARENT);
	put_actor_text(j, "command_line", actor, ED_TEXT_PARENT_COMMAND);
	if (actor->process.ppid)
		ed_json_u64(j, "pid", actor->process.ppid);
	ed_json_object_end(j);
}

/* The program behind it: host, process, user. */
static void put_actor(struct ed_json *j, const struct ed_actor *actor)
{
	if (!actor->known)
		return;
	ed_json_object(j, "host");
	put_actor_text(j, "name", actor, ED_TEXT_HOST);
	put_one(j, "type", ed_platform_name(actor->platform));
	ed_json_object_end(j);
	ed_json_object(j, "process");
	put_actor_text(j, "executable", actor, ED_TEXT_IMAGE);
	put_actor_text(j, "command_line", actor, ED_TEXT_COMMAND);
	if (actor->process.pid)
		ed_json_u64(j, "pid", actor->process.pid);
	put_parent(j, actor);
	ed_json_object_end(j);
	if (!has_text(actor, ED_TEXT_USER))
		return;
	ed_json_object(j, "user");
	put_actor_text(j, "name", actor, ED_TEXT_USER);
	ed_json_object_end(j);
}

static void put_evidence(struct ed_json *j, const struct ed_alert *a)
{
	if (a->n_evidence == 0)
		return;
	ed_json_array(j, "evidence");
	for (uint32_t i = 0; i < a->n_evidence; i++) {
		const struct ed_evidence *e = &a->evidence[i];

		ed_json_object(j, NULL);
		ed_json_str(j, "family", e->family);
		ed_json_f64(j, "bits", isfinite(e->bits) ? (double)e->bits : 0);
		ed_json_object(j, "facts");
		for (uint32_t k = 0; k < e->n_facts; k++) {
			if (e->facts[k].text)
				ed_json_str(j, e->facts[k].name, e->facts[k].text);
			else if (isfinite(e->facts[k].value))
				ed_json_f64(j, e->facts[k].name, e->facts[k].value);
		}
		ed_json_object_end(j);
		ed_json_object_end(j);
	}
	ed_json_array_end(j);
}

static void put_information(struct ed_json *j, const struct ed_alert *a)
{
	ed_json_object(j, "information");
	ed_json_u64(j, "bytes_up", a->bytes_up);
	ed_json_u64(j, "bytes_down", a->bytes_down);
	if (a->window_s > 0)
		ed_json_u64(j, "window_s", a->window_s);
	ed_json_u64(j, "names", a->n_names);
	ed_json_u64(j, "queries", a->n_queries);
	ed_json_object_end(j);
}

static void put_first_alert(struct ed_json *j, const struct ed_first_alert *first)
{
	if (first->n_queries == 0)
		return;
	ed_json_object(j, "first_alert");
	put_time(j, "time", first->time_ns);
	ed_json_u64(j, "names", first->n_names);
	ed_json_u64(j, "queries", first->n_queries);
	if (isfinite(first->info_bytes))
		ed_json_f64(j, "information_bytes", first->info_bytes);
	ed_json_object_end(j);
}

static void put_samples(struct ed_json *j, const struct ed_alert *a)
{
	char text[ED_NAME_TEXT_MAX + 1];

	if (a->n_samples == 0)
		return;
	ed_json_array(j, "sample_names");
	for (uint32_t i = 0; i < a->n_samples; i++) {
		if (ed_alert_text_name(&a->samples[i], text) > 0)
			ed_json_str(j, NULL, text);
	}
	ed_json_array_end(j);
}

/* Of each name in sample_names, in their order. */
static void put_entropy(struct ed_json *j, const struct ed_alert *a)
{
	if (a->n_samples == 0)
		return;
	ed_json_array(j, "sample_entropy_bits");
	for (uint32_t i = 0; i < a->n_samples; i++) {
		if (a->samples[i].n > 0)
			ed_json_f64(j, NULL, (double)a->decoded[i].entropy_bits);
	}
	ed_json_array_end(j);
}

/* The same order once more: the likelihood ratio, and on the scale of SubdomainEntropyScore. */
static void put_likelihood(struct ed_json *j, const struct ed_alert *a)
{
	if (a->n_samples == 0)
		return;
	ed_json_array(j, "sample_llr_bits");
	for (uint32_t i = 0; i < a->n_samples; i++) {
		double llr = (double)a->sample_llr_bits[i];

		if (a->samples[i].n > 0)
			ed_json_f64(j, NULL, isfinite(llr) ? llr : 0);
	}
	ed_json_array_end(j);
	ed_json_array(j, "sample_subdomain_entropy_scores");
	for (uint32_t i = 0; i < a->n_samples; i++) {
		double llr = (double)a->sample_llr_bits[i];

		if (a->samples[i].n > 0)
			ed_json_f64(j, NULL, isfinite(llr) ? ed_subdomain_entropy_score(llr) : 0);
	}
	ed_json_array_end(j);
}

static void put_decoded(struct ed_json *j, const struct ed_alert *a)
{
	char name[ED_NAME_TEXT_MAX + 1], bytes[ED_DECODED_TEXT_MAX];
	bool any = false;

	for (uint32_t i = 0; i < a->n_samples; i++) {
		const struct ed_decoded *d = &a->decoded[i];

		if (!d->encoding || d->n_shown == 0)
			continue;
		if (!any)
			ed_json_array(j, "decoded");
		any = true;
		ed_alert_text_name(&a->samples[i], name);
		ed_alert_text_decoded(d, bytes);
		ed_json_object(j, NULL);
		ed_json_str(j, "name", name);
		ed_json_str(j, "encoding", d->encoding);
		ed_json_str(j, "bytes", bytes);
		ed_json_u64(j, "length", d->n_bytes);
		ed_json_f64(j, "printable_share", (double)d->printable_share);
		put_text(j, "kind", d->kind);
		ed_json_object_end(j);
	}
	if (any)
		ed_json_array_end(j);
}

static void put_tunables(struct ed_json *j, const struct ed_alert *a)
{
	if (a->n_tunables == 0)
		return;
	ed_json_object(j, "tunables");
	for (uint32_t i = 0; i < a->n_tunables; i++)
		put_text(j, a->tunables[i].name, a->tunables[i].value);
	ed_json_object_end(j);
}

static void put_sources(struct ed_json *j, const struct ed_sink_options *o,
			const struct ed_alert *a)
{
	if (a->formats == 0 || !o->format_names)
		return;
	ed_json_array(j, "sources");
	for (unsigned i = 0; i < 64 && o->format_names[i]; i++) {
		if (a->formats >> i & 1)
			ed_json_str(j, NULL, o->format_names[i]);
	}
	ed_json_array_end(j);
}

/* What no source of the alert told, and what would have been weighed. */
static void put_missing(struct ed_json *j, const struct ed_alert *a)
{
	if (a->missing == 0)
		return;
	ed_json_array(j, "missing_fields");
	for (unsigned bit = 0; bit < ED_FIELD_N; bit++) {
		if (a->missing >> bit & 1)
			ed_json_str(j, NULL, ed_field_name(bit));
	}
	ed_json_array_end(j);
}

/* The rule that hides it, where it is shown all the same. */
static void put_suppressed(struct ed_json *j, const struct ed_suppression *s)
{
	if (!s)
		return;
	ed_json_object(j, "suppressed");
	ed_json_utf8(j, "reason", s->reason);
	ed_json_utf8(j, "owner", s->owner);
	put_time(j, "expires", s->expires_ns);
	ed_json_u64(j, "line", s->line);
	ed_json_object_end(j);
}

static void put_asset(struct ed_json *j, const struct ed_alert *a)
{
	if (a->asset_role == ED_ASSET_UNKNOWN)
		return;
	ed_json_object(j, "asset");
	ed_json_str(j, "role", ed_asset_role_name(a->asset_role));
	ed_json_object_end(j);
}

static void put_drill(struct ed_json *j, const struct ed_alert *a)
{
	if (!a->drill[0])
		return;
	ed_json_object(j, "drill");
	ed_json_str(j, "id", a->drill);
	ed_json_object_end(j);
}

static void put_earthdog(struct ed_json *j, const struct ed_sink_options *o,
			 const struct ed_alert *a)
{
	ed_json_object(j, "earthdog");
	ed_json_str(j, "level", ed_level_name(a->level));
	ed_json_str(j, "verdict", ed_verdict_name(a->verdict));
	put_drill(j, a);
	put_asset(j, a);
	put_suppressed(j, a->suppressed);
	put_text(j, "summary", a->summary);
	if (isfinite(a->score_bits))
		ed_json_f64(j, "score_bits", (double)a->score_bits);
	put_evidence(j, a);
	put_text(j, "counterfactual", a->counterfactual);
	put_text(j, "would_add", a->would_add);
	if (a->actor.known)
		ed_json_str(j, "attribution", ed_attribution_text(a->actor.process.attribution));
	if (a->n_seen_from > 0) {
		ed_json_array(j, "passed_on_by");
		put_seen_from(j, a);
		ed_json_array_end(j);
	}
	put_information(j, a);
	put_first_alert(j, &a->first_raised);
	put_samples(j, a);
	put_entropy(j, a);
	put_likelihood(j, a);
	put_decoded(j, a);
	put_tunables(j, a);
	put_sources(j, o, a);
	put_missing(j, a);
	put_one(j, "analytics", a->analytic);
	ed_json_u64(j, "sequence", a->sequence);
	ed_json_object_end(j);
}

static void ndjson_alert(const struct ed_sink_options *o, const struct ed_alert *a,
			 struct ed_buf *out)
{
	struct ed_json j;

	ed_json_init(&j, out);
	ed_json_object(&j, NULL);
	put_time(&j, "@timestamp", a->raised_ns);
	ed_json_object(&j, "ecs");
	ed_json_str(&j, "version", ecs_version);
	ed_json_object_end(&j);
	put_event(&j, a);
	put_rule(&j, a);
	put_threat(&j);
	put_subject(&j, a);
	put_actor(&j, &a->actor);
	put_earthdog(&j, o, a);
	ed_json_object_end(&j);
	ed_buf_put(out, "\n", 1);
}

const struct ed_sink ed_sink_ndjson = {
	.name = "ndjson",
	.help = "one JSON object a line, Elastic Common Schema names",
	.alert = ndjson_alert,
};
