/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Log Event Extended Format 2.0, one event a line, as QRadar reads it. The format knows no escapes.
 * Its attributes are parted by a tab here, which the header says (x09), and no text of an alert
 * holds a tab or any other control byte: so nothing has to be replaced and nothing is lost.
 *	LEEF:2.0|earthdog|earthdog|0.1.0|AN1124|x09|cat=bound<tab>devTime=2026-...
 */
#include "sink/sink.h"

#include "base/time.h"
#include "sink/alert_words.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

/* 1..10 */
static const unsigned severities[ED_LEVEL_N] = { 1, 3, 5, 8, 10 };

static void put_text(struct ed_buf *out, const char *key, const char *text)
{
	if (*text)
		ed_buf_printf(out, "\t%s=%s", key, text);
}

static void put_number(struct ed_buf *out, const char *key, uint64_t v)
{
	ed_buf_printf(out, "\t%s=%" PRIu64, key, v);
}

static void put_time(struct ed_buf *out, const char *key, int64_t time_ns)
{
	char text[ED_TIME_TEXT_MAX];

	if (time_ns == ED_TIME_UNKNOWN_NS)
		return;
	(void)ed_time_to_text(time_ns, text);
	text[strcspn(text, "Z")] = '\0';
	ed_buf_printf(out, "\t%s=%s+0000", key, text);
}

static void put_addr(struct ed_buf *out, const char *key, const struct ed_addr *addr)
{
	char text[ED_ADDR_TEXT_MAX];

	ed_addr_to_text(addr, text);
	put_text(out, key, text);
}

static void put_actor(struct ed_buf *out, const struct ed_alert *a)
{
	char text[ED_ACTOR_TEXT_MAX];

	ed_alert_text_actor(a, ED_TEXT_HOST, text);
	put_text(out, "identHostName", text);
	ed_alert_text_actor(a, ED_TEXT_USER, text);
	put_text(out, "usrName", text);
	ed_alert_text_actor(a, ED_TEXT_IMAGE, text);
	put_text(out, "process", text);
	ed_alert_text_actor(a, ED_TEXT_COMMAND, text);
	put_text(out, "commandLine", text);
}

static void put_samples(struct ed_buf *out, const struct ed_alert *a)
{
	uint32_t telling[ED_ALERT_SAMPLES_MAX], n = ed_alert_text_telling(a, telling);
	char name[ED_NAME_TEXT_MAX + 1];

	for (uint32_t i = 0; i < n; i++) {
		ed_alert_text_name(&a->samples[telling[i]], name);
		ed_buf_printf(out, "%s%s", i == 0 ? "\tsampleNames=" : " ", name);
	}
}

static void leef_alert(const struct ed_sink_options *o, const struct ed_alert *a,
		       struct ed_buf *out)
{
	char domain[ED_NAME_TEXT_MAX + 1], summary[ED_SUMMARY_TEXT_MAX];

	(void)o;
	ed_alert_text_name(&a->domain, domain);
	ed_alert_text_summary(a, summary);
	ed_buf_printf(out, "LEEF:2.0|earthdog|earthdog|%s|%s|x09|", ED_VERSION,
		      a->analytic ? a->analytic : "DET0400");
	ed_buf_printf(out, "cat=%s", ed_verdict_name(a->verdict));
	put_time(out, "devTime", a->raised_ns);
	put_text(out, "devTimeFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSZ");
	put_number(out, "sev", severities[a->level]);
	put_addr(out, "src", &a->client);
	put_addr(out, "dst", &a->server);
	if (ed_addr_known(&a->server))
		put_number(out, "dstPort", ed_alert_server_port(a));
	put_text(out, "dnsDomain", domain);
	put_actor(out, a);
	put_time(out, "firstSeen", a->start_ns);
	put_time(out, "lastSeen", a->end_ns);
	put_number(out, "queries", a->n_queries);
	put_number(out, "names", a->n_names);
	put_number(out, "srcBytes", a->bytes_up);
	put_number(out, "dstBytes", a->bytes_down);
	put_number(out, "risk", a->risk);
	if (isfinite(a->score_bits))
		ed_buf_printf(out, "\tscoreBits=%.6g", (double)a->score_bits);
	put_text(out, "level", ed_level_name(a->level));
	put_text(out, "technique", "T1071.004");
	put_text(out, "alertId", a->id);
	put_text(out, "drill", a->drill);
	put_samples(out, a);
	put_text(out, "title", ed_alert_title(a));
	put_text(out, "summary", summary);
	ed_buf_put(out, "\n", 1);
}

const struct ed_sink ed_sink_leef = {
	.name = "leef",
	.help = "Log Event Extended Format 2.0, one event a line",
	.alert = leef_alert,
};
