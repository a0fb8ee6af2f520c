/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From slots to events; see event.h. Who, where and when are who.h's.
 */
#include "format/windows/who.h"

#include "base/time.h"
#include "format/linux/argv_name.h"
#include "format/packet/dns_event.h"
#include "format/text/logline.h"
#include "format/text/addr.h"
#include "base/hex.h"

enum {
	PORT_DNS = 53,
	PORT_DOT = 853,
	PORT_HTTPS = 443,
	SYSMON_STARTED = 1,
	SYSMON_CONNECTED = 3,
	SYSMON_LOOKED_UP = 22,
	CLIENT_CALLED = 3006,
	CLIENT_COMPLETED = 3008,
	CLIENT_FIRST = 3006,
	CLIENT_LAST = 3020,
	SERVER_QUERY = 256,
	SERVER_RESPONSE = 257,
	SERVER_FAILURE = 258,
	SERVER_FIRST_UPSTREAM = 260,
	SERVER_LAST_UPSTREAM = 262,
	DNS_HEADER_BYTES = 12,
};

enum provider {
	PROVIDER_OTHER,
	PROVIDER_SYSMON,
	PROVIDER_SYSMON_LINUX,
	PROVIDER_CLIENT,
	PROVIDER_SERVER
};

static const struct {
	const char *text; /* a name, a channel or a GUID begins so */
	uint8_t slot;
	uint8_t provider;
} providers[] = {
	{ "Microsoft-Windows-Sysmon", ED_WINDOWS_PROVIDER, PROVIDER_SYSMON },
	{ "Microsoft-Windows-Sysmon/", ED_WINDOWS_CHANNEL, PROVIDER_SYSMON },
	{ "Linux-Sysmon", ED_WINDOWS_PROVIDER, PROVIDER_SYSMON_LINUX },
	{ "Linux-Sysmon/", ED_WINDOWS_CHANNEL, PROVIDER_SYSMON_LINUX },
	{ "Microsoft-Windows-DNS-Client", ED_WINDOWS_PROVIDER, PROVIDER_CLIENT },
	{ "Microsoft-Windows-DNS-Client/", ED_WINDOWS_CHANNEL, PROVIDER_CLIENT },
	{ "Microsoft-Windows-DNSServer", ED_WINDOWS_PROVIDER, PROVIDER_SERVER },
	{ "Microsoft-Windows-DNSServer/", ED_WINDOWS_CHANNEL, PROVIDER_SERVER },
	{ "{5770385", ED_WINDOWS_PROVIDER_GUID, PROVIDER_SYSMON },
	{ "{ff03259", ED_WINDOWS_PROVIDER_GUID, PROVIDER_SYSMON_LINUX },
	{ "{1C95126", ED_WINDOWS_PROVIDER_GUID, PROVIDER_CLIENT },
	{ "{1c95126", ED_WINDOWS_PROVIDER_GUID, PROVIDER_CLIENT },
	{ "{EB79061", ED_WINDOWS_PROVIDER_GUID, PROVIDER_SERVER },
	{ "{eb79061", ED_WINDOWS_PROVIDER_GUID, PROVIDER_SERVER },
};

static enum provider provider_of(const struct ed_span *value)
{
	for (size_t i = 0; i < sizeof(providers) / sizeof(providers[0]); i++) {
		if (value[providers[i].slot].n > 0 &&
		    ed_span_starts(value[providers[i].slot], providers[i].text))
			return providers[i].provider;
	}
	return PROVIDER_OTHER;
}

bool ed_windows_is_event(const struct ed_span *value)
{
	if (value[ED_WINDOWS_EVENT_ID].n == 0)
		return false;
	return provider_of(value) != PROVIDER_OTHER ||
	       (value[ED_WINDOWS_CHANNEL].n > 0 && value[ED_WINDOWS_PROVIDER].n > 0) ||
	       (value[ED_WINDOWS_PROVIDER].n > 0 &&
		ed_span_starts(value[ED_WINDOWS_PROVIDER], "Microsoft-Windows-"));
}

static enum ed_platform platform_of(enum provider provider)
{
	return provider == PROVIDER_SYSMON_LINUX ? ED_PLATFORM_LINUX : ED_PLATFORM_WINDOWS;
}

static void commit(const struct ed_windows_record *r, const struct ed_windows_who *who,
		   struct ed_event *ev, struct ed_batch *out)
{
	ev->offset = r->offset;
	ev->source = r->source;
	ev->vantage = ED_VANTAGE_ENDPOINT;
	ev->platform = who->platform;
	ev->has |= who->has;
	ed_batch_commit_process(out, ev, &who->process, who->text);
}

/* ------------------------------------------------------------- lookups */

/* There is always a name. */
static void take_name(struct ed_span text, struct ed_event *ev)
{
	ev->has |= ED_FIELD_QNAME_CASE;
	ed_logline_name_kept(text, ED_NAME_PLAIN, ev);
}

static void take_answers(const struct ed_windows_record *r, enum ed_windows_status status,
			 struct ed_event *ev)
{
	struct ed_answer_text answers = { .rdata_known = false };
	uint16_t qtype;

	if (r->answers && r->answers->sum.n > 0) {
		ed_answer_give(r->answers, ev);
		return;
	}
	ed_windows_results(ed_windows_or_none(r->value[ED_WINDOWS_QUERY_RESULTS]), &answers,
			   &qtype);
	if (qtype > 0 && !(ev->has & ED_FIELD_QTYPE)) {
		ev->qtype = qtype;
		ev->has |= ED_FIELD_QTYPE;
	}
	/* No results to a lookup that went well: of a type that they do not show. */
	if (answers.sum.n > 0 || status == ED_WINDOWS_STATUS_EMPTY || ev->rcode != 0)
		ed_answer_give(&answers, ev);
}

static void take_outcome(const struct ed_windows_record *r, enum ed_windows_status status,
			 struct ed_event *ev)
{
	if (status >= ED_WINDOWS_STATUS_NONE)
		return;
	ev->flags |= ED_DNS_QR;
	ev->has |= ED_FIELD_RCODE;
	take_answers(r, status, ev);
}

static void take_type(struct ed_span text, struct ed_event *ev)
{
	uint32_t number = ed_windows_number(text);

	if (number > 0 && number <= UINT16_MAX)
		ev->qtype = (uint16_t)number;
	else if (text.n == 0 || !ed_answer_type(text, &ev->qtype))
		return;
	ev->has |= ED_FIELD_QTYPE;
}

/* Programs hand addresses to the same functions, and no name is looked up for them. */
static bool is_address(struct ed_span text)
{
	uint8_t last = text.p[text.n - 1];
	struct ed_addr addr;

	/* most names end like no address */
	return (ed_hex_value(last) >= 0 || last == ':') && ed_text_addr_read(text, &addr);
}

static enum ed_drop emit_lookup(struct ed_windows_record *r, enum provider provider, unsigned id,
				struct ed_batch *out)
{
	struct ed_span name = r->value[ED_WINDOWS_QUERY_NAME];
	struct ed_event *ev = ed_batch_peek_process(out);
	bool called = provider == PROVIDER_CLIENT && id == CLIENT_CALLED;
	bool completed = provider == PROVIDER_CLIENT && !called;
	enum ed_windows_status status = ED_WINDOWS_STATUS_NONE;
	struct ed_windows_who who;

	if (!ev)
		return ED_DROP_BATCH_FULL;
	if (name.n == 0)
		return ED_DROP_NO_FIELDS;
	if (is_address(name))
		return ED_DROP_OTHER_LOG;
	ed_windows_take_who(r, platform_of(provider), provider == PROVIDER_CLIENT, &who);
	if (!ed_windows_take_time(r, provider != PROVIDER_CLIENT, who.process.start_ns, ev))
		return ED_DROP_NO_FIELDS;
	if (!called)
		status = ed_windows_status(r->value[ED_WINDOWS_QUERY_STATUS], &ev->rcode);
	if (completed && status == ED_WINDOWS_STATUS_BAD_CALL)
		return ED_DROP_OTHER_LOG;
	ev->kind = completed ? ED_EVENT_DNS_RESPONSE : ED_EVENT_DNS_PAIR;
	if (called || (!completed && status >= ED_WINDOWS_STATUS_NONE))
		ev->kind = ED_EVENT_DNS_QUERY;
	take_name(name, ev);
	take_type(r->value[ED_WINDOWS_QUERY_TYPE], ev);
	take_outcome(r, status, ev);
	commit(r, &who, ev, out);
	return ED_DROP_N;
}

/* --------------------------------------------------------- connections */

static bool is_multicast(const struct ed_addr *a)
{
	return ed_addr_is_v4(a) ? a->b[12] >> 4 == 14 : a->b[0] == 0xff;
}

static bool is_outbound(struct ed_span s)
{
	return ed_span_is(s, "true") || ed_span_is(s, "egress") || ed_span_is(s, "outbound") ||
	       ed_span_is(s, "True") || ed_span_is(s, "1");
}

static uint8_t service_of(uint16_t port)
{
	switch (port) {
	case PORT_DNS:
		return ED_FLOW_DNS;
	case PORT_DOT:
		return ED_FLOW_DOT;
	case PORT_HTTPS:
		return ED_FLOW_HTTPS;
	default:
		return ED_FLOW_OTHER;
	}
}

static bool take_ends(const struct ed_windows_record *r, struct ed_event *ev)
{
	struct ed_span protocol = r->value[ED_WINDOWS_PROTOCOL];
	uint16_t none = 0;

	if (!ed_logline_endpoint(r->value[ED_WINDOWS_DEST_IP], '\n', &ev->resolver, &none))
		return false;
	ev->has |= ED_FIELD_RESOLVER;
	ev->resolver_port = (uint16_t)ed_windows_number(r->value[ED_WINDOWS_DEST_PORT]);
	if (r->value[ED_WINDOWS_SOURCE_IP].n > 0 &&
	    ed_logline_client(r->value[ED_WINDOWS_SOURCE_IP], ev)) {
		ev->client_port = (uint16_t)ed_windows_number(r->value[ED_WINDOWS_SOURCE_PORT]);
		ev->has |= ev->client_port > 0 ? ED_FIELD_CLIENT_PORT : 0;
	}
	if (ed_span_is(protocol, "udp"))
		ev->transport = ED_TRANSPORT_UDP;
	else if (ed_span_is(protocol, "tcp"))
		ev->transport = ED_TRANSPORT_TCP;
	ev->has |= ev->transport != ED_TRANSPORT_UNKNOWN ? ED_FIELD_TRANSPORT : 0;
	return true;
}

static enum ed_drop emit_connection(struct ed_windows_record *r, enum provider provider,
				    struct ed_batch *out)
{
	struct ed_event *ev = ed_batch_peek_process(out);
	struct ed_windows_who who;

	if (!ev)
		return ED_DROP_BATCH_FULL;
	if (!is_outbound(r->value[ED_WINDOWS_INITIATED]))
		return ED_DROP_OTHER_LOG;
	if (r->value[ED_WINDOWS_DEST_IP].n == 0)
		return ED_DROP_NO_FIELDS;
	if (!take_ends(r, ev))
		return ED_DROP_BAD_LINE;
	if (is_multicast(&ev->resolver))
		return ED_DROP_MULTICAST;
	ed_windows_take_who(r, platform_of(provider), false, &who);
	if (!ed_windows_take_time(r, true, who.process.start_ns, ev))
		return ED_DROP_NO_FIELDS;
	ev->kind = ED_EVENT_FLOW;
	ev->flow.service = service_of(ev->resolver_port);
	commit(r, &who, ev, out);
	return ED_DROP_N;
}

/* ------------------------------------------------------ program starts */

/* A name in the command line is a lookup that the program is told to make. */
static bool emit_command_name(const struct ed_windows_record *r, const struct ed_event *start,
			      const struct ed_argv_name *n, struct ed_windows_who *who,
			      struct ed_batch *out)
{
	struct ed_event *ev = ed_batch_peek_process(out);

	if (!ev)
		return false;
	ev->kind = ED_EVENT_DNS_QUERY;
	ev->time_ns = start->time_ns;
	ev->time_quality = start->time_quality;
	ev->has = ED_FIELD_TIME | ED_FIELD_QNAME | ED_FIELD_QNAME_CASE;
	ev->name_n = n->name.n;
	memcpy(ed_event_name_room(ev), n->name.wire, n->name.n);
	if (n->qtype > 0) {
		ev->qtype = n->qtype;
		ev->has |= ED_FIELD_QTYPE;
	}
	if (ed_addr_known(&n->server)) {
		ev->resolver = n->server;
		ev->has |= ED_FIELD_RESOLVER;
	}
	if (memchr(who->text[ED_TEXT_COMMAND].p, '^', who->text[ED_TEXT_COMMAND].n) ||
	    memchr(who->text[ED_TEXT_COMMAND].p, '`', who->text[ED_TEXT_COMMAND].n))
		ev->lost |= ED_LOST_ESCAPES;
	who->process.attribution = ED_ATTRIBUTION_COMMAND;
	commit(r, who, ev, out);
	return true;
}

static enum ed_drop emit_start(struct ed_windows_record *r, enum provider provider,
			       struct ed_batch *out)
{
	struct ed_event *ev = ed_batch_peek_process(out);
	struct ed_argv_name names[ED_ARGV_NAMES_MAX];
	struct ed_event start;
	struct ed_windows_who who;
	unsigned n;

	if (!ev)
		return ED_DROP_BATCH_FULL;
	ed_windows_take_who(r, platform_of(provider), false, &who);
	ed_windows_take_lineage(r, &who);
	if (!(who.has & ED_FIELD_PROCESS) ||
	    !ed_windows_take_time(r, false, ED_TIME_UNKNOWN_NS, ev))
		return ED_DROP_NO_FIELDS;
	ev->kind = ED_EVENT_PROCESS;
	who.process.start_ns = ev->time_ns;
	start = *ev;
	commit(r, &who, ev, out);
	n = ed_command_names(who.text[ED_TEXT_IMAGE], who.text[ED_TEXT_COMMAND], names);
	for (unsigned i = 0; i < n; i++) {
		if (!emit_command_name(r, &start, &names[i], &who, out))
			return ED_DROP_BATCH_FULL;
	}
	return ED_DROP_N;
}

/* ---------------------------------------------------------- DNS server */

/* 0x0006...: bytes in hexadecimal. Empty when they are none. */
static struct ed_span packet_of(struct ed_windows_record *r)
{
	struct ed_span hex = r->value[ED_WINDOWS_PACKET];
	uint8_t *out = r->space;

	if (hex.n > 2 && hex.p[0] == '0' && (hex.p[1] | 0x20) == 'x')
		hex = ed_span_from(hex, 2);
	for (size_t i = 0; i + 1 < hex.n; i += 2) {
		int high = ed_hex_value(hex.p[i]), low = ed_hex_value(hex.p[i + 1]);

		if (high < 0 || low < 0)
			return ed_span_of(out, 0);
		out[i / 2] = (uint8_t)(high << 4 | low);
	}
	return ed_span_of(out, hex.n / 2);
}

/* The message itself is there, and it is the client's: what the texts say of it is not needed. */
static enum ed_drop emit_message(struct ed_windows_record *r, unsigned id, struct ed_batch *out)
{
	bool asked = id == SERVER_QUERY;
	struct ed_event *ev = ed_batch_peek(out);
	struct ed_span tcp = r->value[ED_WINDOWS_SERVER_TCP];
	struct ed_span message = packet_of(r);
	uint16_t none = 0;

	if (!ev)
		return ED_DROP_BATCH_FULL;
	if (r->value[ED_WINDOWS_PACKET].n == 0)
		return ED_DROP_NO_FIELDS;
	if (message.n < DNS_HEADER_BYTES || ed_dns_event_read(message, message.n, ev) != 0)
		return ED_DROP_MALFORMED;
	if (!ed_logline_client(r->value[asked ? ED_WINDOWS_SERVER_SOURCE : ED_WINDOWS_SERVER_DEST],
			       ev) ||
	    !ed_windows_take_time(r, false, ED_TIME_UNKNOWN_NS, ev))
		return ED_DROP_NO_FIELDS;
	ev->client_port = (uint16_t)ed_windows_number(r->value[ED_WINDOWS_SERVER_PORT]);
	ev->has |= ev->client_port > 0 ? ED_FIELD_CLIENT_PORT : 0;
	if (ed_logline_endpoint(r->value[ED_WINDOWS_SERVER_ADDR], '\n', &ev->resolver, &none)) {
		ev->has |= ED_FIELD_RESOLVER;
		ev->resolver_port = PORT_DNS;
	}
	if (tcp.n == 1) {
		ev->transport = tcp.p[0] == '0' ? ED_TRANSPORT_UDP : ED_TRANSPORT_TCP;
		ev->has |= ED_FIELD_TRANSPORT;
	}
	ev->vantage = ED_VANTAGE_RESOLVER;
	ev->offset = r->offset;
	ev->source = r->source;
	ed_batch_commit(out, ev);
	return ED_DROP_N;
}

static enum ed_drop emit_server(struct ed_windows_record *r, unsigned id, struct ed_batch *out)
{
	if (id == SERVER_QUERY || id == SERVER_RESPONSE || id == SERVER_FAILURE)
		return emit_message(r, id, out);
	if (id >= SERVER_FIRST_UPSTREAM && id <= SERVER_LAST_UPSTREAM)
		return ED_DROP_UPSTREAM;
	return ED_DROP_OTHER_LOG;
}

/* ---------------------------------------------------------------- emit */

static enum ed_drop emit_sysmon(struct ed_windows_record *r, enum provider provider, unsigned id,
				struct ed_batch *out)
{
	switch (id) {
	case SYSMON_LOOKED_UP:
		return emit_lookup(r, provider, id, out);
	case SYSMON_CONNECTED:
		return emit_connection(r, provider, out);
	case SYSMON_STARTED:
		return emit_start(r, provider, out);
	default:
		return ED_DROP_OTHER_LOG;
	}
}

/* What lies between the call and its end are the steps of the same lookup. */
static enum ed_drop emit_client(struct ed_windows_record *r, unsigned id, struct ed_batch *out)
{
	if (id == CLIENT_CALLED || id == CLIENT_COMPLETED)
		return emit_lookup(r, PROVIDER_CLIENT, id, out);
	return id >= CLIENT_FIRST && id <= CLIENT_LAST ? ED_DROP_UPSTREAM : ED_DROP_OTHER_LOG;
}

enum ed_drop ed_windows_emit(struct ed_windows_record *r, struct ed_batch *out)
{
	enum provider provider = provider_of(r->value);
	unsigned id = ed_windows_number(r->value[ED_WINDOWS_EVENT_ID]);

	switch (provider) {
	case PROVIDER_SYSMON:
	case PROVIDER_SYSMON_LINUX:
		return emit_sysmon(r, provider, id, out);
	case PROVIDER_CLIENT:
		return emit_client(r, id, out);
	case PROVIDER_SERVER:
		return emit_server(r, id, out);
	default:
		return ED_DROP_OTHER_LOG;
	}
}
