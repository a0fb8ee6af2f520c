/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tetragon's export, as JSON lines: programs that started, and the calls of the kernel's network
 * functions that a tracing policy asked for:
 *	{"process_exec":{"process":{"pid":8,"binary":"/usr/bin/dig","arguments":"TXT a.example",
 *	 "start_time":"2026-11-03T14:02:11.250Z"},"parent":{"pid":7,"binary":"/bin/sh"}},
 *	 "node_name":"node1","time":"2026-11-03T14:02:11.250Z"}
 *	{"process_kprobe":{"process":{...},"function_name":"tcp_connect","args":[{"sock_arg":
 *	 {"saddr":"192.0.2.10","daddr":"192.0.2.53","sport":40000,"dport":53}}]},"node_name":...}
 *
 * Only functions that the process calls to reach another machine are taken: a socket that was
 * accepted has the same shape.
 */
#include "format/linux/json.h"

enum {
	PLACE_EXEC = 1,
	PLACE_KPROBE,
	PLACE_PROCESS,
	PLACE_PARENT,
	PLACE_POD,
	PLACE_CONTAINER,
	PLACE_ARGS,
	PLACE_SOCK,
	PLACE_SOCKADDR,
	PLACE_OTHER, /* records that are known, and tell nothing of this */
};

enum {
	SLOT_TIME = 1,
	SLOT_NODE,
	SLOT_PID,
	SLOT_UID,
	SLOT_AUID,
	SLOT_BINARY,
	SLOT_ARGUMENTS,
	SLOT_START,
	SLOT_CONTAINER,
	SLOT_PARENT_PID,
	SLOT_PARENT_BINARY,
	SLOT_PARENT_ARGUMENTS,
	SLOT_FUNCTION,
	SLOT_SADDR,
	SLOT_DADDR,
	SLOT_SPORT,
	SLOT_DPORT,
	SLOT_PROTOCOL,
	SLOT_SIZE,
	SLOT_END
};

static_assert((int)SLOT_END <= (int)ED_JSON_LOG_SLOTS, "slots are numbered from 1");

static const struct ed_json_log_row rows[] = {
	{ 0, SLOT_TIME, "time" },
	{ 0, SLOT_NODE, "node_name" },
	{ 0, ED_JSON_LOG_INTO | PLACE_EXEC, "process_exec" },
	{ 0, ED_JSON_LOG_INTO | PLACE_KPROBE, "process_kprobe" },
	{ 0, ED_JSON_LOG_INTO | PLACE_OTHER, "process_exit" },
	{ 0, ED_JSON_LOG_INTO | PLACE_OTHER, "process_tracepoint" },
	{ 0, ED_JSON_LOG_INTO | PLACE_OTHER, "process_uprobe" },
	{ 0, ED_JSON_LOG_INTO | PLACE_OTHER, "process_lsm" },
	{ 0, ED_JSON_LOG_INTO | PLACE_OTHER, "process_loader" },
	{ PLACE_EXEC, ED_JSON_LOG_INTO | PLACE_PROCESS, "process" },
	{ PLACE_EXEC, ED_JSON_LOG_INTO | PLACE_PARENT, "parent" },
	{ PLACE_KPROBE, ED_JSON_LOG_INTO | PLACE_PROCESS, "process" },
	{ PLACE_KPROBE, ED_JSON_LOG_INTO | PLACE_PARENT, "parent" },
	{ PLACE_KPROBE, ED_JSON_LOG_INTO | PLACE_ARGS, "args" },
	{ PLACE_KPROBE, SLOT_FUNCTION, "function_name" },
	{ PLACE_PROCESS, SLOT_PID, "pid" },
	{ PLACE_PROCESS, SLOT_UID, "uid" },
	{ PLACE_PROCESS, SLOT_AUID, "auid" },
	{ PLACE_PROCESS, SLOT_BINARY, "binary" },
	{ PLACE_PROCESS, SLOT_ARGUMENTS, "arguments" },
	{ PLACE_PROCESS, SLOT_START, "start_time" },
	{ PLACE_PROCESS, ED_JSON_LOG_INTO | PLACE_POD, "pod" },
	{ PLACE_PROCESS, SLOT_CONTAINER, "docker" },
	{ PLACE_POD, ED_JSON_LOG_INTO | PLACE_CONTAINER, "container" },
	{ PLACE_CONTAINER, SLOT_CONTAINER, "id" },
	{ PLACE_PARENT, SLOT_PARENT_PID, "pid" },
	{ PLACE_PARENT, SLOT_PARENT_BINARY, "binary" },
	{ PLACE_PARENT, SLOT_PARENT_ARGUMENTS, "arguments" },
	{ PLACE_ARGS, ED_JSON_LOG_INTO | PLACE_SOCK, "sock_arg" },
	{ PLACE_ARGS, ED_JSON_LOG_INTO | PLACE_SOCKADDR, "sockaddr_arg" },
	{ PLACE_ARGS, SLOT_SIZE, "size_arg" },
	{ PLACE_SOCK, SLOT_SADDR, "saddr" },
	{ PLACE_SOCK, SLOT_DADDR, "daddr" },
	{ PLACE_SOCK, SLOT_SPORT, "sport" },
	{ PLACE_SOCK, SLOT_DPORT, "dport" },
	{ PLACE_SOCK, SLOT_PROTOCOL, "protocol" },
	{ PLACE_SOCKADDR, SLOT_DADDR, "addr" },
	{ PLACE_SOCKADDR, SLOT_DPORT, "port" },
	{ 0, 0, NULL },
};

static bool led(const struct ed_json_log_record *r, unsigned place)
{
	return r->places & 1U << place;
}

static bool tetragon_is_own(const struct ed_json_log_record *r)
{
	return led(r, PLACE_EXEC) || led(r, PLACE_KPROBE) || led(r, PLACE_OTHER);
}

/* Functions by which a process reaches out. */
static bool is_outbound(struct ed_span name)
{
	static const char *const names[] = {
		"tcp_connect",
		"tcp_v4_connect",
		"tcp_v6_connect",
		"udp_sendmsg",
		"udpv6_sendmsg",
		"security_socket_connect",
		"security_socket_sendmsg",
		"ip4_datagram_connect",
		"ip6_datagram_connect",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (ed_span_is(name, names[i]))
			return true;
	}
	return name.n > 12 && memmem(name.p, name.n, "sys_connect", 11) != NULL;
}

/* The program and its arguments, which stand apart, as one command. */
static struct ed_span join(struct ed_json_log_record *r, struct ed_span binary,
			   struct ed_span arguments)
{
	if (arguments.n == 0)
		return binary;
	if (binary.n > 0)
		memcpy(r->space, binary.p, binary.n);
	r->space[binary.n] = ' ';
	memcpy(r->space + binary.n + 1, arguments.p, arguments.n);
	return ed_span_of(r->space, binary.n + 1 + arguments.n);
}

static void fill_process(struct ed_json_log_record *r, struct ed_linux_record *l)
{
	struct ed_event start = { .time_ns = 0 };

	l->process.pid = ed_linux_number(r->value[SLOT_PID]);
	l->process.ppid = ed_linux_number(r->value[SLOT_PARENT_PID]);
	if (ed_json_log_time(r, r->value[SLOT_START], &start))
		l->process.start_ns = start.time_ns;
	l->text[ED_TEXT_HOST] = r->value[SLOT_NODE];
	l->text[ED_TEXT_IMAGE] = r->value[SLOT_BINARY];
	l->text[ED_TEXT_USER] = r->value[SLOT_UID];
	l->text[ED_TEXT_UNIT] = r->value[SLOT_CONTAINER];
	l->text[ED_TEXT_PARENT] = r->value[SLOT_PARENT_BINARY];
	l->text[ED_TEXT_PARENT_COMMAND] = r->value[SLOT_PARENT_ARGUMENTS];
	l->text[ED_TEXT_COMMAND] = join(r, r->value[SLOT_BINARY], r->value[SLOT_ARGUMENTS]);
}

static enum ed_drop emit_flow(struct ed_json_log_record *r, const struct ed_linux_record *l,
			      struct ed_batch *out)
{
	struct ed_linux_flow f = { .n_packets = 0 };

	if (!is_outbound(r->value[SLOT_FUNCTION]) || !ed_linux_addr(r->value[SLOT_DADDR], &f.peer))
		return ED_DROP_OTHER_LOG;
	f.peer_port = (uint16_t)ed_linux_number(r->value[SLOT_DPORT]);
	if (f.peer_port == 0)
		return ED_DROP_OTHER_LOG;
	(void)ed_linux_addr(r->value[SLOT_SADDR], &f.own);
	f.own_port = (uint16_t)ed_linux_number(r->value[SLOT_SPORT]);
	f.transport = (uint8_t)ed_linux_transport(r->value[SLOT_PROTOCOL]);
	if (ed_span_starts(r->value[SLOT_FUNCTION], "tcp"))
		f.transport = ED_TRANSPORT_TCP;
	else if (ed_span_starts(r->value[SLOT_FUNCTION], "udp"))
		f.transport = ED_TRANSPORT_UDP;
	f.has_size = f.transport == ED_TRANSPORT_UDP && ed_json_log_has(r, SLOT_SIZE);
	f.size_bytes = ed_linux_number(r->value[SLOT_SIZE]);
	f.n_packets = f.has_size;
	return ed_linux_flow(l, &f, out) ? ED_DROP_N : ED_DROP_BATCH_FULL;
}

static enum ed_drop tetragon_emit(struct ed_json_log_record *r, struct ed_batch *out)
{
	struct ed_linux_record l;

	if (!led(r, PLACE_EXEC) && !led(r, PLACE_KPROBE))
		return ED_DROP_OTHER_LOG;
	if (!ed_json_log_has(r, SLOT_TIME) || !ed_json_log_has(r, SLOT_BINARY))
		return ED_DROP_NO_FIELDS;
	if (!ed_linux_begin(r, r->value[SLOT_TIME], &l))
		return ED_DROP_BAD_LINE;
	fill_process(r, &l);
	if (led(r, PLACE_KPROBE))
		return emit_flow(r, &l, out);
	return ed_linux_start(&l, NULL, 0, out) ? ED_DROP_N : ED_DROP_BATCH_FULL;
}

static const struct ed_json_log_kind kind = {
	.rows = rows,
	.is_own = tetragon_is_own,
	.emit = tetragon_emit,
};

static unsigned tetragon_probe(struct ed_span head)
{
	return ed_json_log_probe(&kind, head);
}

static int tetragon_scratch_new(void **ret)
{
	return ed_json_log_scratch_new(&kind, ret);
}

const struct ed_format ed_format_tetragon = {
	.name = "tetragon",
	.help = "Tetragon's process and network events, as JSON lines",
	.platforms = 1u << ED_PLATFORM_LINUX,
	.fields = ED_LINUX_FIELDS | ED_FIELD_SIZE_QUERY | ED_FIELD_CLIENT | ED_FIELD_CLIENT_PORT,
	.state_bytes = sizeof(struct ed_lines),
	.probe = tetragon_probe,
	.frame = ed_json_log_frame,
	.scratch_new = tetragon_scratch_new,
	.scratch_free = ed_json_log_scratch_free,
	.decode = ed_json_log_decode,
};
