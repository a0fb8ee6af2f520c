/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A baseline as text, a thing a line, fields by tabs; the last line is a checksum of all before it:
 *	earthdog-baseline	1
 *	made	1790086400000000000	1789999000000000000	1790085000000000000	604800000000000
 *	counts	1410000	61222	1004	12	0	3	0
 *	share	AN1124	1
 *	group	0	workstation	10.1.20.0/24
 *	part	AN1124	0	61222	1004
 *	sketch	query-length	12:4 13:1
 *	program	AN1121	chrome.exe	812	0	40fa	ffff	0
 *	package	esx-base	8.0.3-0.0	VMware	VMwareCertified
 *	sum	5f3c1a2b00112233
 * Every field is checked on the way in: a file may have been edited or cut.
 */
#include "report/baseline.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "record/asset.h"
#include "record/vib.h"

enum { FIELDS_MAX = 8, SUM_DIGITS = 16 };

static const uint64_t SUM_KEY = 0x6261736c696e6531; /* "baselin1" */
static const char magic[] = "earthdog-baseline\t";

/* ------------------------------------------------------------------ writing */

static void put_sketch(struct ed_buf *out, const char *name, const struct ed_ddsketch *d)
{
	const char *between = "\t";

	if (d->n == 0)
		return;
	ed_buf_printf(out, "sketch\t%s", name);
	for (unsigned i = 0; i < ED_DD_BUCKETS; i++) {
		if (d->count[i] == 0)
			continue;
		ed_buf_printf(out, "%s%u:%" PRIu32, between, i, d->count[i]);
		between = " ";
	}
	ed_buf_puts(out, "\n");
}

static void put_part(struct ed_buf *out, const struct ed_baseline_part *p)
{
	ed_buf_printf(out, "part\t%s\t%u\t%" PRIu64 "\t%" PRIu64 "\n", ed_analytics[p->row]->id,
		      p->group, p->n_key_days, p->n_client_days);
	for (unsigned i = 0; i < ED_BASELINE_FEATURES; i++)
		put_sketch(out, ed_baseline_features[i].name, &p->feature[i]);
}

static void put_home(struct ed_buf *out, const struct ed_baseline *b)
{
	for (uint32_t i = 0; i < b->n_programs; i++) {
		const struct ed_baseline_program *p = &b->programs[i];

		ed_buf_printf(out,
			      "program\t%s\t%s\t%" PRIu64 "\t%" PRIu64 "\t%" PRIx64 "\t%" PRIx64
			      "\t%x\n",
			      ed_analytics[p->row]->id, p->image, p->n_lookups, p->n_starts,
			      p->machines, p->domains, p->launch);
	}
	for (uint32_t i = 0; i < b->n_packages; i++) {
		const struct ed_baseline_package *p = &b->packages[i];

		ed_buf_printf(out, "package\t%s\t%s\t%s\t%s\n", p->name, p->version, p->vendor,
			      ed_vib_acceptance_name(p->acceptance));
	}
}

void ed_baseline_write(const struct ed_baseline *b, struct ed_buf *out)
{
	size_t from = out->n;

	ed_buf_printf(out, "%s%d\n", magic, ED_BASELINE_VERSION);
	ed_buf_printf(out, "made\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\n", b->made_ns,
		      b->first_ns, b->last_ns, b->quarantine_ns);
	ed_buf_printf(out,
		      "counts\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64
		      "\t%" PRIu64 "\t%d\n",
		      b->n_lookups, b->n_key_days, b->n_client_days, b->n_alerted, b->n_young,
		      b->n_alerts, b->is_full);
	for (size_t i = 0; ed_analytics[i]; i++)
		ed_buf_printf(out, "share\t%s\t%.9g\n", ed_analytics[i]->id, b->share[i]);
	for (uint32_t i = 0; i < b->n_groups; i++)
		ed_buf_printf(out, "group\t%u\t%s\t%s\n", i, ed_asset_role_name(b->groups[i].role),
			      b->groups[i].network);
	for (uint32_t i = 0; i < b->n_parts; i++)
		put_part(out, b->parts[i]);
	put_home(out, b);
	if (!out->full)
		ed_buf_printf(out, "sum\t%016" PRIx64 "\n",
			      ed_hash_bytes(out->p + from, out->n - from, SUM_KEY));
}

/* ------------------------------------------------------------------ reading */

struct reading {
	struct ed_baseline *b;
	struct ed_baseline_part *part; /* that sketches belong to */
	struct ed_span field[FIELDS_MAX];
	size_t n_fields;
	int error;
};

/* Splits the next line off @rest. False: there is none that is whole. */
static bool next_line(struct ed_span *rest, struct reading *r)
{
	const uint8_t *end = rest->n > 0 ? memchr(rest->p, '\n', rest->n) : NULL;
	struct ed_span line = ed_span_of(rest->p, end ? (size_t)(end - rest->p) : 0);

	if (!end)
		return false;
	*rest = ed_span_from(*rest, line.n + 1);
	r->n_fields = 0;
	for (;;) {
		const uint8_t *tab = line.n > 0 ? memchr(line.p, '\t', line.n) : NULL;
		size_t n = tab ? (size_t)(tab - line.p) : line.n;

		if (r->n_fields < FIELDS_MAX)
			r->field[r->n_fields] = ed_span_of(line.p, n);
		r->n_fields++;
		if (!tab)
			return true;
		line = ed_span_from(line, n + 1);
	}
}

static bool number(struct ed_span text, unsigned base, uint64_t max, uint64_t *ret)
{
	uint64_t v = 0;

	if (text.n == 0)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];
		unsigned d = ed_is_digit(c)         ? c - (unsigned)'0' :
			     c - (unsigned)'a' <= 5 ? c - (unsigned)'a' + 10 :
						      99;

		if (d >= base || v > (max - d) / base)
			return false;
		v = v * base + d;
	}
	*ret = v;
	return true;
}

static bool decimal(const struct reading *r, size_t i, uint64_t max, uint64_t *ret)
{
	return number(r->field[i], 10, max, ret);
}

static bool time_field(const struct reading *r, size_t i, int64_t *ret)
{
	uint64_t v;

	if (!decimal(r, i, INT64_MAX, &v))
		return false;
	*ret = (int64_t)v;
	return true;
}

/* Printable, so that it can be shown as it is. */
static bool text_field(struct ed_span text, char ret[static ED_BASELINE_TEXT_MAX])
{
	if (text.n >= ED_BASELINE_TEXT_MAX)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < 0x20 || text.p[i] > 0x7e)
			return false;
	}
	memcpy(ret, text.p, text.n);
	ret[text.n] = '\0';
	return true;
}

static bool row_field(struct ed_span text, uint8_t *ret)
{
	for (uint8_t i = 0; ed_analytics[i]; i++) {
		if (ed_span_is(text, ed_analytics[i]->id)) {
			*ret = i;
			return true;
		}
	}
	return false;
}

static bool take_made(struct reading *r)
{
	struct ed_baseline *b = r->b;

	return time_field(r, 1, &b->made_ns) && time_field(r, 2, &b->first_ns) &&
	       time_field(r, 3, &b->last_ns) && time_field(r, 4, &b->quarantine_ns);
}

static bool take_counts(struct reading *r)
{
	struct ed_baseline *b = r->b;
	uint64_t full;

	if (!decimal(r, 1, UINT64_MAX, &b->n_lookups) ||
	    !decimal(r, 2, UINT64_MAX, &b->n_key_days) ||
	    !decimal(r, 3, UINT64_MAX, &b->n_client_days) ||
	    !decimal(r, 4, UINT64_MAX, &b->n_alerted) || !decimal(r, 5, UINT64_MAX, &b->n_young) ||
	    !decimal(r, 6, UINT64_MAX, &b->n_alerts) || !decimal(r, 7, 1, &full))
		return false;
	b->is_full = full;
	return true;
}

static bool take_share(struct reading *r)
{
	char text[ED_BASELINE_TEXT_MAX], *end;
	uint8_t row;
	double v;

	if (!row_field(r->field[1], &row) || !text_field(r->field[2], text))
		return false;
	v = strtod(text, &end);
	if (end == text || *end || !(v > 0 && v <= 1))
		return false;
	r->b->share[row] = v;
	return true;
}

static bool take_group(struct reading *r)
{
	struct ed_baseline *b = r->b;
	struct ed_baseline_group *g = &b->groups[b->n_groups];
	uint64_t i;

	if (b->n_groups == ED_BASELINE_GROUPS_MAX || !decimal(r, 1, b->n_groups, &i) ||
	    i != b->n_groups || !text_field(r->field[3], g->network))
		return false;
	for (g->role = 0; g->role < ED_ASSET_ROLE_N; g->role++) {
		if (ed_span_is(r->field[2], ed_asset_role_name(g->role)))
			break;
	}
	b->n_groups++;
	return g->role < ED_ASSET_ROLE_N;
}

static bool take_part(struct reading *r)
{
	uint32_t before = r->b->n_parts;
	uint64_t group;
	uint8_t row;

	if (!row_field(r->field[1], &row) || !decimal(r, 2, ED_BASELINE_GROUPS_MAX - 1, &group) ||
	    group >= r->b->n_groups)
		return false;
	r->part = ed_baseline_part(r->b, row, (uint8_t)group);
	if (!r->part)
		r->error = -ENOMEM;
	return r->part && r->b->n_parts == before + 1 &&
	       decimal(r, 3, UINT64_MAX, &r->part->n_key_days) &&
	       decimal(r, 4, UINT64_MAX, &r->part->n_client_days);
}

/* "12:4" */
static bool take_bucket(struct ed_span text, struct ed_ddsketch *d)
{
	const uint8_t *colon = text.n > 0 ? memchr(text.p, ':', text.n) : NULL;
	uint64_t i, n;

	if (!colon ||
	    !number(ed_span_of(text.p, (size_t)(colon - text.p)), 10, ED_DD_BUCKETS - 1, &i) ||
	    !number(ed_span_from(text, (size_t)(colon - text.p) + 1), 10, UINT32_MAX, &n) ||
	    d->count[i] != 0 || n > UINT32_MAX - d->n)
		return false;
	d->count[i] = (uint32_t)n;
	d->n += (uint32_t)n;
	return true;
}

static bool take_sketch(struct reading *r)
{
	struct ed_span rest = r->field[2];
	unsigned f = 0;

	while (f < ED_BASELINE_FEATURES && !ed_span_is(r->field[1], ed_baseline_features[f].name))
		f++;
	if (f == ED_BASELINE_FEATURES || !r->part || r->part->feature[f].n != 0)
		return false;
	while (rest.n > 0) {
		const uint8_t *blank = memchr(rest.p, ' ', rest.n);
		size_t n = blank ? (size_t)(blank - rest.p) : rest.n;

		if (!take_bucket(ed_span_of(rest.p, n), &r->part->feature[f]))
			return false;
		rest = ed_span_from(rest, blank ? n + 1 : n);
	}
	return true;
}

static bool take_program(struct reading *r)
{
	struct ed_baseline_program *p = &r->b->programs[r->b->n_programs];
	uint64_t launch;

	if (r->b->n_programs == ED_BASELINE_PROGRAMS_MAX || !row_field(r->field[1], &p->row) ||
	    !text_field(r->field[2], p->image) || !decimal(r, 3, UINT64_MAX, &p->n_lookups) ||
	    !decimal(r, 4, UINT64_MAX, &p->n_starts) ||
	    !number(r->field[5], 16, UINT64_MAX, &p->machines) ||
	    !number(r->field[6], 16, UINT64_MAX, &p->domains) ||
	    !number(r->field[7], 16, UINT16_MAX, &launch))
		return false;
	p->launch = (uint16_t)launch;
	r->b->n_programs++;
	return true;
}

static bool take_package(struct reading *r)
{
	struct ed_baseline_package *p = &r->b->packages[r->b->n_packages];

	if (r->b->n_packages == ED_BASELINE_PACKAGES_MAX || !text_field(r->field[1], p->name) ||
	    !text_field(r->field[2], p->version) || !text_field(r->field[3], p->vendor))
		return false;
	p->acceptance = (uint8_t)ed_vib_acceptance(r->field[4]);
	r->b->n_packages++;
	return true;
}

static const struct {
	const char *word;
	size_t n_fields;
	bool (*take)(struct reading *r);
} lines[] = {
	{ "made", 5, take_made },       { "counts", 8, take_counts },
	{ "share", 3, take_share },     { "group", 4, take_group },
	{ "part", 5, take_part },       { "sketch", 3, take_sketch },
	{ "program", 8, take_program }, { "package", 5, take_package },
};

static bool take_line(struct reading *r)
{
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		if (ed_span_is(r->field[0], lines[i].word))
			return r->n_fields == lines[i].n_fields && lines[i].take(r);
	}
	return false;
}

static int fail(int condition, const char *why, char error[static ED_BASELINE_ERROR_MAX])
{
	(void)snprintf(error, ED_BASELINE_ERROR_MAX, "%s", why);
	return condition;
}

/* The version and the checksum; @ret is what lies between them. */
static int check(struct ed_span text, struct ed_span *ret, char error[static ED_BASELINE_ERROR_MAX])
{
	static const char sum[] = "sum\t";
	const size_t tail = sizeof(sum) - 1 + SUM_DIGITS + 1;
	struct ed_span rest = ed_span_from(text, sizeof(magic) - 1);
	const uint8_t *end = rest.n > 0 ? memchr(rest.p, '\n', rest.n) : NULL;
	uint64_t version, told;

	if (!ed_span_starts(text, magic))
		return fail(ED_BASELINE_FOREIGN, "it is no baseline", error);
	if (!end)
		return fail(ED_BASELINE_CUT, "it ends in its first line", error);
	if (!number(ed_span_of(rest.p, (size_t)(end - rest.p)), 10, UINT32_MAX, &version))
		return fail(ED_BASELINE_DAMAGED, "its first line names no version", error);
	if (version > ED_BASELINE_VERSION) {
		(void)snprintf(error, ED_BASELINE_ERROR_MAX,
			       "it is of version %" PRIu64 "; this program reads up to %d", version,
			       ED_BASELINE_VERSION);
		return ED_BASELINE_NEWER;
	}
	if (text.n < tail || memcmp(text.p + text.n - tail, sum, sizeof(sum) - 1) != 0 ||
	    text.p[text.n - 1] != '\n')
		return fail(ED_BASELINE_CUT,
			    "its last line, the checksum, is not there: it was cut", error);
	if (!number(ed_span_of(text.p + text.n - SUM_DIGITS - 1, SUM_DIGITS), 16, UINT64_MAX,
		    &told) ||
	    told != ed_hash_bytes(text.p, text.n - tail, SUM_KEY))
		return fail(ED_BASELINE_DAMAGED,
			    "its checksum does not fit: it was changed or damaged", error);
	*ret = ed_span_of(end + 1, (size_t)(text.p + text.n - tail - (end + 1)));
	return 0;
}

int ed_baseline_read(struct ed_span text, struct ed_baseline **ret,
		     char error[static ED_BASELINE_ERROR_MAX])
{
	struct reading r = { .b = NULL };
	struct ed_span rest;
	uint64_t line = 2;
	int condition;

	*ret = NULL;
	condition = check(text, &rest, error);
	if (condition != 0)
		return condition;
	r.b = ed_baseline_new();
	if (!r.b)
		return -ENOMEM;
	for (; next_line(&rest, &r); line++) {
		if (take_line(&r))
			continue;
		ed_baseline_free(r.b);
		(void)snprintf(error, ED_BASELINE_ERROR_MAX, "line %" PRIu64 " is malformed", line);
		return r.error < 0 ? r.error : ED_BASELINE_DAMAGED;
	}
	*ret = r.b;
	return 0;
}
