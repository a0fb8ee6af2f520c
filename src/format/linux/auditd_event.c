/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From audit records to events; see auditd_event.h.
 *	type=EXECVE msg=audit(1795289289.914:37): argc=3 a0="host" a1="-t" a2=54585420
 */
#include "format/linux/auditd_event.h"

#include "base/ascii.h"
#include "format/linux/call.h"

enum { TITLE_MAX = 128 }; /* what the kernel keeps of a command line */

void ed_auditd_group_add(struct ed_auditd_group *g, const struct ed_auditd_head *head)
{
	switch (head->type) {
	case ED_AUDITD_SYSCALL:
		if (g->syscall.n == 0)
			g->syscall = head->body;
		break;
	case ED_AUDITD_EXECVE:
		if (g->n_execve < ED_AUDITD_EXECVE_MAX)
			g->execve[g->n_execve++] = head->body;
		break;
	case ED_AUDITD_SOCKADDR:
		if (g->sockaddr.n == 0)
			g->sockaddr = head->body;
		break;
	case ED_AUDITD_PROCTITLE:
		g->proctitle = head->body;
		g->is_closed = true;
		break;
	case ED_AUDITD_EOE:
		g->is_closed = true;
		break;
	default:
		break;
	}
}

/* --------------------------------------------------------- command lines */

/* "a12", "a12_len", "a12[3]": the number, and whether it is a piece of an argument. False: another
 * key. */
static bool read_key(struct ed_span key, unsigned *ret_index, bool *ret_piece)
{
	unsigned v = 0;
	size_t n = 1;

	if (key.n < 2 || key.p[0] != 'a' || !ed_is_digit(key.p[1]))
		return false;
	for (; n < key.n && n < 6 && ed_is_digit(key.p[n]); n++)
		v = v * 10 + (key.p[n] - (unsigned)'0');
	*ret_index = v;
	*ret_piece = n < key.n && key.p[n] == '[';
	return n == key.n || *ret_piece;
}

/* Appends to the argument that lies last in the room. */
static void add_piece(struct ed_auditd_room *room, struct ed_span *arg,
		      const struct ed_auditd_field *f)
{
	size_t left;
	struct ed_span text;

	if (arg->n == 0)
		*arg = ed_span_of(room->bytes + room->used, 0);
	text = ed_auditd_text(f, room->bytes, sizeof(room->bytes), &room->used);
	if (arg->p + arg->n != text.p) { /* it was printable, and lies in the line */
		left = sizeof(room->bytes) - room->used;
		if (arg->p + arg->n != room->bytes + room->used)
			return;
		text.n = text.n < left ? text.n : left;
		if (text.n > 0)
			memcpy(room->bytes + room->used, text.p, text.n);
		room->used += text.n;
	}
	arg->n += text.n;
}

static void read_execve(struct ed_auditd_room *room, struct ed_span body)
{
	struct ed_auditd_field f;
	unsigned index;
	bool is_piece;

	while (ed_auditd_field_next(&body, &f)) {
		if (!read_key(f.key, &index, &is_piece) || index >= ED_ARGV_WORDS_MAX)
			continue;
		while (room->n_argv <= index)
			room->argv[room->n_argv++] = ed_span_of(room->bytes, 0);
		if (is_piece)
			add_piece(room, &room->argv[index], &f);
		else
			room->argv[index] = ed_auditd_text(&f, room->bytes, sizeof(room->bytes),
							   &room->used);
	}
}

/* False: the title is not that of @image. The kernel reads it once, at the first call that is
 * audited, so that it may be what ran in the process before. */
static bool is_title_of(struct ed_span first, struct ed_span image)
{
	struct ed_span a = ed_image_base(first), b = ed_image_base(image);
	size_t n = a.n < b.n ? a.n : b.n;

	return n > 0 && memcmp(a.p, b.p, n) == 0;
}

/* The arguments in a title, parted by zero bytes; empty ones are what a program left of its own. */
static void read_title(struct ed_auditd_room *room, struct ed_span body)
{
	struct ed_auditd_field f;
	struct ed_span text;

	if (!ed_auditd_field_next(&body, &f) || !ed_span_is(f.key, "proctitle"))
		return;
	text = ed_auditd_text(&f, room->bytes, sizeof(room->bytes), &room->used);
	room->is_last_cut = text.n >= TITLE_MAX - 1;
	while (text.n > 0 && room->n_argv < ED_ARGV_WORDS_MAX) {
		const uint8_t *end = memchr(text.p, '\0', text.n);
		size_t n = end ? (size_t)(end - text.p) : text.n;

		if (n > 0)
			room->argv[room->n_argv++] = ed_span_of(text.p, n);
		text = ed_span_from(text, n + 1);
	}
}

/* The arguments with blanks between them, cut to what an event keeps and one byte more. */
static struct ed_span join_arguments(struct ed_auditd_room *room)
{
	size_t start = room->used;
	size_t end = start + ED_TEXT_COMMAND_MAX + 1;

	if (end > sizeof(room->bytes))
		end = sizeof(room->bytes);
	for (unsigned i = 0; i < room->n_argv; i++) {
		size_t n = room->argv[i].n;

		if (i > 0 && room->used < end)
			room->bytes[room->used++] = ' ';
		if (n > end - room->used)
			n = end - room->used;
		if (n > 0)
			memcpy(room->bytes + room->used, room->argv[i].p, n);
		room->used += n;
	}
	return ed_span_of(room->bytes + start, room->used - start);
}

static void read_command(const struct ed_auditd_group *g, struct ed_span image,
			 struct ed_auditd_room *room)
{
	room->n_argv = 0;
	room->is_last_cut = false;
	for (unsigned i = 0; i < g->n_execve; i++)
		read_execve(room, g->execve[i]);
	if (room->n_argv > 0 || g->proctitle.n == 0)
		return;
	read_title(room, g->proctitle);
	if (room->n_argv > 0 && !is_title_of(room->argv[0], image))
		room->n_argv = 0;
}

/* --------------------------------------------------------------- events */

static void fill_record(const struct ed_auditd_group *g, const struct ed_auditd_syscall *c,
			struct ed_auditd_room *room, struct ed_linux_record *ret)
{
	struct ed_span image;

	bool has_login = c->auid != ED_AUDITD_UNSET;

	room->used = 0;
	image = ed_auditd_text(&c->exe, room->bytes, sizeof(room->bytes), &room->used);
	read_command(g, image, room);
	ret->offset = g->offset;
	ret->source = g->source;
	ret->time_quality = ED_TIME_EXACT_UTC;
	ret->process.pid = c->pid;
	ret->process.ppid = c->ppid;
	ret->process.launch = ed_linux_launch(c->tty, c->ppid, has_login);
	ret->text[ED_TEXT_HOST] = g->host;
	ret->text[ED_TEXT_USER] = c->user.n > 0 ? c->user : c->uid;
	ret->text[ED_TEXT_COMMAND] = join_arguments(room);
	ret->text[ED_TEXT_IMAGE] = image;
}

static void read_peer(const struct ed_auditd_group *g, struct ed_auditd_peer *ret)
{
	struct ed_span body = g->sockaddr;
	struct ed_auditd_field f;

	memset(ret, 0, sizeof(*ret));
	while (body.n > 0 && ed_auditd_field_next(&body, &f)) {
		if (!ed_span_is(f.key, "saddr"))
			continue;
		ed_auditd_peer_read(f.value, ret);
		return;
	}
}

unsigned ed_auditd_group_emit(const struct ed_auditd_group *g, const struct ed_auditd_peer *peer,
			      struct ed_auditd_room *room, struct ed_batch *out,
			      struct ed_auditd_seen *ret)
{
	struct ed_linux_record r = { .time_ns = 0 };
	struct ed_linux_call c = { .call = ED_AUDITD_CALL_OTHER };
	struct ed_span body = g->syscall;

	ret->call.call = ED_AUDITD_CALL_OTHER;
	if (body.n == 0)
		return ED_DROP_ORPHAN;
	c.call = (uint8_t)ed_auditd_call_read(&body, &ret->call);
	c.is_ok = ret->call.is_ok;
	c.exit = ed_linux_exit(ret->call.exit);
	if (!ed_linux_call_counts(&c))
		return ED_DROP_OTHER_LOG;
	if (!ed_auditd_syscall_read(body, &ret->call))
		return ED_DROP_NO_FIELDS;
	if (!ed_auditd_time(g->id, &ret->time_ns))
		return ED_DROP_BAD_LINE;
	if (c.call == ED_AUDITD_CALL_DUP)
		return ED_AUDITD_DUPLICATED;
	c.is_named = g->sockaddr.n > 0;
	if (c.call != ED_AUDITD_CALL_EXEC && !c.is_named && !peer)
		return ED_AUDITD_NEEDS_PEER;
	read_peer(g, &ret->peer);
	c.peer = c.is_named || !peer ? ret->peer : *peer;
	r.time_ns = ret->time_ns;
	fill_record(g, &ret->call, room, &r);
	if (c.call != ED_AUDITD_CALL_EXEC)
		return ed_linux_call_emit(&r, &c, out);
	room->n_argv -= room->is_last_cut && room->n_argv > 0;
	return ed_linux_start(&r, room->argv, room->n_argv, out) ? ED_AUDITD_DONE :
								   ED_DROP_BATCH_FULL;
}

unsigned ed_auditd_group_emit_process(const struct ed_auditd_group *g,
				      const struct ed_auditd_seen *seen,
				      struct ed_auditd_room *room, struct ed_batch *out)
{
	struct ed_linux_record r = { .time_ns = seen->time_ns };

	fill_record(g, &seen->call, room, &r);
	return ed_linux_process(&r, ED_ATTRIBUTION_WEAK, out) ? ED_AUDITD_DONE : ED_DROP_BATCH_FULL;
}

/* -------------------------------------------------------------- sessions */

/* pid=7 uid=0 auid=0 ses=3 msg='op=PAM:session_open acct="root" exe="/usr/sbin/cron" ...'
 * pid=1 uid=0 auid=4294967295 ses=4294967295 msg='unit=ssh comm="systemd" exe="/usr/lib/...' */
enum ed_drop ed_auditd_session_emit(const struct ed_auditd_head *head, uint64_t offset,
				    uint32_t source, struct ed_auditd_room *room,
				    struct ed_batch *out)
{
	struct ed_linux_record r = { .offset = offset, .source = source };
	struct ed_span body = head->body, inner = ed_span_of(body.p, 0);
	struct ed_linux_session session = { .is_ok = false };
	struct ed_auditd_field f;

	room->used = 0;
	room->n_argv = 0;
	while (ed_auditd_field_next(&body, &f)) {
		if (ed_span_is(f.key, "pid"))
			(void)ed_auditd_number(f.value, &r.process.pid);
		else if (ed_span_is(f.key, "msg"))
			inner = f.value;
	}
	while (ed_auditd_field_next(&inner, &f)) {
		if (ed_span_is(f.key, "exe"))
			r.text[ED_TEXT_IMAGE] = ed_auditd_text(&f, room->bytes, sizeof(room->bytes),
							       &room->used);
		else if (ed_span_is(f.key, "acct"))
			r.text[ED_TEXT_USER] = ed_auditd_text(&f, room->bytes, sizeof(room->bytes),
							      &room->used);
		else if (ed_span_is(f.key, "unit"))
			session.is_unit = true;
		else if (ed_span_is(f.key, "terminal"))
			session.terminal = f.value;
		else if (ed_span_is(f.key, "addr"))
			session.addr = f.value;
		else if (ed_span_is(f.key, "res"))
			session.is_ok = ed_span_starts(f.value, "success") ||
					ed_span_is(f.value, "1");
	}
	if (!ed_auditd_time(head->id, &r.time_ns))
		return ED_DROP_BAD_LINE;
	r.time_quality = ED_TIME_EXACT_UTC;
	r.text[ED_TEXT_HOST] = head->host;
	return ed_linux_session_emit(&r, &session, out);
}
