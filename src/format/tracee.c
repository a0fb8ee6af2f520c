/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tracee's events, as JSON lines: DNS messages with the process that sent or got them, programs
 * that started, connections:
 *	{"timestamp":1793714531250000000,"hostProcessId":8,"hostParentProcessId":7,
 *	 "processName":"dig","hostName":"node1","userId":33,"eventName":"net_packet_dns",
 *	 "args":[{"name":"src","type":"const char*","value":"192.0.2.10"},...,
 *	 {"name":"proto_dns","type":"trace.ProtoDNS","value":{"ID":7,"QR":0,
 *	 "questions":[{"name":"mfrggzdf.t.example.com","type":"TXT","class":"IN"}]}}]}
 *
 * An argument is known by its name, which stands before its value in each element of "args". The
 * one common source that has both the program and the name.
 */
#include <strings.h>

#include "format/linux/json.h"
#include "format/text/logline.h"

enum {
	PLACE_ARGS = 1,
	PLACE_VALUE, /* of an argument that is no text */
	PLACE_QUESTIONS,
	PLACE_ANSWERS,
	PLACE_TXTS,
	PLACE_MX,
	PLACE_EXECUTABLE,
	PLACE_CONTAINER,
	PLACE_QUERY_DATA,
	PLACE_DNS_ANSWER,
};

enum {
	SLOT_TIME = 1,
	SLOT_EVENT,
	SLOT_HOST,
	SLOT_PID,
	SLOT_PID_INSIDE,
	SLOT_PPID,
	SLOT_PPID_INSIDE,
	SLOT_COMM,
	SLOT_PATH,
	SLOT_UID,
	SLOT_CONTAINER,
	SLOT_RETURN,
	SLOT_ARG_NAME,
	SLOT_ARG_VALUE,
	/* arguments by name */
	SLOT_SRC,
	SLOT_DST,
	SLOT_SRC_PORT,
	SLOT_DST_PORT,
	SLOT_PATHNAME,
	/* a message */
	SLOT_ID,
	SLOT_QR,
	SLOT_AA,
	SLOT_TC,
	SLOT_RD,
	SLOT_RA,
	SLOT_RCODE,
	SLOT_QNAME,
	SLOT_QTYPE,
	SLOT_QCLASS,
	SLOT_TYPE,
	SLOT_TTL,
	SLOT_IP,
	SLOT_NS,
	SLOT_CNAME,
	SLOT_PTR,
	SLOT_TXT,
	SLOT_TXTS,
	SLOT_MX,
	SLOT_ANSWER,
	SLOT_PROTOCOL,
	SLOT_END
};

static_assert((int)SLOT_END <= (int)ED_JSON_LOG_SLOTS, "slots are numbered from 1");

static const struct ed_json_log_row rows[] = {
	{ 0, SLOT_TIME, "timestamp" },
	{ 0, SLOT_EVENT, "eventName" },
	{ 0, SLOT_HOST, "hostName" },
	{ 0, SLOT_PID, "hostProcessId" },
	{ 0, SLOT_PID_INSIDE, "processId" },
	{ 0, SLOT_PPID, "hostParentProcessId" },
	{ 0, SLOT_PPID_INSIDE, "parentProcessId" },
	{ 0, SLOT_COMM, "processName" },
	{ 0, SLOT_UID, "userId" },
	{ 0, SLOT_CONTAINER, "containerId" },
	{ 0, SLOT_RETURN, "returnValue" },
	{ 0, ED_JSON_LOG_INTO | PLACE_EXECUTABLE, "executable" },
	{ 0, ED_JSON_LOG_INTO | PLACE_CONTAINER, "container" },
	{ 0, ED_JSON_LOG_INTO | PLACE_ARGS, "args" },
	{ PLACE_EXECUTABLE, SLOT_PATH, "path" },
	{ PLACE_CONTAINER, SLOT_CONTAINER, "id" },
	{ PLACE_ARGS, SLOT_ARG_NAME, "name" },
	{ PLACE_ARGS, ED_JSON_LOG_INTO | PLACE_VALUE, "value" },
	{ PLACE_VALUE, SLOT_ARG_VALUE, "" },
	{ PLACE_VALUE, SLOT_ID, "ID" },
	{ PLACE_VALUE, SLOT_QR, "QR" },
	{ PLACE_VALUE, SLOT_AA, "AA" },
	{ PLACE_VALUE, SLOT_TC, "TC" },
	{ PLACE_VALUE, SLOT_RD, "RD" },
	{ PLACE_VALUE, SLOT_RA, "RA" },
	{ PLACE_VALUE, SLOT_RCODE, "responseCode" },
	{ PLACE_VALUE, ED_JSON_LOG_INTO | PLACE_QUESTIONS, "questions" },
	{ PLACE_VALUE, ED_JSON_LOG_INTO | PLACE_ANSWERS, "answers" },
	/* net_packet_dns_request and _response */
	{ PLACE_VALUE, SLOT_SRC, "src_ip" },
	{ PLACE_VALUE, SLOT_DST, "dst_ip" },
	{ PLACE_VALUE, SLOT_SRC_PORT, "src_port" },
	{ PLACE_VALUE, SLOT_DST_PORT, "dst_port" },
	{ PLACE_VALUE, SLOT_PROTOCOL, "protocol" },
	{ PLACE_VALUE, SLOT_QNAME, "query" },
	{ PLACE_VALUE, SLOT_QTYPE, "query_type" },
	{ PLACE_VALUE, SLOT_QCLASS, "query_class" },
	{ PLACE_VALUE, ED_JSON_LOG_INTO | PLACE_QUERY_DATA, "query_data" },
	{ PLACE_VALUE, ED_JSON_LOG_INTO | PLACE_DNS_ANSWER, "dns_answer" },
	{ PLACE_QUERY_DATA, SLOT_QNAME, "query" },
	{ PLACE_QUERY_DATA, SLOT_QTYPE, "query_type" },
	{ PLACE_QUERY_DATA, SLOT_QCLASS, "query_class" },
	{ PLACE_DNS_ANSWER, SLOT_TYPE, "answer_type" },
	{ PLACE_DNS_ANSWER, SLOT_TTL, "ttl" },
	{ PLACE_DNS_ANSWER, SLOT_ANSWER, "answer" },
	/* security_socket_connect */
	{ PLACE_VALUE, SLOT_DST, "sin_addr" },
	{ PLACE_VALUE, SLOT_DST_PORT, "sin_port" },
	{ PLACE_VALUE, SLOT_DST, "sin6_addr" },
	{ PLACE_VALUE, SLOT_DST_PORT, "sin6_port" },
	{ PLACE_QUESTIONS, SLOT_QNAME, "name" },
	{ PLACE_QUESTIONS, SLOT_QTYPE, "type" },
	{ PLACE_QUESTIONS, SLOT_QCLASS, "class" },
	{ PLACE_ANSWERS, SLOT_TYPE, "type" },
	{ PLACE_ANSWERS, SLOT_TTL, "TTL" },
	{ PLACE_ANSWERS, SLOT_IP, "IP" },
	{ PLACE_ANSWERS, SLOT_NS, "NS" },
	{ PLACE_ANSWERS, SLOT_CNAME, "CNAME" },
	{ PLACE_ANSWERS, SLOT_PTR, "PTR" },
	{ PLACE_ANSWERS, SLOT_TXT, "TXT" },
	{ PLACE_ANSWERS, ED_JSON_LOG_INTO | PLACE_TXTS, "TXTs" },
	{ PLACE_ANSWERS, ED_JSON_LOG_INTO | PLACE_MX, "MX" },
	{ PLACE_TXTS, SLOT_TXTS, "" },
	{ PLACE_MX, SLOT_MX, "name" },
	{ 0, 0, NULL },
};

/* ------------------------------------------------------------- arguments */

static void move_slot(struct ed_json_log_record *r, unsigned to)
{
	if (ed_json_log_has(r, SLOT_ARG_VALUE))
		r->value[to] = r->value[SLOT_ARG_VALUE];
}

/* An element of "args" ends. */
static void end_argument(struct ed_json_log_record *r)
{
	static const struct {
		const char *name;
		uint8_t slot;
	} names[] = {
		{ "src", SLOT_SRC },           { "dst", SLOT_DST },
		{ "src_port", SLOT_SRC_PORT }, { "dst_port", SLOT_DST_PORT },
		{ "pathname", SLOT_PATHNAME },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (ed_span_is(r->value[SLOT_ARG_NAME], names[i].name))
			move_slot(r, names[i].slot);
	}
	ed_json_log_clear(r, SLOT_ARG_NAME);
	ed_json_log_clear(r, SLOT_ARG_VALUE);
}

/* The data of an answer, in whichever field its type has it. */
static struct ed_span data_of(const struct ed_json_log_record *r)
{
	static const uint8_t slots[] = { SLOT_ANSWER, SLOT_IP,  SLOT_CNAME, SLOT_NS,
					 SLOT_PTR,    SLOT_TXT, SLOT_TXTS,  SLOT_MX };

	for (size_t i = 0; i < sizeof(slots); i++) {
		if (r->value[slots[i]].n > 0)
			return r->value[slots[i]];
	}
	return ed_span_of(r->none, 0);
}

static void end_answer(struct ed_json_log_record *r)
{
	struct ed_answer a = { .rdata = data_of(r) };
	uint16_t qtype = 0;

	(void)ed_answer_type(r->value[SLOT_TYPE], &a.type);
	(void)ed_answer_type(r->value[SLOT_QTYPE], &qtype);
	a.has_rdata = a.rdata.n > 0;
	a.has_ttl = ed_json_text_number(r->value[SLOT_TTL], UINT32_MAX, &a.ttl_s);
	ed_json_log_answer(r, &a, qtype);
	for (unsigned i = SLOT_TYPE; i <= SLOT_ANSWER; i++)
		ed_json_log_clear(r, i);
}

static bool is_dns(const struct ed_json_log_record *r)
{
	return ed_span_starts(r->value[SLOT_EVENT], "net_packet_dns");
}

static void tracee_element(struct ed_json_log_record *r, unsigned place)
{
	if (place == PLACE_ARGS)
		end_argument(r);
	else if (is_dns(r) && (place == PLACE_ANSWERS || place == PLACE_DNS_ANSWER))
		end_answer(r);
	else if (!is_dns(r) && place == PLACE_VALUE && ed_span_is(r->value[SLOT_ARG_NAME], "argv"))
		ed_linux_argv_add(r, SLOT_ARG_VALUE);
}

/* --------------------------------------------------------------- records */

static bool tracee_is_own(const struct ed_json_log_record *r)
{
	return ed_json_log_has(r, SLOT_EVENT) && ed_json_log_has(r, SLOT_HOST) &&
	       (r->places & 1U << PLACE_ARGS);
}

static void fill_process(struct ed_json_log_record *r, struct ed_linux_record *l)
{
	l->process.pid = ed_linux_number(
		r->value[ed_json_log_has(r, SLOT_PID) ? SLOT_PID : SLOT_PID_INSIDE]);
	l->process.ppid = ed_linux_number(
		r->value[ed_json_log_has(r, SLOT_PPID) ? SLOT_PPID : SLOT_PPID_INSIDE]);
	l->text[ED_TEXT_HOST] = r->value[SLOT_HOST];
	l->text[ED_TEXT_USER] = r->value[SLOT_UID];
	l->text[ED_TEXT_UNIT] = r->value[SLOT_CONTAINER];
	/* the name alone is that of a thread, and cut to 15 bytes */
	l->text[ED_TEXT_IMAGE] = r->value[r->value[SLOT_PATH].n > 0 ? SLOT_PATH : SLOT_COMM];
}

static bool is_set(const struct ed_json_log_record *r, unsigned slot)
{
	return ed_span_is(r->value[slot], "1") || ed_span_is(r->value[slot], "true");
}

/* "no error", "non-existent domain": as the library that Tracee uses names them. */
static void take_rcode(const struct ed_json_log_record *r, struct ed_event *ev)
{
	static const char *const names[] = { "no error",
					     "format error",
					     "server failure",
					     "non-existent domain",
					     "not implemented",
					     "query refused",
					     "name exists when it should not" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i]) != r->value[SLOT_RCODE].n ||
		    strncasecmp((const char *)r->value[SLOT_RCODE].p, names[i],
				r->value[SLOT_RCODE].n) != 0)
			continue;
		ev->rcode = (uint16_t)i;
		ev->has |= ED_FIELD_RCODE;
	}
}

static void take_flags(const struct ed_json_log_record *r, struct ed_event *ev)
{
	static const struct {
		uint8_t slot;
		uint16_t flag;
	} flags[] = { { SLOT_QR, ED_DNS_QR },
		      { SLOT_AA, ED_DNS_AA },
		      { SLOT_TC, ED_DNS_TC },
		      { SLOT_RD, ED_DNS_RD },
		      { SLOT_RA, ED_DNS_RA } };
	uint32_t id;

	if (!ed_json_log_has(r, SLOT_ID) ||
	    !ed_json_text_number(r->value[SLOT_ID], UINT16_MAX, &id))
		return;
	ev->txid = (uint16_t)id;
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (is_set(r, flags[i].slot))
			ev->flags |= flags[i].flag;
	}
	ev->has |= ED_FIELD_TXID | ED_FIELD_FLAGS;
}

static void take_ends(struct ed_json_log_record *r, bool answers, struct ed_event *ev)
{
	unsigned client = answers ? SLOT_DST : SLOT_SRC;
	unsigned server = answers ? SLOT_SRC : SLOT_DST;

	(void)ed_json_log_client(r->value[client],
				 r->value[answers ? SLOT_DST_PORT : SLOT_SRC_PORT], ev);
	ed_json_log_resolver(r->value[server], r->value[answers ? SLOT_SRC_PORT : SLOT_DST_PORT],
			     ev);
	if (ed_json_log_has(r, SLOT_PROTOCOL))
		ed_json_log_transport(r->value[SLOT_PROTOCOL], ev);
}

static enum ed_drop emit_dns(struct ed_json_log_record *r, const struct ed_linux_record *l,
			     struct ed_batch *out)
{
	bool answers = is_set(r, SLOT_QR) ||
		       ed_span_is(r->value[SLOT_EVENT], "net_packet_dns_response");
	struct ed_event *ev = ed_linux_peek(l, out);

	if (!ev)
		return ED_DROP_BATCH_FULL;
	if (!ed_json_log_has(r, SLOT_QNAME))
		return ED_DROP_NO_FIELDS;
	ev->kind = answers ? ED_EVENT_DNS_RESPONSE : ED_EVENT_DNS_QUERY;
	take_ends(r, answers, ev);
	take_flags(r, ev);
	ed_json_log_name(r->value[SLOT_QNAME], ev);
	ev->has |= ED_FIELD_QNAME_CASE;
	(void)ed_logline_type(r->value[SLOT_QTYPE], ev);
	(void)ed_logline_class(r->value[SLOT_QCLASS], ev);
	if (answers) {
		take_rcode(r, ev);
		ed_answer_give(&r->answers, ev);
	}
	ed_linux_commit(l,
			ed_linux_is_loopback(&ev->resolver) ? ED_ATTRIBUTION_STUB :
							      ED_ATTRIBUTION_DIRECT,
			ev, out);
	return ED_DROP_N;
}

static enum ed_drop emit_start(struct ed_json_log_record *r, struct ed_linux_record *l,
			       struct ed_batch *out)
{
	struct ed_span argv[ED_ARGV_WORDS_MAX];
	unsigned n = ed_linux_argv_get(r, argv, &l->text[ED_TEXT_COMMAND]);

	if (ed_json_log_has(r, SLOT_PATHNAME))
		l->text[ED_TEXT_IMAGE] = r->value[SLOT_PATHNAME];
	return ed_linux_start(l, argv, n, out) ? ED_DROP_N : ED_DROP_BATCH_FULL;
}

static enum ed_drop emit_flow(struct ed_json_log_record *r, const struct ed_linux_record *l,
			      struct ed_batch *out)
{
	struct ed_linux_flow f = { .n_packets = 0 };

	f.peer_port = (uint16_t)ed_linux_number(r->value[SLOT_DST_PORT]);
	if (!ed_linux_addr(r->value[SLOT_DST], &f.peer) || f.peer_port == 0)
		return ED_DROP_OTHER_LOG;
	if (ed_span_is(r->value[SLOT_EVENT], "net_tcp_connect"))
		f.transport = ED_TRANSPORT_TCP;
	return ed_linux_flow(l, &f, out) ? ED_DROP_N : ED_DROP_BATCH_FULL;
}

static enum ed_drop tracee_emit(struct ed_json_log_record *r, struct ed_batch *out)
{
	struct ed_span event = r->value[SLOT_EVENT];
	struct ed_linux_record l;

	if (!ed_linux_begin(r, r->value[SLOT_TIME], &l))
		return ed_json_log_has(r, SLOT_TIME) ? ED_DROP_BAD_LINE : ED_DROP_NO_FIELDS;
	fill_process(r, &l);
	if (is_dns(r))
		return emit_dns(r, &l, out);
	if (ed_span_is(event, "sched_process_exec"))
		return emit_start(r, &l, out);
	if (ed_span_is(event, "security_socket_connect") || ed_span_is(event, "net_tcp_connect"))
		return emit_flow(r, &l, out);
	return ED_DROP_OTHER_LOG;
}

static const struct ed_json_log_kind kind = {
	.rows = rows,
	.element = tracee_element,
	.is_own = tracee_is_own,
	.emit = tracee_emit,
};

static unsigned tracee_probe(struct ed_span head)
{
	return ed_json_log_probe(&kind, head);
}

static int tracee_scratch_new(void **ret)
{
	return ed_json_log_scratch_new(&kind, ret);
}

const struct ed_format ed_format_tracee = {
	.name = "tracee",
	.help = "Tracee's DNS, process and network events, as JSON lines",
	.platforms = 1u << ED_PLATFORM_LINUX,
	.fields = ED_LINUX_FIELDS | ED_FIELD_CLIENT | ED_FIELD_CLIENT_PORT | ED_FIELD_TXID |
		  ED_FIELD_FLAGS | ED_FIELD_RCODE | ED_FIELD_ANSWERS | ED_FIELD_RDATA_BYTES |
		  ED_FIELD_TTL,
	.state_bytes = sizeof(struct ed_lines),
	.probe = tracee_probe,
	.frame = ed_json_log_frame,
	.scratch_new = tracee_scratch_new,
	.scratch_free = ed_json_log_scratch_free,
	.decode = ed_json_log_decode,
};
