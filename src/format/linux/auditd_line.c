/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of the audit system; see auditd_line.h. A head is only taken where it begins a line or
 * where syslog says that the kernel or the audit daemon wrote it: anybody can log a text that looks
 * like one.
 *	type=SOCKADDR msg=audit(1795289292.790:128): saddr=020000357F00000A0000000000000000
 */
#include "format/linux/auditd_line.h"
#include "base/ascii.h"
#include "base/hex.h"

enum {
	ID_MAX = 48,
	GROUP_SEPARATOR = 0x1d, /* before the explanations */
	FAMILY_UNIX = 1,
	FAMILY_INET = 2,
	FAMILY_INET6 = 10,
	SADDR_MAX = 110,
};

/* ------------------------------------------------------------------ head */

#define TYPE(id)                                     \
	{                                            \
#id, sizeof(#id) - 1, ED_AUDITD_##id \
	}

static const struct {
	const char *name;
	uint16_t n;
	uint16_t type;
} types[] = {
	TYPE(SYSCALL),  TYPE(PATH),       TYPE(CWD),           TYPE(PROCTITLE),
	TYPE(EXECVE),   TYPE(SOCKADDR),   TYPE(EOE),           TYPE(USER_START),
	TYPE(CRED_ACQ), TYPE(USER_LOGIN), TYPE(SERVICE_START),
};

#undef TYPE

static uint16_t type_of(struct ed_span word)
{
	uint32_t v = 0;

	if (word.n == 0)
		return ED_AUDITD_OTHER;
	if (ed_is_digit(word.p[0]) && !ed_logline_number(word, UINT16_MAX, &v))
		return ED_AUDITD_OTHER;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		/* length and first letter rule most of them out */
		if (v > 0 ? types[i].type == v :
			    (types[i].n == word.n && types[i].name[0] == (char)word.p[0] &&
			     memcmp(types[i].name, word.p, word.n) == 0))
			return types[i].type;
	}
	return ED_AUDITD_OTHER;
}

/* "1795289292.790:128" at the front, and the bracket, colon and blank behind it. What it is worth
 * is found out when its time is needed. */
static bool take_id(struct ed_span *rest, struct ed_span *ret)
{
	struct ed_span front = ed_span_of(rest->p, rest->n < ID_MAX ? rest->n : ID_MAX);
	const uint8_t *end = ed_logline_find(front, ')');

	if (!end || !ed_is_digit(rest->p[0]))
		return false;
	*ret = ed_span_of(rest->p, (size_t)(end - rest->p));
	*rest = ed_span_from(*rest, ret->n + 1);
	(void)ed_logline_take(rest, ":");
	(void)ed_logline_take(rest, " ");
	return true;
}

/* "type=SYSCALL msg=audit(1795289292.790:128): "; what cannot be one is another log. */
static enum ed_drop take_head(struct ed_span text, struct ed_auditd_head *ret)
{
	struct ed_span word;

	if (ed_logline_take(&text, "node=")) {
		if (!ed_logline_word(&text, &ret->host))
			return ED_DROP_BAD_LINE;
	}
	if (!ed_logline_take(&text, "type=") || !ed_logline_word(&text, &word))
		return ED_DROP_OTHER_LOG;
	(void)ed_logline_take(&text, "msg=");
	if (!ed_logline_take(&text, "audit(") || !take_id(&text, &ret->id))
		return ED_DROP_BAD_LINE;
	ret->type = type_of(word);
	ret->body = text;
	return ED_DROP_N;
}

/* The word before the program in "Nov  3 14:02:11 web1 kernel: ". */
static struct ed_span host_before(struct ed_span line, struct ed_span tag)
{
	size_t end, n = 0;

	if (tag.n == 0 || tag.p <= line.p + 1)
		return ed_span_of(line.p, 0);
	end = (size_t)(tag.p - line.p) - 1;
	while (n < end && line.p[end - n - 1] != ' ')
		n++;
	return n < end ? ed_span_of(line.p + end - n, n) : ed_span_of(line.p, 0);
}

static bool is_writer(const struct ed_logline *l)
{
	static const char *const names[] = { "kernel",        "audispd", "auditd",
					     "audisp-syslog", "audit",   "audisp-remote" };

	for (size_t i = 0; l->tag.n > 0 && i < sizeof(names) / sizeof(names[0]); i++) {
		if (ed_logline_is_from(l, names[i]))
			return true;
	}
	return false;
}

/* "[  12.345678] audit: " before the kernel's own lines */
static struct ed_span behind_kernel(struct ed_span text)
{
	struct ed_span rest = text;

	if (ed_logline_take(&rest, "[")) {
		while (rest.n > 0 &&
		       (ed_is_digit(rest.p[0]) || rest.p[0] == ' ' || rest.p[0] == '.'))
			rest = ed_span_from(rest, 1);
		if (!ed_logline_take(&rest, "] "))
			return text;
	}
	(void)ed_logline_take(&rest, "audit: ");
	return rest;
}

static enum ed_drop read_syslog(struct ed_span line, struct ed_auditd_head *ret)
{
	struct ed_logtime time;
	struct ed_logline l;
	enum ed_drop drop;

	memset(&time, 0, sizeof(time));
	ed_logline_cut(&time, line, &l);
	if (!is_writer(&l))
		return ed_logline_other(line);
	ret->host = host_before(line, l.tag);
	if (ed_logline_is_from(&l, "kernel"))
		l.text = behind_kernel(l.text);
	drop = take_head(l.text, ret);
	return drop == ED_DROP_OTHER_LOG ? ed_logline_other(line) : drop;
}

enum ed_drop ed_auditd_head_read(struct ed_span line, struct ed_auditd_head *ret)
{
	ret->host = ed_span_of(line.p, 0);
	if (ed_span_starts(line, "type=") || ed_span_starts(line, "node="))
		return take_head(line, ret);
	return read_syslog(line, ret);
}

bool ed_auditd_time(struct ed_span id, int64_t *ret_ns)
{
	const uint8_t *colon = id.n > 0 ? memchr(id.p, ':', id.n) : NULL;

	if (!colon)
		return false;
	return ed_logline_seconds(ed_span_of(id.p, (size_t)(colon - id.p)), ret_ns);
}

/* ---------------------------------------------------------------- fields */

/* Where a key or a value without quotes ends: at a blank or at @end. */
static inline size_t plain_length(struct ed_span s, uint8_t end)
{
	for (size_t at = 0; at < s.n; at += ED_LINES_STEP) {
		unsigned hits = ed_lines_match(s.p + at, ' ') | ed_lines_match(s.p + at, end);

		if (hits) {
			at += (unsigned)__builtin_ctz(hits);
			return at < s.n ? at : s.n;
		}
	}
	return s.n;
}

/* The value at the front of @s. Returns the bytes it takes. */
static inline size_t take_value(struct ed_span s, struct ed_auditd_field *ret)
{
	uint8_t first = s.n > 0 ? s.p[0] : 0;
	const uint8_t *end;
	size_t n;

	ret->is_quoted = first == '"' || first == '\'';
	if (!ret->is_quoted && first != '{') {
		n = plain_length(s, GROUP_SEPARATOR);
		ret->value = ed_span_of(s.p, n);
		return n;
	}
	end = ed_logline_find(ed_span_from(s, 1), first == '{' ? '}' : first);
	n = end ? (size_t)(end - s.p) : s.n;
	ret->value = ed_span_of(s.p + 1, n - 1);
	return end ? n + 1 : n;
}

bool ed_auditd_field_next(struct ed_span *body, struct ed_auditd_field *ret)
{
	struct ed_span s = *body;

	for (;;) {
		size_t n;

		while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == GROUP_SEPARATOR))
			s = ed_span_from(s, 1);
		n = plain_length(s, '=');
		if (n == s.n)
			return false;
		ret->key = ed_span_of(s.p, n);
		if (s.p[n] != '=') {
			s = ed_span_from(s, n);
			continue;
		}
		s = ed_span_from(s, n + 1);
		*body = ed_span_from(s, take_value(s, ret));
		return true;
	}
}

struct ed_span ed_auditd_text(const struct ed_auditd_field *f, uint8_t *room, size_t room_bytes,
			      size_t *used)
{
	size_t start = *used;

	if (f->is_quoted || f->value.n % 2 != 0)
		return f->value;
	for (size_t i = 0; i < f->value.n; i += 2) {
		int hi = ed_hex_value(f->value.p[i]), lo = ed_hex_value(f->value.p[i + 1]);

		if (hi < 0 || lo < 0) {
			*used = start;
			return f->value;
		}
		if (*used == room_bytes)
			break;
		room[(*used)++] = (uint8_t)(hi << 4 | lo);
	}
	return ed_span_of(room + start, *used - start);
}

bool ed_auditd_number(struct ed_span text, uint32_t *ret)
{
	if (ed_span_is(text, "unset") || ed_span_is(text, "-1")) {
		*ret = ED_AUDITD_UNSET;
		return true;
	}
	return ed_logline_number(text, UINT32_MAX, ret);
}

/* --------------------------------------------------------------- SYSCALL */

uint64_t ed_auditd_hex(struct ed_span text)
{
	uint64_t v = 0;

	for (size_t i = 0; i < text.n; i++) {
		int d = ed_hex_value(text.p[i]);

		if (d < 0)
			return v;
		v = v << 4 | (unsigned)d;
	}
	return v;
}

/* Numbers of calls by machine: the kernel's tables for AUDIT_ARCH_*. */
struct arch_calls {
	uint32_t arch;
	struct {
		uint16_t number;
		uint8_t call;
	} calls[12];
};

static const struct arch_calls arch_calls[] = {
	{ 0xc000003e, /* x86_64 */
	  { { 59, ED_AUDITD_CALL_EXEC },
	    { 322, ED_AUDITD_CALL_EXEC },
	    { 42, ED_AUDITD_CALL_CONNECT },
	    { 44, ED_AUDITD_CALL_SENDTO },
	    { 46, ED_AUDITD_CALL_SENDMSG },
	    { 307, ED_AUDITD_CALL_SENDMMSG },
	    { 33, ED_AUDITD_CALL_DUP },
	    { 292, ED_AUDITD_CALL_DUP },
	    { 520, ED_AUDITD_CALL_EXEC },
	    { 545, ED_AUDITD_CALL_EXEC } } },
	{ 0xc00000b7, /* aarch64 */
	  { { 221, ED_AUDITD_CALL_EXEC },
	    { 281, ED_AUDITD_CALL_EXEC },
	    { 203, ED_AUDITD_CALL_CONNECT },
	    { 206, ED_AUDITD_CALL_SENDTO },
	    { 211, ED_AUDITD_CALL_SENDMSG },
	    { 269, ED_AUDITD_CALL_SENDMMSG },
	    { 24, ED_AUDITD_CALL_DUP } } },
	{ 0x40000003, /* i386 */
	  { { 11, ED_AUDITD_CALL_EXEC },
	    { 358, ED_AUDITD_CALL_EXEC },
	    { 362, ED_AUDITD_CALL_CONNECT },
	    { 369, ED_AUDITD_CALL_SENDTO },
	    { 370, ED_AUDITD_CALL_SENDMSG },
	    { 345, ED_AUDITD_CALL_SENDMMSG },
	    { 63, ED_AUDITD_CALL_DUP },
	    { 330, ED_AUDITD_CALL_DUP } } },
	{ 0x40000028, /* arm */
	  { { 11, ED_AUDITD_CALL_EXEC },
	    { 387, ED_AUDITD_CALL_EXEC },
	    { 283, ED_AUDITD_CALL_CONNECT },
	    { 290, ED_AUDITD_CALL_SENDTO },
	    { 296, ED_AUDITD_CALL_SENDMSG },
	    { 374, ED_AUDITD_CALL_SENDMMSG },
	    { 63, ED_AUDITD_CALL_DUP },
	    { 358, ED_AUDITD_CALL_DUP } } },
	{ 0xc0000015, /* ppc64le */
	  { { 11, ED_AUDITD_CALL_EXEC },
	    { 362, ED_AUDITD_CALL_EXEC },
	    { 328, ED_AUDITD_CALL_CONNECT },
	    { 335, ED_AUDITD_CALL_SENDTO },
	    { 341, ED_AUDITD_CALL_SENDMSG },
	    { 349, ED_AUDITD_CALL_SENDMMSG },
	    { 63, ED_AUDITD_CALL_DUP },
	    { 316, ED_AUDITD_CALL_DUP } } },
	{ 0x80000016, /* s390x */
	  { { 11, ED_AUDITD_CALL_EXEC },
	    { 354, ED_AUDITD_CALL_EXEC },
	    { 362, ED_AUDITD_CALL_CONNECT },
	    { 369, ED_AUDITD_CALL_SENDTO },
	    { 370, ED_AUDITD_CALL_SENDMSG },
	    { 358, ED_AUDITD_CALL_SENDMMSG },
	    { 63, ED_AUDITD_CALL_DUP },
	    { 326, ED_AUDITD_CALL_DUP } } },
	{ 0xc00000f3, /* riscv64, numbers of aarch64 */
	  { { 221, ED_AUDITD_CALL_EXEC },
	    { 281, ED_AUDITD_CALL_EXEC },
	    { 203, ED_AUDITD_CALL_CONNECT },
	    { 206, ED_AUDITD_CALL_SENDTO },
	    { 211, ED_AUDITD_CALL_SENDMSG },
	    { 269, ED_AUDITD_CALL_SENDMMSG },
	    { 24, ED_AUDITD_CALL_DUP } } },
};

/* One call for all of sockets on i386 and s390x; a0 says which. */
enum { SOCKETCALL = 102, SOCKET_CONNECT = 3, SOCKET_SENDTO = 11, SOCKET_SENDMSG = 16 };

static enum ed_auditd_call call_by_number(uint64_t arch, uint32_t number)
{
	for (size_t i = 0; i < sizeof(arch_calls) / sizeof(arch_calls[0]); i++) {
		if (arch_calls[i].arch != arch)
			continue;
		for (size_t k = 0; k < 12; k++) {
			if (arch_calls[i].calls[k].call != ED_AUDITD_CALL_OTHER &&
			    arch_calls[i].calls[k].number == number)
				return arch_calls[i].calls[k].call;
		}
	}
	return ED_AUDITD_CALL_OTHER;
}

static enum ed_auditd_call call_by_name(struct ed_span name)
{
	static const struct {
		const char *name;
		uint8_t call;
	} names[] = {
		{ "execve", ED_AUDITD_CALL_EXEC },     { "execveat", ED_AUDITD_CALL_EXEC },
		{ "connect", ED_AUDITD_CALL_CONNECT }, { "sendto", ED_AUDITD_CALL_SENDTO },
		{ "sendmsg", ED_AUDITD_CALL_SENDMSG }, { "sendmmsg", ED_AUDITD_CALL_SENDMMSG },
		{ "dup2", ED_AUDITD_CALL_DUP },        { "dup3", ED_AUDITD_CALL_DUP },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (ed_span_is(name, names[i].name))
			return names[i].call;
	}
	return ED_AUDITD_CALL_OTHER;
}

/* @arch and @syscall as the record has them: numbers, or the names that some relays put there. */
enum ed_auditd_call ed_auditd_call_of(struct ed_span arch, struct ed_span syscall)
{
	uint32_t number;

	if (!ed_logline_number(syscall, UINT16_MAX, &number))
		return call_by_name(syscall);
	if (ed_span_is(arch, "x86_64"))
		return call_by_number(0xc000003e, number);
	if (ed_span_starts(arch, "0x"))
		arch = ed_span_from(arch, 2);
	return call_by_number(ed_auditd_hex(arch), number);
}

/* All calls through one; they cannot be told apart before a0. */
static bool is_socketcall(struct ed_span arch, struct ed_span syscall)
{
	uint64_t a = ed_auditd_hex(arch);

	return ed_span_is(syscall, "102") && (a == 0x40000003 || a == 0x80000016);
}

static void put_three(struct ed_auditd_syscall *c, const struct ed_auditd_field *f)
{
	if (memcmp(f->key.p, "pid", 3) == 0)
		(void)ed_auditd_number(f->value, &c->pid);
	else if (memcmp(f->key.p, "uid", 3) == 0)
		c->uid = f->value;
	else if (memcmp(f->key.p, "tty", 3) == 0)
		c->tty = f->value;
	else if (memcmp(f->key.p, "exe", 3) == 0)
		c->exe = *f;
	else if (memcmp(f->key.p, "UID", 3) == 0)
		c->user = f->value;
}

static void put_four(struct ed_auditd_syscall *c, const struct ed_auditd_field *f)
{
	if (memcmp(f->key.p, "ppid", 4) == 0)
		(void)ed_auditd_number(f->value, &c->ppid);
	else if (memcmp(f->key.p, "auid", 4) == 0)
		(void)ed_auditd_number(f->value, &c->auid);
}

static enum ed_auditd_call socketcall_of(uint64_t a0)
{
	switch (a0) {
	case SOCKET_CONNECT:
		return ED_AUDITD_CALL_CONNECT;
	case SOCKET_SENDTO:
		return ED_AUDITD_CALL_SENDTO;
	case SOCKET_SENDMSG:
		return ED_AUDITD_CALL_SENDMSG;
	default:
		return ED_AUDITD_CALL_OTHER;
	}
}

/* A field that stands at the front; false: it is the last of them. */
static bool put_front(struct ed_auditd_syscall *c, const struct ed_auditd_field *f,
		      struct ed_span *arch)
{
	switch (f->key.n) {
	case 2:
		if (f->key.p[0] == 'a' && f->key.p[1] == '0')
			c->a0 = f->value;
		else if (f->key.p[0] == 'a' && f->key.p[1] == '1')
			c->a1 = f->value;
		return f->key.p[1] != '1';
	case 4:
		if (memcmp(f->key.p, "arch", 4) == 0)
			*arch = f->value;
		else if (memcmp(f->key.p, "exit", 4) == 0)
			c->exit = f->value;
		return true;
	case 7:
		if (memcmp(f->key.p, "success", 7) == 0) {
			c->is_ok = f->value.n > 0 && f->value.p[0] == 'y';
		} else if (memcmp(f->key.p, "syscall", 7) == 0) {
			c->call = (uint8_t)ed_auditd_call_of(*arch, f->value);
			c->is_shared = is_socketcall(*arch, f->value);
			/* most are of no use, and known for it by now */
			return c->call != ED_AUDITD_CALL_OTHER || c->is_shared;
		}
		return true;
	default:
		return true;
	}
}

enum ed_auditd_call ed_auditd_call_read(struct ed_span *body, struct ed_auditd_syscall *ret)
{
	struct ed_span arch = ed_span_of(body->p, 0);
	struct ed_auditd_field f;

	memset(ret, 0, sizeof(*ret));
	ret->auid = ED_AUDITD_UNSET;
	while (ed_auditd_field_next(body, &f) && put_front(ret, &f, &arch))
		;
	if (ret->is_shared) {
		ret->call = (uint8_t)socketcall_of(ed_auditd_hex(ret->a0));
		ret->a0 = ed_span_of(NULL, 0); /* the descriptor is in another record */
	}
	return ret->call;
}

bool ed_auditd_syscall_read(struct ed_span body, struct ed_auditd_syscall *ret)
{
	struct ed_auditd_field f;

	while (ed_auditd_field_next(&body, &f)) {
		if (f.key.n == 3)
			put_three(ret, &f);
		else if (f.key.n == 4)
			put_four(ret, &f);
	}
	return ret->pid > 0 && ret->exe.value.n > 0;
}

/* -------------------------------------------------------------- SOCKADDR */

static void read_unix(const uint8_t *p, size_t n, struct ed_auditd_peer *ret)
{
	ret->family = ED_AUDITD_UNIX;
	/* behind a zero the kernel did not write: whatever lay there */
	for (size_t i = 2; i < n && p[i] != 0 && ret->path_n < sizeof(ret->path); i++)
		ret->path[ret->path_n++] = p[i];
}

bool ed_auditd_is_resolver(const struct ed_auditd_peer *peer)
{
	struct ed_span path = ed_span_of(peer->path, peer->path_n);

	return peer->family == ED_AUDITD_UNIX &&
	       (ed_span_starts(path, "/run/systemd/resolve/") ||
		ed_span_starts(path, "/var/run/nscd/") || ed_span_starts(path, "/run/nscd/"));
}

void ed_auditd_peer_from_bytes(struct ed_span s, struct ed_auditd_peer *ret)
{
	unsigned family;

	memset(ret, 0, sizeof(*ret));
	if (s.n < 2)
		return;
	/* in the byte order of the machine, and all families are below 256 */
	family = s.p[0] + s.p[1];
	if (family == FAMILY_UNIX)
		read_unix(s.p, s.n, ret);
	if ((family == FAMILY_INET && s.n < 8) || (family == FAMILY_INET6 && s.n < 24) ||
	    (family != FAMILY_INET && family != FAMILY_INET6))
		return;
	ret->family = ED_AUDITD_INET;
	ret->port = (uint16_t)(s.p[2] << 8 | s.p[3]);
	if (family == FAMILY_INET)
		ed_addr_from_v4(s.p + 4, &ret->addr);
	else
		ed_addr_from_v6(s.p + 8, &ret->addr);
}

void ed_auditd_peer_read(struct ed_span hex, struct ed_auditd_peer *ret)
{
	uint8_t p[SADDR_MAX];
	size_t n = 0;

	for (; n < SADDR_MAX && 2 * n + 1 < hex.n; n++) {
		int hi = ed_hex_value(hex.p[2 * n]), lo = ed_hex_value(hex.p[2 * n + 1]);

		if (hi < 0 || lo < 0)
			break;
		p[n] = (uint8_t)(hi << 4 | lo);
	}
	ed_auditd_peer_from_bytes(ed_span_of(p, n), ret);
}
