/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Linux audit events as laurel writes them, a JSON object an event:
 *	{"ID":"1615114232.375:15558","NODE":"web1","SYSCALL":{"arch":"0xc000003e","syscall":59,
 *	 "success":"yes","ppid":7,"pid":8,"tty":"(none)","exe":"/usr/bin/dig","UID":"www-data"},
 *	 "EXECVE":{"argc":2,"ARGV":["dig","mfrggzdf.t.example.com"]}}
 *
 * The events are put together already. A message over a connection that was opened earlier does not
 * say to whom it goes, and is left out.
 */
#include "format/linux/call.h"
#include "format/linux/json.h"
#include "base/hex.h"

enum {
	PLACE_SYSCALL = 1,
	PLACE_EXECVE,
	PLACE_ARGV,
	PLACE_SOCKADDR,
	PLACE_ADDRESS, /* an explained one as an object */
	PLACE_TITLE,
	PLACE_TITLE_ARGV,
	PLACE_PARENT,
	PLACE_SESSION,
	PLACE_CONTAINER,
};

enum {
	SLOT_ID = 1,
	SLOT_NODE,
	SLOT_ARCH,
	SLOT_NUMBER,
	SLOT_CALL,
	SLOT_SUCCESS,
	SLOT_EXIT,
	SLOT_PID,
	SLOT_PPID,
	SLOT_AUID,
	SLOT_UID,
	SLOT_USER,
	SLOT_TTY,
	SLOT_EXE,
	SLOT_ARG,
	SLOT_TITLE_ARG,
	SLOT_SADDR,
	SLOT_SADDR_TEXT,
	SLOT_FAMILY,
	SLOT_ADDR,
	SLOT_PORT,
	SLOT_PARENT,
	SLOT_PARENT_COMM,
	SLOT_CONTAINER,
	SLOT_SESSION_PID,
	SLOT_SESSION_EXE,
	SLOT_SESSION_ACCT,
	SLOT_SESSION_TERMINAL,
	SLOT_SESSION_ADDR,
	SLOT_SESSION_RES,
	SLOT_END
};

enum { TITLE_MAX = 127 };

static_assert((int)SLOT_END <= (int)ED_JSON_LOG_SLOTS, "slots are numbered from 1");

static const struct ed_json_log_row rows[] = {
	{ 0, SLOT_ID, "ID" },
	{ 0, SLOT_NODE, "NODE" },
	{ 0, ED_JSON_LOG_INTO | PLACE_SYSCALL, "SYSCALL" },
	{ 0, ED_JSON_LOG_INTO | PLACE_EXECVE, "EXECVE" },
	{ 0, ED_JSON_LOG_INTO | PLACE_SOCKADDR, "SOCKADDR" },
	{ 0, ED_JSON_LOG_INTO | PLACE_TITLE, "PROCTITLE" },
	{ 0, ED_JSON_LOG_INTO | PLACE_PARENT, "PARENT_INFO" },
	{ 0, ED_JSON_LOG_INTO | PLACE_PARENT, "PPID" },
	{ 0, ED_JSON_LOG_INTO | PLACE_CONTAINER, "CONTAINER" },
	{ 0, ED_JSON_LOG_INTO | PLACE_CONTAINER, "CONTAINER_INFO" },
	{ 0, ED_JSON_LOG_INTO | PLACE_SESSION, "USER_START" },
	{ 0, ED_JSON_LOG_INTO | PLACE_SESSION, "USER_LOGIN" },
	{ 0, ED_JSON_LOG_INTO | PLACE_SESSION, "CRED_ACQ" },
	{ PLACE_SYSCALL, SLOT_ARCH, "arch" },
	{ PLACE_SYSCALL, SLOT_NUMBER, "syscall" },
	{ PLACE_SYSCALL, SLOT_CALL, "SYSCALL" },
	{ PLACE_SYSCALL, SLOT_SUCCESS, "success" },
	{ PLACE_SYSCALL, SLOT_EXIT, "exit" },
	{ PLACE_SYSCALL, SLOT_PID, "pid" },
	{ PLACE_SYSCALL, SLOT_PPID, "ppid" },
	{ PLACE_SYSCALL, SLOT_AUID, "auid" },
	{ PLACE_SYSCALL, SLOT_UID, "uid" },
	{ PLACE_SYSCALL, SLOT_USER, "UID" },
	{ PLACE_SYSCALL, SLOT_TTY, "tty" },
	{ PLACE_SYSCALL, SLOT_EXE, "exe" },
	{ PLACE_SYSCALL, ED_JSON_LOG_INTO | PLACE_PARENT, "PPID" },
	{ PLACE_SYSCALL, ED_JSON_LOG_INTO | PLACE_CONTAINER, "CONTAINER" },
	{ PLACE_EXECVE, ED_JSON_LOG_INTO | PLACE_ARGV, "ARGV" },
	{ PLACE_ARGV, SLOT_ARG, "" },
	{ PLACE_TITLE, ED_JSON_LOG_INTO | PLACE_TITLE_ARGV, "ARGV" },
	{ PLACE_TITLE_ARGV, SLOT_TITLE_ARG, "" },
	{ PLACE_SOCKADDR, ED_JSON_LOG_INTO | PLACE_ADDRESS, "saddr" },
	{ PLACE_SOCKADDR, SLOT_SADDR_TEXT, "SADDR" },
	{ PLACE_ADDRESS, SLOT_SADDR, "" },
	{ PLACE_ADDRESS, SLOT_FAMILY, "family" },
	{ PLACE_ADDRESS, SLOT_FAMILY, "saddr_fam" },
	{ PLACE_ADDRESS, SLOT_ADDR, "addr" },
	{ PLACE_ADDRESS, SLOT_ADDR, "laddr" },
	{ PLACE_ADDRESS, SLOT_PORT, "port" },
	{ PLACE_ADDRESS, SLOT_PORT, "lport" },
	{ PLACE_PARENT, SLOT_PARENT, "exe" },
	{ PLACE_PARENT, SLOT_PARENT_COMM, "comm" },
	{ PLACE_CONTAINER, SLOT_CONTAINER, "ID" },
	{ PLACE_CONTAINER, SLOT_CONTAINER, "id" },
	{ PLACE_SESSION, SLOT_SESSION_PID, "pid" },
	{ PLACE_SESSION, SLOT_SESSION_EXE, "exe" },
	{ PLACE_SESSION, SLOT_SESSION_ACCT, "acct" },
	{ PLACE_SESSION, SLOT_SESSION_TERMINAL, "terminal" },
	{ PLACE_SESSION, SLOT_SESSION_ADDR, "addr" },
	{ PLACE_SESSION, SLOT_SESSION_RES, "res" },
	{ 0, 0, NULL },
};

static void laurel_element(struct ed_json_log_record *r, unsigned place)
{
	if (place == PLACE_ARGV)
		ed_linux_argv_add(r, SLOT_ARG);
	/* the title is the command line once more, cut; it counts where there is no other */
	else if (place == PLACE_TITLE_ARGV && !(r->places & 1U << PLACE_EXECVE))
		ed_linux_argv_add(r, SLOT_TITLE_ARG);
}

static bool laurel_is_own(const struct ed_json_log_record *r)
{
	return ed_json_log_has(r, SLOT_ID) && memchr(r->value[SLOT_ID].p, ':', r->value[SLOT_ID].n);
}

/* "%02%00%005%7f%00%00%0a": bytes that are no text in percent signs. */
static void read_escaped(struct ed_span text, struct ed_auditd_peer *ret)
{
	uint8_t p[128];
	size_t n = 0;

	for (size_t i = 0; i < text.n && n < sizeof(p); i++) {
		int hi, lo;

		p[n++] = text.p[i];
		if (text.p[i] != '%' || i + 2 >= text.n)
			continue;
		hi = ed_hex_value(text.p[i + 1]);
		lo = ed_hex_value(text.p[i + 2]);
		if (hi < 0 || lo < 0)
			continue;
		p[n - 1] = (uint8_t)(hi << 4 | lo);
		i += 2;
	}
	ed_auditd_peer_from_bytes(ed_span_of(p, n), ret);
}

static void take_peer(struct ed_json_log_record *r, struct ed_auditd_peer *ret)
{
	struct ed_span text = r->value[SLOT_SADDR_TEXT];
	struct ed_auditd_field f;

	memset(ret, 0, sizeof(*ret));
	if (ed_json_log_has(r, SLOT_SADDR))
		read_escaped(r->value[SLOT_SADDR], ret);
	if (ret->family != ED_AUDITD_NO_FAMILY)
		return;
	/* "{saddr_fam=inet laddr=192.0.2.53 lport=53}" */
	if (text.n > 2 && text.p[0] == '{')
		text = ed_span_of(text.p + 1, text.n - 2);
	while (ed_auditd_field_next(&text, &f)) {
		if (ed_span_is(f.key, "laddr"))
			r->value[SLOT_ADDR] = f.value;
		else if (ed_span_is(f.key, "lport"))
			r->value[SLOT_PORT] = f.value;
	}
	if (!ed_linux_addr(r->value[SLOT_ADDR], &ret->addr))
		return;
	ret->family = ED_AUDITD_INET;
	ret->port = (uint16_t)ed_linux_number(r->value[SLOT_PORT]);
}

static bool begin(struct ed_json_log_record *r, struct ed_linux_record *ret)
{
	struct ed_span id = r->value[SLOT_ID];

	memset(ret, 0, sizeof(*ret));
	ret->offset = r->offset;
	ret->source = r->source;
	ret->time_quality = ED_TIME_EXACT_UTC;
	ret->text[ED_TEXT_HOST] = r->value[SLOT_NODE];
	ret->text[ED_TEXT_UNIT] = r->value[SLOT_CONTAINER];
	return ed_auditd_time(id, &ret->time_ns);
}

static enum ed_drop emit_session(struct ed_json_log_record *r, struct ed_batch *out)
{
	struct ed_linux_session s = {
		.terminal = r->value[SLOT_SESSION_TERMINAL],
		.addr = r->value[SLOT_SESSION_ADDR],
		.is_ok = ed_span_starts(r->value[SLOT_SESSION_RES], "success"),
	};
	struct ed_linux_record l;

	if (!begin(r, &l))
		return ED_DROP_BAD_LINE;
	l.process.pid = ed_linux_number(r->value[SLOT_SESSION_PID]);
	l.text[ED_TEXT_USER] = r->value[SLOT_SESSION_ACCT];
	l.text[ED_TEXT_IMAGE] = r->value[SLOT_SESSION_EXE];
	return ed_linux_session_emit(&l, &s, out);
}

static void fill_process(struct ed_json_log_record *r, struct ed_linux_record *l)
{
	uint32_t auid = ED_AUDITD_UNSET;

	(void)ed_auditd_number(r->value[SLOT_AUID], &auid);
	l->process.pid = ed_linux_number(r->value[SLOT_PID]);
	l->process.ppid = ed_linux_number(r->value[SLOT_PPID]);
	l->process.launch = ed_linux_launch(r->value[SLOT_TTY], l->process.ppid,
					    auid != ED_AUDITD_UNSET);
	l->text[ED_TEXT_IMAGE] = r->value[SLOT_EXE];
	l->text[ED_TEXT_USER] = r->value[ed_json_log_has(r, SLOT_USER) ? SLOT_USER : SLOT_UID];
	l->text[ED_TEXT_PARENT] = r->value[ed_json_log_has(r, SLOT_PARENT) ? SLOT_PARENT :
									     SLOT_PARENT_COMM];
}

static enum ed_drop laurel_emit(struct ed_json_log_record *r, struct ed_batch *out)
{
	struct ed_span argv[ED_ARGV_WORDS_MAX];
	struct ed_linux_call c = { .call = ED_AUDITD_CALL_OTHER };
	struct ed_linux_record l;
	unsigned n;

	if (r->places & 1U << PLACE_SESSION)
		return emit_session(r, out);
	if (!(r->places & 1U << PLACE_SYSCALL))
		return ED_DROP_OTHER_LOG;
	c.call = (uint8_t)ed_auditd_call_of(r->value[SLOT_ARCH], r->value[SLOT_NUMBER]);
	if (c.call == ED_AUDITD_CALL_OTHER)
		c.call = (uint8_t)ed_auditd_call_of(r->value[SLOT_ARCH], r->value[SLOT_CALL]);
	c.is_ok = ed_span_is(r->value[SLOT_SUCCESS], "yes");
	c.exit = ed_linux_exit(r->value[SLOT_EXIT]);
	if (!ed_linux_call_counts(&c))
		return ED_DROP_OTHER_LOG;
	if (!begin(r, &l))
		return ED_DROP_BAD_LINE;
	fill_process(r, &l);
	if (l.process.pid == 0 || l.text[ED_TEXT_IMAGE].n == 0)
		return ED_DROP_NO_FIELDS;
	n = ed_linux_argv_get(r, argv, &l.text[ED_TEXT_COMMAND]);
	/* the kernel keeps no more of a title, so that its last word may be cut */
	if (n > 1 && !(r->places & 1U << PLACE_EXECVE) && l.text[ED_TEXT_COMMAND].n >= TITLE_MAX)
		n--;
	if (c.call == ED_AUDITD_CALL_EXEC)
		return ed_linux_start(&l, argv, n, out) ? ED_DROP_N : ED_DROP_BATCH_FULL;
	c.is_named = true;
	take_peer(r, &c.peer);
	return ed_linux_call_emit(&l, &c, out);
}

static const struct ed_json_log_kind kind = {
	.rows = rows,
	.element = laurel_element,
	.is_own = laurel_is_own,
	.emit = laurel_emit,
};

static unsigned laurel_probe(struct ed_span head)
{
	return ed_json_log_probe(&kind, head);
}

static int laurel_scratch_new(void **ret)
{
	return ed_json_log_scratch_new(&kind, ret);
}

const struct ed_format ed_format_laurel = {
	.name = "laurel",
	.help = "Linux audit events as laurel writes them, as JSON lines",
	.platforms = 1u << ED_PLATFORM_LINUX,
	.fields = ED_LINUX_FIELDS | ED_FIELD_SIZE_QUERY,
	.state_bytes = sizeof(struct ed_lines),
	.probe = laurel_probe,
	.frame = ed_json_log_frame,
	.scratch_new = laurel_scratch_new,
	.scratch_free = ed_json_log_scratch_free,
	.decode = ed_json_log_decode,
};
