/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Query logs of the AWS Route 53 Resolver, one lookup an object:
 *	{"version":"1.100000","vpc_id":"vpc-1","query_timestamp":"2026-11-03T14:02:11Z",
 *	 "query_name":"www.example.net.","query_type":"A","query_class":"IN","rcode":"NOERROR",
 *	 "answers":[{"Rdata":"192.0.2.7","Type":"A","Class":"IN"}],"srcaddr":"10.0.0.10",
 *	 "srcport":"41000","transport":"UDP","srcids":{"instance":"i-1"}}
 *
 * A lookup is written with all its answers, so an empty list means that there were none.
 */
#include "format/json/log.h"
#include "format/text/logline.h"

enum place {
	PLACE_RECORD = ED_JSON_LOG_RECORD,
	PLACE_ANSWERS,
};

enum slot {
	SLOT_TIME = 1,
	SLOT_NAME,
	SLOT_TYPE,
	SLOT_CLASS,
	SLOT_RCODE,
	SLOT_CLIENT,
	SLOT_PORT,
	SLOT_TRANSPORT,
	SLOT_ANSWER_TYPE,
	SLOT_ANSWER_DATA,
};

static const struct ed_json_log_row rows[] = {
	{ PLACE_RECORD, SLOT_TIME, "query_timestamp" },
	{ PLACE_RECORD, SLOT_NAME, "query_name" },
	{ PLACE_RECORD, SLOT_TYPE, "query_type" },
	{ PLACE_RECORD, SLOT_CLASS, "query_class" },
	{ PLACE_RECORD, SLOT_RCODE, "rcode" },
	{ PLACE_RECORD, ED_JSON_LOG_INTO | PLACE_ANSWERS, "answers" },
	{ PLACE_ANSWERS, SLOT_ANSWER_DATA, "Rdata" },
	{ PLACE_ANSWERS, SLOT_ANSWER_TYPE, "Type" },
	{ PLACE_RECORD, SLOT_CLIENT, "srcaddr" },
	{ PLACE_RECORD, SLOT_PORT, "srcport" },
	{ PLACE_RECORD, SLOT_TRANSPORT, "transport" },
	/* of no use, but known keys are stepped over faster */
	{ PLACE_RECORD, 0, "version" },
	{ PLACE_RECORD, 0, "account_id" },
	{ PLACE_RECORD, 0, "region" },
	{ PLACE_RECORD, 0, "vpc_id" },
	{ PLACE_RECORD, 0, "srcids" },
	{ PLACE_RECORD, 0, "firewall_rule_action" },
	{ PLACE_ANSWERS, 0, "Class" },
	{ 0, 0, NULL },
};

static void route53_element(struct ed_json_log_record *r, unsigned place)
{
	struct ed_answer answer = {
		.rdata = r->value[SLOT_ANSWER_DATA],
		.has_rdata = ed_json_log_has(r, SLOT_ANSWER_DATA),
	};
	uint16_t qtype = 0;

	(void)place;
	ed_answer_type(r->value[SLOT_TYPE], &qtype);
	ed_answer_type(r->value[SLOT_ANSWER_TYPE], &answer.type);
	ed_json_log_answer(r, &answer, qtype);
	ed_json_log_clear(r, SLOT_ANSWER_DATA);
	ed_json_log_clear(r, SLOT_ANSWER_TYPE);
}

static bool route53_is_own(const struct ed_json_log_record *r)
{
	return ed_json_log_has(r, SLOT_TIME);
}

static enum ed_drop route53_take(struct ed_json_log_record *r, struct ed_event *ev)
{
	if (!ed_json_log_has(r, SLOT_NAME) || !ed_json_log_has(r, SLOT_CLIENT))
		return ED_DROP_NO_FIELDS;
	if (!ed_json_log_time(r, r->value[SLOT_TIME], ev) ||
	    !ed_json_log_client(r->value[SLOT_CLIENT], r->value[SLOT_PORT], ev))
		return ED_DROP_BAD_LINE;
	ev->vantage = ED_VANTAGE_RESOLVER;
	ed_json_log_name(r->value[SLOT_NAME], ev);
	(void)ed_logline_type(r->value[SLOT_TYPE], ev);
	(void)ed_logline_class(r->value[SLOT_CLASS], ev);
	ed_json_log_transport(r->value[SLOT_TRANSPORT], ev);
	ev->kind = ED_EVENT_DNS_QUERY;
	if (!ed_logline_rcode(r->value[SLOT_RCODE], ev))
		return ED_DROP_N;
	ev->kind = ED_EVENT_DNS_PAIR;
	if (r->places & 1U << PLACE_ANSWERS)
		ed_answer_give(&r->answers, ev);
	return ED_DROP_N;
}

static const struct ed_json_log_kind kind = {
	.rows = rows,
	.element = route53_element,
	.is_own = route53_is_own,
	.take = route53_take,
};

static unsigned route53_probe(struct ed_span head)
{
	return ed_json_log_probe(&kind, head);
}

static int route53_scratch_new(void **ret)
{
	return ed_json_log_scratch_new(&kind, ret);
}

const struct ed_format ed_format_route53 = {
	.name = "route53",
	.help = "AWS Route 53 Resolver query logs",
	.fields = ED_LOGLINE_FIELDS | ED_FIELD_CLIENT_PORT | ED_FIELD_TRANSPORT | ED_FIELD_RCODE |
		  ED_FIELD_ANSWERS | ED_FIELD_RDATA_BYTES,
	.state_bytes = sizeof(struct ed_lines),
	.probe = route53_probe,
	.frame = ed_json_log_frame,
	.scratch_new = route53_scratch_new,
	.scratch_free = ed_json_log_scratch_free,
	.decode = ed_json_log_decode,
};
