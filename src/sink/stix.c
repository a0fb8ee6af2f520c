/* SPDX-License-Identifier: Apache-2.0 */
/*
 * STIX 2.1: one bundle. Every alert is a sighting with what was observed; from medium on it also is
 * an indicator, by which others would block, so a name is put into a pattern only where it is a
 * host name like any other. All identifiers are made of what they stand for, so that a bundle that
 * is imported twice adds nothing.
 *	{"type":"bundle","id":"bundle--...","objects":[
 *	{"type":"identity",...},
 */
#include "sink/sink.h"

#include "base/json_out.h"
#include "base/time.h"
#include "sink/alert_words.h"

#include <stdio.h>

enum {
	COUNT_MAX = 999999999, /* of number_observed and count */
	ID_MAX = 80,           /* "observed-data--" and a UUID */
	PATTERN_MAX = 2 * ED_NAME_TEXT_MAX + 80,
	REFS_MAX = 4,
};

/* The technique and who says so do not change from run to run, nor does when they were made. */
static const char begun[] = "2026-11-01T00:00:00.000Z";

/* The name space that the standard gives to observables (STIX 2.1 §2.9). */
static const struct ed_uuid observables = { { 0x00, 0xab, 0xed, 0xb4, 0xaa, 0x42, 0x46, 0x6c, 0x9c,
					      0x01, 0xfe, 0xd2, 0x33, 0x15, 0xa9, 0xb7 } };

struct ids {
	char text[REFS_MAX][ID_MAX];
	size_t n;
};

static void id_of(const char *type, const char *uuid, char ret[static ID_MAX])
{
	(void)snprintf(ret, ID_MAX, "%s--%s", type, uuid);
}

static void fixed_id(const char *type, char ret[static ID_MAX])
{
	char uuid[ED_UUID_TEXT];

	ed_alert_uuid(NULL, type, uuid);
	id_of(type, uuid, ret);
}

static void alert_id(const struct ed_alert *a, const char *type, char ret[static ID_MAX])
{
	char uuid[ED_UUID_TEXT];

	ed_alert_uuid(a, type, uuid);
	id_of(type, uuid, ret);
}

/* A required time that is not known is that of the beginning of all. */
static void put_time(struct ed_json *j, const char *key, int64_t time_ns)
{
	char text[ED_TIME_TEXT_MAX];

	(void)ed_time_to_text(time_ns, text);
	ed_json_str(j, key, text);
}

static void begin_object(struct ed_json *j, struct ed_buf *out, const char *type, const char *id)
{
	ed_json_init(j, out);
	ed_json_object(j, NULL);
	ed_json_str(j, "type", type);
	ed_json_str(j, "spec_version", "2.1");
	ed_json_str(j, "id", id);
}

/* Of an object that an alert made. */
static void begin_made(struct ed_json *j, struct ed_buf *out, const char *type,
		       const struct ed_alert *a)
{
	char id[ID_MAX], identity[ID_MAX];

	alert_id(a, type, id);
	fixed_id("identity", identity);
	ed_buf_puts(out, ",\n");
	begin_object(j, out, type, id);
	ed_json_str(j, "created_by_ref", identity);
	put_time(j, "created", a->start_ns);
	put_time(j, "modified", a->raised_ns > a->start_ns ? a->raised_ns : a->start_ns);
}

static void put_identity(struct ed_buf *out)
{
	struct ed_json j;
	char id[ID_MAX];

	fixed_id("identity", id);
	begin_object(&j, out, "identity", id);
	ed_json_str(&j, "created", begun);
	ed_json_str(&j, "modified", begun);
	ed_json_str(&j, "name", "earthdog");
	ed_json_str(&j, "identity_class", "system");
	ed_json_object_end(&j);
}

static void put_technique(struct ed_buf *out)
{
	struct ed_json j;
	char id[ID_MAX];

	fixed_id("attack-pattern", id);
	ed_buf_puts(out, ",\n");
	begin_object(&j, out, "attack-pattern", id);
	ed_json_str(&j, "created", begun);
	ed_json_str(&j, "modified", begun);
	ed_json_str(&j, "name", "Application Layer Protocol: DNS");
	ed_json_array(&j, "kill_chain_phases");
	ed_json_object(&j, NULL);
	ed_json_str(&j, "kill_chain_name", "mitre-attack");
	ed_json_str(&j, "phase_name", "command-and-control");
	ed_json_object_end(&j);
	ed_json_array_end(&j);
	ed_json_array(&j, "external_references");
	ed_json_object(&j, NULL);
	ed_json_str(&j, "source_name", "mitre-attack");
	ed_json_str(&j, "external_id", "T1071.004");
	ed_json_str(&j, "url", "https://attack.mitre.org/techniques/T1071/004/");
	ed_json_object_end(&j);
	ed_json_array_end(&j);
	ed_json_object_end(&j);
}

/* An observable of one value; its identifier is made of its type and value. */
static void put_observable(struct ed_buf *out, const char *type, const char *value, struct ids *ids)
{
	char canonical[ED_NAME_TEXT_MAX + 16], uuid[ED_UUID_TEXT];
	struct ed_json j;

	(void)snprintf(canonical, sizeof(canonical), "{\"value\":\"%s\"}", value);
	ed_uuid_of_name(&observables, ed_span_str(canonical), uuid);
	id_of(type, uuid, ids->text[ids->n]);
	ed_buf_puts(out, ",\n");
	begin_object(&j, out, type, ids->text[ids->n]);
	ed_json_str(&j, "value", value);
	ed_json_object_end(&j);
	ids->n++;
}

static void put_addr(struct ed_buf *out, const struct ed_addr *addr, struct ids *ids)
{
	char text[ED_ADDR_TEXT_MAX];

	if (ed_addr_to_text(addr, text) > 0)
		put_observable(out, ed_addr_is_v4(addr) ? "ipv4-addr" : "ipv6-addr", text, ids);
}

/* Nobody is to block what an own drill made or what the site allows. */
static bool has_indicator(const struct ed_alert *a)
{
	return !a->drill[0] && !a->suppressed && a->level >= ED_LEVEL_MEDIUM &&
	       a->verdict != ED_VERDICT_POLICY && ed_alert_is_host(&a->domain);
}

static void put_summary(struct ed_json *j, const struct ed_alert *a)
{
	char text[ED_SUMMARY_TEXT_MAX];

	if (ed_alert_text_summary(a, text) > 0)
		ed_json_str(j, "description", text);
}

static void put_indicator(struct ed_buf *out, const struct ed_alert *a)
{
	char domain[ED_NAME_TEXT_MAX + 1], pattern[PATTERN_MAX];
	struct ed_json j;

	ed_alert_text_name(&a->domain, domain);
	(void)snprintf(pattern, sizeof(pattern),
		       "[domain-name:value = '%s' OR domain-name:value LIKE '%%.%s']", domain,
		       domain);
	begin_made(&j, out, "indicator", a);
	ed_json_str(&j, "name", ed_alert_title(a));
	put_summary(&j, a);
	ed_json_array(&j, "indicator_types");
	ed_json_str(&j, NULL,
		    a->level >= ED_LEVEL_HIGH ? "malicious-activity" : "anomalous-activity");
	ed_json_array_end(&j);
	ed_json_u64(&j, "confidence", a->risk);
	ed_json_str(&j, "pattern", pattern);
	ed_json_str(&j, "pattern_type", "stix");
	put_time(&j, "valid_from", a->start_ns);
	ed_json_object_end(&j);
}

static void put_relationship(struct ed_buf *out, const struct ed_alert *a)
{
	char from[ID_MAX], to[ID_MAX];
	struct ed_json j;

	alert_id(a, "indicator", from);
	fixed_id("attack-pattern", to);
	begin_made(&j, out, "relationship", a);
	ed_json_str(&j, "relationship_type", "indicates");
	ed_json_str(&j, "source_ref", from);
	ed_json_str(&j, "target_ref", to);
	ed_json_object_end(&j);
}

static uint64_t count_of(const struct ed_alert *a)
{
	if (a->n_queries == 0)
		return 1;
	return a->n_queries < COUNT_MAX ? a->n_queries : COUNT_MAX;
}

static void put_observed(struct ed_buf *out, const struct ed_alert *a, const struct ids *ids)
{
	struct ed_json j;

	begin_made(&j, out, "observed-data", a);
	put_time(&j, "first_observed", a->start_ns);
	put_time(&j, "last_observed", a->end_ns > a->start_ns ? a->end_ns : a->start_ns);
	ed_json_u64(&j, "number_observed", count_of(a));
	ed_json_array(&j, "object_refs");
	for (size_t i = 0; i < ids->n; i++)
		ed_json_str(&j, NULL, ids->text[i]);
	ed_json_array_end(&j);
	ed_json_object_end(&j);
}

/* "DNS tunnel: ...: 360 distinct names ... (evil\010.example; AN1124, critical; alert 5f3c1a2b-...)" */
static void put_story(struct ed_json *j, const struct ed_alert *a)
{
	char summary[ED_SUMMARY_TEXT_MAX], subject[ED_SUBJECT_TEXT_MAX];
	char text[ED_SUMMARY_TEXT_MAX + ED_SUBJECT_TEXT_MAX + 200];

	ed_alert_text_summary(a, summary);
	ed_alert_text_subject(a, subject);
	(void)snprintf(text, sizeof(text), "%s: %s (%s%s%s, %s; alert %s)", ed_alert_title(a),
		       summary, subject, *subject ? "; " : "", a->analytic ? a->analytic : "",
		       ed_level_name(a->level), a->id);
	ed_json_str(j, "description", text);
}

static void put_sighting(struct ed_buf *out, const struct ed_alert *a, bool is_observed)
{
	char of[ID_MAX], observed[ID_MAX], identity[ID_MAX];
	struct ed_json j;

	if (has_indicator(a))
		alert_id(a, "indicator", of);
	else
		fixed_id("attack-pattern", of);
	alert_id(a, "observed-data", observed);
	fixed_id("identity", identity);
	begin_made(&j, out, "sighting", a);
	put_story(&j, a);
	put_time(&j, "first_seen", a->start_ns);
	put_time(&j, "last_seen", a->end_ns > a->start_ns ? a->end_ns : a->start_ns);
	ed_json_u64(&j, "count", count_of(a));
	ed_json_u64(&j, "confidence", a->risk);
	ed_json_str(&j, "sighting_of_ref", of);
	if (is_observed) {
		ed_json_array(&j, "observed_data_refs");
		ed_json_str(&j, NULL, observed);
		ed_json_array_end(&j);
	}
	ed_json_array(&j, "where_sighted_refs");
	ed_json_str(&j, NULL, identity);
	ed_json_array_end(&j);
	ed_json_object_end(&j);
}

static void stix_begin(const struct ed_sink_options *o, struct ed_buf *out)
{
	char uuid[ED_UUID_TEXT];

	ed_alert_uuid(NULL, "bundle", uuid);
	ed_buf_printf(out, "{\"type\":\"bundle\",\"id\":\"bundle--%s\",\"objects\":[\n",
		      o->id ? o->id : uuid);
	put_identity(out);
	put_technique(out);
}

static void stix_alert(const struct ed_sink_options *o, const struct ed_alert *a,
		       struct ed_buf *out)
{
	char domain[ED_NAME_TEXT_MAX + 1];
	struct ids ids = { .n = 0 };

	(void)o;
	if (ed_alert_is_host(&a->domain)) {
		ed_alert_text_name(&a->domain, domain);
		put_observable(out, "domain-name", domain, &ids);
	}
	put_addr(out, &a->client, &ids);
	put_addr(out, &a->server, &ids);
	if (ids.n > 0)
		put_observed(out, a, &ids);
	if (has_indicator(a)) {
		put_indicator(out, a);
		put_relationship(out, a);
	}
	put_sighting(out, a, ids.n > 0);
}

static void stix_end(const struct ed_sink_options *o, size_t n_alerts, struct ed_buf *out)
{
	(void)o;
	(void)n_alerts;
	ed_buf_puts(out, "\n]}\n");
}

const struct ed_sink ed_sink_stix = {
	.name = "stix",
	.help = "STIX 2.1, one bundle of sightings, indicators and what was observed",
	.begin = stix_begin,
	.alert = stix_alert,
	.end = stix_end,
};
