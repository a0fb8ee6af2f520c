/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Comma-separated values after RFC 4180: a header line, CRLF, quotes where a comma, a quote or a
 * line end would be misread. What a spreadsheet would take for a formula gets a ' in front.
 *	time,level,analytic,client,domain,...
 *	2026-11-03T14:09:30.000Z,critical,AN1124,10.77.1.2,northfield-cdn.net,...
 */
#include "sink/sink.h"

#include "base/time.h"
#include "sink/alert_text.h"

#include <inttypes.h>

static const char
	header[] = "time,level,verdict,risk,analytic,client,domain,first_seen,last_seen,clients,"
		   "queries,names,bytes_up,bytes_down,window_s,score_bits,summary,counterfactual,"
		   "sample_name,sources,id,sequence,host,process,user\r\n";

/* One text field and the comma behind it. */
static void put_field(struct ed_buf *out, const char *text, const char *end)
{
	bool quote = strpbrk(text, ",\"\r\n") != NULL;

	if (quote)
		ed_buf_put(out, "\"", 1);
	if (*text && strchr("=+-@\t\r", *text))
		ed_buf_put(out, "'", 1);
	for (const char *p = text; *p; p++) {
		if (*p == '"')
			ed_buf_put(out, "\"", 1);
		ed_buf_put(out, p, 1);
	}
	ed_buf_puts(out, quote ? "\"" : "");
	ed_buf_puts(out, end);
}

static void put_text(struct ed_buf *out, const char *text)
{
	put_field(out, text, ",");
}

/* Text that some other part of the program wrote: made printable first. */
static void put_clean(struct ed_buf *out, const char *text)
{
	char clean[ED_CLEAN_GROWTH * ED_ALERT_SUMMARY_MAX];

	ed_alert_text_clean(text, clean, sizeof(clean));
	put_text(out, clean);
}

static void put_time(struct ed_buf *out, int64_t time_ns)
{
	char text[ED_TIME_TEXT_MAX] = "";

	if (time_ns != ED_TIME_UNKNOWN_NS)
		ed_time_to_text(time_ns, text);
	put_text(out, text);
}

static void put_number(struct ed_buf *out, uint64_t v)
{
	ed_buf_printf(out, "%" PRIu64 ",", v);
}

static void put_name(struct ed_buf *out, const struct ed_name *name)
{
	char text[ED_NAME_TEXT_MAX + 1];

	ed_alert_text_name(name, text);
	put_text(out, text);
}

/* The domain, or the server where the alert is about one. */
static void put_domain(struct ed_buf *out, const struct ed_alert *a)
{
	char server[ED_ADDR_TEXT_MAX];

	if (a->domain.n > 0 || !ed_addr_known(&a->server)) {
		put_name(out, &a->domain);
		return;
	}
	ed_addr_to_text(&a->server, server);
	put_text(out, server);
}

/* "pcap zeek-tsv" */
static void put_sources(struct ed_buf *out, const struct ed_sink_options *o, uint64_t formats)
{
	const char *between = "";

	for (unsigned i = 0; o->format_names && i < 64 && o->format_names[i]; i++) {
		if (!(formats >> i & 1))
			continue;
		ed_buf_printf(out, "%s%s", between, o->format_names[i]);
		between = " ";
	}
	ed_buf_put(out, ",", 1);
}

static void put_actor(struct ed_buf *out, const struct ed_actor *actor, enum ed_text id,
		      const char *end)
{
	char text[ED_TEXT_MAX];

	(void)ed_process_print(ed_actor_text(actor, id), text, sizeof(text));
	put_field(out, text, end);
}

static void csv_begin(const struct ed_sink_options *o, struct ed_buf *out)
{
	(void)o;
	ed_buf_puts(out, header);
}

static void csv_alert(const struct ed_sink_options *o, const struct ed_alert *a, struct ed_buf *out)
{
	uint32_t telling[ED_ALERT_SAMPLES_MAX], n_samples;
	char client[ED_ADDR_TEXT_MAX];

	ed_addr_to_text(&a->client, client);
	put_time(out, a->raised_ns);
	put_text(out, ed_level_name(a->level));
	put_text(out, ed_verdict_name(a->verdict));
	put_number(out, a->risk);
	put_text(out, a->analytic ? a->analytic : "");
	put_text(out, client);
	put_domain(out, a);
	put_time(out, a->start_ns);
	put_time(out, a->end_ns);
	put_number(out, a->n_clients);
	put_number(out, a->n_queries);
	put_number(out, a->n_names);
	put_number(out, a->bytes_up);
	put_number(out, a->bytes_down);
	put_number(out, a->window_s);
	ed_buf_printf(out, "%.6g,", (double)a->score_bits);
	put_clean(out, a->summary);
	put_clean(out, a->counterfactual);
	n_samples = ed_alert_text_telling(a, telling);
	put_name(out, n_samples > 0 ? &a->samples[telling[0]] : &(struct ed_name){ .n = 0 });
	put_sources(out, o, a->formats);
	put_clean(out, a->id);
	put_number(out, a->sequence);
	put_actor(out, &a->actor, ED_TEXT_HOST, ",");
	put_actor(out, &a->actor, ED_TEXT_IMAGE, ",");
	put_actor(out, &a->actor, ED_TEXT_USER, "\r\n");
}

const struct ed_sink ed_sink_csv = {
	.name = "csv",
	.help = "comma-separated values with a header line, safe to open in a spreadsheet",
	.begin = csv_begin,
	.alert = csv_alert,
};
