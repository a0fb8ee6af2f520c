/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Suricata's eve.json: one event of type "alert" a line with a DNS object of version 3, so that
 * whatever reads Suricata reads earthdog. No rule of Suricata fired: signature numbers are of the
 * range for local rules, and flow_id is a number made of the alert's identifier.
 *	{"timestamp":"2026-11-03T14:09:30.000000+0000","flow_id":...,"event_type":"alert",...
 */
#include "sink/sink.h"

#include "base/json_out.h"
#include "base/time.h"
#include "sink/alert_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	LOCAL_RULES = 1000000, /* 1000000..1999999 are free for anybody */
	RULE_STEP = 100,       /* numbers of one analytic: a verdict each */
	FLOW_ID_DIGITS = 13,   /* hexadecimal, 52 bits: exact in a double too */
	NS_PER_US = 1000,
};

/* Of Suricata's classification.config, with its priority. */
struct category {
	const char *text;
	unsigned severity;
};

static const struct category by_level[ED_LEVEL_N] = {
	[ED_LEVEL_INFORMATIONAL] = { "Misc activity", 3 },
	[ED_LEVEL_LOW] = { "Misc activity", 3 },
	[ED_LEVEL_MEDIUM] = { "Potentially Bad Traffic", 2 },
	[ED_LEVEL_HIGH] = { "Malware Command and Control Activity Detected", 1 },
	[ED_LEVEL_CRITICAL] = { "Malware Command and Control Activity Detected", 1 },
};

static const struct category by_policy = { "Potential Corporate Privacy Violation", 1 };

static const char *const severities[ED_LEVEL_N] = { "Informational", "Minor", "Minor", "Major",
						    "Critical" };

static void put_time(struct ed_json *j, const char *key, int64_t time_ns)
{
	char text[ED_TIME_TEXT_MAX + 16];
	int64_t us = time_ns % ED_NS_PER_S / NS_PER_US;
	char *point;

	(void)ed_time_to_text(time_ns, text);
	point = strchr(text, '.');
	if (!point)
		return;
	if (us < 0)
		us += ED_NS_PER_S / NS_PER_US;
	(void)snprintf(point, sizeof(text) - (size_t)(point - text), ".%06" PRId64 "+0000", us);
	ed_json_str(j, key, text);
}

/* The first 52 bits of the identifier. */
static uint64_t flow_id(const char *id)
{
	char digits[FLOW_ID_DIGITS + 1];
	size_t n = 0;

	for (; *id && n < FLOW_ID_DIGITS; id++) {
		if (*id != '-')
			digits[n++] = *id;
	}
	digits[n] = '\0';
	return strtoull(digits, NULL, 16);
}

static void put_ends(struct ed_json *j, const struct ed_alert *a)
{
	char client[ED_ADDR_TEXT_MAX], server[ED_ADDR_TEXT_MAX];

	ed_addr_to_text(&a->client, client);
	ed_addr_to_text(&a->server, server);
	if (*client)
		ed_json_str(j, "src_ip", client);
	if (!*server)
		return;
	ed_json_str(j, "dest_ip", server);
	ed_json_u64(j, "dest_port", ed_alert_server_port(a));
}

/* As in the metadata of a rule, every value is an array. */
static void put_meta(struct ed_json *j, const char *key, const char *value)
{
	if (!value || !*value)
		return;
	ed_json_array(j, key);
	ed_json_str(j, NULL, value);
	ed_json_array_end(j);
}

static void put_metadata(struct ed_json *j, const struct ed_alert *a)
{
	char text[ED_SUBJECT_TEXT_MAX], summary[ED_SUMMARY_TEXT_MAX], actor[ED_ACTOR_TEXT_MAX];

	ed_json_object(j, "metadata");
	put_meta(j, "signature_severity", severities[a->level]);
	put_meta(j, "mitre_tactic_id", "TA0011");
	put_meta(j, "mitre_tactic_name", "Command_And_Control");
	put_meta(j, "mitre_technique_id", "T1071.004");
	put_meta(j, "mitre_technique_name", "DNS");
	put_meta(j, "earthdog_alert", a->id);
	put_meta(j, "earthdog_analytic", a->analytic);
	put_meta(j, "earthdog_level", ed_level_name(a->level));
	put_meta(j, "earthdog_verdict", ed_verdict_name(a->verdict));
	(void)snprintf(text, sizeof(text), "%u", (unsigned)a->risk);
	put_meta(j, "earthdog_risk", text);
	put_meta(j, "earthdog_drill", a->drill);
	ed_alert_text_subject(a, text);
	put_meta(j, "earthdog_subject", text);
	ed_alert_text_summary(a, summary);
	put_meta(j, "earthdog_summary", summary);
	ed_alert_text_actor(a, ED_TEXT_HOST, actor);
	put_meta(j, "earthdog_host", actor);
	ed_alert_text_actor(a, ED_TEXT_IMAGE, actor);
	put_meta(j, "earthdog_process", actor);
	ed_json_object_end(j);
}

static void put_alert(struct ed_json *j, const struct ed_alert *a)
{
	const struct category *c = a->verdict == ED_VERDICT_POLICY ? &by_policy :
								     &by_level[a->level];
	char signature[160];

	(void)snprintf(signature, sizeof(signature), "earthdog %s %s",
		       a->analytic ? a->analytic : "DET0400", ed_alert_title(a));
	ed_json_object(j, "alert");
	ed_json_str(j, "action", "allowed");
	ed_json_u64(j, "gid", 1);
	ed_json_u64(j, "signature_id",
		    LOCAL_RULES + ed_alert_analytic_number(a) * RULE_STEP + a->verdict);
	ed_json_u64(j, "rev", a->analytic_version);
	ed_json_str(j, "signature", signature);
	ed_json_str(j, "category", c->text);
	ed_json_u64(j, "severity", c->severity);
	put_metadata(j, a);
	ed_json_object_end(j);
}

/* The names that tell most, as questions. */
static void put_dns(struct ed_json *j, const struct ed_alert *a)
{
	uint32_t telling[ED_ALERT_SAMPLES_MAX], n = ed_alert_text_telling(a, telling);
	char name[ED_NAME_TEXT_MAX + 1];

	if (n == 0)
		return;
	ed_json_object(j, "dns");
	ed_json_u64(j, "version", 3);
	ed_json_str(j, "type", "request");
	ed_json_array(j, "queries");
	for (uint32_t i = 0; i < n; i++) {
		if (ed_alert_text_name(&a->samples[telling[i]], name) == 0)
			continue;
		ed_json_object(j, NULL);
		ed_json_str(j, "rrname", name);
		ed_json_object_end(j);
	}
	ed_json_array_end(j);
	ed_json_object_end(j);
}

static void eve_alert(const struct ed_sink_options *o, const struct ed_alert *a, struct ed_buf *out)
{
	bool has_names = a->n_samples > 0;
	struct ed_json j;

	(void)o;
	ed_json_init(&j, out);
	ed_json_object(&j, NULL);
	put_time(&j, "timestamp", a->raised_ns);
	ed_json_u64(&j, "flow_id", flow_id(a->id));
	ed_json_str(&j, "event_type", "alert");
	put_ends(&j, a);
	if (has_names)
		ed_json_str(&j, "app_proto", "dns");
	put_alert(&j, a);
	put_dns(&j, a);
	ed_json_object_end(&j);
	ed_buf_put(out, "\n", 1);
}

const struct ed_sink ed_sink_eve = {
	.name = "eve",
	.help = "Suricata's eve.json, one event of type alert a line",
	.alert = eve_alert,
};
