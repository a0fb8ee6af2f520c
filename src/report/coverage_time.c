/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sources in time: which fell silent, which have a hole, which lag; see coverage.h.
 *
 * An hour without events is worth a word only when events were to be expected: as many as the
 * source told at the same time of other days, or, when there is no other day, in a mean hour. And
 * only when the machines that the source tells of went on meanwhile, as other sources tell: an office
 * at night is no outage. Where no other source knows them, the site as a whole has to have gone on,
 * at a time of day that is known from other days.
 */
#include "report/coverage_int.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/time.h"

enum { HOURS_A_DAY = 24 };

static const double EXPECTED_MIN = 20;   /* events that should have been there */
static const double OTHERS_SHARE = 0.25; /* of what the other sources were to tell */

struct series {
	struct ed_coverage *c;
	int64_t from_hour;
	uint32_t n;                 /* hours */
	float *own, *expected;      /* of one source */
	double *all, *all_expected; /* of all together */
	uint32_t *elsewhere;        /* machines of the source that others told of */
	uint8_t *known;             /* the time of day is known from other days */
	double elsewhere_mean;      /* in hours in which the source told something */
};

static int series_init(struct series *s, struct ed_coverage *c)
{
	int64_t hours = (c->to_ns - c->from_ns) / ED_HOUR_NS + 2;

	*s = (struct series){ .c = c, .from_hour = c->from_ns / ED_HOUR_NS };
	s->n = hours < ED_COVERAGE_HOURS_MAX ? (uint32_t)hours : ED_COVERAGE_HOURS_MAX;
	if (hours > ED_COVERAGE_HOURS_MAX) /* the latest count */
		s->from_hour = c->to_ns / ED_HOUR_NS + 1 - ED_COVERAGE_HOURS_MAX;
	s->own = ed_mem_zalloc(s->n, sizeof(*s->own));
	s->expected = ed_mem_zalloc(s->n, sizeof(*s->expected));
	s->all = ed_mem_zalloc(s->n, sizeof(*s->all));
	s->all_expected = ed_mem_zalloc(s->n, sizeof(*s->all_expected));
	s->elsewhere = ed_mem_zalloc(s->n, sizeof(*s->elsewhere));
	s->known = ed_mem_zalloc(s->n, sizeof(*s->known));
	return s->own && s->expected && s->all && s->all_expected && s->elsewhere && s->known ?
		       0 :
		       -ENOMEM;
}

static void series_done(struct series *s)
{
	ed_mem_free(s->own);
	ed_mem_free(s->expected);
	ed_mem_free(s->all);
	ed_mem_free(s->all_expected);
	ed_mem_free(s->elsewhere);
	ed_mem_free(s->known);
}

/* Rows of all sources lie mixed; @order has them by source. */
static void fill_own(struct series *s, uint32_t source, const uint32_t *order, uint32_t n_rows)
{
	const struct ed_presence_hour *rows = s->c->conf.presence->hours;

	memset(s->own, 0, s->n * sizeof(*s->own));
	for (uint32_t i = 0; i < n_rows && rows[order[i]].source == source; i++) {
		int64_t at = rows[order[i]].hour - s->from_hour;

		if (at >= 0 && at < s->n)
			s->own[at] += (float)rows[order[i]].n_lookups +
				      (float)rows[order[i]].n_others;
	}
}

/* The hours of the period between the source's first and last event, both included. */
static void active_range(const struct series *s, const struct ed_coverage_source *source,
			 int64_t *ret_first, int64_t *ret_last)
{
	*ret_first = source->first_ns / ED_HOUR_NS - s->from_hour;
	*ret_last = source->last_ns / ED_HOUR_NS - s->from_hour;
	if (*ret_first < 0)
		*ret_first = 0;
	if (*ret_last >= s->n)
		*ret_last = (int64_t)s->n - 1;
	if (*ret_last < -1) /* it ended before what is looked at */
		*ret_last = -1;
}

static void fill_expected(struct series *s, int64_t first, int64_t last)
{
	double sum[HOURS_A_DAY] = { 0 }, total = 0;
	uint32_t days[HOURS_A_DAY] = { 0 };
	double mean;

	for (int64_t h = first; h <= last; h++) {
		sum[h % HOURS_A_DAY] += (double)s->own[h];
		days[h % HOURS_A_DAY]++;
		total += (double)s->own[h];
	}
	mean = last >= first ? total / (double)(last - first + 1) : 0;
	for (int64_t h = 0; h < s->n; h++) {
		bool inside = h >= first && h <= last;
		uint32_t others = days[h % HOURS_A_DAY] - inside;
		double rest = sum[h % HOURS_A_DAY] - (inside ? (double)s->own[h] : 0);

		s->known[h] = others > 0;
		s->expected[h] = h < first ? 0 : (float)(others > 0 ? rest / others : mean);
	}
}

/* In which hours other sources told of how many of the machines that this one tells of. */
static void fill_elsewhere(struct series *s, uint32_t source)
{
	const struct ed_presence *p = s->c->conf.presence;
	double sum = 0;
	uint32_t n = 0;

	memset(s->elsewhere, 0, s->n * sizeof(*s->elsewhere));
	for (uint32_t i = 0; i < p->n_days; i++) {
		const struct ed_presence_day *row = &p->days[i];
		int64_t at = (int64_t)row->day * HOURS_A_DAY - s->from_hour;

		if (row->source == source || s->c->asset_of_day[i] >= s->c->n_assets ||
		    !ed_coverage_tells(s->c, source, s->c->asset_of_day[i]))
			continue;
		for (int64_t h = 0; h < HOURS_A_DAY; h++) {
			if ((row->hours >> h & 1) && at + h >= 0 && at + h < s->n)
				s->elsewhere[at + h]++;
		}
	}
	for (uint32_t h = 0; h < s->n; h++) {
		sum += s->own[h] > 0 ? s->elsewhere[h] : 0;
		n += s->own[h] > 0;
	}
	s->elsewhere_mean = n > 0 ? sum / n : 0;
}

/* True when what the source tells of went on between two hours. */
static bool went_on(const struct series *s, int64_t from, int64_t to)
{
	double told = 0, expected = 0, elsewhere = 0;
	bool known = true;

	for (int64_t h = from; h < to; h++) {
		told += s->all[h] - (double)s->own[h];
		expected += s->all_expected[h] - (double)s->expected[h];
		elsewhere += s->elsewhere[h];
		known = known && s->known[h];
	}
	if (s->elsewhere_mean > 0)
		return elsewhere >= OTHERS_SHARE * s->elsewhere_mean * (double)(to - from);
	if (!known && to - from < HOURS_A_DAY)
		return false;
	return expected < 1 || told >= OTHERS_SHARE * expected;
}

static double expected_between(const struct series *s, int64_t from, int64_t to)
{
	double sum = 0;

	for (int64_t h = from; h < to; h++)
		sum += (double)s->expected[h];
	return sum;
}

/* Behind the last hour of the period. */
static int64_t end_hour(const struct series *s)
{
	int64_t h = s->c->to_ns / ED_HOUR_NS + 1 - s->from_hour;

	return h < s->n ? h : s->n;
}

static void name_source(const struct ed_coverage_source *s, char ret[static ED_COVERAGE_TEXT_MAX])
{
	(void)snprintf(ret, ED_COVERAGE_TEXT_MAX, "%.90s (%.30s)", s->id->name, s->id->format);
}

static void find_silence(struct series *s, struct ed_coverage_source *source, int64_t last)
{
	int64_t silent_ns = s->c->to_ns - source->last_ns;
	double lag_ns = source->n_lagged > 0 ? 2 * source->lag_max_s * (double)ED_NS_PER_S : 0;
	char name[ED_COVERAGE_TEXT_MAX], for_text[ED_COVERAGE_SPAN_MAX];
	struct ed_coverage_gap *gap;

	if (silent_ns < s->c->conf.silence_ns || (double)silent_ns <= lag_ns ||
	    expected_between(s, last + 1, end_hour(s)) < EXPECTED_MIN ||
	    !went_on(s, last + 1, end_hour(s)))
		return;
	source->is_silent = true;
	name_source(source, name);
	(void)ed_coverage_span_text((double)silent_ns / (double)ED_NS_PER_S, for_text);
	gap = ed_coverage_gap_add(s->c, ED_GAP_SILENT, name);
	gap->from_ns = source->last_ns;
	gap->to_ns = s->c->to_ns;
	ed_coverage_gap_detail(
		gap, "nothing for %s; about %.0f events were to be expected, of %u machine%s",
		for_text, expected_between(s, last + 1, end_hour(s)), (unsigned)source->n_machines,
		source->n_machines == 1 ? "" : "s");
}

static void tell_hole(struct series *s, const struct ed_coverage_source *source, int64_t from,
		      int64_t to)
{
	char name[ED_COVERAGE_TEXT_MAX];
	struct ed_coverage_gap *gap;

	if ((to - from) * ED_HOUR_NS < s->c->conf.silence_ns ||
	    expected_between(s, from, to) < EXPECTED_MIN || !went_on(s, from, to))
		return;
	name_source(source, name);
	gap = ed_coverage_gap_add(s->c, ED_GAP_HOLE, name);
	gap->from_ns = (s->from_hour + from) * ED_HOUR_NS;
	gap->to_ns = (s->from_hour + to) * ED_HOUR_NS;
	ed_coverage_gap_detail(gap, "nothing in %d hours; about %.0f events were to be expected",
			       (int)(to - from), expected_between(s, from, to));
}

static void find_holes(struct series *s, const struct ed_coverage_source *source, int64_t first,
		       int64_t last)
{
	int64_t from = -1;

	for (int64_t h = first; h <= last; h++) {
		bool empty = s->own[h] < 1;

		if (empty && from < 0)
			from = h;
		if (!empty && from >= 0) {
			tell_hole(s, source, from, h);
			from = -1;
		}
	}
}

static void find_lag(struct ed_coverage *c, const struct ed_coverage_source *source)
{
	char name[ED_COVERAGE_TEXT_MAX], typical[ED_COVERAGE_SPAN_MAX], most[ED_COVERAGE_SPAN_MAX];
	struct ed_coverage_gap *gap;

	if (source->n_lagged == 0 || source->lag_s * (double)ED_NS_PER_S < (double)c->conf.lag_ns)
		return;
	name_source(source, name);
	(void)ed_coverage_span_text(source->lag_s, typical);
	(void)ed_coverage_span_text(source->lag_max_s, most);
	gap = ed_coverage_gap_add(c, ED_GAP_LAG, name);
	ed_coverage_gap_detail(gap, "an event is taken down %s after it happened, at most %s",
			       typical, most);
}

static void find_retention(struct ed_coverage *c, const struct ed_coverage_source *source)
{
	int64_t kept_ns = c->to_ns - source->first_ns;
	char name[ED_COVERAGE_TEXT_MAX], kept[ED_COVERAGE_SPAN_MAX], target[ED_COVERAGE_SPAN_MAX];
	struct ed_coverage_gap *gap;

	if (c->conf.retention_ns == 0 || kept_ns >= c->conf.retention_ns)
		return;
	name_source(source, name);
	(void)ed_coverage_span_text((double)kept_ns / (double)ED_NS_PER_S, kept);
	(void)ed_coverage_span_text((double)c->conf.retention_ns / (double)ED_NS_PER_S, target);
	gap = ed_coverage_gap_add(c, ED_GAP_RETENTION, name);
	gap->from_ns = source->first_ns;
	gap->to_ns = c->to_ns;
	ed_coverage_gap_detail(gap, "%s of %s are there", kept, target);
}

static int by_source(const void *a, const void *b, void *arg)
{
	const struct ed_presence_hour *rows = arg;
	uint32_t x = rows[*(const uint32_t *)a].source, y = rows[*(const uint32_t *)b].source;

	return (x > y) - (x < y);
}

/* Runs over all sources that told something in the period. */
static void each_source(struct series *s, const uint32_t *order, bool judge)
{
	struct ed_coverage *c = s->c;
	const struct ed_presence *p = c->conf.presence;

	for (uint32_t i = 0; i < p->n_hours;) {
		uint32_t id = p->hours[order[i]].source;
		struct ed_coverage_source *source = &c->sources[id];
		int64_t first, last;

		fill_own(s, id, order + i, p->n_hours - i);
		while (i < p->n_hours && p->hours[order[i]].source == id)
			i++;
		if (source->n_hours == 0 || source->first_ns == ED_TIME_UNKNOWN_NS)
			continue;
		active_range(s, source, &first, &last);
		fill_expected(s, first, last);
		if (judge) {
			fill_elsewhere(s, id);
			find_silence(s, source, last);
			find_holes(s, source, first, last);
			find_lag(c, source);
			find_retention(c, source);
			continue;
		}
		for (uint32_t h = 0; h < s->n; h++) {
			s->all[h] += (double)s->own[h];
			s->all_expected[h] += (double)s->expected[h];
		}
	}
}

int ed_coverage_find_times(struct ed_coverage *c)
{
	const struct ed_presence *p = c->conf.presence;
	uint32_t *order = ed_mem_zalloc(p->n_hours + 1, sizeof(*order));
	struct series s;
	int r = series_init(&s, c);

	if (r == 0 && order) {
		for (uint32_t i = 0; i < p->n_hours; i++)
			order[i] = i;
		qsort_r(order, p->n_hours, sizeof(*order), by_source, p->hours);
		each_source(&s, order, false);
		each_source(&s, order, true);
	}
	series_done(&s);
	ed_mem_free(order);
	return order ? r : -ENOMEM;
}
