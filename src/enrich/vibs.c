/* SPDX-License-Identifier: Apache-2.0 */
/* The VIBs that belong on a hypervisor; see vibs.h. Rows are sorted by name. */
#include "enrich/vibs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"

enum { ROWS_FIRST = 256 };

struct row {
	uint16_t name_n, version_n, vendor_n; /* version_n 0: any; vendor_n 0: any */
	uint8_t acceptance;                   /* 0: any */
	uint8_t *text;                        /* the three, one behind the other */
};

struct ed_vibs {
	struct row *rows;
	size_t n, room;
};

static const char *const verdicts[ED_VIBS_VERDICTS] = { "unnamed",       "good",
							"other-version", "lower-level",
							"other-vendor",  "unknown-name" };

const char *ed_vibs_verdict_name(unsigned verdict)
{
	return verdicts[verdict < ED_VIBS_VERDICTS ? verdict : 0];
}

int ed_vibs_new(struct ed_vibs **ret)
{
	*ret = ed_mem_zalloc(1, sizeof(**ret));
	return *ret ? 0 : -ENOMEM;
}

static void drop_rows(struct ed_vibs *v, size_t from)
{
	while (v->n > from)
		ed_mem_free(v->rows[--v->n].text);
}

void ed_vibs_free(struct ed_vibs *v)
{
	if (!v)
		return;
	drop_rows(v, 0);
	ed_mem_free(v->rows);
	ed_mem_free(v);
}

size_t ed_vibs_count(const struct ed_vibs *v)
{
	return v->n;
}

/* ------------------------------------------------------------------ rows */

static struct ed_span row_name(const struct row *r)
{
	return ed_span_of(r->text, r->name_n);
}

static struct ed_span row_version(const struct row *r)
{
	return ed_span_of(r->text + r->name_n, r->version_n);
}

static struct ed_span row_vendor(const struct row *r)
{
	return ed_span_of(r->text + r->name_n + r->version_n, r->vendor_n);
}

static int compare_names(struct ed_span a, struct ed_span b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int r = n > 0 ? memcmp(a.p, b.p, n) : 0;

	return r != 0 ? r : (a.n > b.n) - (a.n < b.n);
}

static int compare_rows(const void *a, const void *b)
{
	return compare_names(row_name(a), row_name(b));
}

static int grow(struct ed_vibs *v)
{
	size_t room = v->room > 0 ? 2 * v->room : ROWS_FIRST;
	struct row *rows;

	if (v->n < v->room)
		return 0;
	if (v->n == ED_VIBS_ROWS_MAX)
		return ED_VIBS_TOO_MANY;
	rows = ed_mem_zalloc(room, sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	if (v->n > 0)
		memcpy(rows, v->rows, v->n * sizeof(*rows));
	ed_mem_free(v->rows);
	v->rows = rows;
	v->room = room;
	return 0;
}

static bool is_any(struct ed_span s)
{
	return s.n == 0 || ed_span_is(s, "*");
}

static int add_row(struct ed_vibs *v, const struct ed_vib *vib)
{
	struct ed_span part[3] = { vib->name, vib->version, vib->vendor };
	struct row row = { .acceptance = vib->acceptance };
	size_t at = 0;
	int r = grow(v);

	if (r != 0)
		return r;
	for (unsigned i = 0; i < 3; i++) {
		if (i > 0 && is_any(part[i]))
			part[i].n = 0;
		if (part[i].n > ED_TEXT_MAX) /* as an event would hold it */
			part[i].n = ED_TEXT_MAX;
	}
	row.name_n = (uint16_t)part[0].n;
	row.version_n = (uint16_t)part[1].n;
	row.vendor_n = (uint16_t)part[2].n;
	row.text = ed_mem_zalloc(part[0].n + part[1].n + part[2].n, 1);
	if (!row.text)
		return -ENOMEM;
	for (unsigned i = 0; i < 3; at += part[i++].n) {
		if (part[i].n > 0)
			memcpy(row.text + at, part[i].p, part[i].n);
	}
	v->rows[v->n++] = row;
	return 0;
}

int ed_vibs_add(struct ed_vibs *v, struct ed_span text)
{
	size_t before = v->n, n_bad = 0;
	enum ed_vib_step step;
	struct ed_vib_list l;
	struct ed_vib vib;
	int r = 0;

	ed_vib_list_init(&l, text);
	while (r == 0 && (step = ed_vib_list_next(&l, &vib)) != ED_VIB_END) {
		if (step == ED_VIB_ROW)
			r = add_row(v, &vib);
		else
			n_bad++;
	}
	if (r == 0 && v->n == before)
		r = ED_VIBS_EMPTY;
	else if (r == 0 && n_bad > v->n - before)
		r = ED_VIBS_UNREADABLE;
	if (r != 0)
		drop_rows(v, before);
	if (v->n > 1)
		qsort(v->rows, v->n, sizeof(*v->rows), compare_rows);
	return r;
}

int ed_vibs_add_file(struct ed_vibs *v, const char *path)
{
	uint8_t *text;
	size_t n;
	int r = ed_file_read(path, ED_VIBS_FILE_MAX_BYTES, &text, &n);

	if (r < 0)
		return r;
	r = ed_vibs_add(v, ed_span_of(text, n));
	free(text);
	return r;
}

/* ---------------------------------------------------------------- judging */

/* "VMW" in lists, "VMware" in ids. */
static struct ed_span vendor_of(struct ed_span s, uint8_t room[static ED_TEXT_MAX])
{
	if (s.n > ED_TEXT_MAX)
		s.n = ED_TEXT_MAX;
	ed_name_lower(s.p, s.n, room);
	if (s.n == 3 && memcmp(room, "vmw", 3) == 0)
		return ed_span_str("vmware");
	return ed_span_of(room, s.n);
}

static bool is_same_vendor(struct ed_span a, struct ed_span b)
{
	uint8_t room[2][ED_TEXT_MAX];

	return a.n == 0 || b.n == 0 || ed_span_eq(vendor_of(a, room[0]), vendor_of(b, room[1]));
}

static enum ed_vibs_verdict judge_by(const struct row *row, const struct ed_vib *vib)
{
	struct ed_span version = row_version(row);

	if (!is_same_vendor(row_vendor(row), vib->vendor))
		return ED_VIBS_OTHER_VENDOR;
	if (row->acceptance != 0 && vib->acceptance > row->acceptance)
		return ED_VIBS_LOWER_LEVEL;
	if (version.n > 0 && vib->version.n > 0 && !ed_span_eq(version, vib->version))
		return ED_VIBS_OTHER_VERSION;
	return ED_VIBS_GOOD;
}

/* The first row whose name is not before @name. */
static size_t lower_bound(const struct ed_vibs *v, struct ed_span name)
{
	size_t low = 0, high = v->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_names(row_name(&v->rows[middle]), name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

enum ed_vibs_verdict ed_vibs_judge(const struct ed_vibs *v, struct ed_span name,
				   struct ed_span version, struct ed_span vendor,
				   unsigned acceptance)
{
	struct ed_vib vib = { .version = version,
			      .vendor = vendor,
			      .acceptance = (uint8_t)acceptance };
	enum ed_vibs_verdict best = ED_VIBS_UNKNOWN_NAME;

	if (name.n == 0 || v->n == 0)
		return ED_VIBS_UNNAMED;
	if (name.n > ED_TEXT_MAX)
		name.n = ED_TEXT_MAX;
	for (size_t i = lower_bound(v, name); i < v->n; i++) {
		enum ed_vibs_verdict verdict;

		if (!ed_span_eq(row_name(&v->rows[i]), name))
			break;
		verdict = judge_by(&v->rows[i], &vib);
		best = verdict < best ? verdict : best;
	}
	return best;
}

void ed_vibs_annotate(const struct ed_vibs *v, struct ed_event *ev)
{
	static const uint8_t judgements[ED_VIBS_VERDICTS] = {
		[ED_VIBS_UNNAMED] = ED_PACKAGE_NOT_JUDGED,
		[ED_VIBS_GOOD] = ED_PACKAGE_KNOWN_GOOD,
		[ED_VIBS_OTHER_VERSION] = ED_PACKAGE_OTHER_VERSION,
		[ED_VIBS_LOWER_LEVEL] = ED_PACKAGE_LOWER_LEVEL,
		[ED_VIBS_OTHER_VENDOR] = ED_PACKAGE_OTHER_VENDOR,
		[ED_VIBS_UNKNOWN_NAME] = ED_PACKAGE_UNKNOWN_NAME,
	};
	const struct ed_process *p = ed_event_process(ev);

	if (!v || !p) {
		ev->package.judgement = ev->package.acceptance == ED_ACCEPTANCE_COMMUNITY ?
						ED_PACKAGE_UNVOUCHED :
						ED_PACKAGE_NOT_JUDGED;
		return;
	}
	ev->package.judgement = judgements[ed_vibs_judge(
		v, ed_process_text(p, ED_TEXT_PACKAGE), ed_process_text(p, ED_TEXT_VERSION),
		ed_process_text(p, ED_TEXT_VENDOR), ev->package.acceptance)];
}
