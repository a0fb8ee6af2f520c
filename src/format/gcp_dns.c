/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Query logs of Google Cloud DNS, one log entry an object:
 *	{"timestamp":"2026-11-03T14:02:11.834672077Z","jsonPayload":{"queryName":"www.example.net.",
 *	 "queryType":"A","responseCode":"NOERROR","sourceIP":"10.0.0.3","protocol":"UDP",
 *	 "serverLatency":8,"rdata":"www.example.net.\t300\tIN\ta\t192.0.2.7"},
 *	 "resource":{"type":"dns_query","labels":{"source_type":"gce-vm"}}}
 *
 * "rdata" holds the answers as lines of a master file, of which the producer keeps the first 260
 * bytes; what stands before its dots is counted, so the answers of such an entry are at least that.
 */
#include "format/json/log.h"
#include "format/text/logline.h"
#include "record/lag.h"

enum {
	US_PER_MS = 1000,
	PARTS = 5, /* owner, time to live, class, type, data */
};

enum place {
	PLACE_RECORD = ED_JSON_LOG_RECORD,
	PLACE_PAYLOAD,
	PLACE_RESOURCE,
	PLACE_LABELS,
};

enum slot {
	SLOT_TIME = 1,
	SLOT_NAME,
	SLOT_TYPE,
	SLOT_RCODE,
	SLOT_RDATA,
	SLOT_CLIENT,
	SLOT_SERVER,
	SLOT_TRANSPORT,
	SLOT_LATENCY,
	SLOT_SOURCE,
	SLOT_RECEIVED,
};

static const struct ed_json_log_row rows[] = {
	{ PLACE_RECORD, SLOT_TIME, "timestamp" },
	{ PLACE_RECORD, SLOT_RECEIVED, "receiveTimestamp" },
	{ PLACE_RECORD, ED_JSON_LOG_INTO | PLACE_PAYLOAD, "jsonPayload" },
	{ PLACE_PAYLOAD, SLOT_NAME, "queryName" },
	{ PLACE_PAYLOAD, SLOT_TYPE, "queryType" },
	{ PLACE_PAYLOAD, SLOT_RCODE, "responseCode" },
	{ PLACE_PAYLOAD, SLOT_RDATA, "rdata" },
	{ PLACE_PAYLOAD, SLOT_CLIENT, "sourceIP" },
	{ PLACE_PAYLOAD, SLOT_SERVER, "destinationIP" },
	{ PLACE_PAYLOAD, SLOT_TRANSPORT, "protocol" },
	{ PLACE_PAYLOAD, SLOT_LATENCY, "serverLatency" },
	{ PLACE_RECORD, ED_JSON_LOG_INTO | PLACE_RESOURCE, "resource" },
	{ PLACE_RESOURCE, ED_JSON_LOG_INTO | PLACE_LABELS, "labels" },
	{ PLACE_LABELS, SLOT_SOURCE, "source_type" },
	/* of no use, but known keys are stepped over faster */
	{ PLACE_RECORD, 0, "insertId" },
	{ PLACE_RECORD, 0, "logName" },
	{ PLACE_RECORD, 0, "severity" },
	{ PLACE_PAYLOAD, 0, "authAnswer" },
	{ PLACE_PAYLOAD, 0, "sourceNetwork" },
	{ PLACE_PAYLOAD, 0, "vmInstanceId" },
	{ PLACE_PAYLOAD, 0, "vmInstanceIdString" },
	{ PLACE_PAYLOAD, 0, "vmInstanceName" },
	{ PLACE_PAYLOAD, 0, "vmProjectId" },
	{ PLACE_PAYLOAD, 0, "vmZoneName" },
	{ PLACE_LABELS, 0, "location" },
	{ PLACE_LABELS, 0, "project_id" },
	{ PLACE_LABELS, 0, "target_name" },
	{ PLACE_LABELS, 0, "target_type" },
	{ PLACE_RESOURCE, 0, "type" },
	{ 0, 0, NULL },
};

/* Cuts what stands before the next @end off the front of @rest; without one, all of it. */
static struct ed_span cut(struct ed_span *rest, uint8_t end)
{
	const uint8_t *at = rest->n > 0 ? memchr(rest->p, end, rest->n) : NULL;
	size_t n = at ? (size_t)(at - rest->p) : rest->n;
	struct ed_span part = ed_span_of(rest->p, n);

	*rest = ed_span_from(*rest, at ? n + 1 : n);
	return part;
}

/* One line of a master file; what a cut left of the last one counts when its type is there. */
static void take_answer(struct ed_json_log_record *r, struct ed_span line, uint16_t qtype)
{
	struct ed_answer answer = { .has_rdata = true };
	struct ed_span part[PARTS];

	for (unsigned i = 0; i < PARTS; i++)
		part[i] = cut(&line, i + 1 < PARTS ? '\t' : '\n');
	if (part[3].n == 0 || !ed_answer_type(part[3], &answer.type))
		return;
	answer.has_ttl = ed_json_text_number(part[1], UINT32_MAX, &answer.ttl_s);
	answer.rdata = part[4];
	ed_json_log_answer(r, &answer, qtype);
}

static void take_answers(struct ed_json_log_record *r, struct ed_event *ev)
{
	struct ed_span rest = r->value[SLOT_RDATA];

	if (rest.n > 3 && memcmp(rest.p + rest.n - 3, "...", 3) == 0)
		rest.n -= 3;
	while (rest.n > 0)
		take_answer(r, cut(&rest, '\n'), ev->qtype);
	ed_answer_give(&r->answers, ev);
}

static bool gcp_dns_is_own(const struct ed_json_log_record *r)
{
	return ed_json_log_has(r, SLOT_NAME);
}

static enum ed_drop gcp_dns_take(struct ed_json_log_record *r, struct ed_event *ev)
{
	int64_t received_ns;

	if (!ed_json_log_has(r, SLOT_TIME) || !ed_json_log_has(r, SLOT_CLIENT))
		return ED_DROP_NO_FIELDS;
	if (!ed_json_log_time(r, r->value[SLOT_TIME], ev) ||
	    !ed_json_log_client(r->value[SLOT_CLIENT], ed_span_of(NULL, 0), ev))
		return ED_DROP_BAD_LINE;
	if (ed_time_from_text(r->value[SLOT_RECEIVED], &received_ns))
		ev->lag = ed_lag_code(ev->time_ns, received_ns);
	/* Lookups in public zones come from the resolvers of the internet. */
	ev->vantage = ed_span_is(r->value[SLOT_SOURCE], "internet") ? ED_VANTAGE_UPSTREAM :
								      ED_VANTAGE_RESOLVER;
	ed_json_log_resolver(r->value[SLOT_SERVER], ed_span_of(NULL, 0), ev);
	ed_json_log_name(r->value[SLOT_NAME], ev);
	(void)ed_logline_type(r->value[SLOT_TYPE], ev);
	ed_json_log_transport(r->value[SLOT_TRANSPORT], ev);
	ev->kind = ED_EVENT_DNS_QUERY;
	if (!ed_logline_rcode(r->value[SLOT_RCODE], ev))
		return ED_DROP_N;
	ev->kind = ED_EVENT_DNS_PAIR;
	ed_json_log_rtt(r->value[SLOT_LATENCY], US_PER_MS, ev);
	take_answers(r, ev);
	return ED_DROP_N;
}

static const struct ed_json_log_kind kind = {
	.rows = rows,
	.is_own = gcp_dns_is_own,
	.take = gcp_dns_take,
};

static unsigned gcp_dns_probe(struct ed_span head)
{
	return ed_json_log_probe(&kind, head);
}

static int gcp_dns_scratch_new(void **ret)
{
	return ed_json_log_scratch_new(&kind, ret);
}

const struct ed_format ed_format_gcp_dns = {
	.name = "gcp-dns",
	.help = "Google Cloud DNS query logs, as log entries of Cloud Logging",
	.fields = ED_LOGLINE_FIELDS | ED_FIELD_RESOLVER | ED_FIELD_TRANSPORT | ED_FIELD_RCODE |
		  ED_FIELD_ANSWERS | ED_FIELD_RDATA_BYTES | ED_FIELD_TTL | ED_FIELD_RTT,
	.state_bytes = sizeof(struct ed_lines),
	.probe = gcp_dns_probe,
	.frame = ed_json_log_frame,
	.scratch_new = gcp_dns_scratch_new,
	.scratch_free = ed_json_log_scratch_free,
	.decode = ed_json_log_decode,
};
