/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Linux audit events as Auditbeat and Elastic Agent's auditd_manager write them:
 *	{"@timestamp":"2026-11-03T14:02:11.250Z","host":{"name":"web1"},"event":{"module":"auditd",
 *	 "action":"executed"},"auditd":{"result":"success","data":{"syscall":"execve","tty":"(none)"}},
 *	 "process":{"pid":8,"parent":{"pid":7},"executable":"/usr/bin/dig","args":["dig","a.example"]}}
 *
 * Auditbeat's module "system" is read too: processes that started, and sockets, whose bytes it
 * counts.
 */
#include "format/linux/call.h"
#include "format/linux/json.h"

enum {
	PLACE_HOST = 1,
	PLACE_AGENT,
	PLACE_EVENT,
	PLACE_AUDITD,
	PLACE_DATA,
	PLACE_PROCESS,
	PLACE_ARGS,
	PLACE_PARENT,
	PLACE_USER,
	PLACE_LOGIN,
	PLACE_SOURCE,
	PLACE_DEST,
	PLACE_NETWORK,
	PLACE_CONTAINER,
	PLACE_STREAM,
	PLACE_HASH,
};

enum {
	SLOT_TIME = 1,
	SLOT_HOST,
	SLOT_HOST_OLD,
	SLOT_MODULE,
	SLOT_DATASET,
	SLOT_ACTION,
	SLOT_OUTCOME,
	SLOT_RESULT,
	SLOT_TYPE,
	SLOT_SYSCALL,
	SLOT_ARCH,
	SLOT_EXIT,
	SLOT_TTY,
	SLOT_TERMINAL,
	SLOT_PID,
	SLOT_PPID,
	SLOT_EXE,
	SLOT_TITLE,
	SLOT_ARG,
	SLOT_PARENT_EXE,
	SLOT_USER,
	SLOT_UID,
	SLOT_LOGIN,
	SLOT_SOURCE,
	SLOT_SOURCE_PORT,
	SLOT_SOURCE_BYTES,
	SLOT_DEST,
	SLOT_DEST_PORT,
	SLOT_DEST_PATH,
	SLOT_TRANSPORT,
	SLOT_DIRECTION,
	SLOT_CONTAINER,
	SLOT_SHA256,
	SLOT_PACKETS,
	SLOT_END
};

static_assert((int)SLOT_END <= (int)ED_JSON_LOG_SLOTS, "slots are numbered from 1");

static const struct ed_json_log_row rows[] = {
	{ 0, SLOT_TIME, "@timestamp" },
	{ 0, ED_JSON_LOG_INTO | PLACE_HOST, "host" },
	{ 0, ED_JSON_LOG_INTO | PLACE_AGENT, "agent" },
	{ 0, ED_JSON_LOG_INTO | PLACE_AGENT, "beat" },
	{ 0, ED_JSON_LOG_INTO | PLACE_EVENT, "event" },
	{ 0, ED_JSON_LOG_INTO | PLACE_AUDITD, "auditd" },
	{ 0, ED_JSON_LOG_INTO | PLACE_PROCESS, "process" },
	{ 0, ED_JSON_LOG_INTO | PLACE_USER, "user" },
	{ 0, ED_JSON_LOG_INTO | PLACE_SOURCE, "source" },
	{ 0, ED_JSON_LOG_INTO | PLACE_DEST, "destination" },
	{ 0, ED_JSON_LOG_INTO | PLACE_NETWORK, "network" },
	{ 0, ED_JSON_LOG_INTO | PLACE_CONTAINER, "container" },
	{ 0, ED_JSON_LOG_INTO | PLACE_STREAM, "data_stream" },
	{ 0, ED_JSON_LOG_INTO | ED_JSON_LOG_RECORD, "_source" },
	{ PLACE_HOST, SLOT_HOST, "name" },
	{ PLACE_AGENT, SLOT_HOST_OLD, "hostname" },
	{ PLACE_EVENT, SLOT_MODULE, "module" },
	{ PLACE_EVENT, SLOT_DATASET, "dataset" },
	{ PLACE_EVENT, SLOT_ACTION, "action" },
	{ PLACE_EVENT, SLOT_OUTCOME, "outcome" },
	{ PLACE_STREAM, SLOT_DATASET, "dataset" },
	{ PLACE_AUDITD, SLOT_RESULT, "result" },
	{ PLACE_AUDITD, SLOT_TYPE, "message_type" },
	{ PLACE_AUDITD, ED_JSON_LOG_INTO | PLACE_DATA, "data" },
	{ PLACE_DATA, SLOT_SYSCALL, "syscall" },
	{ PLACE_DATA, SLOT_ARCH, "arch" },
	{ PLACE_DATA, SLOT_EXIT, "exit" },
	{ PLACE_DATA, SLOT_TTY, "tty" },
	{ PLACE_DATA, SLOT_TERMINAL, "terminal" },
	{ PLACE_PROCESS, SLOT_PID, "pid" },
	{ PLACE_PROCESS, SLOT_PPID, "ppid" },
	{ PLACE_PROCESS, SLOT_EXE, "executable" },
	{ PLACE_PROCESS, SLOT_EXE, "exe" },
	{ PLACE_PROCESS, SLOT_TITLE, "title" },
	{ PLACE_PROCESS, ED_JSON_LOG_INTO | PLACE_ARGS, "args" },
	{ PLACE_PROCESS, ED_JSON_LOG_INTO | PLACE_PARENT, "parent" },
	{ PLACE_PROCESS, ED_JSON_LOG_INTO | PLACE_HASH, "hash" },
	{ PLACE_ARGS, SLOT_ARG, "" },
	{ PLACE_PARENT, SLOT_PPID, "pid" },
	{ PLACE_PARENT, SLOT_PARENT_EXE, "executable" },
	{ PLACE_HASH, SLOT_SHA256, "sha256" },
	{ PLACE_USER, SLOT_USER, "name" },
	{ PLACE_USER, SLOT_UID, "id" },
	{ PLACE_USER, ED_JSON_LOG_INTO | PLACE_LOGIN, "audit" },
	{ PLACE_LOGIN, SLOT_LOGIN, "id" },
	{ PLACE_SOURCE, SLOT_SOURCE, "ip" },
	{ PLACE_SOURCE, SLOT_SOURCE_PORT, "port" },
	{ PLACE_SOURCE, SLOT_SOURCE_BYTES, "bytes" },
	{ PLACE_SOURCE, SLOT_PACKETS, "packets" },
	{ PLACE_DEST, SLOT_DEST, "ip" },
	{ PLACE_DEST, SLOT_DEST_PORT, "port" },
	{ PLACE_DEST, SLOT_DEST_PATH, "path" },
	{ PLACE_NETWORK, SLOT_TRANSPORT, "transport" },
	{ PLACE_NETWORK, SLOT_DIRECTION, "direction" },
	{ PLACE_CONTAINER, SLOT_CONTAINER, "id" },
	{ 0, 0, NULL },
};

static void auditbeat_element(struct ed_json_log_record *r, unsigned place)
{
	if (place == PLACE_ARGS)
		ed_linux_argv_add(r, SLOT_ARG);
}

static bool is_from(const struct ed_json_log_record *r, unsigned slot, const char *text)
{
	return ed_span_is(r->value[slot], text);
}

static bool is_audit(const struct ed_json_log_record *r)
{
	return is_from(r, SLOT_MODULE, "auditd") ||
	       is_from(r, SLOT_DATASET, "auditd_manager.auditd");
}

/* "system.socket" and, of Auditbeat 7 and 8, "socket". */
static bool is_system(const struct ed_json_log_record *r, const char *dataset)
{
	return is_from(r, SLOT_MODULE, "system") && is_from(r, SLOT_DATASET, dataset);
}

static bool auditbeat_is_own(const struct ed_json_log_record *r)
{
	return is_audit(r) || is_system(r, "socket") || is_system(r, "process");
}

static void fill_process(struct ed_json_log_record *r, struct ed_linux_record *l)
{
	uint32_t login = ED_AUDITD_UNSET;

	(void)ed_auditd_number(r->value[SLOT_LOGIN], &login);
	l->process.pid = ed_linux_number(r->value[SLOT_PID]);
	l->process.ppid = ed_linux_number(r->value[SLOT_PPID]);
	if (ed_json_log_has(r, SLOT_TTY))
		l->process.launch = ed_linux_launch(r->value[SLOT_TTY], l->process.ppid,
						    login != ED_AUDITD_UNSET);
	l->text[ED_TEXT_HOST] = r->value[ed_json_log_has(r, SLOT_HOST) ? SLOT_HOST : SLOT_HOST_OLD];
	l->text[ED_TEXT_IMAGE] = r->value[SLOT_EXE];
	l->text[ED_TEXT_USER] = r->value[ed_json_log_has(r, SLOT_USER) ? SLOT_USER : SLOT_UID];
	l->text[ED_TEXT_PARENT] = r->value[SLOT_PARENT_EXE];
	l->text[ED_TEXT_UNIT] = r->value[SLOT_CONTAINER];
	l->text[ED_TEXT_HASHES] = r->value[SLOT_SHA256];
}

/* A socket of the module "system", with what went through it. */
static enum ed_drop emit_socket(struct ed_json_log_record *r, const struct ed_linux_record *l,
				struct ed_batch *out)
{
	struct ed_linux_flow f = { .has_size = ed_json_log_has(r, SLOT_SOURCE_BYTES) };
	struct ed_span direction = r->value[SLOT_DIRECTION];

	if (ed_span_is(direction, "inbound") || ed_span_is(direction, "ingress") ||
	    ed_span_is(direction, "listening") || !ed_linux_addr(r->value[SLOT_DEST], &f.peer))
		return ED_DROP_OTHER_LOG;
	(void)ed_linux_addr(r->value[SLOT_SOURCE], &f.own);
	f.own_port = (uint16_t)ed_linux_number(r->value[SLOT_SOURCE_PORT]);
	f.peer_port = (uint16_t)ed_linux_number(r->value[SLOT_DEST_PORT]);
	f.transport = (uint8_t)ed_linux_transport(r->value[SLOT_TRANSPORT]);
	f.size_bytes = ed_linux_number(r->value[SLOT_SOURCE_BYTES]);
	f.n_packets = ed_linux_number(r->value[SLOT_PACKETS]);
	f.counted = ED_COUNTED_IP;
	return ed_linux_flow(l, &f, out) ? ED_DROP_N : ED_DROP_BATCH_FULL;
}

static void take_peer(struct ed_json_log_record *r, struct ed_auditd_peer *ret)
{
	struct ed_span path = r->value[SLOT_DEST_PATH];

	memset(ret, 0, sizeof(*ret));
	if (ed_linux_addr(r->value[SLOT_DEST], &ret->addr)) {
		ret->family = ED_AUDITD_INET;
		ret->port = (uint16_t)ed_linux_number(r->value[SLOT_DEST_PORT]);
	} else if (path.n > 0 && path.n <= sizeof(ret->path)) {
		ret->family = ED_AUDITD_UNIX;
		ret->path_n = (uint8_t)path.n;
		memcpy(ret->path, path.p, path.n);
	}
}

static enum ed_drop emit_session(struct ed_json_log_record *r, struct ed_linux_record *l,
				 struct ed_batch *out)
{
	struct ed_linux_session s = {
		.terminal = r->value[SLOT_TERMINAL],
		.addr = r->value[SLOT_SOURCE],
		.is_ok = is_from(r, SLOT_RESULT, "success"),
	};

	return ed_linux_session_emit(l, &s, out);
}

static bool is_session(const struct ed_json_log_record *r)
{
	return is_from(r, SLOT_TYPE, "user_start") || is_from(r, SLOT_TYPE, "user_login") ||
	       is_from(r, SLOT_TYPE, "cred_acq");
}

/* What the audit module tells; @n_argv arguments are known. */
static enum ed_drop emit_audit(struct ed_json_log_record *r, struct ed_linux_record *l,
			       const struct ed_span *argv, unsigned n_argv, struct ed_batch *out)
{
	struct ed_linux_call c = { .is_named = true };

	if (is_session(r))
		return emit_session(r, l, out);
	c.call = (uint8_t)ed_auditd_call_of(r->value[SLOT_ARCH], r->value[SLOT_SYSCALL]);
	c.exit = ed_linux_exit(r->value[SLOT_EXIT]);
	c.is_ok = is_from(r, SLOT_RESULT, "success") || is_from(r, SLOT_OUTCOME, "success");
	if (!ed_linux_call_counts(&c) || c.call == ED_AUDITD_CALL_DUP)
		return ED_DROP_OTHER_LOG;
	if (l->process.pid == 0 || l->text[ED_TEXT_IMAGE].n == 0)
		return ED_DROP_NO_FIELDS;
	if (c.call == ED_AUDITD_CALL_EXEC)
		return ed_linux_start(l, argv, n_argv, out) ? ED_DROP_N : ED_DROP_BATCH_FULL;
	take_peer(r, &c.peer);
	return ed_linux_call_emit(l, &c, out);
}

static enum ed_drop auditbeat_emit(struct ed_json_log_record *r, struct ed_batch *out)
{
	struct ed_span argv[ED_ARGV_WORDS_MAX];
	struct ed_linux_record l;
	unsigned n;

	if (!ed_json_log_has(r, SLOT_TIME))
		return ED_DROP_NO_FIELDS;
	if (!ed_linux_begin(r, r->value[SLOT_TIME], &l))
		return ED_DROP_BAD_LINE;
	fill_process(r, &l);
	n = ed_linux_argv_get(r, argv, &l.text[ED_TEXT_COMMAND]);
	if (n == 0)
		l.text[ED_TEXT_COMMAND] = r->value[SLOT_TITLE];
	if (is_audit(r))
		return emit_audit(r, &l, argv, n, out);
	if (l.process.pid == 0 || l.text[ED_TEXT_IMAGE].n == 0)
		return ED_DROP_NO_FIELDS;
	if (is_system(r, "socket"))
		return emit_socket(r, &l, out);
	if (!is_from(r, SLOT_ACTION, "process_started"))
		return ED_DROP_OTHER_LOG;
	return ed_linux_start(&l, argv, n, out) ? ED_DROP_N : ED_DROP_BATCH_FULL;
}

static const struct ed_json_log_kind kind = {
	.rows = rows,
	.element = auditbeat_element,
	.is_own = auditbeat_is_own,
	.emit = auditbeat_emit,
};

static unsigned auditbeat_probe(struct ed_span head)
{
	return ed_json_log_probe(&kind, head);
}

static int auditbeat_scratch_new(void **ret)
{
	return ed_json_log_scratch_new(&kind, ret);
}

const struct ed_format ed_format_auditbeat = {
	.name = "auditbeat",
	.help = "Linux audit events of Auditbeat and Elastic Agent auditd_manager, as JSON lines",
	.platforms = 1u << ED_PLATFORM_LINUX,
	.fields = ED_LINUX_FIELDS | ED_FIELD_SIZE_QUERY | ED_FIELD_CLIENT | ED_FIELD_CLIENT_PORT,
	.state_bytes = sizeof(struct ed_lines),
	.probe = auditbeat_probe,
	.frame = ed_json_log_frame,
	.scratch_new = auditbeat_scratch_new,
	.scratch_free = ed_json_log_scratch_free,
	.decode = ed_json_log_decode,
};
