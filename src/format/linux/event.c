/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events of Linux machines; see event.h.
 *	execve /usr/bin/dig ["dig", "TXT", "mfrggzdf.t.example.com"]  -> PROCESS, DNS_QUERY
 */
#include "format/linux/event.h"

#include "base/time.h"
#include "format/host/process_id.h"

enum { PORT_DNS = 53, PORT_DOT = 853, PORT_HTTPS = 443 };

bool ed_linux_is_none(struct ed_span text)
{
	return text.n == 0 || ed_span_is(text, "?") || ed_span_is(text, "(none)") ||
	       ed_span_is(text, "(null)") || ed_span_is(text, "none") || ed_span_is(text, "unset");
}

uint16_t ed_linux_launch(struct ed_span tty, uint32_t ppid, bool has_login)
{
	if (!ed_linux_is_none(tty))
		return ED_LAUNCH_TERMINAL;
	/* what the first process starts without anybody having logged in is a unit; what was
	 * orphaned is handed to it later than it was started */
	return ppid == 1 && !has_login ? ED_LAUNCH_SERVICE : 0;
}

bool ed_linux_is_loopback(const struct ed_addr *a)
{
	static const struct ed_addr one = { { [15] = 1 } };

	return ed_addr_is_v4(a) ? a->b[12] == 127 : ed_addr_eq(a, &one);
}

static uint32_t fields_of(const struct ed_linux_record *r)
{
	uint32_t has = 0;

	if (r->time_quality != ED_TIME_NONE)
		has |= ED_FIELD_TIME;
	if (r->process.pid > 0 || r->text[ED_TEXT_IMAGE].n > 0)
		has |= ED_FIELD_PROCESS;
	if (r->text[ED_TEXT_IMAGE].n > 0)
		has |= ED_FIELD_IMAGE;
	if (r->text[ED_TEXT_HOST].n > 0)
		has |= ED_FIELD_HOST;
	if (r->text[ED_TEXT_USER].n > 0)
		has |= ED_FIELD_USER;
	if (r->text[ED_TEXT_COMMAND].n > 0 || r->text[ED_TEXT_PARENT].n > 0)
		has |= ED_FIELD_LINEAGE;
	return has;
}

struct ed_event *ed_linux_peek(const struct ed_linux_record *r, struct ed_batch *out)
{
	struct ed_event *ev = ed_batch_peek_process(out);

	if (!ev)
		return NULL;
	ev->time_ns = r->time_ns;
	ev->time_quality = r->time_quality;
	ev->offset = r->offset;
	ev->source = r->source;
	ev->vantage = ED_VANTAGE_ENDPOINT;
	ev->platform = ED_PLATFORM_LINUX;
	ev->has = fields_of(r);
	return ev;
}

void ed_linux_commit(const struct ed_linux_record *r, enum ed_attribution attribution,
		     struct ed_event *ev, struct ed_batch *out)
{
	struct ed_process p = r->process;

	/* a parent's start is never told, so that of its child is left out too: the two ids of one
	 * process must be the same */
	p.id = ed_process_id_from_pid(0, p.pid, ED_TIME_UNKNOWN_NS);
	p.parent_id = ed_process_id_from_pid(0, p.ppid, ED_TIME_UNKNOWN_NS);
	p.attribution = (uint8_t)attribution;
	ed_batch_commit_process(out, ev, &p, r->text);
}

static bool add_lookup(const struct ed_linux_record *r, const struct ed_argv_name *name,
		       struct ed_batch *out)
{
	struct ed_event *ev = ed_linux_peek(r, out);

	if (!ev)
		return false;
	ev->kind = ED_EVENT_DNS_QUERY;
	ev->name_n = name->name.n;
	memcpy(ed_event_name_room(ev), name->name.wire, name->name.n);
	ev->has |= ED_FIELD_QNAME | ED_FIELD_QNAME_CASE;
	ev->lost |= name->is_unsure ? ED_LOST_ESCAPES : 0;
	if (name->qtype > 0) {
		ev->qtype = name->qtype;
		ev->has |= ED_FIELD_QTYPE;
	}
	if (ed_addr_known(&name->server)) {
		ev->resolver = name->server;
		ev->has |= ED_FIELD_RESOLVER;
	}
	ed_linux_commit(r, ED_ATTRIBUTION_COMMAND, ev, out);
	return true;
}

bool ed_linux_process(const struct ed_linux_record *r, enum ed_attribution attribution,
		      struct ed_batch *out)
{
	struct ed_event *ev = ed_linux_peek(r, out);

	if (!ev)
		return false;
	ev->kind = ED_EVENT_PROCESS;
	ed_linux_commit(r, attribution, ev, out);
	return true;
}

bool ed_linux_start(const struct ed_linux_record *r, const struct ed_span *argv, unsigned n_argv,
		    struct ed_batch *out)
{
	struct ed_argv_name names[ED_ARGV_NAMES_MAX];
	size_t used = out->used;
	uint32_t n_events = out->n_events;
	unsigned n;

	if (!ed_linux_process(r, ED_ATTRIBUTION_DIRECT, out))
		return false;
	if (n_argv > 0)
		n = ed_argv_names(r->text[ED_TEXT_IMAGE], argv, n_argv, names);
	else
		n = ed_command_names(r->text[ED_TEXT_IMAGE], r->text[ED_TEXT_COMMAND], names);
	for (unsigned i = 0; i < n; i++) {
		if (names[i].is_child || add_lookup(r, &names[i], out))
			continue;
		out->used = used;
		out->n_events = n_events;
		return false;
	}
	return true;
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

static void put_ends(const struct ed_linux_flow *f, struct ed_event *ev)
{
	if (ed_addr_known(&f->own)) {
		ev->client = f->own;
		ev->has |= ED_FIELD_CLIENT;
	}
	if (f->own_port > 0) {
		ev->client_port = f->own_port;
		ev->has |= ED_FIELD_CLIENT_PORT;
	}
	if (ed_addr_known(&f->peer)) {
		ev->resolver = f->peer;
		ev->has |= ED_FIELD_RESOLVER;
	}
	ev->resolver_port = f->peer_port;
	ev->transport = f->transport;
	if (f->transport != ED_TRANSPORT_UNKNOWN)
		ev->has |= ED_FIELD_TRANSPORT;
}

bool ed_linux_flow(const struct ed_linux_record *r, const struct ed_linux_flow *f,
		   struct ed_batch *out)
{
	struct ed_event *ev = ed_linux_peek(r, out);
	bool is_stub = f->is_resolver;

	if (!ev)
		return false;
	ev->kind = ED_EVENT_FLOW;
	put_ends(f, ev);
	ev->flow.service = f->is_resolver ? ED_FLOW_DNS : service_of(f->peer_port);
	ev->flow.packets_up = f->n_packets;
	if (f->has_size) {
		ev->flow.counted = f->counted ? f->counted : ED_COUNTED_PAYLOAD;
		ev->size_query = f->size_bytes;
		ev->has |= ED_FIELD_SIZE_QUERY;
	}
	if (ev->flow.service == ED_FLOW_DNS && ed_linux_is_loopback(&f->peer))
		is_stub = true;
	ed_linux_commit(r, is_stub ? ED_ATTRIBUTION_STUB : ED_ATTRIBUTION_DIRECT, ev, out);
	return true;
}
