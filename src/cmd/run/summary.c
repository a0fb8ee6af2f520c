/* SPDX-License-Identifier: Apache-2.0 */
/* The closing summary and the account; see summary.h. */
#include "cmd/run/summary.h"

#include "base/json_out.h"
#include "cmd/out/text.h"
#include "cmd/run/abilities.h"
#include "format/format.h"
#include "sink/alert_text.h"

enum { FULL_SHARE = 2 }; /* a table that makes room keeps more than half of its entries */

static const double CEILING_MISS_TOLD = 1e-6;

struct counts {
	uint64_t of[ED_LEVEL_N];
	uint64_t hidden;
	uint64_t suppressed; /* by rules, not in the others */
	uint64_t drills;     /* the site's own, not in the others */
};

static struct counts count_alerts(const struct ed_scan_result *r, unsigned min_level)
{
	struct counts c = { .hidden = 0 };

	for (size_t i = 0; i < r->n_alerts; i++) {
		if (r->alerts[i].suppressed) {
			c.suppressed++;
			continue;
		}
		c.hidden += r->alerts[i].level < min_level;
		if (ed_scan_counts(r, &r->alerts[i]))
			c.of[r->alerts[i].level]++;
		else
			c.drills++;
	}
	return c;
}

/* "2 alerts, 1 low, 4 informational, 5 not shown": an alert is what is medium or more. */
static void print_alerts(const struct counts *c, FILE *f)
{
	uint64_t n = c->of[ED_LEVEL_MEDIUM] + c->of[ED_LEVEL_HIGH] + c->of[ED_LEVEL_CRITICAL];
	char text[ED_COUNT_TEXT_MAX];

	(void)fprintf(f, "%s alert%s", ed_text_count(n, text), n == 1 ? "" : "s");
	if (c->of[ED_LEVEL_LOW] > 0)
		(void)fprintf(f, ", %s low", ed_text_count(c->of[ED_LEVEL_LOW], text));
	if (c->of[ED_LEVEL_INFORMATIONAL] > 0)
		(void)fprintf(f, ", %s informational",
			      ed_text_count(c->of[ED_LEVEL_INFORMATIONAL], text));
	if (c->suppressed > 0)
		(void)fprintf(f, ", %s suppressed by rules", ed_text_count(c->suppressed, text));
	if (c->drills > 0)
		(void)fprintf(f, ", %s of drills", ed_text_count(c->drills, text));
	if (c->hidden > 0)
		(void)fprintf(f, " (%s not shown)", ed_text_count(c->hidden, text));
}

/* The drops that are damage, or those that are not; @label in front of the first. */
static void print_drops(const struct ed_tally *t, bool damage, const char *label, FILE *f)
{
	char text[ED_COUNT_TEXT_MAX];
	const char *before = label;

	for (unsigned i = 0; i < ED_DROP_N; i++) {
		if (t->n_dropped[i] == 0 || ed_drop_is_damage(i) != damage)
			continue;
		(void)fprintf(f, "%s%s (%s)", before, ed_text_count(t->n_dropped[i], text),
			      ed_drop_help(i));
		before = ", ";
	}
	if (before != label)
		(void)fputc('\n', f);
}

/* Eviction says little while there is room (a sketch moves to whom it serves best). */
static void print_tables(const struct ed_scan_result *r, FILE *f)
{
	char text[ED_COUNT_TEXT_MAX];

	for (size_t i = 0; i < r->n_tables; i++) {
		const struct ed_scan_table *t = &r->tables[i];

		if (t->n_evicted > 0 && t->n_entries >= t->capacity / FULL_SHARE)
			(void)fprintf(
				f, " table %s was full: %s entries gave way; --memory keeps more\n",
				t->name, ed_text_count(t->n_evicted, text));
	}
}

/* Tables that are too small weaken the promise of the ceilings: say by how much. */
static void print_promise(const struct ed_scan_result *r, FILE *f)
{
	if (r->ceiling_miss > CEILING_MISS_TOLD)
		(void)fprintf(
			f,
			" tables too small: of clients that say 4 kB to one domain in a day, %.2g "
			"in a million are missed; --memory helps\n",
			r->ceiling_miss * 1e6);
}

void ed_summary_print(const struct ed_scan_result *r, enum ed_level min_level, FILE *f)
{
	struct counts c = count_alerts(r, min_level);
	char text[ED_COUNT_TEXT_MAX], bytes[ED_BYTES_TEXT_MAX];

	ed_alert_text_bytes(r->bytes, bytes);
	(void)fprintf(f, " %s record%s", ed_text_count(r->records.n_read, text),
		      r->records.n_read == 1 ? "" : "s");
	(void)fprintf(f, " in %s file%s (%s), %.1f s", ed_text_count(r->n_files, text),
		      r->n_files == 1 ? "" : "s", bytes, r->wall_s);
	(void)fprintf(f, " \302\267 %s client%s", ed_text_count(r->n_clients, text),
		      r->n_clients == 1 ? "" : "s");
	(void)fprintf(f, " \302\267 %s domain%s \302\267 ", ed_text_count(r->n_domains, text),
		      r->n_domains == 1 ? "" : "s");
	print_alerts(&c, f);
	(void)fputc('\n', f);
	print_drops(&r->records, false, " not analysed: ", f);
	print_drops(&r->records, true, " damaged: ", f);
	print_tables(r, f);
	print_promise(r, f);
	ed_abilities_print(r, f);
	if (r->interrupted)
		(void)fputs(" interrupted: the rest of the input was not read\n", f);
}

static void stats_records(const struct ed_tally *t, struct ed_json *j)
{
	ed_json_object(j, "records");
	ed_json_u64(j, "read", t->n_read);
	ed_json_u64(j, "analysed", t->n_analysed);
	ed_json_object(j, "dropped");
	for (unsigned i = 0; i < ED_DROP_N; i++)
		ed_json_u64(j, ed_drop_name(i), t->n_dropped[i]);
	ed_json_object_end(j);
	ed_json_object_end(j);
}

static void stats_alerts(const struct ed_scan_result *r, struct ed_json *j)
{
	struct counts c = count_alerts(r, 0);

	ed_json_object(j, "alerts");
	for (unsigned i = 0; i < ED_LEVEL_N; i++)
		ed_json_u64(j, ed_level_name(i), c.of[i]);
	if (c.suppressed > 0)
		ed_json_u64(j, "suppressed", c.suppressed);
	if (c.drills > 0)
		ed_json_u64(j, "of_drills", c.drills);
	ed_json_object_end(j);
}

static void stats_tables(const struct ed_scan_result *r, struct ed_json *j)
{
	ed_json_object(j, "tables");
	for (size_t i = 0; i < r->n_tables; i++) {
		const struct ed_scan_table *t = &r->tables[i];

		ed_json_object(j, t->name);
		ed_json_u64(j, "entries", t->n_entries);
		ed_json_u64(j, "capacity", t->capacity);
		ed_json_u64(j, "evictions", t->n_evicted);
		ed_json_u64(j, "refused", t->n_refused);
		ed_json_object_end(j);
	}
	ed_json_object_end(j);
}

/* Only formats that were read: the list of all of them grows with every release. */
static void stats_formats(const struct ed_scan_result *r, struct ed_json *j)
{
	ed_json_object(j, "formats");
	for (size_t i = 0; ed_formats[i] && i < ED_SCAN_FORMATS_MAX; i++) {
		if (r->format_records[i] > 0)
			ed_json_u64(j, ed_formats[i]->name, r->format_records[i]);
	}
	ed_json_object_end(j);
}

void ed_summary_stats(const struct ed_scan_result *r, struct ed_buf *out)
{
	uint64_t n_dns = 0;
	struct ed_json j;

	for (unsigned i = 0; i < ED_EVENT_N; i++)
		n_dns += i == ED_EVENT_NOT_DNS ? 0 : r->n_events[i];
	ed_json_init(&j, out);
	ed_json_object(&j, NULL);
	stats_records(&r->records, &j);
	ed_json_u64(&j, "bytes", r->bytes);
	ed_json_object(&j, "events");
	ed_json_u64(&j, "dns", n_dns);
	if (r->n_events[ED_EVENT_NOT_DNS] > 0)
		ed_json_u64(&j, "not_dns", r->n_events[ED_EVENT_NOT_DNS]);
	ed_json_object_end(&j);
	ed_json_u64(&j, "clients", r->n_clients);
	ed_json_u64(&j, "domains", r->n_domains);
	ed_json_f64(&j, "wall_s", r->wall_s);
	stats_alerts(r, &j);
	stats_tables(r, &j);
	ed_json_f64(&j, "ceiling_miss_probability", r->ceiling_miss);
	ed_json_u64(&j, "peak_rss_bytes", r->peak_rss_bytes);
	stats_formats(r, &j);
	ed_abilities_json(r, &j);
	ed_json_object_end(&j);
	ed_buf_put(out, "\n", 1);
}
