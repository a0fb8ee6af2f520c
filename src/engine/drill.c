/* SPDX-License-Identifier: Apache-2.0 */
/* What became of a drill on its way; see drill.h. */
#include "engine/drill.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "analytic/ability.h"
#include "base/mem.h"
#include "engine/events.h"
#include "engine/psl_file.h"
#include "enrich/psl.h"
#include "enrich/zone.h"

/* Twice as many places as names, so that looking one up stays short. */
enum { SET_PLACES = 1 << 15 };
static_assert(SET_PLACES >= 2 * ED_DRILL_NAMES_MAX, "the set never fills");

struct watched {
	struct ed_drill_seen seen;
	uint64_t names[SET_PLACES]; /* hashes; 0: free */
};

struct ed_drill_watch {
	const struct ed_drills *drills;
	struct watched *each; /* one a drill */
};

static const char *const step_names[ED_DRILL_STEPS_END + 1] = {
	[ED_DRILL_SETUP] = "setup",      [ED_DRILL_READ] = "read",
	[ED_DRILL_FORMAT] = "format",    [ED_DRILL_DECODE] = "decode",
	[ED_DRILL_TIME] = "time",        [ED_DRILL_NAMES] = "names",
	[ED_DRILL_SCOPE] = "scope",      [ED_DRILL_FIELDS] = "fields",
	[ED_DRILL_SETTING] = "setting",  [ED_DRILL_ALERT] = "alert",
	[ED_DRILL_SHOWN] = "shown",      [ED_DRILL_STORE] = "store",
	[ED_DRILL_STEPS_END] = "passed",
};

const char *ed_drill_step_name(unsigned step)
{
	return step <= ED_DRILL_STEPS_END ? step_names[step] : "unknown";
}

/* ------------------------------------------------------------------- watch */

int ed_drill_watch_new(const struct ed_drills *drills, struct ed_drill_watch **ret)
{
	struct ed_drill_watch *w = ed_mem_zalloc(1, sizeof(*w));

	if (!w)
		return -ENOMEM;
	w->drills = drills;
	w->each = ed_mem_zalloc(drills->n ? drills->n : 1, sizeof(*w->each));
	if (!w->each) {
		ed_drill_watch_free(w);
		return -ENOMEM;
	}
	*ret = w;
	return 0;
}

void ed_drill_watch_free(struct ed_drill_watch *w)
{
	if (w)
		ed_mem_free(w->each);
	ed_mem_free(w);
}

/* True when the name was not there before. A set that has all names it can have takes no more. */
static bool note_name(struct watched *w, uint64_t hash)
{
	size_t at = hash % SET_PLACES;

	hash |= 1; /* 0 is free */
	while (w->names[at] != 0 && w->names[at] != hash)
		at = (at + 1) % SET_PLACES;
	if (w->names[at] == hash || w->seen.n_names == ED_DRILL_NAMES_MAX)
		return false;
	w->names[at] = hash;
	w->seen.n_names++;
	return true;
}

static void note_lookup(struct watched *w, const struct ed_event *ev)
{
	struct ed_drill_seen *s = &w->seen;

	(void)note_name(w, ev->name_hash);
	if (s->n_lookups++ == 0) {
		s->client = ev->client;
		s->first_ns = ev->time_ns;
	}
	s->last_ns = ev->time_ns;
	s->formats |= UINT64_C(1) << ev->format;
	s->platforms |= 1U << ev->platform;
	for (size_t i = 0; ed_analytics[i]; i++) {
		if (!ed_analytics[i]->in_scope(NULL, ev))
			continue;
		s->n_in_scope[i]++;
		s->fields[i] |= ev->has;
	}
}

static void watch_event(void *arg, const struct ed_event *ev, const char *path)
{
	struct ed_drill_watch *w = arg;
	uint64_t id;

	(void)path;
	if (!ed_event_is_lookup(ev) || !ed_drill_mark_find(ed_event_qname(ev), &id))
		return;
	for (size_t i = 0; i < w->drills->n; i++) {
		if (w->drills->v[i].id == id)
			note_lookup(&w->each[i], ev);
	}
}

void ed_drill_watch_add(struct ed_drill_watch *w, struct ed_scan_config *conf)
{
	memset(w->each, 0, w->drills->n * sizeof(*w->each));
	ed_scan_observe(conf, watch_event, w);
}

const struct ed_drill_seen *ed_drill_watch_seen(const struct ed_drill_watch *w, size_t i)
{
	return &w->each[i].seen;
}

/* ----------------------------------------------------------------- account */

static bool count_event(void *arg, const struct ed_event *ev, const char *path,
			const struct ed_format *format)
{
	struct ed_drill_account *a = arg;

	(void)ev;
	(void)path;
	a->format = format->name;
	return true;
}

static void note_trouble(void *arg, const struct ed_scan_trouble *t)
{
	struct ed_drill_account *a = arg;

	if (!a->trouble[0])
		(void)snprintf(a->trouble, sizeof(a->trouble), "%s", t->what);
}

int ed_drill_account_file(const struct ed_scan_config *conf, const char *path,
			  struct ed_drill_account *ret)
{
	const struct ed_events_hooks hooks = { .arg = ret,
					       .event = count_event,
					       .trouble = note_trouble };
	const char *const paths[] = { path };
	struct ed_scan_config own;
	struct ed_scan_result result;
	int r;

	memset(ret, 0, sizeof(*ret));
	ed_scan_config_init(&own);
	own.paths = paths;
	own.n_paths = 1;
	own.input_format = conf->input_format;
	own.from_ns = conf->from_ns;
	own.to_ns = conf->to_ns;
	r = ed_events_run(&own, &hooks, &result);
	if (r < 0)
		return r;
	ret->records = result.records;
	ret->is_unread = result.records.n_read == 0;
	for (size_t i = 0; ed_formats[i] && i < ED_SCAN_FORMATS_MAX; i++) {
		if (result.format_records[i] > 0)
			ret->format = ed_formats[i]->name;
	}
	return 0;
}

/* ------------------------------------------------------------------ alerts */

static bool bears_mark(const struct ed_alert *a, const struct ed_drill_known *drill)
{
	uint64_t id;

	for (uint32_t i = 0; i < a->n_samples; i++) {
		if (!ed_drill_mark_find(ed_span_of(a->samples[i].wire, a->samples[i].n), &id) ||
		    id != drill->id)
			return false;
	}
	return a->n_samples > 0;
}

const struct ed_alert *ed_drill_alert(const struct ed_scan_result *r,
				      const struct ed_drill_known *drill, const char *analytic)
{
	const struct ed_alert *best = NULL;

	for (size_t i = 0; i < r->n_alerts; i++) {
		const struct ed_alert *a = &r->alerts[i];

		if (!bears_mark(a, drill) || (analytic && strcmp(a->analytic, analytic) != 0))
			continue;
		if (!best || a->level > best->level)
			best = a;
	}
	return best;
}

int ed_drill_domain_check(const char *psl_path, const char *domain, bool *ret_is_own,
			  char error[static 256])
{
	struct ed_zone_cut cut;
	struct ed_name name;
	struct ed_psl *psl;
	int r = ed_psl_file_load(psl_path, 0, &psl, error);

	if (r < 0)
		return r;
	*ret_is_own = false;
	if (ed_name_from_text(ed_span_str(domain), ED_NAME_PLAIN, &name) == 0) {
		ed_zone_cut(psl, ed_span_of(name.wire, name.n), &cut);
		*ret_is_own = cut.kind == ED_ZONE_REGISTRABLE;
	}
	ed_psl_free(psl);
	return 0;
}

/* ------------------------------------------------------------------- judge */

/* The reason for which most records were dropped; ED_DROP_N: none was. */
static unsigned worst_drop(const struct ed_tally *t)
{
	unsigned worst = ED_DROP_N;

	for (unsigned i = 0; i < ED_DROP_N; i++) {
		if (t->n_dropped[i] > 0 &&
		    (worst == ED_DROP_N || t->n_dropped[i] > t->n_dropped[worst]))
			worst = i;
	}
	return worst;
}

enum ed_drill_step ed_drill_judge_account(const struct ed_drill_account *a, const char *format,
					  char why[static 256])
{
	unsigned drop = worst_drop(&a->records);

	if (a->is_unread) {
		(void)snprintf(why, 256, "not a record was read: %s",
			       a->trouble[0] ? a->trouble : "the file is empty");
		return a->format ? ED_DRILL_FORMAT : ED_DRILL_READ;
	}
	if (format && a->format && strcmp(a->format, format) != 0) {
		(void)snprintf(why, 256, "it is %s and was read as %s", format, a->format);
		return ED_DRILL_FORMAT;
	}
	if (a->records.n_analysed > 0 || drop == ED_DROP_N)
		return ED_DRILL_STEPS_END;
	(void)snprintf(why, 256, "of %" PRIu64 " records %" PRIu64 " were dropped as %s: %s",
		       a->records.n_read, a->records.n_dropped[drop], ed_drop_name(drop),
		       ed_drop_help(drop));
	return drop == ED_DROP_OUTSIDE ? ED_DRILL_TIME : ED_DRILL_DECODE;
}

/* The first platform of the lookups, as text. */
static const char *platform_of(const struct ed_drill_seen *s)
{
	for (unsigned i = 0; i < ED_PLATFORM_N; i++) {
		if (s->platforms & (1U << i))
			return ed_platform_name(i);
	}
	return ed_platform_name(ED_PLATFORM_UNKNOWN);
}

static enum ed_drill_step judge_scope(const struct ed_drill_seen *s, size_t row,
				      char why[static 256])
{
	const struct ed_analytic *other = NULL;

	for (size_t i = 0; ed_analytics[i]; i++) {
		if (s->n_in_scope[i] > 0)
			other = ed_analytics[i];
	}
	if (other)
		(void)snprintf(why, 256,
			       "%s does not speak about its lookups: their machine is taken for "
			       "\"%s\", and %s speaks about that",
			       ed_analytics[row]->id, platform_of(s), other->id);
	else
		(void)snprintf(why, 256,
			       "no analytic speaks about its lookups: platform \"%s\", client %s",
			       platform_of(s), ed_addr_known(&s->client) ? "known" : "not known");
	return ED_DRILL_SCOPE;
}

enum ed_drill_step ed_drill_judge_seen(const struct ed_drill_seen *s,
				       const struct ed_drill_known *drill, size_t row,
				       char why[static 256])
{
	struct ed_analytic_ability ability;
	char text[ED_ABILITY_TEXT_MAX];

	if (s->n_names == 0 || s->n_names < drill->n_names) {
		(void)snprintf(why, 256, "of its %" PRIu32 " names %" PRIu32 " are in the input",
			       drill->n_names, s->n_names);
		return ED_DRILL_NAMES;
	}
	if (s->n_in_scope[row] == 0)
		return judge_scope(s, row, why);
	ed_analytic_ability(ed_analytics[row], s->fields[row], &ability);
	if (ability.state == ED_ABILITY_OFF) {
		(void)snprintf(why, 256, "%s: %s", ed_analytics[row]->id,
			       ed_analytic_ability_text(ed_analytics[row], &ability, text,
							sizeof(text)));
		return ED_DRILL_FIELDS;
	}
	return ED_DRILL_STEPS_END;
}
