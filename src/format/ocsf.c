/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DNS Activity (class 4003) of the Open Cybersecurity Schema Framework, one object a line:
 *	{"class_uid":4003,"activity_id":6,"time":1793714531250,"rcode_id":0,
 *	 "query":{"hostname":"www.example.net","type":"A","class":"IN","packet_uid":4711},
 *	 "answers":[{"type":"A","rdata":"192.0.2.7","ttl":60}],
 *	 "src_endpoint":{"ip":"192.0.2.10","port":40000},"dst_endpoint":{"ip":"192.0.2.53","port":53},
 *	 "connection_info":{"protocol_name":"udp"}}
 *
 * The activity says whether a record is the question, the answer, or both.
 */
#include "format/json/log.h"
#include "format/text/logline.h"

enum {
	US_PER_MS = 1000,
	ACTIVITY_QUERY = 1,
	ACTIVITY_RESPONSE = 2,
	OPCODE_MAX = 6, /* of the schema, which are those of DNS */
	PROTOCOL_TCP = 6,
	PROTOCOL_UDP = 17,
};

enum place {
	PLACE_RECORD = ED_JSON_LOG_RECORD,
	PLACE_QUERY,
	PLACE_ANSWERS,
	PLACE_SOURCE,
	PLACE_DESTINATION,
	PLACE_CONNECTION,
};

enum slot {
	SLOT_CLASS_UID = 1,
	SLOT_ACTIVITY,
	SLOT_TIME,
	SLOT_QUERY_TIME,
	SLOT_DURATION,
	SLOT_RCODE_ID,
	SLOT_RCODE,
	SLOT_NAME,
	SLOT_TYPE,
	SLOT_CLASS,
	SLOT_OPCODE,
	SLOT_ID,
	SLOT_ANSWER_TYPE,
	SLOT_ANSWER_TTL,
	SLOT_ANSWER_DATA,
	SLOT_CLIENT,
	SLOT_PORT,
	SLOT_SERVER,
	SLOT_SERVER_PORT,
	SLOT_PROTOCOL,
	SLOT_PROTOCOL_NUMBER,
};

static const struct ed_json_log_row rows[] = {
	{ PLACE_RECORD, SLOT_CLASS_UID, "class_uid" },
	{ PLACE_RECORD, SLOT_ACTIVITY, "activity_id" },
	{ PLACE_RECORD, SLOT_TIME, "time" },
	{ PLACE_RECORD, SLOT_QUERY_TIME, "query_time" },
	{ PLACE_RECORD, SLOT_DURATION, "duration" },
	{ PLACE_RECORD, SLOT_RCODE_ID, "rcode_id" },
	{ PLACE_RECORD, SLOT_RCODE, "rcode" },
	{ PLACE_RECORD, SLOT_ID, "transaction_id" },
	{ PLACE_RECORD, SLOT_OPCODE, "opcode_id" },
	{ PLACE_RECORD, ED_JSON_LOG_INTO | PLACE_QUERY, "query" },
	{ PLACE_QUERY, SLOT_NAME, "hostname" },
	{ PLACE_QUERY, SLOT_TYPE, "type" },
	{ PLACE_QUERY, SLOT_CLASS, "class" },
	{ PLACE_QUERY, SLOT_OPCODE, "opcode_id" },
	{ PLACE_QUERY, SLOT_ID, "packet_uid" },
	{ PLACE_RECORD, ED_JSON_LOG_INTO | PLACE_ANSWERS, "answers" },
	{ PLACE_ANSWERS, SLOT_ANSWER_TYPE, "type" },
	{ PLACE_ANSWERS, SLOT_ANSWER_TTL, "ttl" },
	{ PLACE_ANSWERS, SLOT_ANSWER_DATA, "rdata" },
	{ PLACE_RECORD, ED_JSON_LOG_INTO | PLACE_SOURCE, "src_endpoint" },
	{ PLACE_SOURCE, SLOT_CLIENT, "ip" },
	{ PLACE_SOURCE, SLOT_PORT, "port" },
	{ PLACE_RECORD, ED_JSON_LOG_INTO | PLACE_DESTINATION, "dst_endpoint" },
	{ PLACE_DESTINATION, SLOT_SERVER, "ip" },
	{ PLACE_DESTINATION, SLOT_SERVER_PORT, "port" },
	{ PLACE_RECORD, ED_JSON_LOG_INTO | PLACE_CONNECTION, "connection_info" },
	{ PLACE_CONNECTION, SLOT_PROTOCOL, "protocol_name" },
	{ PLACE_CONNECTION, SLOT_PROTOCOL_NUMBER, "protocol_num" },
	/* of no use, but known keys are stepped over faster */
	{ PLACE_RECORD, 0, "activity_name" },
	{ PLACE_RECORD, 0, "category_uid" },
	{ PLACE_RECORD, 0, "category_name" },
	{ PLACE_RECORD, 0, "class_name" },
	{ PLACE_RECORD, 0, "type_uid" },
	{ PLACE_RECORD, 0, "type_name" },
	{ PLACE_RECORD, 0, "severity_id" },
	{ PLACE_RECORD, 0, "severity" },
	{ PLACE_RECORD, 0, "metadata" },
	{ PLACE_RECORD, 0, "cloud" },
	{ PLACE_RECORD, 0, "device" },
	{ PLACE_RECORD, 0, "actor" },
	{ PLACE_ANSWERS, 0, "class" },
	{ PLACE_CONNECTION, 0, "direction_id" },
	{ 0, 0, NULL },
};

static void ocsf_element(struct ed_json_log_record *r, unsigned place)
{
	struct ed_answer answer = {
		.rdata = r->value[SLOT_ANSWER_DATA],
		.has_rdata = ed_json_log_has(r, SLOT_ANSWER_DATA),
	};
	uint16_t qtype = 0;

	if (place != PLACE_ANSWERS)
		return;
	ed_answer_type(r->value[SLOT_TYPE], &qtype);
	ed_answer_type(r->value[SLOT_ANSWER_TYPE], &answer.type);
	answer.has_ttl = ed_json_text_number(r->value[SLOT_ANSWER_TTL], UINT32_MAX, &answer.ttl_s);
	ed_json_log_answer(r, &answer, qtype);
	ed_json_log_clear(r, SLOT_ANSWER_DATA);
	ed_json_log_clear(r, SLOT_ANSWER_TYPE);
	ed_json_log_clear(r, SLOT_ANSWER_TTL);
}

static bool ocsf_is_own(const struct ed_json_log_record *r)
{
	return ed_span_is(r->value[SLOT_CLASS_UID], "4003");
}

static void take_header(const struct ed_json_log_record *r, struct ed_event *ev)
{
	uint32_t v;

	if (ed_json_text_number(r->value[SLOT_ID], UINT16_MAX, &v)) {
		ev->txid = (uint16_t)v;
		ev->has |= ED_FIELD_TXID;
	}
	if (ed_json_text_number(r->value[SLOT_OPCODE], OPCODE_MAX, &v)) {
		ev->opcode = (uint8_t)v;
		ev->has |= ED_FIELD_OPCODE;
	}
	ed_json_log_transport(r->value[SLOT_PROTOCOL], ev);
	if ((ev->has & ED_FIELD_TRANSPORT) ||
	    !ed_json_text_number(r->value[SLOT_PROTOCOL_NUMBER], UINT8_MAX, &v))
		return;
	if (v == PROTOCOL_TCP || v == PROTOCOL_UDP) {
		ev->transport = v == PROTOCOL_TCP ? ED_TRANSPORT_TCP : ED_TRANSPORT_UDP;
		ev->has |= ED_FIELD_TRANSPORT;
	}
}

/* Numbers of the schema up to 24 are those of DNS; 99 is any other. The words are mixed case. */
static bool take_rcode(const struct ed_json_log_record *r, struct ed_event *ev)
{
	struct ed_span text = r->value[SLOT_RCODE];
	uint8_t upper[16 + ED_LOGLINE_SLACK_BYTES] = { 0 };
	uint32_t v;

	if (ed_json_text_number(r->value[SLOT_RCODE_ID], 24, &v)) {
		ev->rcode = (uint16_t)v;
		ev->has |= ED_FIELD_RCODE;
		return true;
	}
	if (text.n == 0 || text.n > 16)
		return false;
	for (size_t i = 0; i < text.n; i++)
		upper[i] = text.p[i] - (unsigned)'a' < 26 ? text.p[i] & 0xdf : text.p[i];
	return ed_logline_rcode(ed_span_of(upper, text.n), ev);
}

static void take_response(struct ed_json_log_record *r, struct ed_event *ev)
{
	uint32_t activity = 0;
	bool answered;

	(void)ed_json_text_number(r->value[SLOT_ACTIVITY], UINT8_MAX, &activity);
	ev->kind = ED_EVENT_DNS_QUERY;
	if (activity == ACTIVITY_QUERY)
		return;
	answered = take_rcode(r, ev);
	if (r->places & 1U << PLACE_ANSWERS) {
		ed_answer_give(&r->answers, ev);
		answered = true;
	}
	ed_json_log_rtt(r->value[SLOT_DURATION], US_PER_MS, ev);
	if (activity == ACTIVITY_RESPONSE)
		ev->kind = ED_EVENT_DNS_RESPONSE;
	else if (answered)
		ev->kind = ED_EVENT_DNS_PAIR;
}

static enum ed_drop ocsf_take(struct ed_json_log_record *r, struct ed_event *ev)
{
	unsigned time = ed_json_log_has(r, SLOT_QUERY_TIME) ? SLOT_QUERY_TIME : SLOT_TIME;

	if (!ed_json_log_has(r, time) || !ed_json_log_has(r, SLOT_NAME) ||
	    !ed_json_log_has(r, SLOT_CLIENT))
		return ED_DROP_NO_FIELDS;
	if (!ed_json_log_time(r, r->value[time], ev) ||
	    !ed_json_log_client(r->value[SLOT_CLIENT], r->value[SLOT_PORT], ev))
		return ED_DROP_BAD_LINE;
	ev->vantage = ED_VANTAGE_UNKNOWN;
	ed_json_log_resolver(r->value[SLOT_SERVER], r->value[SLOT_SERVER_PORT], ev);
	ed_json_log_name(r->value[SLOT_NAME], ev);
	(void)ed_logline_type(r->value[SLOT_TYPE], ev);
	(void)ed_logline_class(r->value[SLOT_CLASS], ev);
	take_header(r, ev);
	take_response(r, ev);
	return ED_DROP_N;
}

static const struct ed_json_log_kind kind = {
	.rows = rows,
	.element = ocsf_element,
	.is_own = ocsf_is_own,
	.take = ocsf_take,
};

static unsigned ocsf_probe(struct ed_span head)
{
	return ed_json_log_probe(&kind, head);
}

static int ocsf_scratch_new(void **ret)
{
	return ed_json_log_scratch_new(&kind, ret);
}

const struct ed_format ed_format_ocsf = {
	.name = "ocsf",
	.help = "OCSF DNS Activity (class 4003), as JSON lines",
	.fields = ED_LOGLINE_FIELDS | ED_FIELD_CLIENT_PORT | ED_FIELD_RESOLVER |
		  ED_FIELD_TRANSPORT | ED_FIELD_TXID | ED_FIELD_OPCODE | ED_FIELD_RCODE |
		  ED_FIELD_ANSWERS | ED_FIELD_RDATA_BYTES | ED_FIELD_TTL | ED_FIELD_RTT,
	.state_bytes = sizeof(struct ed_lines),
	.probe = ocsf_probe,
	.frame = ed_json_log_frame,
	.scratch_new = ocsf_scratch_new,
	.scratch_free = ed_json_log_scratch_free,
	.decode = ed_json_log_decode,
};
