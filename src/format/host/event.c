/* SPDX-License-Identifier: Apache-2.0 */
/* Events of endpoints; see event.h. */
#include "format/host/event.h"

#include "format/zeek/text.h"

void ed_host_event_init(struct ed_host_event *h, enum ed_platform platform)
{
	memset(h, 0, offsetof(struct ed_host_event, name));
	h->name.n = 0;
	h->ev.platform = (uint8_t)platform;
	h->ev.vantage = ED_VANTAGE_ENDPOINT;
	h->ev.time_quality = ED_TIME_NONE;
}

void ed_host_event_name(struct ed_host_event *h, struct ed_span text)
{
	if (ed_name_from_text(text, ED_NAME_MASTER, &h->name) != 0) {
		h->ev.lost |= (uint8_t)ed_zeek_text_name(text, false, &h->name);
		if (text.n > 0 && memchr(text.p, '\\', text.n))
			h->ev.lost |= ED_LOST_ESCAPES;
	}
	h->ev.has |= ED_FIELD_QNAME;
}

bool ed_host_event_fits(const struct ed_batch *out, unsigned n)
{
	return out->cap - out->used >= n * (size_t)ED_EVENT_PROCESS_MAX_BYTES;
}

static uint32_t process_fields(const struct ed_process *p, const struct ed_span *text)
{
	uint32_t has = 0;

	if (text[ED_TEXT_IMAGE].n > 0 || p->pid > 0)
		has |= ED_FIELD_PROCESS;
	if (text[ED_TEXT_IMAGE].n > 0)
		has |= ED_FIELD_IMAGE;
	if (text[ED_TEXT_COMMAND].n > 0 || text[ED_TEXT_PARENT].n > 0)
		has |= ED_FIELD_LINEAGE;
	if (text[ED_TEXT_USER].n > 0)
		has |= ED_FIELD_USER;
	if (text[ED_TEXT_HOST].n > 0)
		has |= ED_FIELD_HOST;
	return has;
}

bool ed_host_event_commit(struct ed_batch *out, const struct ed_host_event *h)
{
	struct ed_event *ev = ed_batch_peek_process(out);

	if (!ev)
		return false;
	*ev = h->ev;
	ev->name_n = h->name.n;
	memcpy(ed_event_name_room(ev), h->name.wire, h->name.n);
	ev->has |= process_fields(&h->process, h->text);
	ed_batch_commit_process(out, ev, &h->process, h->text);
	return true;
}

/* One name that the command line of @h asks for. */
static void commit_name(struct ed_batch *out, const struct ed_host_event *h,
			const struct ed_argv_name *name)
{
	struct ed_host_event q = *h;

	q.ev.kind = ED_EVENT_DNS_QUERY;
	q.name = name->name;
	q.ev.has |= ED_FIELD_QNAME;
	q.ev.lost |= name->is_unsure ? ED_LOST_ESCAPES : 0;
	q.process.attribution = ED_ATTRIBUTION_COMMAND;
	if (name->qtype > 0) {
		q.ev.qtype = name->qtype;
		q.ev.has |= ED_FIELD_QTYPE;
	}
	if (ed_addr_known(&name->server)) {
		q.ev.resolver = name->server;
		q.ev.has |= ED_FIELD_RESOLVER;
	}
	(void)ed_host_event_commit(out, &q);
}

bool ed_host_event_start(struct ed_batch *out, const struct ed_host_event *h,
			 const struct ed_argv_name *names, unsigned n)
{
	if (!ed_host_event_fits(out, n + 1))
		return false;
	(void)ed_host_event_commit(out, h);
	for (unsigned i = 0; i < n; i++)
		commit_name(out, h, &names[i]);
	return true;
}

unsigned ed_host_event_own_names(struct ed_argv_name *names, unsigned n)
{
	unsigned n_own = 0;

	for (unsigned i = 0; i < n; i++) {
		if (!names[i].is_child)
			names[n_own++] = names[i];
	}
	return n_own;
}
