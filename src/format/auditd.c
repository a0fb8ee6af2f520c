/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logs of the Linux audit system, raw and enriched, as files and in syslog:
 *	type=SYSCALL msg=audit(1795289289.914:37): arch=c000003e syscall=59 success=yes exit=0 ...
 *	type=EXECVE msg=audit(1795289289.914:37): argc=2 a0="dig" a1="mfrggzdf.t.example.com"
 *	type=PROCTITLE msg=audit(1795289289.914:37): proctitle=646967006D667267677A64662E742E...
 *
 * Lines with one id are one event, and lines of several events may be mixed. What begins and ends
 * in a unit is read there. Events that lie over its borders, and calls that need what earlier ones
 * told (who is at the other end of a descriptor), are put off to the ordered pass.
 */
#include "base/hash.h"
#include "base/mem.h"
#include "base/time.h"
#include "format/linux/auditd_event.h"
#include "format/linux/auditd_memory.h"
#include "format/format.h"

#include <errno.h>

enum {
	LINES_MAX = 6144,   /* of a unit; more than fit in */
	SLOTS = 16384,      /* a power of two, several times the events */
	BORDER_LINES = 64,  /* parts of an event lie no further from each other */
	OPEN_MAX = 64,      /* events over borders at one time */
	OPEN_BYTES = 16384, /* of their lines */
	OPEN_UNITS = 2,     /* an event that is not complete by then never is */
	PROBE_LINES = 200,
	PROBE_SURE = 95,
};

#define OPEN_NS (2 * ED_NS_PER_S) /* auditd's own end_of_event_timeout */

/* ---------------------------------------------------------------- a unit */

struct line {
	uint32_t offset; /* in the unit */
	uint16_t group;
};

struct unit_group {
	struct ed_auditd_group g;
	uint64_t hash;
	uint16_t first, last; /* lines */
	uint16_t n_lines;
	bool is_session; /* a record that stands alone, in g.syscall */
	bool is_deferred;
};

/* Memory of one reading thread. */
struct scratch {
	struct ed_auditd_room room;
	unsigned n_lines, n_groups;
	uint32_t generation;
	struct line lines[LINES_MAX];
	struct unit_group groups[LINES_MAX];
	struct {
		uint32_t generation;
		uint16_t group;
	} slots[SLOTS];
};

static int auditd_scratch_new(void **ret)
{
	*ret = ed_mem_zalloc(1, sizeof(struct scratch));
	return *ret ? 0 : -ENOMEM;
}

static uint64_t id_hash(const struct ed_auditd_head *head)
{
	uint64_t h = ed_hash_bytes(head->id.p, head->id.n, 0);

	return head->host.n > 0 ? ed_hash_bytes(head->host.p, head->host.n, h) : h;
}

static bool is_of(const struct ed_auditd_group *g, const struct ed_auditd_head *head)
{
	return ed_span_eq(g->id, head->id) && ed_span_eq(g->host, head->host);
}

/* The event of a line, which may be a new one; NULL: there are too many. */
static struct unit_group *find_group(struct scratch *s, const struct ed_auditd_head *head)
{
	struct unit_group *g;
	uint64_t hash;
	unsigned i;

	/* most lines belong to the event of the line before */
	if (s->n_lines > 0 && is_of(&s->groups[s->lines[s->n_lines - 1].group].g, head))
		return &s->groups[s->lines[s->n_lines - 1].group];
	hash = id_hash(head);
	i = (unsigned)(hash % SLOTS);
	for (; s->slots[i].generation == s->generation; i = (i + 1) % SLOTS) {
		g = &s->groups[s->slots[i].group];
		if (g->hash == hash && is_of(&g->g, head))
			return g;
	}
	if (s->n_groups == LINES_MAX)
		return NULL;
	s->slots[i].generation = s->generation;
	s->slots[i].group = (uint16_t)s->n_groups;
	g = &s->groups[s->n_groups++];
	memset(g, 0, sizeof(*g));
	g->hash = hash;
	g->first = (uint16_t)s->n_lines;
	g->g.host = head->host;
	g->g.id = head->id;
	return g;
}

static bool is_part(unsigned type)
{
	switch (type) {
	case ED_AUDITD_SYSCALL:
	case ED_AUDITD_EXECVE:
	case ED_AUDITD_PATH:
	case ED_AUDITD_CWD:
	case ED_AUDITD_SOCKADDR:
	case ED_AUDITD_PROCTITLE:
	case ED_AUDITD_EOE:
		return true;
	default:
		return false;
	}
}

static bool is_session(unsigned type)
{
	return type == ED_AUDITD_USER_START || type == ED_AUDITD_USER_LOGIN ||
	       type == ED_AUDITD_CRED_ACQ || type == ED_AUDITD_SERVICE_START;
}

/* A part of an event goes to it; false: there is no room. */
static bool keep_part(struct scratch *s, const struct ed_auditd_head *head, uint32_t offset,
		      const struct ed_unit *unit)
{
	struct unit_group *g = s->n_lines < LINES_MAX ? find_group(s, head) : NULL;

	if (!g)
		return false;
	if (g->n_lines == 0 || head->type == ED_AUDITD_SYSCALL)
		g->g.offset = unit->offset + offset;
	g->g.source = unit->source;
	g->n_lines++;
	g->last = (uint16_t)s->n_lines;
	if (g->n_lines == 1)
		g->is_session = is_session(head->type);
	/* where the call that wrote the session's record is audited too, that call comes behind it */
	if (g->is_session && g->n_lines == 1)
		g->g.syscall = head->body;
	else if (!g->is_session)
		ed_auditd_group_add(&g->g, head);
	s->lines[s->n_lines].offset = offset;
	s->lines[s->n_lines++].group = (uint16_t)(g - s->groups);
	return true;
}

/* ED_DROP_N: it will be counted with its event. */
static enum ed_drop decode_line(struct scratch *s, struct ed_span line, const struct ed_unit *unit)
{
	uint32_t offset = (uint32_t)(line.p - unit->bytes.p);
	struct ed_auditd_head head;
	enum ed_drop drop = ed_auditd_head_read(line, &head);

	if (drop != ED_DROP_N)
		return drop;
	if (!is_part(head.type) && !is_session(head.type))
		return ED_DROP_OTHER_LOG;
	return keep_part(s, &head, offset, unit) ? ED_DROP_N : ED_DROP_TABLE_FULL;
}

/* True when all of an event's lines lie in this unit, as far as one can know. */
static bool is_whole(const struct scratch *s, const struct unit_group *g)
{
	bool is_far = g->last + (unsigned)BORDER_LINES < s->n_lines;

	if (g->is_session)
		return true;
	if (g->g.syscall.n == 0)
		return g->first >= BORDER_LINES && is_far;
	return g->g.is_closed || is_far;
}

static void settle(struct ed_batch *out, unsigned result, uint64_t offset, unsigned n)
{
	if (result < ED_DROP_N)
		ed_tally_drop_n(&out->tally, (enum ed_drop)result, offset, n);
	else
		out->tally.n_analysed += n;
}

static void defer_lines(struct scratch *s, uint64_t base, struct ed_batch *out)
{
	for (unsigned i = 0; i < s->n_lines; i++) {
		if (!s->groups[s->lines[i].group].is_deferred)
			continue;
		if (out->n_deferred < ED_BATCH_DEFERRED_MAX)
			out->deferred[out->n_deferred++] = s->lines[i].offset;
		else
			ed_tally_drop(&out->tally, ED_DROP_TABLE_FULL, base + s->lines[i].offset);
	}
}

static unsigned emit(struct scratch *s, const struct unit_group *g, struct ed_batch *out)
{
	struct ed_auditd_head head = { .host = g->g.host, .id = g->g.id, .body = g->g.syscall };
	struct ed_auditd_seen seen;

	if (g->is_session)
		return ed_auditd_session_emit(&head, g->g.offset, g->g.source, &s->room, out);
	return ed_auditd_group_emit(&g->g, NULL, &s->room, out, &seen);
}

static void auditd_decode(void *scratch, const struct ed_unit *unit, struct ed_batch *out)
{
	struct scratch *s = scratch;
	struct ed_span rest = unit->bytes, line;

	s->n_lines = s->n_groups = 0;
	s->generation++;
	while (ed_lines_next(&rest, &line)) {
		enum ed_drop drop;

		if (line.n == 0)
			continue;
		out->tally.n_read++;
		drop = decode_line(s, line, unit);
		if (drop != ED_DROP_N)
			ed_tally_drop(&out->tally, drop,
				      unit->offset + (uint64_t)(line.p - unit->bytes.p));
	}
	for (unsigned i = 0; i < s->n_groups; i++) {
		struct unit_group *g = &s->groups[i];
		unsigned result = is_whole(s, g) ? emit(s, g, out) : ED_AUDITD_NEEDS_PEER;

		g->is_deferred = result > ED_AUDITD_DONE;
		if (!g->is_deferred)
			settle(out, result, g->g.offset, g->n_lines);
	}
	defer_lines(s, unit->offset, out);
}

/* ------------------------------------------------------ the ordered pass */

/* An event whose lines are copied until all are there. */
struct open_event {
	bool is_used;
	unsigned n_units; /* since it began */
	unsigned n_lines;
	int64_t time_ns;
	size_t used;
	struct ed_auditd_group g;
	uint8_t bytes[OPEN_BYTES];
};

struct state {
	struct ed_lines lines;
	/* of resolve alone */
	struct ed_auditd_memory memory;
	struct ed_auditd_room room;
	int64_t newest_ns;
	/* the event that was closed last, for a line that comes behind its end */
	uint64_t closed_hash;
	unsigned closed_result;
	struct open_event open[OPEN_MAX];
};

/* What an event tells of its process, and what is told of the process to it. */
static void learn(struct state *s, const struct ed_auditd_seen *seen, struct ed_span host)
{
	struct ed_auditd_who who = { .host = host,
				     .pid = seen->call.pid,
				     .ppid = seen->call.ppid,
				     .time_ns = seen->time_ns };

	if (seen->call.call == ED_AUDITD_CALL_CONNECT)
		ed_auditd_memory_connect(&s->memory, &who, ed_auditd_hex(seen->call.a0),
					 &seen->peer);
	else if (seen->call.call == ED_AUDITD_CALL_DUP)
		ed_auditd_memory_dup(&s->memory, &who, ed_auditd_hex(seen->call.a0),
				     ed_auditd_hex(seen->call.a1));
}

/* Who is at the other end of a connection that decode read; the descriptor is not in its event, but
 * its line is in the unit. */
static void learn_flow(struct state *s, const struct ed_unit *unit, const struct ed_event *ev,
		       struct ed_span host)
{
	struct ed_auditd_seen seen = { .time_ns = ev->time_ns };
	struct ed_auditd_head head;

	if (ev->offset < unit->offset || ev->offset - unit->offset >= unit->bytes.n)
		return;
	if (ed_auditd_head_read(ed_span_from(unit->bytes, ev->offset - unit->offset), &head) !=
	    ED_DROP_N)
		return;
	(void)ed_auditd_call_read(&head.body, &seen.call);
	seen.call.pid = ed_event_process(ev)->pid;
	seen.call.ppid = ed_event_process(ev)->ppid;
	seen.peer.family = ED_AUDITD_INET;
	seen.peer.port = ev->resolver_port;
	seen.peer.addr = ev->resolver;
	learn(s, &seen, host);
}

/* Events from @pos to before @end, in their order: what they tell, and what they are told. */
static void mark_events(struct state *s, const struct ed_unit *unit, struct ed_batch *out,
			size_t pos, size_t end)
{
	struct ed_event *ev;

	for (; pos < end && (ev = ed_batch_at(out, pos)); pos += ev->size_bytes) {
		struct ed_process *p = (void *)((uint8_t *)ev + ev->process_off);
		struct ed_auditd_who who = { ed_process_text(p, ED_TEXT_HOST), p->pid, p->ppid,
					     ev->time_ns };

		struct ed_span image = ed_process_text(p, ED_TEXT_IMAGE);

		if (ev->kind == ED_EVENT_PROCESS)
			p->launch = ed_auditd_memory_start(&s->memory, &who, image,
							   ed_process_text(p, ED_TEXT_COMMAND),
							   p->launch);
		else
			p->launch |= ed_auditd_memory_launch(&s->memory, &who, image);
		if (ev->kind == ED_EVENT_FLOW && (ev->has & ED_FIELD_RESOLVER))
			learn_flow(s, unit, ev, who.host);
	}
}

/* Events before the record at @offset of its source. */
static size_t events_before(const struct ed_batch *out, size_t pos, size_t end, uint64_t offset)
{
	const struct ed_event *ev;

	for (; pos < end && (ev = ed_batch_at(out, pos)) && ev->offset < offset;)
		pos += ev->size_bytes;
	return pos;
}

/* A shell that forked for a pipe or a part of its script has no start, but what it starts names it
 * for its parent: what it did with its streams tells who it is. */
static unsigned emit_fork(struct state *s, const struct open_event *o, struct ed_batch *out,
			  const struct ed_auditd_seen *seen)
{
	struct ed_auditd_who who = { o->g.host, seen->call.pid, seen->call.ppid, seen->time_ns };

	if (ed_auditd_memory_knows(&s->memory, &who))
		return ED_DROP_OTHER_LOG;
	return ed_auditd_group_emit_process(&o->g, seen, &s->room, out);
}

static void close_event(struct state *s, struct open_event *o, struct ed_batch *out)
{
	struct ed_auditd_seen seen;
	struct ed_auditd_peer peer;
	size_t at = out->used;
	unsigned result = ed_auditd_group_emit(&o->g, NULL, &s->room, out, &seen);
	struct ed_auditd_head id = { .host = o->g.host, .id = o->g.id };

	if (result == ED_AUDITD_NEEDS_PEER) {
		struct ed_auditd_who who = { o->g.host, seen.call.pid, seen.call.ppid,
					     seen.time_ns };

		result = ED_DROP_OTHER_LOG;
		if (ed_auditd_memory_peer(&s->memory, &who, ed_auditd_hex(seen.call.a0), &peer))
			result = ed_auditd_group_emit(&o->g, &peer, &s->room, out, &seen);
	} else if (result >= ED_AUDITD_DONE) {
		learn(s, &seen, o->g.host);
	}
	if (result == ED_AUDITD_DUPLICATED)
		result = emit_fork(s, o, out, &seen);
	/* a copied line is no longer in the unit, so that nothing is learnt from it twice */
	mark_events(s, &(struct ed_unit){ .offset = UINT64_MAX }, out, at, out->used);
	settle(out, result, o->g.offset, o->n_lines);
	s->closed_hash = id_hash(&id);
	s->closed_result = result;
	o->is_used = false;
}

/* The open event of a line; if there is none, a place for it. */
static struct open_event *find_open(struct state *s, const struct ed_auditd_head *head,
				    struct ed_batch *out)
{
	struct open_event *oldest = &s->open[0];

	for (unsigned i = 0; i < OPEN_MAX; i++) {
		struct open_event *o = &s->open[i];

		if (o->is_used && is_of(&o->g, head))
			return o;
		if (oldest->is_used && (!o->is_used || o->g.offset < oldest->g.offset))
			oldest = o;
	}
	if (oldest->is_used)
		close_event(s, oldest, out);
	memset(oldest, 0, offsetof(struct open_event, bytes));
	return oldest;
}

/* A copy of @s in the event's own memory, cut to what fits. */
static struct ed_span copy_of(struct open_event *o, struct ed_span s)
{
	size_t room = OPEN_BYTES - ED_LOGLINE_SLACK_BYTES - o->used;
	uint8_t *to = o->bytes + o->used;

	if (s.n > room)
		s.n = room;
	if (s.n > 0)
		memcpy(to, s.p, s.n);
	o->used += s.n;
	return ed_span_of(to, s.n);
}

static void begin_open(struct open_event *o, const struct ed_auditd_head *head, uint64_t offset,
		       const struct ed_unit *unit)
{
	o->is_used = true;
	o->g.host = copy_of(o, ed_span_of(head->host.p, head->host.n < 256 ? head->host.n : 256));
	o->g.id = copy_of(o, ed_span_of(head->id.p, head->id.n < 256 ? head->id.n : 256));
	o->g.offset = offset;
	o->g.source = unit->source;
	(void)ed_auditd_time(o->g.id, &o->time_ns);
}

static void resolve_line(struct state *s, struct ed_span line, const struct ed_unit *unit,
			 struct ed_batch *out)
{
	uint64_t offset = unit->offset + (uint64_t)(line.p - unit->bytes.p);
	struct ed_auditd_head head;
	struct open_event *o;

	if (ed_auditd_head_read(line, &head) != ED_DROP_N)
		return; /* decode has read it: cannot be */
	if (head.type == ED_AUDITD_EOE && s->closed_hash == id_hash(&head)) {
		settle(out, s->closed_result, offset, 1);
		return;
	}
	o = find_open(s, &head, out);
	if (!o->is_used)
		begin_open(o, &head, offset, unit);
	if (head.type == ED_AUDITD_SYSCALL)
		o->g.offset = offset;
	if (o->time_ns > s->newest_ns)
		s->newest_ns = o->time_ns;
	o->n_lines++;
	if (head.type != ED_AUDITD_PATH && head.type != ED_AUDITD_CWD)
		head.body = copy_of(o, head.body);
	ed_auditd_group_add(&o->g, &head);
	if (o->g.is_closed)
		close_event(s, o, out);
}

static void close_old(struct state *s, const struct ed_unit *unit, struct ed_batch *out)
{
	for (unsigned i = 0; i < OPEN_MAX; i++) {
		struct open_event *o = &s->open[i];

		if (!o->is_used)
			continue;
		o->n_units++;
		if (unit->last || o->n_units >= OPEN_UNITS || s->newest_ns - o->time_ns > OPEN_NS)
			close_event(s, o, out);
	}
}

static void auditd_resolve(void *state, const struct ed_unit *unit, struct ed_batch *out)
{
	struct state *s = state;
	size_t pos = 0, end = out->used;

	for (unsigned i = 0; i < out->n_deferred; i++) {
		struct ed_span rest = ed_span_from(unit->bytes, out->deferred[i]), line;
		size_t upto = events_before(out, pos, end, unit->offset + out->deferred[i]);

		mark_events(s, unit, out, pos, upto);
		pos = upto;
		if (ed_lines_next(&rest, &line))
			resolve_line(s, line, unit, out);
	}
	mark_events(s, unit, out, pos, end);
	close_old(s, unit, out);
}

/* --------------------------------------------------------------- the rest */

static enum ed_frame_verdict auditd_frame(void *state, struct ed_span in, bool eof, void *context,
					  struct ed_frame *ret)
{
	(void)context;
	return ed_lines_frame(state, in, eof, NULL, ret);
}

static unsigned auditd_probe(struct ed_span head)
{
	uint8_t copy[1024 + ED_LOGLINE_SLACK_BYTES];
	unsigned n_own = 0, n_lines = 0;
	struct ed_auditd_head h;
	struct ed_span line;

	head = ed_lines_skip_bom(head);
	while (n_lines < PROBE_LINES && ed_lines_next(&head, &line)) {
		/* the head of a line is at its front */
		size_t n = line.n < 1024 ? line.n : 1024;

		memcpy(copy, line.p, n);
		memset(copy + n, 0, ED_LOGLINE_SLACK_BYTES);
		n_lines++;
		n_own += ed_auditd_head_read(ed_span_of(copy, n), &h) == ED_DROP_N;
	}
	if (n_own == 0)
		return 0;
	return n_own * 2 > n_lines ? PROBE_SURE : PROBE_SURE / 2;
}

const struct ed_format ed_format_auditd = {
	.name = "auditd",
	.help = "Linux audit log, raw or enriched, in files or syslog",
	.platforms = 1u << ED_PLATFORM_LINUX,
	.fields = ED_LINUX_FIELDS | ED_FIELD_SIZE_QUERY,
	.state_bytes = sizeof(struct state),
	.probe = auditd_probe,
	.frame = auditd_frame,
	.scratch_new = auditd_scratch_new,
	.scratch_free = ed_mem_free,
	.decode = auditd_decode,
	.resolve = auditd_resolve,
};
