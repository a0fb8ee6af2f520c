/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zeek's notice.log as its ASCII writer makes it: a header, tab-separated cells, "-" for what is not
 * set, "(empty)" for an empty text, every other byte than printable ASCII and every backslash as
 * \xNN. What a notice is suppressed by, its kind and its identifier, is what an incident is.
 *	#fields	ts	uid	id.orig_h	...	note	msg	sub	src	dst	p	n	...
 *	1793714970.000000	-	-	...	DNSTunnel::Information_Ceiling	DNS tunnel: ...
 */
#include "sink/sink.h"

#include "base/time.h"
#include "sink/alert_words.h"

#include <inttypes.h>
#include <stdio.h>

enum { NS_PER_US = 1000, SUB_TEXT_MAX = 2 * ED_NAME_TEXT_MAX + 200 };

static const char header[] =
	"#separator \\x09\n"
	"#set_separator\t,\n"
	"#empty_field\t(empty)\n"
	"#unset_field\t-\n"
	"#path\tnotice\n"
	"#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tfuid\tfile_mime_type\tfile_desc"
	"\tproto\tnote\tmsg\tsub\tsrc\tdst\tp\tn\tpeer_descr\tactions\temail_dest\tsuppress_for\n"
	"#types\ttime\tstring\taddr\tport\taddr\tport\tstring\tstring\tstring\tenum\tenum\tstring"
	"\tstring\taddr\taddr\tport\tcount\tstring\tset[enum]\tset[string]\tinterval\n";

/* An incident is one alert a day. */
static const char suppress_for_s[] = "86400.000000";

static const char *const notes[ED_VERDICT_N] = {
	[ED_VERDICT_BOUND] = "DNSTunnel::Information_Ceiling",
	[ED_VERDICT_SCORE] = "DNSTunnel::Several_Behaviours",
	[ED_VERDICT_WATCH] = "DNSTunnel::Under_Observation",
	[ED_VERDICT_FEED] = "DNSTunnel::Listed_Domain",
	[ED_VERDICT_POLICY] = "DNSTunnel::Forbidden_Traffic",
};

static void put_unset(struct ed_buf *out, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		ed_buf_puts(out, "\t-");
}

static void put_byte(struct ed_buf *out, uint8_t c)
{
	if (c < 0x20 || c >= 0x7f || c == '\\')
		ed_buf_printf(out, "\\x%02x", c);
	else
		ed_buf_put(out, &c, 1);
}

/* A cell: what would read as unset or empty begins with an escape. */
static void put_text(struct ed_buf *out, const char *text)
{
	bool is_taken = strcmp(text, "-") == 0 || strcmp(text, "(empty)") == 0;

	ed_buf_puts(out, *text ? "\t" : "\t(empty)");
	for (size_t i = 0; text[i]; i++) {
		if (i == 0 && (is_taken || text[0] == '#'))
			ed_buf_printf(out, "\\x%02x", (uint8_t)text[0]);
		else
			put_byte(out, (uint8_t)text[i]);
	}
}

static void put_addr(struct ed_buf *out, const struct ed_addr *addr)
{
	char text[ED_ADDR_TEXT_MAX];

	if (ed_addr_to_text(addr, text) == 0)
		put_unset(out, 1);
	else
		ed_buf_printf(out, "\t%s", text);
}

static void put_time(struct ed_buf *out, int64_t time_ns)
{
	int64_t s = time_ns / ED_NS_PER_S, us = time_ns % ED_NS_PER_S / NS_PER_US;
	bool is_before = time_ns < 0;

	ed_buf_printf(out, "%s%" PRId64 ".%06" PRId64, is_before ? "-" : "", is_before ? -s : s,
		      is_before ? -us : us);
}

/* "northfield-cdn.net; AN1124 critical, risk 97; mnqw4zdp...; id 5f3c1a2b-..." */
static void put_sub(struct ed_buf *out, const struct ed_alert *a)
{
	char subject[ED_SUBJECT_TEXT_MAX], text[SUB_TEXT_MAX], name[ED_NAME_TEXT_MAX + 1];
	uint32_t telling[ED_ALERT_SAMPLES_MAX];

	ed_alert_text_subject(a, subject);
	name[0] = '\0';
	if (ed_alert_text_telling(a, telling) > 0)
		ed_alert_text_name(&a->samples[telling[0]], name);
	(void)snprintf(text, sizeof(text), "%s; %s %s, risk %u%s%s%s%s; id %s", subject,
		       a->analytic ? a->analytic : "", ed_level_name(a->level), (unsigned)a->risk,
		       *name ? "; " : "", name, a->drill[0] ? "; drill " : "", a->drill, a->id);
	put_text(out, text);
}

static void zeek_notice_begin(const struct ed_sink_options *o, struct ed_buf *out)
{
	(void)o;
	ed_buf_puts(out, header);
}

static void zeek_notice_alert(const struct ed_sink_options *o, const struct ed_alert *a,
			      struct ed_buf *out)
{
	char summary[ED_SUMMARY_TEXT_MAX], msg[ED_SUMMARY_TEXT_MAX + 80];

	(void)o;
	ed_alert_text_summary(a, summary);
	(void)snprintf(msg, sizeof(msg), "%s: %s", ed_alert_title(a), summary);
	put_time(out, a->raised_ns);
	put_unset(out, 9); /* no connection, no file, no protocol: it is about many of them */
	ed_buf_printf(out, "\t%s", notes[a->verdict]);
	put_text(out, msg);
	put_sub(out, a);
	put_addr(out, &a->client);
	put_addr(out, &a->server);
	if (ed_addr_known(&a->server))
		ed_buf_printf(out, "\t%u", ed_alert_server_port(a));
	else
		put_unset(out, 1);
	ed_buf_printf(out, "\t%" PRIu64, a->n_queries);
	put_text(out, "earthdog");
	ed_buf_printf(out, "\tNotice::ACTION_LOG\t(empty)\t%s\n", suppress_for_s);
}

const struct ed_sink ed_sink_zeek_notice = {
	.name = "zeek-notice",
	.help = "Zeek's notice.log, tab-separated with its header",
	.begin = zeek_notice_begin,
	.alert = zeek_notice_alert,
};
