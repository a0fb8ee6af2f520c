/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DNS logs of Zscaler as its Nanolog Streaming Service feeds them in JSON, one lookup an object:
 *	{"sourcetype":"zscalernss-dns","event":{"datetime":"Tue Nov  3 14:02:11 2026","tz":"GMT",
 *	 "epochtime":"1793714531","clt_sip":"192.0.2.10","srv_dip":"198.51.100.1","srv_dport":"53",
 *	 "dns_req":"www.example.net","dns_reqtype":"A record","dns_resp":"192.0.2.7",
 *	 "restype":"IPv4","durationms":"12","istcp":"0"}}
 *
 * The customer composes the feed: keys may be missing, and all values may be strings. Of the
 * answers the log has one.
 */
#include "base/time.h"
#include "format/json/log.h"
#include "format/text/logline.h"

enum {
	US_PER_MS = 1000,
};

enum place {
	PLACE_RECORD = ED_JSON_LOG_RECORD,
};

enum slot {
	SLOT_EPOCH = 1,
	SLOT_TIME,
	SLOT_ZONE,
	SLOT_CLIENT,
	SLOT_SERVER,
	SLOT_SERVER_PORT,
	SLOT_NAME,
	SLOT_TYPE,
	SLOT_ANSWER,
	SLOT_ANSWER_KIND,
	SLOT_ERROR,
	SLOT_DURATION,
	SLOT_IS_TCP,
	SLOT_PROTOCOL,
};

static const struct ed_json_log_row rows[] = {
	{ PLACE_RECORD, ED_JSON_LOG_INTO | PLACE_RECORD, "event" },
	{ PLACE_RECORD, SLOT_EPOCH, "epochtime" },
	{ PLACE_RECORD, SLOT_TIME, "datetime" },
	{ PLACE_RECORD, SLOT_TIME, "time" },
	{ PLACE_RECORD, SLOT_ZONE, "tz" },
	{ PLACE_RECORD, SLOT_CLIENT, "clt_sip" },
	{ PLACE_RECORD, SLOT_CLIENT, "clt_ip" },
	{ PLACE_RECORD, SLOT_SERVER, "srv_dip" },
	{ PLACE_RECORD, SLOT_SERVER, "resolver" },
	{ PLACE_RECORD, SLOT_SERVER_PORT, "srv_dport" },
	{ PLACE_RECORD, SLOT_NAME, "dns_req" },
	{ PLACE_RECORD, SLOT_TYPE, "dns_reqtype" },
	{ PLACE_RECORD, SLOT_ANSWER, "dns_resp" },
	{ PLACE_RECORD, SLOT_ANSWER_KIND, "restype" },
	{ PLACE_RECORD, SLOT_ERROR, "error" },
	{ PLACE_RECORD, SLOT_ERROR, "rescode" },
	{ PLACE_RECORD, SLOT_DURATION, "durationms" },
	{ PLACE_RECORD, SLOT_DURATION, "req_duration" },
	{ PLACE_RECORD, SLOT_IS_TCP, "istcp" },
	{ PLACE_RECORD, SLOT_PROTOCOL, "protocol" },
	/* of no use, but known keys are stepped over faster */
	{ PLACE_RECORD, 0, "cloudname" },
	{ PLACE_RECORD, 0, "recordid" },
	{ PLACE_RECORD, 0, "version" },
	{ PLACE_RECORD, 0, "sourcetype" },
	{ PLACE_RECORD, 0, "devicename" },
	{ PLACE_RECORD, 0, "devicehostname" },
	{ PLACE_RECORD, 0, "deviceostype" },
	{ PLACE_RECORD, 0, "user" },
	{ PLACE_RECORD, 0, "login" },
	{ PLACE_RECORD, 0, "reqaction" },
	{ PLACE_RECORD, 0, "resaction" },
	{ 0, 0, NULL },
};

/* "Tue Nov  3 14:02:11 2026": one word from the front. */
static struct ed_span next_word(struct ed_span *rest)
{
	struct ed_span word = { .n = 0 };

	(void)ed_logline_word(rest, &word);
	return word;
}

static unsigned month_of(struct ed_span word)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (unsigned i = 0; word.n == 3 && i < 12; i++) {
		if (memcmp(word.p, names + (size_t)3 * i, 3) == 0)
			return i + 1;
	}
	return 0;
}

static bool time_from_words(struct ed_span text, int64_t *ret_ns)
{
	struct ed_span month, day, clock, year;
	int64_t day_s, clock_s;
	uint32_t d, y;

	(void)next_word(&text);
	month = next_word(&text);
	day = next_word(&text);
	clock = next_word(&text);
	year = next_word(&text);
	if (month_of(month) == 0 || !ed_logline_number(day, 31, &d) ||
	    !ed_logline_number(year, 2200, &y) || text.n > 0)
		return false;
	if (!ed_logtime_day((int)y, month_of(month), d, &day_s) ||
	    ed_logtime_clock(clock, &clock_s) != clock.n)
		return false;
	*ret_ns = (day_s + clock_s) * ED_NS_PER_S;
	return true;
}

/* The number goes first: the words are in the zone of the feed, of which only GMT is certain. */
static bool take_time(struct ed_json_log_record *r, struct ed_event *ev)
{
	struct ed_span zone = r->value[SLOT_ZONE];

	if (ed_json_log_has(r, SLOT_EPOCH))
		return ed_json_log_time(r, r->value[SLOT_EPOCH], ev);
	if (!time_from_words(r->value[SLOT_TIME], &ev->time_ns))
		return ed_json_log_time(r, r->value[SLOT_TIME], ev);
	ev->time_quality = ED_TIME_ZONE_ASSUMED;
	if (ed_span_is(zone, "GMT") || ed_span_is(zone, "UTC"))
		ev->time_quality = ED_TIME_EXACT_UTC;
	ev->has |= ED_FIELD_TIME;
	return true;
}

/* "A record", "A" */
static void take_type(struct ed_span text, struct ed_event *ev)
{
	const uint8_t *blank = text.n > 0 ? memchr(text.p, ' ', text.n) : NULL;

	if (blank)
		text.n = (size_t)(blank - text.p);
	if (text.n > 0)
		(void)ed_logline_type(text, ev);
}

static void take_transport(const struct ed_json_log_record *r, struct ed_event *ev)
{
	if (ed_span_is(r->value[SLOT_IS_TCP], "1"))
		ev->transport = ED_TRANSPORT_TCP;
	else if (ed_span_is(r->value[SLOT_IS_TCP], "0"))
		ev->transport = ED_TRANSPORT_UDP;
	if (ev->transport != ED_TRANSPORT_UNKNOWN)
		ev->has |= ED_FIELD_TRANSPORT;
	else
		ed_json_log_transport(r->value[SLOT_PROTOCOL], ev);
}

/* The one answer that is there, by what the log calls its kind. */
static bool take_answer(struct ed_json_log_record *r)
{
	struct ed_span kind = r->value[SLOT_ANSWER_KIND];
	struct ed_answer answer = { .rdata = r->value[SLOT_ANSWER], .has_rdata = true };

	if (!ed_json_log_has(r, SLOT_ANSWER))
		return false;
	if (ed_span_is(kind, "IPv4"))
		answer.type = ED_RR_A;
	else if (ed_span_is(kind, "IPv6"))
		answer.type = ED_RR_AAAA;
	else if (!ed_answer_type(kind, &answer.type))
		return false;
	ed_json_log_answer(r, &answer, 0);
	return true;
}

static void take_response(struct ed_json_log_record *r, struct ed_event *ev)
{
	bool answered = take_answer(r);

	ev->kind = ED_EVENT_DNS_QUERY;
	/* "error" also tells of what is no response code ("EMPTY_RESP"). */
	if (!ed_logline_rcode(r->value[SLOT_ERROR], ev) &&
	    !ed_logline_rcode(r->value[SLOT_ANSWER], ev) && !answered &&
	    !ed_span_is(r->value[SLOT_ERROR], "EMPTY_RESP"))
		return;
	ev->kind = ED_EVENT_DNS_PAIR;
	if (answered)
		ed_answer_give(&r->answers, ev);
	ed_json_log_rtt(r->value[SLOT_DURATION], US_PER_MS, ev);
}

static bool zscaler_is_own(const struct ed_json_log_record *r)
{
	return ed_json_log_has(r, SLOT_NAME);
}

static enum ed_drop zscaler_take(struct ed_json_log_record *r, struct ed_event *ev)
{
	if (!(ed_json_log_has(r, SLOT_EPOCH) || ed_json_log_has(r, SLOT_TIME)) ||
	    !ed_json_log_has(r, SLOT_CLIENT))
		return ED_DROP_NO_FIELDS;
	if (!take_time(r, ev) ||
	    !ed_json_log_client(r->value[SLOT_CLIENT], ed_span_of(NULL, 0), ev))
		return ED_DROP_BAD_LINE;
	ev->vantage = ED_VANTAGE_RESOLVER;
	ed_json_log_resolver(r->value[SLOT_SERVER], r->value[SLOT_SERVER_PORT], ev);
	ed_json_log_name(r->value[SLOT_NAME], ev);
	take_type(r->value[SLOT_TYPE], ev);
	take_transport(r, ev);
	take_response(r, ev);
	return ED_DROP_N;
}

static const struct ed_json_log_kind kind = {
	.rows = rows,
	.is_own = zscaler_is_own,
	.take = zscaler_take,
};

static unsigned zscaler_probe(struct ed_span head)
{
	return ed_json_log_probe(&kind, head);
}

static int zscaler_scratch_new(void **ret)
{
	return ed_json_log_scratch_new(&kind, ret);
}

const struct ed_format ed_format_zscaler = {
	.name = "zscaler",
	.help = "Zscaler DNS logs (NSS feed in JSON)",
	.fields = ED_LOGLINE_FIELDS | ED_FIELD_RESOLVER | ED_FIELD_TRANSPORT | ED_FIELD_RCODE |
		  ED_FIELD_ANSWERS | ED_FIELD_RDATA_BYTES | ED_FIELD_RTT,
	.state_bytes = sizeof(struct ed_lines),
	.probe = zscaler_probe,
	.frame = ed_json_log_frame,
	.scratch_new = zscaler_scratch_new,
	.scratch_free = ed_json_log_scratch_free,
	.decode = ed_json_log_decode,
};
