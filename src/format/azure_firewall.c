/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The DNS proxy of Azure Firewall, in its two shapes. Structured, one value a key:
 *	{"time":"2026-11-03T14:02:11.8623870Z","category":"AZFWDnsQuery","properties":{
 *	 "SourceIp":"10.0.2.4","SourcePort":61248,"QueryId":6513,"QueryType":"A","QueryClass":"IN",
 *	 "QueryName":"www.example.net.","Protocol":"udp","RequestSize":44,"EDNS0BufferSize":512,
 *	 "ResponseCode":"NOERROR","ResponseFlags":"qr,rd,ra","ResponseSize":60,
 *	 "RequestDurationSecs":0.0028}}
 * and legacy, the words of the same lookup in one text:
 *	{"time":"...","category":"AzureFirewallDnsProxy","properties":{"msg":"DNS Request:
 *	 10.0.2.4:61248 - 6513 A IN www.example.net. udp 44 false 512 NOERROR qr,rd,ra 60 0.0028s"}}
 *
 * The idea: the words of the legacy shape go into the slots of the structured one.
 */
#include "format/json/log.h"
#include "format/text/logline.h"

enum {
	US_PER_S = 1000 * 1000,
};

enum slot {
	SLOT_TIME = 1,
	SLOT_GENERATED, /* what Log Analytics calls the time */
	SLOT_CATEGORY,
	SLOT_TABLE, /* what Log Analytics calls the category */
	SLOT_TEXT,
	SLOT_CLIENT,
	SLOT_PORT,
	SLOT_ID,
	SLOT_TYPE,
	SLOT_CLASS,
	SLOT_NAME,
	SLOT_PROTOCOL,
	SLOT_SIZE_QUERY,
	SLOT_DNSSEC,
	SLOT_EDNS_SIZE,
	SLOT_RCODE,
	SLOT_FLAGS,
	SLOT_SIZE_RESPONSE,
	SLOT_DURATION,
};

static const struct ed_json_log_row rows[] = {
	{ ED_JSON_LOG_RECORD, ED_JSON_LOG_INTO | ED_JSON_LOG_RECORD, "records" },
	{ ED_JSON_LOG_RECORD, ED_JSON_LOG_INTO | ED_JSON_LOG_RECORD, "properties" },
	{ ED_JSON_LOG_RECORD, SLOT_TIME, "time" },
	{ ED_JSON_LOG_RECORD, SLOT_GENERATED, "TimeGenerated" },
	{ ED_JSON_LOG_RECORD, SLOT_CATEGORY, "category" },
	{ ED_JSON_LOG_RECORD, SLOT_CATEGORY, "Category" },
	{ ED_JSON_LOG_RECORD, SLOT_TABLE, "Type" },
	{ ED_JSON_LOG_RECORD, SLOT_TEXT, "msg" },
	{ ED_JSON_LOG_RECORD, SLOT_CLIENT, "SourceIp" },
	{ ED_JSON_LOG_RECORD, SLOT_PORT, "SourcePort" },
	{ ED_JSON_LOG_RECORD, SLOT_ID, "QueryId" },
	{ ED_JSON_LOG_RECORD, SLOT_TYPE, "QueryType" },
	{ ED_JSON_LOG_RECORD, SLOT_CLASS, "QueryClass" },
	{ ED_JSON_LOG_RECORD, SLOT_NAME, "QueryName" },
	{ ED_JSON_LOG_RECORD, SLOT_PROTOCOL, "Protocol" },
	{ ED_JSON_LOG_RECORD, SLOT_SIZE_QUERY, "RequestSize" },
	{ ED_JSON_LOG_RECORD, SLOT_RCODE, "ResponseCode" },
	{ ED_JSON_LOG_RECORD, SLOT_FLAGS, "ResponseFlags" },
	{ ED_JSON_LOG_RECORD, SLOT_SIZE_RESPONSE, "ResponseSize" },
	{ ED_JSON_LOG_RECORD, SLOT_DURATION, "RequestDurationSecs" },
	/* of no use, but known keys are stepped over faster */
	{ ED_JSON_LOG_RECORD, 0, "DnssecOkBit" },
	{ ED_JSON_LOG_RECORD, 0, "EDNS0BufferSize" },
	{ ED_JSON_LOG_RECORD, 0, "ErrorMessage" },
	{ ED_JSON_LOG_RECORD, 0, "ErrorNumber" },
	{ ED_JSON_LOG_RECORD, 0, "operationName" },
	{ ED_JSON_LOG_RECORD, 0, "resourceId" },
	{ 0, 0, NULL },
};

/* The order of the words of a legacy text, behind the client and its dash. */
static const uint8_t text_order[] = {
	SLOT_ID,     SLOT_TYPE,      SLOT_CLASS, SLOT_NAME,  SLOT_PROTOCOL,      SLOT_SIZE_QUERY,
	SLOT_DNSSEC, SLOT_EDNS_SIZE, SLOT_RCODE, SLOT_FLAGS, SLOT_SIZE_RESPONSE,
};

static bool is_legacy(const struct ed_json_log_record *r)
{
	return ed_span_is(r->value[SLOT_CATEGORY], "AzureFirewallDnsProxy");
}

static bool azure_firewall_is_own(const struct ed_json_log_record *r)
{
	return is_legacy(r) || ed_span_is(r->value[SLOT_CATEGORY], "AZFWDnsQuery") ||
	       ed_span_is(r->value[SLOT_TABLE], "AZFWDnsQuery");
}

/* "192.0.2.4:61248 - " */
static bool take_client_words(struct ed_json_log_record *r, struct ed_span *rest)
{
	struct ed_span client;
	const uint8_t *colon;
	size_t n;

	if (!ed_logline_word(rest, &client) || !ed_logline_take(rest, "- "))
		return false;
	colon = memrchr(client.p, ':', client.n);
	if (!colon)
		return false;
	n = (size_t)(colon - client.p);
	r->value[SLOT_PORT] = ed_span_from(client, n + 1);
	client.n = n;
	if (n > 2 && client.p[0] == '[' && client.p[n - 1] == ']')
		client = ed_span_of(client.p + 1, n - 2);
	r->value[SLOT_CLIENT] = client;
	return true;
}

/* A word in which a blank may stand behind a backslash: the client chooses the name. */
static bool take_escaped(struct ed_span *rest, struct ed_span *ret)
{
	size_t n = 0;

	while (n < rest->n && rest->p[n] != ' ')
		n += rest->p[n] == '\\' ? 2 : 1;
	if (n == 0 || n >= rest->n)
		return false;
	*ret = ed_span_of(rest->p, n);
	*rest = ed_span_from(*rest, n + 1);
	return true;
}

/* Other texts tell of errors and of the proxy itself. */
static enum ed_drop take_words(struct ed_json_log_record *r)
{
	struct ed_span rest = r->value[SLOT_TEXT], word;

	if (!ed_logline_take(&rest, "DNS Request: "))
		return ED_DROP_OTHER_LOG;
	if (!take_client_words(r, &rest))
		return ED_DROP_BAD_LINE;
	for (size_t i = 0; i < sizeof(text_order); i++) {
		struct ed_span *to = &r->value[text_order[i]];

		if (!(text_order[i] == SLOT_NAME ? take_escaped : ed_logline_word)(&rest, to))
			return ED_DROP_BAD_LINE;
	}
	if (!ed_logline_word(&rest, &word) || word.n < 2 || word.p[word.n - 1] != 's')
		return ED_DROP_BAD_LINE;
	r->value[SLOT_DURATION] = ed_span_of(word.p, word.n - 1);
	return ED_DROP_N;
}

/* "qr,aa,rd,ra" */
static void take_flags(struct ed_span text, struct ed_event *ev)
{
	static const struct {
		char name[2];
		uint16_t flag;
	} flags[] = { { "qr", ED_DNS_QR }, { "aa", ED_DNS_AA }, { "tc", ED_DNS_TC },
		      { "rd", ED_DNS_RD }, { "ra", ED_DNS_RA }, { "ad", ED_DNS_AD },
		      { "cd", ED_DNS_CD } };

	if (text.n < 2)
		return;
	for (size_t at = 0; at + 2 <= text.n; at += 3) {
		for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
			if (memcmp(text.p + at, flags[i].name, 2) == 0)
				ev->flags |= flags[i].flag;
		}
	}
	ev->has |= ED_FIELD_FLAGS;
}

static void take_question(const struct ed_json_log_record *r, struct ed_event *ev)
{
	uint32_t v;

	/* the proxy lower-cases the name and escapes what is no letter, so its bytes are certain */
	if (ed_logline_name(r->value[SLOT_NAME], ED_NAME_MASTER, ev))
		ev->has |= ED_FIELD_QNAME_BYTES;
	else
		ed_json_log_name(r->value[SLOT_NAME], ev);
	ev->lost |= ED_LOST_CASE;
	(void)ed_logline_type(r->value[SLOT_TYPE], ev);
	(void)ed_logline_class(r->value[SLOT_CLASS], ev);
	ed_json_log_transport(r->value[SLOT_PROTOCOL], ev);
	ed_json_log_size_query(r->value[SLOT_SIZE_QUERY], ev);
	if (ed_json_text_number(r->value[SLOT_ID], UINT16_MAX, &v)) {
		ev->txid = (uint16_t)v;
		ev->has |= ED_FIELD_TXID;
	}
}

static void take_response(const struct ed_json_log_record *r, struct ed_event *ev)
{
	ev->kind = ED_EVENT_DNS_QUERY;
	if (!ed_logline_rcode(r->value[SLOT_RCODE], ev))
		return;
	ev->kind = ED_EVENT_DNS_PAIR;
	take_flags(r->value[SLOT_FLAGS], ev);
	ed_json_log_size_response(r->value[SLOT_SIZE_RESPONSE], ev);
	ed_json_log_rtt(r->value[SLOT_DURATION], US_PER_S, ev);
}

static enum ed_drop azure_firewall_take(struct ed_json_log_record *r, struct ed_event *ev)
{
	unsigned time = ed_json_log_has(r, SLOT_TIME) ? SLOT_TIME : SLOT_GENERATED;

	if (is_legacy(r) && ed_json_log_has(r, SLOT_TEXT)) {
		enum ed_drop drop = take_words(r);

		if (drop < ED_DROP_N)
			return drop;
	}
	if (!ed_json_log_has(r, time) || !ed_json_log_has(r, SLOT_NAME) ||
	    !ed_json_log_has(r, SLOT_CLIENT))
		return ED_DROP_NO_FIELDS;
	if (!ed_json_log_time(r, r->value[time], ev) ||
	    !ed_json_log_client(r->value[SLOT_CLIENT], r->value[SLOT_PORT], ev))
		return ED_DROP_BAD_LINE;
	ev->vantage = ED_VANTAGE_RESOLVER;
	take_question(r, ev);
	take_response(r, ev);
	return ED_DROP_N;
}

static const struct ed_json_log_kind kind = {
	.rows = rows,
	.is_own = azure_firewall_is_own,
	.take = azure_firewall_take,
};

static unsigned azure_firewall_probe(struct ed_span head)
{
	return ed_json_log_probe(&kind, head);
}

static int azure_firewall_scratch_new(void **ret)
{
	return ed_json_log_scratch_new(&kind, ret);
}

const struct ed_format ed_format_azure_firewall = {
	.name = "azure-firewall",
	.help = "Azure Firewall DNS proxy, structured and legacy",
	.fields = ED_LOGLINE_FIELDS | ED_FIELD_CLIENT_PORT | ED_FIELD_TRANSPORT | ED_FIELD_TXID |
		  ED_FIELD_QNAME_BYTES | ED_FIELD_FLAGS | ED_FIELD_RCODE | ED_FIELD_SIZE_QUERY |
		  ED_FIELD_SIZE_RESPONSE | ED_FIELD_RTT,
	.state_bytes = sizeof(struct ed_lines),
	.probe = azure_firewall_probe,
	.frame = ed_json_log_frame,
	.scratch_new = azure_firewall_scratch_new,
	.scratch_free = ed_json_log_scratch_free,
	.decode = ed_json_log_decode,
};
