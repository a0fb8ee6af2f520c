/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DNS logs of Cloudflare Gateway (Logpush, dataset gateway_dns), one lookup an object:
 *	{"Datetime":"2026-11-03T14:02:11Z","QueryName":"www.example.net","QueryType":1,"RCode":0,
 *	 "QueryTypeName":"A","QuerySize":44,"SrcIP":"192.0.2.10","SrcPort":0,"DstIP":"198.51.100.1",
 *	 "DstPort":443,"Protocol":"https","RData":[{"type":"1","data":"A3d3dw..."}],
 *	 "ResolvedIPs":["192.0.2.7"]}
 *
 * Each "data" is one record in wire form. Put behind a header of our own they are a message again,
 * and are read like any other.
 */
#include "format/text/base64.h"
#include "format/packet/dns_event.h"
#include "format/json/log.h"
#include "format/text/logline.h"
#include "wire/dns.h"

enum {
	RECORD_MIN = 11, /* a root name, type, class, time to live, length */
	RESPONSE_FLAGS = 0x80,
	ANSWER_COUNT_AT = 6,
};

enum place {
	PLACE_RECORD = ED_JSON_LOG_RECORD,
	PLACE_RDATA,
	PLACE_ADDRESSES,
};

enum slot {
	SLOT_TIME = 1,
	SLOT_NAME,
	SLOT_TYPE,
	SLOT_TYPE_NAME,
	SLOT_RCODE,
	SLOT_SIZE,
	SLOT_CLIENT,
	SLOT_PORT,
	SLOT_SERVER,
	SLOT_SERVER_PORT,
	SLOT_PROTOCOL,
	SLOT_REVERSED,
	SLOT_DATA,
	SLOT_ADDRESS,
	SLOT_MESSAGE, /* made here, in the space of the record */
};

static const struct ed_json_log_row rows[] = {
	{ PLACE_RECORD, SLOT_TIME, "Datetime" },
	{ PLACE_RECORD, SLOT_NAME, "QueryName" },
	{ PLACE_RECORD, SLOT_REVERSED, "QueryNameReversed" },
	{ PLACE_RECORD, SLOT_SIZE, "QuerySize" },
	{ PLACE_RECORD, SLOT_TYPE, "QueryType" },
	{ PLACE_RECORD, SLOT_TYPE_NAME, "QueryTypeName" },
	{ PLACE_RECORD, SLOT_RCODE, "RCode" },
	{ PLACE_RECORD, ED_JSON_LOG_INTO | PLACE_RDATA, "RData" },
	{ PLACE_RDATA, SLOT_DATA, "data" },
	{ PLACE_RECORD, ED_JSON_LOG_INTO | PLACE_ADDRESSES, "ResolvedIPs" },
	{ PLACE_ADDRESSES, SLOT_ADDRESS, "" },
	{ PLACE_RECORD, SLOT_CLIENT, "SrcIP" },
	{ PLACE_RECORD, SLOT_PORT, "SrcPort" },
	{ PLACE_RECORD, SLOT_SERVER, "DstIP" },
	{ PLACE_RECORD, SLOT_SERVER_PORT, "DstPort" },
	{ PLACE_RECORD, SLOT_PROTOCOL, "Protocol" },
	/* of no use, but known keys are stepped over faster */
	{ PLACE_RECORD, 0, "ApplicationID" },
	{ PLACE_RECORD, 0, "ColoCode" },
	{ PLACE_RECORD, 0, "ColoID" },
	{ PLACE_RECORD, 0, "DeviceID" },
	{ PLACE_RECORD, 0, "DeviceName" },
	{ PLACE_RECORD, 0, "Email" },
	{ PLACE_RECORD, 0, "Location" },
	{ PLACE_RECORD, 0, "LocationID" },
	{ PLACE_RECORD, 0, "MatchedCategoryIDs" },
	{ PLACE_RECORD, 0, "MatchedCategoryNames" },
	{ PLACE_RECORD, 0, "Policy" },
	{ PLACE_RECORD, 0, "PolicyID" },
	{ PLACE_RECORD, 0, "QueryCategoryIDs" },
	{ PLACE_RECORD, 0, "QueryCategoryNames" },
	{ PLACE_RECORD, 0, "ResolverDecision" },
	{ PLACE_RECORD, 0, "TimeZone" },
	{ PLACE_RECORD, 0, "UserID" },
	{ PLACE_RDATA, 0, "type" },
	{ 0, 0, NULL },
};

/* An address is an answer where no record tells more. */
static void add_address(struct ed_json_log_record *r)
{
	struct ed_span text = r->value[SLOT_ADDRESS];
	struct ed_answer answer = {
		.type = text.n > 0 && memchr(text.p, ':', text.n) ? ED_RR_AAAA : ED_RR_A,
		.has_rdata = true,
		.rdata = text,
	};

	ed_answer_add(&r->answers, &answer, 0);
}

/* Puts a record behind those of the message so far; what does not fit is left out. */
static void add_record(struct ed_json_log_record *r)
{
	struct ed_span *message = &r->value[SLOT_MESSAGE];
	uint8_t *p = r->space;
	unsigned n_answers;
	size_t n;

	if (!ed_json_log_has(r, SLOT_MESSAGE)) {
		memset(p, 0, ED_DNS_HEADER_BYTES);
		p[2] = RESPONSE_FLAGS;
		*message = ed_span_of(p, ED_DNS_HEADER_BYTES);
	}
	n = ed_base64_decode(r->value[SLOT_DATA], p + message->n, ED_DNS_MESSAGE_MAX - message->n);
	if (n < RECORD_MIN)
		return;
	n_answers = 1U + (unsigned)(p[ANSWER_COUNT_AT] << 8 | p[ANSWER_COUNT_AT + 1]);
	p[ANSWER_COUNT_AT] = (uint8_t)(n_answers >> 8);
	p[ANSWER_COUNT_AT + 1] = (uint8_t)n_answers;
	message->n += n;
}

static void cloudflare_element(struct ed_json_log_record *r, unsigned place)
{
	if (place == PLACE_ADDRESSES) {
		add_address(r);
		return;
	}
	if (ed_json_log_has(r, SLOT_DATA))
		add_record(r);
	ed_json_log_clear(r, SLOT_DATA);
}

static bool cloudflare_is_own(const struct ed_json_log_record *r)
{
	return ed_json_log_has(r, SLOT_REVERSED) ||
	       (ed_json_log_has(r, SLOT_NAME) && ed_json_log_has(r, SLOT_TYPE_NAME) &&
		ed_json_log_has(r, SLOT_CLIENT));
}

/* False: there is no record that can be read. */
static bool take_message(struct ed_span message, struct ed_event *ev)
{
	/* Reading it writes a name behind the event, which has one already. */
	_Alignas(16) uint8_t room[ED_EVENT_MAX_BYTES];
	struct ed_event *read = (struct ed_event *)(void *)room;

	memset(read, 0, sizeof(*read));
	if (message.n == 0 || ed_dns_event_read(message, message.n, read) != 0 ||
	    read->answers.n == 0)
		return false;
	ev->answers = read->answers;
	ev->has |= read->has & (ED_FIELD_ANSWERS | ED_FIELD_RDATA_BYTES | ED_FIELD_TTL);
	return true;
}

static void take_response(struct ed_json_log_record *r, struct ed_event *ev)
{
	ev->kind = ED_EVENT_DNS_QUERY;
	if (!ed_logline_rcode(r->value[SLOT_RCODE], ev))
		return;
	ev->kind = ED_EVENT_DNS_PAIR;
	if (take_message(r->value[SLOT_MESSAGE], ev))
		return;
	if (r->places & (1U << PLACE_RDATA | 1U << PLACE_ADDRESSES))
		ed_answer_give(&r->answers, ev);
}

static enum ed_drop cloudflare_take(struct ed_json_log_record *r, struct ed_event *ev)
{
	unsigned type = ed_json_log_has(r, SLOT_TYPE) ? SLOT_TYPE : SLOT_TYPE_NAME;

	if (!ed_json_log_has(r, SLOT_TIME) || !ed_json_log_has(r, SLOT_NAME) ||
	    !ed_json_log_has(r, SLOT_CLIENT))
		return ED_DROP_NO_FIELDS;
	if (!ed_json_log_time(r, r->value[SLOT_TIME], ev) ||
	    !ed_json_log_client(r->value[SLOT_CLIENT], r->value[SLOT_PORT], ev))
		return ED_DROP_BAD_LINE;
	ev->vantage = ED_VANTAGE_RESOLVER;
	ed_json_log_resolver(r->value[SLOT_SERVER], r->value[SLOT_SERVER_PORT], ev);
	ed_json_log_name(r->value[SLOT_NAME], ev);
	(void)ed_logline_type(r->value[type], ev);
	ed_json_log_transport(r->value[SLOT_PROTOCOL], ev);
	ed_json_log_size_query(r->value[SLOT_SIZE], ev);
	take_response(r, ev);
	return ED_DROP_N;
}

static const struct ed_json_log_kind kind = {
	.rows = rows,
	.element = cloudflare_element,
	.is_own = cloudflare_is_own,
	.take = cloudflare_take,
};

static unsigned cloudflare_probe(struct ed_span head)
{
	return ed_json_log_probe(&kind, head);
}

static int cloudflare_scratch_new(void **ret)
{
	return ed_json_log_scratch_new(&kind, ret);
}

const struct ed_format ed_format_cloudflare = {
	.name = "cloudflare",
	.help = "Cloudflare Gateway DNS logs (Logpush gateway_dns)",
	.fields = ED_LOGLINE_FIELDS | ED_FIELD_CLIENT_PORT | ED_FIELD_RESOLVER |
		  ED_FIELD_TRANSPORT | ED_FIELD_RCODE | ED_FIELD_ANSWERS | ED_FIELD_RDATA_BYTES |
		  ED_FIELD_TTL | ED_FIELD_SIZE_QUERY,
	.state_bytes = sizeof(struct ed_lines),
	.probe = cloudflare_probe,
	.frame = ed_json_log_frame,
	.scratch_new = cloudflare_scratch_new,
	.scratch_free = ed_json_log_scratch_free,
	.decode = ed_json_log_decode,
};
