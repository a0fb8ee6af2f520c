/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Falco's alerts with json_output: what a rule matched, with the fields that its output names:
 *	{"time":"2026-11-03T14:02:11.250000000Z","hostname":"node1","rule":"Unexpected UDP",
 *	 "output_fields":{"evt.time":1793714531250000000,"evt.type":"connect","proc.name":"dig",
 *	 "proc.pid":8,"fd.name":"192.0.2.10:40000->192.0.2.53:53","fd.l4proto":"udp"}}
 *
 * A record is only what a rule told: starts of programs where a rule matches execve, connections
 * where it matches connect or a message that is sent.
 */
#include "format/linux/json.h"

enum { PLACE_FIELDS = 1 };

enum {
	SLOT_TIME = 1,
	SLOT_RULE,
	SLOT_HOST,
	SLOT_EVENT_TIME,
	SLOT_EVENT_HOST,
	SLOT_TYPE,
	SLOT_NAME,
	SLOT_PATH,
	SLOT_COMMAND,
	SLOT_PID,
	SLOT_PPID,
	SLOT_PARENT,
	SLOT_PARENT_PATH,
	SLOT_PARENT_COMMAND,
	SLOT_TTY,
	SLOT_USER,
	SLOT_UID,
	SLOT_FD,
	SLOT_PROTOCOL,
	SLOT_CONTAINER,
	SLOT_END
};

static_assert((int)SLOT_END <= (int)ED_JSON_LOG_SLOTS, "slots are numbered from 1");

static const struct ed_json_log_row rows[] = {
	{ 0, SLOT_TIME, "time" },
	{ 0, SLOT_RULE, "rule" },
	{ 0, SLOT_HOST, "hostname" },
	{ 0, ED_JSON_LOG_INTO | PLACE_FIELDS, "output_fields" },
	{ PLACE_FIELDS, SLOT_EVENT_TIME, "evt.time" },
	{ PLACE_FIELDS, SLOT_EVENT_HOST, "evt.hostname" },
	{ PLACE_FIELDS, SLOT_TYPE, "evt.type" },
	{ PLACE_FIELDS, SLOT_NAME, "proc.name" },
	{ PLACE_FIELDS, SLOT_PATH, "proc.exepath" },
	{ PLACE_FIELDS, SLOT_COMMAND, "proc.cmdline" },
	{ PLACE_FIELDS, SLOT_PID, "proc.pid" },
	{ PLACE_FIELDS, SLOT_PPID, "proc.ppid" },
	{ PLACE_FIELDS, SLOT_PARENT, "proc.pname" },
	{ PLACE_FIELDS, SLOT_PARENT_PATH, "proc.pexepath" },
	{ PLACE_FIELDS, SLOT_PARENT_COMMAND, "proc.pcmdline" },
	{ PLACE_FIELDS, SLOT_TTY, "proc.tty" },
	{ PLACE_FIELDS, SLOT_USER, "user.name" },
	{ PLACE_FIELDS, SLOT_UID, "user.uid" },
	{ PLACE_FIELDS, SLOT_FD, "fd.name" },
	{ PLACE_FIELDS, SLOT_PROTOCOL, "fd.l4proto" },
	{ PLACE_FIELDS, SLOT_CONTAINER, "container.id" },
	{ 0, 0, NULL },
};

static bool falco_is_own(const struct ed_json_log_record *r)
{
	return (r->places & 1U << PLACE_FIELDS) && ed_json_log_has(r, SLOT_RULE);
}

static struct ed_span either(const struct ed_json_log_record *r, unsigned first, unsigned second)
{
	struct ed_span none = ed_span_of(r->none, 0);

	if (r->value[first].n > 0 && !ed_span_is(r->value[first], "<NA>"))
		return r->value[first];
	return ed_span_is(r->value[second], "<NA>") ? none : r->value[second];
}

static void fill_process(struct ed_json_log_record *r, struct ed_linux_record *l)
{
	struct ed_span container = either(r, SLOT_CONTAINER, SLOT_CONTAINER);
	uint32_t tty;

	l->process.pid = ed_linux_number(r->value[SLOT_PID]);
	l->process.ppid = ed_linux_number(r->value[SLOT_PPID]);
	if (ed_json_text_number(r->value[SLOT_TTY], UINT32_MAX, &tty) && tty != 0)
		l->process.launch = ED_LAUNCH_TERMINAL;
	l->text[ED_TEXT_HOST] = either(r, SLOT_EVENT_HOST, SLOT_HOST);
	l->text[ED_TEXT_IMAGE] = either(r, SLOT_PATH, SLOT_NAME);
	l->text[ED_TEXT_COMMAND] = either(r, SLOT_COMMAND, SLOT_COMMAND);
	l->text[ED_TEXT_PARENT] = either(r, SLOT_PARENT_PATH, SLOT_PARENT);
	l->text[ED_TEXT_PARENT_COMMAND] = either(r, SLOT_PARENT_COMMAND, SLOT_PARENT_COMMAND);
	l->text[ED_TEXT_USER] = either(r, SLOT_USER, SLOT_UID);
	if (!ed_span_is(container, "host"))
		l->text[ED_TEXT_UNIT] = container;
}

/* "192.0.2.10:40000", "::1:40000": the port is behind the last colon. */
static bool read_end(struct ed_span text, struct ed_addr *ret_addr, uint16_t *ret_port)
{
	const uint8_t *colon = text.n > 0 ? memrchr(text.p, ':', text.n) : NULL;

	if (!colon || !ed_linux_addr(ed_span_of(text.p, (size_t)(colon - text.p)), ret_addr))
		return false;
	*ret_port = (uint16_t)ed_linux_number(ed_span_from(text, (size_t)(colon - text.p) + 1));
	return true;
}

static enum ed_drop emit_flow(struct ed_json_log_record *r, const struct ed_linux_record *l,
			      struct ed_batch *out)
{
	struct ed_linux_flow f = { .transport = ED_TRANSPORT_UNKNOWN };
	struct ed_span fd = r->value[SLOT_FD];
	const uint8_t *arrow = fd.n > 0 ? memmem(fd.p, fd.n, "->", 2) : NULL;
	size_t n = arrow ? (size_t)(arrow - fd.p) : 0;

	if (!arrow || !read_end(ed_span_from(fd, n + 2), &f.peer, &f.peer_port) || f.peer_port == 0)
		return ED_DROP_OTHER_LOG;
	(void)read_end(ed_span_of(fd.p, n), &f.own, &f.own_port);
	f.transport = (uint8_t)ed_linux_transport(r->value[SLOT_PROTOCOL]);
	return ed_linux_flow(l, &f, out) ? ED_DROP_N : ED_DROP_BATCH_FULL;
}

static enum ed_drop falco_emit(struct ed_json_log_record *r, struct ed_batch *out)
{
	unsigned time = ed_json_log_has(r, SLOT_EVENT_TIME) ? SLOT_EVENT_TIME : SLOT_TIME;
	struct ed_span type = r->value[SLOT_TYPE];
	struct ed_linux_record l;

	if (!ed_json_log_has(r, time))
		return ED_DROP_NO_FIELDS;
	if (!ed_linux_begin(r, r->value[time], &l))
		return ED_DROP_BAD_LINE;
	fill_process(r, &l);
	if (l.text[ED_TEXT_IMAGE].n == 0)
		return ED_DROP_OTHER_LOG;
	if (ed_span_is(type, "connect") || ed_span_starts(type, "send"))
		return emit_flow(r, &l, out);
	if (!ed_span_starts(type, "exec") && !ed_span_is(type, "spawned_process"))
		return ED_DROP_OTHER_LOG;
	return ed_linux_start(&l, NULL, 0, out) ? ED_DROP_N : ED_DROP_BATCH_FULL;
}

static const struct ed_json_log_kind kind = {
	.rows = rows,
	.is_own = falco_is_own,
	.emit = falco_emit,
};

static unsigned falco_probe(struct ed_span head)
{
	return ed_json_log_probe(&kind, head);
}

static int falco_scratch_new(void **ret)
{
	return ed_json_log_scratch_new(&kind, ret);
}

const struct ed_format ed_format_falco = {
	.name = "falco",
	.help = "Falco's alerts with json_output, as JSON lines",
	.platforms = 1u << ED_PLATFORM_LINUX,
	.fields = ED_LINUX_FIELDS | ED_FIELD_CLIENT | ED_FIELD_CLIENT_PORT,
	.state_bytes = sizeof(struct ed_lines),
	.probe = falco_probe,
	.frame = ed_json_log_frame,
	.scratch_new = falco_scratch_new,
	.scratch_free = ed_json_log_scratch_free,
	.decode = ed_json_log_decode,
};
