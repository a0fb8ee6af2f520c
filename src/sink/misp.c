/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MISP: one event a line, as its API takes it one at a time. Nothing is published, shared beyond
 * the own organisation, or marked for detection: that is for a person to decide. Identifiers are
 * made of the alert's, so an event that is sent again is known.
 *	{"Event":{"uuid":"...","info":"earthdog: DNS tunnel: ... (northfield-cdn.net)","date":...
 */
#include "sink/sink.h"

#include "base/json_out.h"
#include "base/time.h"
#include "sink/alert_words.h"

#include <inttypes.h>
#include <stdio.h>

enum { DATE_TEXT_N = 10 /* "2026-11-03" */ };

/* MISP's: 1 high, 2 medium, 3 low, 4 undefined. */
static const char *const threat_levels[ED_LEVEL_N] = { "4", "3", "2", "1", "1" };

/* One attribute; @key makes its identifier and has to differ within an event. */
struct attribute {
	const char *key;
	const char *category;
	const char *type;
	const char *value;
	const char *comment;
};

static void put_seconds(struct ed_json *j, const char *key, int64_t time_ns)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRId64, time_ns / ED_NS_PER_S);
	ed_json_str(j, key, text);
}

/* MISP wants the offset in digits. */
static void put_seen(struct ed_json *j, const char *key, int64_t time_ns)
{
	char text[ED_TIME_TEXT_MAX], with_offset[ED_TIME_TEXT_MAX + 16];

	if (time_ns == ED_TIME_UNKNOWN_NS)
		return;
	(void)ed_time_to_text(time_ns, text);
	text[strcspn(text, "Z")] = '\0';
	(void)snprintf(with_offset, sizeof(with_offset), "%s000+00:00", text);
	ed_json_str(j, key, with_offset);
}

static void put_attribute(struct ed_json *j, const struct ed_alert *a, struct attribute t)
{
	char uuid[ED_UUID_TEXT];

	if (!*t.value)
		return;
	ed_alert_uuid(a, t.key, uuid);
	ed_json_object(j, NULL);
	ed_json_str(j, "uuid", uuid);
	ed_json_str(j, "category", t.category);
	ed_json_str(j, "type", t.type);
	ed_json_str(j, "value", t.value);
	ed_json_bool(j, "to_ids", false);
	ed_json_str(j, "distribution", "0");
	ed_json_str(j, "comment", t.comment);
	put_seconds(j, "timestamp", a->raised_ns);
	put_seen(j, "first_seen", a->start_ns);
	put_seen(j, "last_seen", a->end_ns);
	ed_json_object_end(j);
}

static void put_info(struct ed_json *j, const struct ed_alert *a)
{
	char subject[ED_SUBJECT_TEXT_MAX], text[ED_SUBJECT_TEXT_MAX + 120];

	ed_alert_text_subject(a, subject);
	(void)snprintf(text, sizeof(text), "earthdog: %s%s%s%s", ed_alert_title(a),
		       *subject ? " (" : "", subject, *subject ? ")" : "");
	ed_json_str(j, "info", text);
}

static void put_head(struct ed_json *j, const struct ed_alert *a)
{
	char uuid[ED_UUID_TEXT], date[ED_TIME_TEXT_MAX];

	ed_alert_uuid(a, "event", uuid);
	(void)ed_time_to_text(a->start_ns, date);
	date[DATE_TEXT_N] = '\0';
	ed_json_str(j, "uuid", uuid);
	put_info(j, a);
	ed_json_str(j, "date", date);
	put_seconds(j, "timestamp", a->raised_ns);
	ed_json_str(j, "threat_level_id", threat_levels[a->level]);
	ed_json_str(j, "analysis", "0");
	ed_json_str(j, "distribution", "0");
	ed_json_bool(j, "published", false);
	ed_json_array(j, "Tag");
	ed_json_object(j, NULL);
	ed_json_str(j, "name", "misp-galaxy:mitre-attack-pattern=\"DNS - T1071.004\"");
	ed_json_object_end(j);
	ed_json_array_end(j);
}

/* A name that MISP would not take for one is text. */
static void put_name(struct ed_json *j, const struct ed_alert *a, const struct ed_name *name,
		     struct attribute t)
{
	char text[ED_NAME_TEXT_MAX + 1];

	ed_alert_text_name(name, text);
	t.value = text;
	if (!ed_alert_is_host(name)) {
		t.category = "Other";
		t.type = "text";
	}
	put_attribute(j, a, t);
}

static void put_names(struct ed_json *j, const struct ed_alert *a)
{
	uint32_t telling[ED_ALERT_SAMPLES_MAX], n = ed_alert_text_telling(a, telling);
	char key[24];

	put_name(j, a, &a->domain,
		 (struct attribute){ "domain", "Network activity", "domain", "",
				     "domain of the alert" });
	for (uint32_t i = 0; i < n; i++) {
		(void)snprintf(key, sizeof(key), "sample %u", (unsigned)i);
		put_name(j, a, &a->samples[telling[i]],
			 (struct attribute){ key, "Network activity", "hostname", "",
					     "one of the names asked for" });
	}
}

static void put_ends(struct ed_json *j, const struct ed_alert *a)
{
	char text[ED_ADDR_TEXT_MAX];

	ed_addr_to_text(&a->client, text);
	put_attribute(j, a,
		      (struct attribute){ "client", "Network activity", "ip-src", text,
					  "client that asked" });
	ed_addr_to_text(&a->server, text);
	put_attribute(j, a,
		      (struct attribute){ "server", "Network activity", "ip-dst", text,
					  "server that was asked" });
}

static void put_actor_text(struct ed_json *j, const struct ed_alert *a, enum ed_text id,
			   struct attribute t)
{
	char text[ED_ACTOR_TEXT_MAX];

	ed_alert_text_actor(a, id, text);
	t.value = text;
	put_attribute(j, a, t);
}

static void put_actor(struct ed_json *j, const struct ed_alert *a)
{
	put_actor_text(j, a, ED_TEXT_HOST,
		       (struct attribute){ "host", "Targeting data", "target-machine", "",
					   "machine that asked" });
	put_actor_text(j, a, ED_TEXT_USER,
		       (struct attribute){ "user", "Targeting data", "target-user", "",
					   "account of the program" });
	put_actor_text(j, a, ED_TEXT_IMAGE,
		       (struct attribute){ "image", "Other", "text", "", "program that asked" });
	put_actor_text(j, a, ED_TEXT_COMMAND,
		       (struct attribute){ "command", "Other", "text", "", "its command line" });
}

static void put_story(struct ed_json *j, const struct ed_alert *a)
{
	char summary[ED_SUMMARY_TEXT_MAX];

	ed_alert_text_summary(a, summary);
	put_attribute(j, a,
		      (struct attribute){ "summary", "Other", "comment", summary,
					  "why it is an alert" });
	put_attribute(j, a,
		      (struct attribute){ "id", "Internal reference", "text", a->id,
					  "identifier of the alert" });
	put_attribute(j, a,
		      (struct attribute){ "drill", "Other", "text", a->drill,
					  "made by an own drill: no incident" });
	put_attribute(j, a,
		      (struct attribute){ "analytic", "Other", "text",
					  a->analytic ? a->analytic : "",
					  "analytic of ATT&CK's DET0400" });
}

static void misp_alert(const struct ed_sink_options *o, const struct ed_alert *a,
		       struct ed_buf *out)
{
	struct ed_json j;

	(void)o;
	ed_json_init(&j, out);
	ed_json_object(&j, NULL);
	ed_json_object(&j, "Event");
	put_head(&j, a);
	ed_json_array(&j, "Attribute");
	put_names(&j, a);
	put_ends(&j, a);
	put_actor(&j, a);
	put_story(&j, a);
	ed_json_array_end(&j);
	ed_json_object_end(&j);
	ed_json_object_end(&j);
	ed_buf_put(out, "\n", 1);
}

const struct ed_sink ed_sink_misp = {
	.name = "misp",
	.help = "MISP, one event a line, unpublished",
	.alert = misp_alert,
};
