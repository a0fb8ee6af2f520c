/* SPDX-License-Identifier: Apache-2.0 */
/* The site's own drills; see known.h. */
#include "drill/known.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/time.h"

enum { FIELDS = 5, ESTIMATE_PARTS = 8 };

static const int64_t SLACK_NS = 86400 * ED_NS_PER_S;

/* A log without years is read as if it began in 1972 (docs/formats/bind.md). */
static const int64_t UNDATED_NS = INT64_C(10) * 365 * 86400 * ED_NS_PER_S;

void ed_drill_known_of(const struct ed_drill_plan *plan, struct ed_drill_known *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->id = plan->id;
	memcpy(ret->domain, plan->domain, sizeof(ret->domain));
	ret->from_ns = plan->start_ns;
	ret->to_ns = ed_drill_end_ns(plan);
	ret->n_names = plan->n_names;
}

void ed_drill_known_print(const struct ed_drill_known *known, struct ed_buf *out)
{
	char mark[ED_DRILL_MARK_TEXT], from[ED_TIME_TEXT_MAX], to[ED_TIME_TEXT_MAX];

	ed_drill_mark_print(known->id, mark);
	ed_time_to_text(known->from_ns, from);
	ed_time_to_text(known->to_ns, to);
	ed_buf_printf(out, "%s %s %s %s %" PRIu32 "\n", mark, known->domain, from, to,
		      known->n_names);
}

/* The next word of @rest, which is left behind it. */
static struct ed_span next_word(struct ed_span *rest)
{
	size_t begin = 0, end;

	while (begin < rest->n && (rest->p[begin] == ' ' || rest->p[begin] == '\t'))
		begin++;
	end = begin;
	while (end < rest->n && rest->p[end] != ' ' && rest->p[end] != '\t')
		end++;
	*rest = ed_span_of(rest->p + end, rest->n - end);
	return ed_span_of(rest->p - (end - begin), end - begin);
}

static bool read_count(struct ed_span text, uint32_t *ret)
{
	uint32_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9' || n > ED_DRILL_NAMES_MAX)
			return false;
		n = n * 10 + (uint32_t)(text.p[i] - '0');
	}
	*ret = n;
	return text.n > 0 && n > 0 && n <= ED_DRILL_NAMES_MAX;
}

bool ed_drill_known_read(struct ed_span line, struct ed_drill_known *ret)
{
	char domain[ED_DRILL_DOMAIN_MAX + 2];
	struct ed_span word[FIELDS];

	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	for (size_t i = 0; i < FIELDS; i++)
		word[i] = next_word(&line);
	if (next_word(&line).n > 0 || word[1].n >= sizeof(domain))
		return false;
	memcpy(domain, word[1].p, word[1].n);
	domain[word[1].n] = '\0';
	return ed_drill_mark_read(word[0], &ret->id) && strlen(domain) == word[1].n &&
	       ed_drill_host_name(domain, ret->domain, sizeof(ret->domain)) &&
	       ed_time_from_text(word[2], &ret->from_ns) &&
	       ed_time_from_text(word[3], &ret->to_ns) && ret->from_ns <= ret->to_ns &&
	       read_count(word[4], &ret->n_names);
}

void ed_drills_add(struct ed_drills *drills, const struct ed_drill_known *known)
{
	if (drills->n == ED_DRILLS_MAX) {
		memmove(drills->v, drills->v + 1, (ED_DRILLS_MAX - 1) * sizeof(drills->v[0]));
		drills->n--;
	}
	drills->v[drills->n++] = *known;
}

int ed_drills_read(struct ed_span text, struct ed_drills *drills,
		   char error[static ED_DRILLS_ERROR_MAX])
{
	struct ed_drill_known known;
	unsigned number = 0;

	while (text.n > 0) {
		const uint8_t *end = memchr(text.p, '\n', text.n);
		size_t n = end ? (size_t)(end - text.p) : text.n;
		struct ed_span line = ed_span_of(text.p, n);
		struct ed_span rest = line;

		number++;
		text = ed_span_from(text, n + 1);
		if (line.n == 0 || line.p[0] == '#' || next_word(&rest).n == 0)
			continue;
		if (!ed_drill_known_read(line, &known)) {
			(void)snprintf(error, ED_DRILLS_ERROR_MAX,
				       "line %u is no drill: mark, domain, two times, names",
				       number);
			return -EINVAL;
		}
		ed_drills_add(drills, &known);
	}
	return 0;
}

/* The wire form of "mark.domain", in lower case. */
static bool tail_of(const struct ed_drill_known *known, struct ed_name *ret)
{
	char mark[ED_DRILL_MARK_TEXT], text[ED_DRILL_MARK_TEXT + ED_DRILL_DOMAIN_MAX + 1];

	ed_drill_mark_print(known->id, mark);
	(void)snprintf(text, sizeof(text), "%s.%s", mark, known->domain);
	return ed_name_from_text(ed_span_str(text), ED_NAME_PLAIN, ret) == 0;
}

/* True when @name ends in the labels of @tail, and more stand before them. */
static bool ends_in(const struct ed_name *name, const struct ed_name *tail)
{
	uint8_t lower[ED_NAME_MAX];
	size_t at = 0;

	ed_name_lower(name->wire, name->n, lower);
	while (at < name->n && (size_t)(name->n - at) > tail->n)
		at += 1U + lower[at];
	return at > 0 && name->n - at == tail->n && memcmp(lower + at, tail->wire, tail->n) == 0;
}

const char *ed_drill_known_fault(const struct ed_drill_known *known, const struct ed_alert *a)
{
	struct ed_name tail;

	if (a->n_samples == 0 || !tail_of(known, &tail))
		return "it has no names";
	for (uint32_t i = 0; i < a->n_samples; i++) {
		if (!ends_in(&a->samples[i], &tail))
			return "not all of its names are the drill's";
	}
	if (a->end_ns > UNDATED_NS &&
	    (a->start_ns < known->from_ns - SLACK_NS || a->end_ns > known->to_ns + SLACK_NS))
		return "it is more than a day before or after the drill";
	/* above the exact set the number of names is an estimate */
	if (a->n_names > known->n_names + known->n_names / ESTIMATE_PARTS)
		return "it has more names than the drill asked";
	return NULL;
}

uint64_t ed_drills_claim(const struct ed_drills *drills, const struct ed_alert *a)
{
	uint64_t id;

	if (a->n_samples == 0 ||
	    !ed_drill_mark_find(ed_span_of(a->samples[0].wire, a->samples[0].n), &id))
		return 0;
	for (size_t i = 0; i < drills->n; i++) {
		if (drills->v[i].id == id && !ed_drill_known_fault(&drills->v[i], a))
			return id;
	}
	return 0;
}

void ed_drills_mark(const struct ed_drills *drills, struct ed_alert *alerts, size_t n)
{
	static_assert((int)ED_ALERT_DRILL_TEXT == (int)ED_DRILL_MARK_TEXT, "an alert holds a mark");

	for (size_t i = 0; i < n; i++) {
		uint64_t id = ed_drills_claim(drills, &alerts[i]);

		if (id != 0)
			ed_drill_mark_print(id, alerts[i].drill);
	}
}
