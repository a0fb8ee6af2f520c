/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Common Event Format, one event a line, as ArcSight and many collectors of syslog read it. In the
 * header | and \ are escaped, in the extension = and \; a line end cannot come up, because all text
 * is printable ASCII.
 *	CEF:0|earthdog|earthdog|0.1.0|AN1124|DNS tunnel: ...|10|rt=1793714970000 src=10.77.1.2 ...
 */
#include "sink/sink.h"

#include "base/time.h"
#include "sink/alert_words.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum {
	TEXT_MAX_BYTES = 1023, /* of msg, dhost, fname and the like, before escaping */
	CUSTOM_MAX_BYTES = 4000,
	SAMPLES_TEXT_MAX = ED_ALERT_SAMPLES_MAX * (ED_NAME_TEXT_MAX + 1) + 1,
};

/* 0..10: 7 and 8 are high, from 9 on very high. */
static const unsigned severities[ED_LEVEL_N] = { 1, 3, 5, 8, 10 };

static void put_header(struct ed_buf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '|' || *text == '\\')
			ed_buf_put(out, "\\", 1);
		ed_buf_put(out, text, 1);
	}
	ed_buf_put(out, "|", 1);
}

/* At most @max bytes of @text; leading and trailing blanks would be lost, so they are not sent. */
static void put_text(struct ed_buf *out, const char *key, const char *text, size_t max)
{
	size_t n = strnlen(text, max);

	for (; n > 0 && *text == ' '; n--)
		text++;
	while (n > 0 && text[n - 1] == ' ')
		n--;
	if (n == 0)
		return;
	ed_buf_printf(out, " %s=", key);
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '=' || text[i] == '\\')
			ed_buf_put(out, "\\", 1);
		ed_buf_put(out, text + i, 1);
	}
}

static void put_number(struct ed_buf *out, const char *key, uint64_t v)
{
	ed_buf_printf(out, " %s=%" PRIu64, key, v);
}

static void put_time(struct ed_buf *out, const char *key, int64_t time_ns)
{
	if (time_ns != ED_TIME_UNKNOWN_NS)
		ed_buf_printf(out, " %s=%" PRId64, key, ed_alert_ms(time_ns));
}

/* src and dst are for IPv4; an address of IPv6 has a field with a label of its own. */
static void put_addr(struct ed_buf *out, const struct ed_addr *addr, const char *key,
		     const char *label)
{
	char text[ED_ADDR_TEXT_MAX];

	if (ed_addr_to_text(addr, text) == 0)
		return;
	if (ed_addr_is_v4(addr)) {
		ed_buf_printf(out, " %s=%s", key, text);
		return;
	}
	ed_buf_printf(out, " %s=%s %sLabel=%s", *key == 's' ? "c6a2" : "c6a3", text,
		      *key == 's' ? "c6a2" : "c6a3", label);
}

static void put_custom(struct ed_buf *out, const char *key, const char *label, const char *text)
{
	if (!*text)
		return;
	put_text(out, key, text, CUSTOM_MAX_BYTES);
	ed_buf_printf(out, " %sLabel=%s", key, label);
}

static void put_actor(struct ed_buf *out, const struct ed_alert *a)
{
	char text[ED_ACTOR_TEXT_MAX];

	ed_alert_text_actor(a, ED_TEXT_HOST, text);
	put_text(out, "shost", text, TEXT_MAX_BYTES);
	ed_alert_text_actor(a, ED_TEXT_USER, text);
	put_text(out, "suser", text, TEXT_MAX_BYTES);
	ed_alert_text_actor(a, ED_TEXT_IMAGE, text);
	put_text(out, "sproc", text, TEXT_MAX_BYTES);
	if (a->actor.known && a->actor.process.pid > 0)
		put_number(out, "spid", a->actor.process.pid);
	ed_alert_text_actor(a, ED_TEXT_COMMAND, text);
	put_custom(out, "cs4", "commandLine", text);
}

static void put_samples(struct ed_buf *out, const struct ed_alert *a)
{
	uint32_t telling[ED_ALERT_SAMPLES_MAX], n = ed_alert_text_telling(a, telling);
	char text[SAMPLES_TEXT_MAX];
	size_t used = 0;

	text[0] = '\0';
	for (uint32_t i = 0; i < n; i++) {
		if (used > 0)
			text[used++] = ' ';
		used += ed_alert_text_name(&a->samples[telling[i]], text + used);
	}
	put_custom(out, "cs5", "sampleNames", text);
}

static void put_numbers(struct ed_buf *out, const struct ed_alert *a)
{
	put_number(out, "cnt", a->n_queries < INT32_MAX ? a->n_queries : INT32_MAX);
	put_number(out, "out", a->bytes_up < INT32_MAX ? a->bytes_up : INT32_MAX);
	put_number(out, "in", a->bytes_down < INT32_MAX ? a->bytes_down : INT32_MAX);
	put_number(out, "cn1", a->n_names);
	ed_buf_puts(out, " cn1Label=distinctNames");
	put_number(out, "cn2", a->risk);
	ed_buf_puts(out, " cn2Label=riskScore");
	if (isfinite(a->score_bits))
		ed_buf_printf(out, " cfp1=%.6g cfp1Label=scoreBits", (double)a->score_bits);
}

static void cef_alert(const struct ed_sink_options *o, const struct ed_alert *a, struct ed_buf *out)
{
	char domain[ED_NAME_TEXT_MAX + 1], summary[ED_SUMMARY_TEXT_MAX];

	(void)o;
	ed_alert_text_name(&a->domain, domain);
	ed_alert_text_summary(a, summary);
	ed_buf_puts(out, "CEF:0|earthdog|earthdog|");
	put_header(out, ED_VERSION);
	put_header(out, a->analytic ? a->analytic : "DET0400");
	put_header(out, ed_alert_title(a));
	ed_buf_printf(out, "%u|", severities[a->level]);
	ed_buf_printf(out, "rt=%" PRId64, ed_alert_ms(a->raised_ns));
	put_time(out, "start", a->start_ns);
	put_time(out, "end", a->end_ns);
	put_text(out, "externalId", a->id, TEXT_MAX_BYTES);
	put_text(out, "cat", ed_verdict_name(a->verdict), TEXT_MAX_BYTES);
	put_addr(out, &a->client, "src", "Source IPv6 Address");
	put_addr(out, &a->server, "dst", "Destination IPv6 Address");
	if (ed_addr_known(&a->server))
		put_number(out, "dpt", ed_alert_server_port(a));
	put_text(out, "dhost", domain, TEXT_MAX_BYTES);
	ed_buf_puts(out, " app=DNS");
	put_actor(out, a);
	put_numbers(out, a);
	put_custom(out, "cs1", "level", ed_level_name(a->level));
	put_custom(out, "cs2", "technique", "T1071.004");
	put_custom(out, "cs3", "platform", a->analytic_name ? a->analytic_name : "");
	put_samples(out, a);
	put_custom(out, "cs6", "drill", a->drill);
	put_text(out, "msg", summary, TEXT_MAX_BYTES);
	ed_buf_put(out, "\n", 1);
}

const struct ed_sink ed_sink_cef = {
	.name = "cef",
	.help = "Common Event Format, one event a line",
	.alert = cef_alert,
};
