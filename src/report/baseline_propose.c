/* SPDX-License-Identifier: Apache-2.0 */
/* Candidates for the mutable elements; see baseline_propose.h. */
#include "report/baseline_propose.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

#include "record/program.h"
#include "record/vib.h"

enum {
	STARTS_MIN = 3, /* a program that was started so often and never asked has no reason to */
	FILTER_MAX = 12,
	WINDOW_MAX_S = 86400,
	SLOT_S = 10,
};

/* Shares of ordinary key-days that may reach a value; 0: none. More would tune to one day. */
static const double shares[] = { 0.001, 0.0001, 0 };
static const double ABOVE_ALL = 1.1, SKETCH_ERROR = 0.02;

struct making {
	const struct ed_baseline *b;
	const char *vibs;
	struct ed_baseline_element *e;
};

/* What one element's candidates are made from. */
struct rule {
	const char *analytic, *name;
	enum ed_baseline_feature feature; /* with numbers */
	void (*make)(const struct rule *rule, struct making *m);
	const char *reason; /* how */
};

__attribute__((format(printf, 2, 3))) static void because(struct making *m, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(m->e->reason, sizeof(m->e->reason), fmt, args);
	va_end(args);
}

/* ------------------------------------------------------------------ numbers */

/* Up to two significant digits. */
static double two_digits_up(double v)
{
	double unit = pow(10, floor(log10(v)) - 1);

	return ceil(v / unit - 1e-9) * unit;
}

/* @v as stored in a sketch, as the option takes it; rounded to the insensitive side. */
static void value_text(const struct ed_option *o, enum ed_baseline_feature f, double v,
		       char ret[static ED_BASELINE_VALUE_MAX])
{
	double distance = v * (1 - SKETCH_ERROR) / 1e6;
	int decimals = (int)fmin(6, fmax(2, ceil(-log10(distance)) + 1));
	double unit = pow(10, -decimals);

	if (f == ED_BASELINE_ENCODED)
		(void)snprintf(ret, ED_BASELINE_VALUE_MAX, "%.*f", decimals,
			       fmin(1, ceil((1 - distance) / unit - 1e-9) * unit));
	else if (f == ED_BASELINE_WINDOW)
		(void)snprintf(ret, ED_BASELINE_VALUE_MAX, "%.0fs",
			       fmin(WINDOW_MAX_S, fmax(1, floor(v * (1 - SKETCH_ERROR) / 1000))));
	else if (f == ED_BASELINE_BURST)
		(void)snprintf(ret, ED_BASELINE_VALUE_MAX, "%.10g/s",
			       two_digits_up((v * (1 + SKETCH_ERROR) + 1) / SLOT_S));
	else
		(void)snprintf(ret, ED_BASELINE_VALUE_MAX, "%.0f",
			       fmin(o->max, ceil(v * (1 + SKETCH_ERROR))));
}

/* A value as a number on which small is sensitive. */
static double laxness(const struct ed_option *o, const char *value)
{
	union {
		uint32_t u32;
		uint64_t u64;
		int64_t ns;
		double f64;
	} v = { .u64 = 0 };
	struct ed_option at = *o;
	char error[ED_OPTION_ERROR_MAX];

	at.offset = 0;
	if (ed_option_set(&at, &v, value, error) < 0)
		return NAN;
	switch (o->type) {
	case ED_OPT_U32:
		return v.u32;
	case ED_OPT_SIZE:
	case ED_OPT_U64:
		return (double)v.u64;
	case ED_OPT_DURATION:
		return -(double)v.ns;
	default:
		return v.f64;
	}
}

/*
 * The stored value that the share @share of @n_days reaches; 0: none does. The days without a value
 * are the least odd ones.
 */
static double reached_by(const struct ed_ddsketch *d, uint64_t n_days, double share, bool low)
{
	double n = share * (double)n_days;

	if (d->n == 0)
		return 0;
	if (share == 0)
		return low ? ed_ddsketch_quantile(d, 0) / ABOVE_ALL :
			     ed_ddsketch_quantile(d, 1) * ABOVE_ALL;
	if (n < 1)
		return 0;
	if (n >= d->n)
		return ed_ddsketch_quantile(d, low ? 1 : 0);
	return ed_ddsketch_quantile(d, low ? n / d->n : 1 - n / d->n);
}

static void add(struct making *m, const char *value, double share)
{
	struct ed_baseline_element *e = m->e;
	double laxer = laxness(e->option, value);

	if (isnan(laxer) || laxer == laxness(e->option, e->now))
		return;
	for (unsigned i = 0; i < e->n; i++) {
		if (laxness(e->option, e->v[i].value) == laxer)
			return;
	}
	e->n_sensitive += laxer < laxness(e->option, e->now);
	e->v[e->n].normal_share = share;
	(void)snprintf(e->v[e->n++].value, ED_BASELINE_VALUE_MAX, "%s", value);
}

static void make_number(const struct rule *rule, struct making *m)
{
	const bool low = ed_baseline_features[rule->feature].low_is_odd;
	char value[ED_BASELINE_VALUE_MAX];
	struct ed_ddsketch d;

	m->e->n_key_days = ed_baseline_sum(m->b, m->e->row, rule->feature, &d);
	if (m->e->n_key_days < ED_BASELINE_KEY_DAYS_MIN) {
		because(m,
			m->e->n_key_days == 0 ? "no lookup in the scope of %s was learnt" :
						"too little was learnt in the scope of %s",
			rule->analytic);
		return;
	}
	because(m, "%s", rule->reason);
	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
		double v = reached_by(&d, m->e->n_key_days, shares[i], low);

		if (v <= 0)
			continue;
		value_text(m->e->option, rule->feature, v, value);
		add(m, value, shares[i]);
	}
	if (m->e->n == 0 && d.n == 0)
		because(m, "no ordinary key-day comes near it; nothing to measure it by");
}

/* -------------------------------------------------------------------- lists */

static bool is_of(const struct making *m, const struct ed_baseline_program *p)
{
	return p->row == m->e->row;
}

static void append(char *list, const char *word, size_t n)
{
	size_t used = strlen(list);

	if (used + n + 2 <= ED_BASELINE_VALUE_MAX)
		(void)snprintf(list + used, ED_BASELINE_VALUE_MAX - used, "%s%.*s", used ? "," : "",
			       (int)n, word);
}

static void add_list(struct making *m, const char *value)
{
	struct ed_baseline_element *e = m->e;

	if (strcmp(value, e->now) == 0)
		return;
	e->v[e->n].normal_share = -1;
	(void)snprintf(e->v[e->n++].value, ED_BASELINE_VALUE_MAX, "%s", value);
	e->n_sensitive++;
}

static uint64_t count_programs(const struct making *m, bool asked)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < m->b->n_programs; i++)
		n += is_of(m, &m->b->programs[i]) &&
		     (asked ? m->b->programs[i].n_lookups : m->b->programs[i].n_starts) > 0;
	return n;
}

/* True when one of the programs that ask is on the list @pattern. */
static bool is_seen(const struct making *m, const char *pattern)
{
	for (uint32_t i = 0; i < m->b->n_programs; i++) {
		const struct ed_baseline_program *p = &m->b->programs[i];

		if (is_of(m, p) && ed_program_is_listed(pattern, ed_span_str(p->image)))
			return true;
	}
	return false;
}

/* Daemons that are not here are names that an intruder could take. */
static void make_daemons(const struct rule *rule, struct making *m)
{
	char value[ED_BASELINE_VALUE_MAX] = "", word[ED_BASELINE_TEXT_MAX];
	const char *rest = m->e->now;

	m->e->n_key_days = count_programs(m, true);
	if (m->e->n_key_days == 0) {
		because(m, "no program in the scope of %s was learnt", rule->analytic);
		return;
	}
	while (*rest) {
		size_t n = strcspn(rest, ",");

		(void)snprintf(word, sizeof(word), "%.*s", (int)n, rest);
		if (n > 0 && n < sizeof(word) && is_seen(m, word))
			append(value, rest, n);
		rest += n + (rest[n] == ',');
	}
	if (!*value) {
		because(m, "none of its daemons was seen");
		return;
	}
	because(m, "%s", rule->reason);
	add_list(m, value);
}

static int by_starts(const void *a, const void *b)
{
	const struct ed_baseline_program *x = *(const struct ed_baseline_program *const *)a;
	const struct ed_baseline_program *y = *(const struct ed_baseline_program *const *)b;
	unsigned m = ed_baseline_count(x->machines), n = ed_baseline_count(y->machines);

	if (m != n)
		return m > n ? -1 : 1;
	if (x->n_starts != y->n_starts)
		return x->n_starts > y->n_starts ? -1 : 1;
	return strcmp(x->image, y->image);
}

/* Programs that are started here and never look anything up. */
static void make_filter(const struct rule *rule, struct making *m)
{
	const struct ed_baseline_program *found[ED_BASELINE_PROGRAMS_MAX];
	char value[ED_BASELINE_VALUE_MAX];
	size_t n = 0;

	m->e->n_key_days = count_programs(m, false);
	for (uint32_t i = 0; i < m->b->n_programs; i++) {
		const struct ed_baseline_program *p = &m->b->programs[i];

		if (is_of(m, p) && p->n_lookups == 0 && p->n_starts >= STARTS_MIN &&
		    !strpbrk(p->image, ",*\\"))
			found[n++] = p;
	}
	if (n == 0 || count_programs(m, true) == 0) {
		because(m, m->e->n_key_days == 0 ? "no start of a program was learnt" :
						   "no program is started here that never asks");
		return;
	}
	because(m, "%s", rule->reason);
	qsort(found, n, sizeof(void *), by_starts);
	(void)snprintf(value, sizeof(value), "%s", m->e->now);
	for (size_t i = 0; i < n && i < FILTER_MAX; i++) {
		if (!ed_program_is_listed(value, ed_span_str(found[i]->image)))
			append(value, found[i]->image, strlen(found[i]->image));
	}
	add_list(m, value);
}

static const struct {
	const char *word;
	uint16_t launch;
	uint8_t program_class;
} contexts[] = {
	{ "script", 0, ED_PROGRAM_INTERPRETER }, { "transfer", 0, ED_PROGRAM_TRANSFER },
	{ "cron", ED_LAUNCH_CRON, 0 },           { "terminal", ED_LAUNCH_TERMINAL, 0 },
	{ "remote", ED_LAUNCH_REMOTE, 0 },
};

static bool is_usual(const struct making *m, size_t context)
{
	for (uint32_t i = 0; i < m->b->n_programs; i++) {
		const struct ed_baseline_program *p = &m->b->programs[i];

		if (!is_of(m, p) || p->n_lookups == 0)
			continue;
		if (contexts[context].launch ? (p->launch & contexts[context].launch) != 0 :
					       ed_program_class(ed_span_str(p->image)) ==
						       contexts[context].program_class)
			return true;
	}
	return false;
}

/* Contexts in which nothing asks here. */
static void make_contexts(const struct rule *rule, struct making *m)
{
	char value[ED_BASELINE_VALUE_MAX];

	m->e->n_key_days = count_programs(m, true);
	if (m->e->n_key_days == 0) {
		because(m, "no program in the scope of %s was learnt", rule->analytic);
		return;
	}
	because(m, "%s", rule->reason);
	(void)snprintf(value, sizeof(value), "%s", m->e->now);
	for (size_t i = 0; i < sizeof(contexts) / sizeof(contexts[0]); i++) {
		if (!ed_program_is_listed(value, ed_span_str(contexts[i].word)) && !is_usual(m, i))
			append(value, contexts[i].word, strlen(contexts[i].word));
	}
	add_list(m, value);
}

static void make_vibs(const struct rule *rule, struct making *m)
{
	m->e->n_key_days = m->b->n_packages;
	if (m->b->n_packages == 0) {
		because(m, "no package was learnt");
	} else if (!m->vibs) {
		because(m, "%u packages were learnt; --lists DIR writes them to a file to be tried",
			(unsigned)m->b->n_packages);
	} else {
		because(m, "%s", rule->reason);
		add_list(m, m->vibs);
	}
}

static void make_nothing(const struct rule *rule, struct making *m)
{
	because(m, "%s", rule->reason);
}

static const struct rule rules[] = {
	{ "AN1121", "QueryLengthThreshold", ED_BASELINE_QUERY_LENGTH, make_number,
	  "mean length of the names of a program and domain" },
	{ "AN1121", "ProcessImageFilter", 0, make_filter,
	  "programs that are started here and never look anything up" },
	{ "AN1121", "TimeWindow", ED_BASELINE_WINDOW, make_number,
	  "how fast programs make 30 lookups of a domain" },
	{ "AN1122", "SubdomainEntropyScore", ED_BASELINE_ENCODED, make_number,
	  "score of the mean name of a program and domain" },
	{ "AN1122", "DaemonAllowList", 0, make_daemons, "those of its daemons that are seen here" },
	{ "AN1123", "EntropyThreshold", ED_BASELINE_ENCODED, make_number,
	  "score of the mean name of a program and domain" },
	{ "AN1123", "UncommonProcessContext", 0, make_contexts,
	  "with the contexts in which nothing asks here" },
	{ "AN1124", "QueryRatePerClient", ED_BASELINE_BURST, make_number,
	  "busiest ten seconds of a client and domain" },
	{ "AN1124", "DomainReputationFeed", 0, make_nothing,
	  "a list is intelligence of others, no norm of this site: kept" },
	{ "AN1125", "OutboundDNSVolume", ED_BASELINE_VOLUME, make_number,
	  "information that a hypervisor tells a domain in a day" },
	{ "AN1125", "KnownGoodVIBs", 0, make_vibs, "the packages that were learnt" },
};

static void make_element(struct making *m, const ed_analytic_confs conf)
{
	struct ed_baseline_element *e = m->e;
	const char *id = ed_analytics[e->row]->id;

	(void)ed_option_print(e->option, conf[e->row], e->now, sizeof(e->now));
	because(m, "there is no rule for it");
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (strcmp(rules[i].analytic, id) == 0 &&
		    strcmp(rules[i].name, e->option->name) == 0)
			rules[i].make(&rules[i], m);
	}
}

size_t ed_baseline_elements(const struct ed_baseline *b, const ed_analytic_confs conf,
			    const char *vibs, struct ed_baseline_element *ret)
{
	struct making m = { .b = b, .vibs = vibs };
	size_t n = 0;

	for (uint8_t row = 0; ed_analytics[row]; row++) {
		const struct ed_option *o = ed_analytics[row]->tunables;

		for (; o->name && n < ED_BASELINE_ELEMENTS_MAX; o++) {
			m.e = &ret[n++];
			memset(m.e, 0, sizeof(*m.e));
			m.e->row = row;
			m.e->option = o;
			make_element(&m, conf);
		}
	}
	return n;
}

unsigned ed_baseline_choose(const struct ed_baseline_element *e,
			    const struct ed_baseline_effect *now, uint64_t others_max)
{
	for (unsigned i = 0; i < e->n; i++) {
		const struct ed_baseline_effect *f = &e->v[i].effect;

		if (i == e->n_sensitive && now->n_others <= others_max)
			return e->n;
		if (f->n_tunnels >= now->n_tunnels && f->n_others <= others_max)
			return i;
	}
	return e->n;
}

/* Printable texts without quotes, as the baseline has them; one in a cell all the same. */
static void put_cell(struct ed_buf *out, const char *text, const char *end)
{
	ed_buf_puts(out, "\"");
	for (; *text; text++)
		ed_buf_puts(out, *text == '"' ? "\"\"" : (const char[]){ *text, '\0' });
	ed_buf_puts(out, "\"");
	ed_buf_puts(out, end);
}

void ed_baseline_vibs(const struct ed_baseline *b, struct ed_buf *out)
{
	ed_buf_puts(out, "Name,Version,Vendor,AcceptanceLevel\n");
	for (uint32_t i = 0; i < b->n_packages; i++) {
		const struct ed_baseline_package *p = &b->packages[i];

		put_cell(out, p->name, ",");
		put_cell(out, p->version, ",");
		put_cell(out, p->vendor, ",");
		put_cell(out, ed_vib_acceptance_name(p->acceptance), "\n");
	}
}
