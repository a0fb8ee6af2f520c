/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open Cybersecurity Schema Framework 1.8.0: one Detection Finding (class 2004) a line. A finding
 * keeps its uid through all runs, so a receiver can put the newer one in the place of the older.
 *	{"activity_id":1,"category_uid":2,"class_uid":2004,"type_uid":200401,"severity_id":5,...
 */
#include "sink/sink.h"

#include "base/json_out.h"
#include "base/time.h"
#include "sink/alert_words.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum {
	CLASS_DETECTION_FINDING = 2004,
	ACTIVITY_CREATE = 1,
	ANALYTIC_BEHAVIORAL = 2,
	ANALYTIC_STATISTICAL = 3,
	ANALYTIC_EXACT_MATCH = 9,
	ANALYTIC_RULE = 1,
	OBSERVABLE_HOSTNAME = 1,
	OBSERVABLE_IP = 2,
	STATUS_NEW = 1,
	STATUS_SUPPRESSED = 3,
	VERDICT_TEST = 6,
	FILE_EXECUTABLE = 8,
	FACT_TEXT_MAX = 96,
};

static const char schema_version[] = "1.8.0";

struct class_of {
	unsigned id;
	const char *name;
};

/* What kind of analysis gave the verdict. */
static const struct class_of analytic_types[ED_VERDICT_N] = {
	[ED_VERDICT_BOUND] = { ANALYTIC_STATISTICAL, "Statistical" },
	[ED_VERDICT_SCORE] = { ANALYTIC_BEHAVIORAL, "Behavioral" },
	[ED_VERDICT_WATCH] = { ANALYTIC_BEHAVIORAL, "Behavioral" },
	[ED_VERDICT_FEED] = { ANALYTIC_EXACT_MATCH, "Exact Data Match" },
	[ED_VERDICT_POLICY] = { ANALYTIC_RULE, "Rule" },
};

/* The schema counts severity from 1, Informational. */
static const char *const severities[ED_LEVEL_N] = { "Informational", "Low", "Medium", "High",
						    "Critical" };

static void put_ms(struct ed_json *j, const char *key, int64_t time_ns)
{
	if (time_ns != ED_TIME_UNKNOWN_NS)
		ed_json_i64(j, key, ed_alert_ms(time_ns));
}

static void put_text(struct ed_json *j, const char *key, const char *text)
{
	if (text && *text)
		ed_json_str(j, key, text);
}

static void put_pair(struct ed_json *j, const char *key, const char *uid, const char *name)
{
	ed_json_object(j, key);
	ed_json_str(j, "uid", uid);
	ed_json_str(j, "name", name);
	ed_json_object_end(j);
}

static void put_class(struct ed_json *j, const struct ed_alert *a)
{
	ed_json_u64(j, "activity_id", ACTIVITY_CREATE);
	ed_json_str(j, "activity_name", "Create");
	ed_json_u64(j, "category_uid", CLASS_DETECTION_FINDING / 1000);
	ed_json_str(j, "category_name", "Findings");
	ed_json_u64(j, "class_uid", CLASS_DETECTION_FINDING);
	ed_json_str(j, "class_name", "Detection Finding");
	ed_json_u64(j, "type_uid", CLASS_DETECTION_FINDING * 100 + ACTIVITY_CREATE);
	ed_json_str(j, "type_name", "Detection Finding: Create");
	ed_json_u64(j, "severity_id", a->level + 1u);
	ed_json_str(j, "severity", severities[a->level]);
	ed_json_i64(j, "time", ed_alert_ms(a->raised_ns));
	put_ms(j, "start_time", a->start_ns);
	put_ms(j, "end_time", a->end_ns);
	ed_json_bool(j, "is_alert", a->level > ED_LEVEL_INFORMATIONAL);
	ed_json_u64(j, "status_id", a->suppressed ? STATUS_SUPPRESSED : STATUS_NEW);
	ed_json_str(j, "status", a->suppressed ? "Suppressed" : "New");
	if (a->suppressed)
		ed_json_utf8(j, "status_detail", a->suppressed->reason);
	ed_json_u64(j, "risk_score", a->risk);
}

static void put_metadata(struct ed_json *j, const struct ed_alert *a)
{
	ed_json_object(j, "metadata");
	ed_json_str(j, "version", schema_version);
	put_text(j, "uid", a->id);
	ed_json_u64(j, "sequence", a->sequence);
	ed_json_object(j, "product");
	ed_json_str(j, "name", "earthdog");
	ed_json_str(j, "vendor_name", "earthdog");
	ed_json_str(j, "version", ED_VERSION);
	ed_json_object_end(j);
	ed_json_object_end(j);
}

static void put_analytic(struct ed_json *j, const struct ed_alert *a)
{
	char version[16];

	(void)snprintf(version, sizeof(version), "%u", (unsigned)a->analytic_version);
	ed_json_object(j, "analytic");
	ed_json_u64(j, "type_id", analytic_types[a->verdict].id);
	ed_json_str(j, "type", analytic_types[a->verdict].name);
	put_text(j, "uid", a->analytic);
	put_text(j, "name", a->analytic_name);
	ed_json_str(j, "category", "DET0400");
	ed_json_str(j, "version", version);
	ed_json_object_end(j);
}

static void put_attacks(struct ed_json *j)
{
	ed_json_array(j, "attacks");
	ed_json_object(j, NULL);
	put_pair(j, "tactic", "TA0011", "Command and Control");
	put_pair(j, "technique", "T1071", "Application Layer Protocol");
	put_pair(j, "sub_technique", "T1071.004", "DNS");
	ed_json_object_end(j);
	ed_json_array_end(j);
}

static void put_sources(struct ed_json *j, const struct ed_sink_options *o,
			const struct ed_alert *a)
{
	if (a->formats == 0 || !o->format_names)
		return;
	ed_json_array(j, "data_sources");
	for (unsigned i = 0; i < 64 && o->format_names[i]; i++) {
		if (a->formats >> i & 1)
			ed_json_str(j, NULL, o->format_names[i]);
	}
	ed_json_array_end(j);
}

static void put_finding(struct ed_json *j, const struct ed_sink_options *o,
			const struct ed_alert *a, const char *summary)
{
	ed_json_object(j, "finding_info");
	put_text(j, "uid", a->id);
	ed_json_str(j, "title", ed_alert_title(a));
	put_text(j, "desc", summary);
	put_analytic(j, a);
	put_attacks(j);
	put_ms(j, "created_time", a->first_raised.time_ns);
	put_ms(j, "modified_time", a->raised_ns);
	put_ms(j, "first_seen_time", a->start_ns);
	put_ms(j, "last_seen_time", a->end_ns);
	if (a->n_queries > 0 && a->n_queries <= INT32_MAX)
		ed_json_u64(j, "related_events_count", a->n_queries);
	put_sources(j, o, a);
	ed_json_object_end(j);
}

static void put_endpoints(struct ed_json *j, const struct ed_alert *a)
{
	char client[ED_ADDR_TEXT_MAX], server[ED_ADDR_TEXT_MAX], domain[ED_NAME_TEXT_MAX + 1];

	ed_addr_to_text(&a->client, client);
	ed_addr_to_text(&a->server, server);
	ed_alert_text_name(&a->domain, domain);
	if (*client) {
		ed_json_object(j, "src_endpoint");
		ed_json_str(j, "ip", client);
		ed_json_object_end(j);
	}
	if (!*server && !*domain)
		return;
	ed_json_object(j, "dst_endpoint");
	put_text(j, "domain", domain);
	if (*server) {
		ed_json_str(j, "ip", server);
		ed_json_u64(j, "port", ed_alert_server_port(a));
	}
	ed_json_object_end(j);
}

static void put_actor_text(struct ed_json *j, const char *key, const struct ed_alert *a,
			   enum ed_text id)
{
	char text[ED_ACTOR_TEXT_MAX];

	if (ed_alert_text_actor(a, id, text) > 0)
		ed_json_str(j, key, text);
}

static bool has_text(const struct ed_alert *a, enum ed_text id)
{
	return ed_actor_text(&a->actor, id).n > 0;
}

static void put_file(struct ed_json *j, const struct ed_alert *a, enum ed_text id)
{
	struct ed_span base = ed_image_base(ed_actor_text(&a->actor, id));
	char name[ED_CLEAN_GROWTH * ED_TEXT_MAX + 1];

	if (!has_text(a, id) || ed_process_print(base, name, sizeof(name)) == 0)
		return;
	ed_json_object(j, "file");
	ed_json_str(j, "name", name);
	put_actor_text(j, "path", a, id);
	ed_json_u64(j, "type_id", FILE_EXECUTABLE);
	ed_json_object_end(j);
}

/* The schema wants a process to have a number; where the log tells none, its path stands for it. */
static void put_process_body(struct ed_json *j, const struct ed_alert *a, bool is_parent)
{
	enum ed_text image = is_parent ? ED_TEXT_PARENT : ED_TEXT_IMAGE;
	uint32_t pid = is_parent ? a->actor.process.ppid : a->actor.process.pid;

	if (pid > 0 && pid <= INT32_MAX)
		ed_json_u64(j, "pid", pid);
	else
		put_actor_text(j, "uid", a, image);
	put_file(j, a, image);
	put_actor_text(j, "cmd_line", a, is_parent ? ED_TEXT_PARENT_COMMAND : ED_TEXT_COMMAND);
}

static void put_process(struct ed_json *j, const struct ed_alert *a)
{
	ed_json_object(j, "process");
	put_process_body(j, a, false);
	if (has_text(a, ED_TEXT_PARENT)) {
		ed_json_object(j, "parent_process");
		put_process_body(j, a, true);
		ed_json_object_end(j);
	}
	ed_json_object_end(j);
}

static void put_actor(struct ed_json *j, const struct ed_alert *a)
{
	if (has_text(a, ED_TEXT_HOST)) {
		ed_json_object(j, "device");
		put_actor_text(j, "hostname", a, ED_TEXT_HOST);
		ed_json_u64(j, "type_id", 0);
		ed_json_object_end(j);
	}
	if (has_text(a, ED_TEXT_IMAGE))
		put_process(j, a);
	if (has_text(a, ED_TEXT_USER)) {
		ed_json_object(j, "user");
		put_actor_text(j, "name", a, ED_TEXT_USER);
		ed_json_object_end(j);
	}
}

/* Who and whom in the first entry; then the names that tell most, one an entry. */
static void put_evidences(struct ed_json *j, const struct ed_alert *a)
{
	uint32_t telling[ED_ALERT_SAMPLES_MAX], n = ed_alert_text_telling(a, telling);
	bool ends = ed_addr_known(&a->client) || ed_addr_known(&a->server) || a->domain.n > 0;
	char name[ED_NAME_TEXT_MAX + 1];

	if (!ends && !a->actor.known && n == 0)
		return;
	ed_json_array(j, "evidences");
	if (ends || a->actor.known) {
		ed_json_object(j, NULL);
		put_endpoints(j, a);
		put_actor(j, a);
		if (a->drill[0]) {
			ed_json_u64(j, "verdict_id", VERDICT_TEST);
			ed_json_str(j, "verdict", "Test");
		}
		ed_json_object_end(j);
	}
	for (uint32_t i = 0; i < n; i++) {
		if (ed_alert_text_name(&a->samples[telling[i]], name) == 0)
			continue;
		ed_json_object(j, NULL);
		ed_json_object(j, "query");
		ed_json_str(j, "hostname", name);
		ed_json_object_end(j);
		ed_json_object_end(j);
	}
	ed_json_array_end(j);
}

/* "distinct_names 360" */
static void put_observation(struct ed_json *j, const struct ed_fact *f)
{
	char text[FACT_TEXT_MAX];

	if (!f->text && !isfinite(f->value))
		return;
	if (f->text)
		(void)snprintf(text, sizeof(text), "%s %s", f->name, f->text);
	else
		(void)snprintf(text, sizeof(text), "%s %.6g", f->name, f->value);
	ed_json_object(j, NULL);
	ed_json_str(j, "value", text);
	ed_json_object_end(j);
}

static void put_anomaly(struct ed_json *j, const struct ed_evidence *e)
{
	char bits[FACT_TEXT_MAX];

	(void)snprintf(bits, sizeof(bits), "%.2f bits in favour of a tunnel",
		       isfinite(e->bits) ? (double)e->bits : 0);
	ed_json_object(j, NULL);
	ed_json_str(j, "observation_parameter", e->family);
	ed_json_array(j, "observations");
	ed_json_object(j, NULL);
	ed_json_str(j, "value", bits);
	ed_json_object_end(j);
	for (uint32_t k = 0; k < e->n_facts; k++)
		put_observation(j, &e->facts[k]);
	ed_json_array_end(j);
	ed_json_object_end(j);
}

static void put_anomalies(struct ed_json *j, const struct ed_alert *a)
{
	char subject[ED_SUBJECT_TEXT_MAX];

	if (a->n_evidence == 0)
		return;
	ed_alert_text_subject(a, subject);
	ed_json_array(j, "anomaly_analyses");
	ed_json_object(j, NULL);
	ed_json_array(j, "analysis_targets");
	ed_json_object(j, NULL);
	ed_json_str(j, "name", *subject ? subject : "all domains of the client");
	ed_json_str(j, "type", a->domain.n > 0 ? "domain" : "endpoint");
	ed_json_object_end(j);
	ed_json_array_end(j);
	ed_json_array(j, "anomalies");
	for (uint32_t i = 0; i < a->n_evidence; i++)
		put_anomaly(j, &a->evidence[i]);
	ed_json_array_end(j);
	ed_json_object_end(j);
	ed_json_array_end(j);
}

static void put_observable(struct ed_json *j, const char *name, unsigned type, const char *value)
{
	if (!*value)
		return;
	ed_json_object(j, NULL);
	ed_json_str(j, "name", name);
	ed_json_u64(j, "type_id", type);
	ed_json_str(j, "value", value);
	ed_json_object_end(j);
}

static void put_observables(struct ed_json *j, const struct ed_alert *a)
{
	char client[ED_ADDR_TEXT_MAX], server[ED_ADDR_TEXT_MAX], domain[ED_NAME_TEXT_MAX + 1];

	ed_addr_to_text(&a->client, client);
	ed_addr_to_text(&a->server, server);
	ed_alert_text_name(&a->domain, domain);
	if (!*client && !*server && !*domain)
		return;
	ed_json_array(j, "observables");
	put_observable(j, "evidences.src_endpoint.ip", OBSERVABLE_IP, client);
	put_observable(j, "evidences.dst_endpoint.ip", OBSERVABLE_IP, server);
	put_observable(j, "evidences.dst_endpoint.domain", OBSERVABLE_HOSTNAME, domain);
	ed_json_array_end(j);
}

/* What the schema has no place for. */
static void put_unmapped(struct ed_json *j, const struct ed_alert *a)
{
	char text[ED_CLEAN_GROWTH * ED_ALERT_SUMMARY_MAX];

	ed_json_object(j, "unmapped");
	ed_json_object(j, "earthdog");
	ed_json_str(j, "verdict", ed_verdict_name(a->verdict));
	put_text(j, "drill", a->drill);
	if (isfinite(a->score_bits))
		ed_json_f64(j, "score_bits", (double)a->score_bits);
	ed_json_u64(j, "bytes_up", a->bytes_up);
	ed_json_u64(j, "bytes_down", a->bytes_down);
	ed_json_u64(j, "names", a->n_names);
	ed_alert_text_clean(a->counterfactual, text, sizeof(text));
	put_text(j, "counterfactual", text);
	if (a->n_tunables > 0) {
		ed_json_object(j, "tunables");
		for (uint32_t i = 0; i < a->n_tunables; i++)
			put_text(j, a->tunables[i].name, a->tunables[i].value);
		ed_json_object_end(j);
	}
	ed_json_object_end(j);
	ed_json_object_end(j);
}

static void ocsf_alert(const struct ed_sink_options *o, const struct ed_alert *a,
		       struct ed_buf *out)
{
	char summary[ED_SUMMARY_TEXT_MAX];
	struct ed_json j;

	ed_alert_text_summary(a, summary);
	ed_json_init(&j, out);
	ed_json_object(&j, NULL);
	put_class(&j, a);
	put_text(&j, "message", summary);
	put_metadata(&j, a);
	put_finding(&j, o, a, summary);
	put_evidences(&j, a);
	put_anomalies(&j, a);
	put_observables(&j, a);
	put_unmapped(&j, a);
	ed_json_object_end(&j);
	ed_buf_put(out, "\n", 1);
}

const struct ed_sink ed_sink_ocsf = {
	.name = "ocsf",
	.help = "Open Cybersecurity Schema Framework 1.8.0, one Detection Finding (2004) a line",
	.alert = ocsf_alert,
};
