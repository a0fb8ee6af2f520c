/* SPDX-License-Identifier: Apache-2.0 */
/* Layers for the ATT&CK Navigator; see navigator.h. */
#include "report/navigator.h"

#include <stdio.h>
#include <string.h>

#include "base/json_out.h"
#include "base/time.h"

static const char TECHNIQUE[] = "T1071.004";
static const char PARENT[] = "T1071";
static const char TACTIC[] = "command-and-control";

static void begin(struct ed_json *j, const char *name, const char *description)
{
	static const char *const platforms[] = { "Windows",         "Linux", "macOS",
						 "Network Devices", "ESXi",  NULL };

	ed_json_object(j, NULL);
	ed_json_str(j, "name", name);
	ed_json_object(j, "versions");
	ed_json_str(j, "attack", "18");
	ed_json_str(j, "navigator", "5.1.0");
	ed_json_str(j, "layer", "4.5");
	ed_json_object_end(j);
	ed_json_str(j, "domain", "enterprise-attack");
	ed_json_str(j, "description", description);
	ed_json_object(j, "filters");
	ed_json_array(j, "platforms");
	for (size_t i = 0; platforms[i]; i++)
		ed_json_str(j, NULL, platforms[i]);
	ed_json_array_end(j);
	ed_json_object_end(j);
	ed_json_u64(j, "sorting", 0);
	ed_json_object(j, "layout");
	ed_json_str(j, "layout", "side");
	ed_json_bool(j, "showID", true);
	ed_json_bool(j, "showName", true);
	ed_json_object_end(j);
	ed_json_bool(j, "hideDisabled", false);
	ed_json_array(j, "techniques");
}

static void technique(struct ed_json *j, const char *id)
{
	ed_json_object(j, NULL);
	ed_json_str(j, "techniqueID", id);
	ed_json_str(j, "tactic", TACTIC);
	ed_json_bool(j, "enabled", true);
}

static void meta(struct ed_json *j, const char *name, const char *value)
{
	ed_json_object(j, NULL);
	ed_json_str(j, "name", name);
	ed_json_str(j, "value", value);
	ed_json_object_end(j);
}

static void links(struct ed_json *j)
{
	static const char *const rows[][2] = {
		{ "DET0400", "https://attack.mitre.org/detectionstrategies/DET0400/" },
		{ "T1071.004", "https://attack.mitre.org/techniques/T1071/004/" },
	};

	ed_json_array(j, "links");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ed_json_object(j, NULL);
		ed_json_str(j, "label", rows[i][0]);
		ed_json_str(j, "url", rows[i][1]);
		ed_json_object_end(j);
	}
	ed_json_array_end(j);
}

/* The parent is there to be opened; it has no score of its own. */
static void parent(struct ed_json *j)
{
	technique(j, PARENT);
	ed_json_bool(j, "showSubtechniques", true);
	ed_json_object_end(j);
	ed_json_array_end(j);
}

struct gradient {
	const char *const *colours;
	double min, max;
};

static void end(struct ed_json *j, struct ed_buf *out, const struct gradient *g)
{
	ed_json_object(j, "gradient");
	ed_json_array(j, "colors");
	for (size_t i = 0; g->colours[i]; i++)
		ed_json_str(j, NULL, g->colours[i]);
	ed_json_array_end(j);
	ed_json_f64(j, "minValue", g->min);
	ed_json_f64(j, "maxValue", g->max);
	ed_json_object_end(j);
	ed_json_bool(j, "showTacticRowBackground", false);
	ed_json_bool(j, "selectTechniquesAcrossTactics", true);
	ed_json_bool(j, "selectSubtechniquesWithParent", false);
	ed_json_object_end(j);
	ed_buf_put(out, "\n", 1);
}

static void period(int64_t first_ns, int64_t last_ns, char *ret, size_t n)
{
	char first[ED_TIME_TEXT_MAX] = "", last[ED_TIME_TEXT_MAX] = "";

	ed_time_to_text(first_ns, first);
	ed_time_to_text(last_ns, last);
	(void)snprintf(ret, n, "%.10s to %.10s", first, last);
}

/* ------------------------------------------------------------------ coverage */

/* Machines by what the analytic of their platform can do; a machine that two speak about counts by
 * the better. */
static double share(const struct ed_coverage *c)
{
	double points = 0, n = 0;

	for (uint32_t i = 0; i < c->n_assets; i++) {
		unsigned best = ED_ABILITY_N;

		for (uint32_t row = 0; c->assets[i].is_there && row < c->n_analytics; row++) {
			if (c->assets[i].ability[row] < best)
				best = c->assets[i].ability[row];
		}
		if (best == ED_ABILITY_N)
			continue;
		n++;
		points += best == ED_ABILITY_WORKS ? 1 : best == ED_ABILITY_PARTLY ? 0.5 : 0;
	}
	return n > 0 ? 100 * points / n : 0;
}

void ed_navigator_coverage(const struct ed_coverage *c, struct ed_buf *out)
{
	static const char *const colours[] = { "#ff6666ff", "#ffe766ff", "#8ec843ff", NULL };
	const struct gradient gradient = { colours, 0, 100 };
	char text[640], reason[512], when[64];
	struct ed_json j;

	period(c->from_ns, c->to_ns, when, sizeof(when));
	(void)snprintf(text, sizeof(text),
		       "Where the five analytics of DET0400 can see DNS tunnels, %s.", when);
	ed_json_init(&j, out);
	begin(&j, "earthdog: coverage of DNS tunnels", text);
	technique(&j, TECHNIQUE);
	if (c->n_assets > 0)
		ed_json_f64(&j, "score", share(c));
	(void)snprintf(text, sizeof(text), "%u gaps, %s", (unsigned)c->n_gaps, when);
	ed_json_str(&j, "comment", text);
	ed_json_array(&j, "metadata");
	for (uint32_t i = 0; i < c->n_analytics; i++) {
		const struct ed_coverage_analytic *a = &c->analytics[i];

		ed_coverage_reason(a, reason, sizeof(reason));
		(void)snprintf(text, sizeof(text), "%s%s%s", ed_coverage_verdict_name(a->verdict),
			       reason[0] ? ": " : "", reason);
		(void)snprintf(when, sizeof(when), "%s %s", a->analytic->id, a->analytic->platform);
		meta(&j, when, text);
	}
	ed_json_array_end(&j);
	links(&j);
	ed_json_object_end(&j);
	parent(&j);
	end(&j, out, &gradient);
}

/* ----------------------------------------------------------------- sightings */

void ed_navigator_sight(struct ed_navigator_sightings *s, const char *id, unsigned level,
			int64_t start_ns, int64_t end_ns)
{
	for (size_t row = 0; ed_analytics[row] && row < ED_ANALYTICS_MAX; row++) {
		if (strcmp(ed_analytics[row]->id, id) != 0 || level >= ED_LEVEL_N)
			continue;
		s->n[row][level]++;
		if (s->first_ns == ED_TIME_UNKNOWN_NS || start_ns < s->first_ns)
			s->first_ns = start_ns;
		if (end_ns > s->last_ns)
			s->last_ns = end_ns;
	}
}

static uint64_t grave(const uint64_t n[static ED_LEVEL_N])
{
	return n[ED_LEVEL_MEDIUM] + n[ED_LEVEL_HIGH] + n[ED_LEVEL_CRITICAL];
}

static void meta_levels(struct ed_json *j, size_t row, const uint64_t n[static ED_LEVEL_N])
{
	char name[64], value[256];
	size_t used = 0;

	for (unsigned level = ED_LEVEL_N; level > 0; level--) {
		if (n[level - 1] > 0)
			used += (size_t)snprintf(value + used, sizeof(value) - used, "%s%llu %s",
						 used ? ", " : "", (unsigned long long)n[level - 1],
						 ed_level_name(level - 1));
	}
	(void)snprintf(name, sizeof(name), "%s %s", ed_analytics[row]->id,
		       ed_analytics[row]->platform);
	if (used > 0)
		meta(j, name, value);
}

void ed_navigator_sightings(const struct ed_navigator_sightings *s, struct ed_buf *out)
{
	static const char *const colours[] = { "#ffffffff", "#ff9966ff", "#cc3344ff", NULL };
	struct gradient gradient = { colours, 0, 1 };
	char text[160], when[64] = "no time";
	uint64_t n = 0, all = 0;
	struct ed_json j;

	for (size_t row = 0; row < ED_ANALYTICS_MAX; row++) {
		n += grave(s->n[row]);
		for (unsigned level = 0; level < ED_LEVEL_N; level++)
			all += s->n[row][level];
	}
	gradient.max = n > 1 ? (double)n : 1;
	if (all > 0)
		period(s->first_ns, s->last_ns, when, sizeof(when));
	ed_json_init(&j, out);
	(void)snprintf(text, sizeof(text), "Alerts for DNS tunnels, %s.", when);
	begin(&j, "earthdog: sightings of DNS tunnels", text);
	if (all > 0) {
		technique(&j, TECHNIQUE);
		if (n > 0)
			ed_json_u64(&j, "score", n);
		(void)snprintf(text, sizeof(text),
			       "%llu alerts, %llu of medium level or above; %llu left out",
			       (unsigned long long)all, (unsigned long long)n,
			       (unsigned long long)s->n_left_out);
		ed_json_str(&j, "comment", text);
		ed_json_array(&j, "metadata");
		for (size_t row = 0; ed_analytics[row] && row < ED_ANALYTICS_MAX; row++)
			meta_levels(&j, row, s->n[row]);
		ed_json_array_end(&j);
		links(&j);
		ed_json_object_end(&j);
	}
	parent(&j);
	end(&j, out, &gradient);
}
