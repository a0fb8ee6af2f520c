/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Program starts on macOS as `eslogger exec` writes them, one object a line (shortened):
 *	{"time":"2026-11-03T14:02:11.141999000Z","event_type":9,"global_seq_num":7,
 *	 "process":{"audit_token":{"pid":812},"executable":{"path":"\/bin\/zsh"}},
 *	 "event":{"exec":{"target":{"audit_token":{"pid":812,"euid":501},"ppid":640,
 *	 "executable":{"path":"\/usr\/bin\/dig"},"signing_id":"com.apple.dig"},
 *	 "args":["dig","TXT","www.example.net"],"cwd":{"path":"\/"}}}}
 *
 * The idea: a key means something by the place it stands in, as in format/json/log.h, but the
 * arguments are a list of their own. "process" is the program that called exec, in the same
 * process, and so what started the new one; "event.exec.target" is the new one.
 */
#include <errno.h>

#include "base/mem.h"
#include "base/time.h"
#include "format/host/event.h"
#include "format/json/skip.h"
#include "format/text/logline.h"
#include "format/probe.h"
#include "format/host/process_id.h"

enum {
	DEPTH_MAX = 8, /* what lies deeper is stepped over */
	INTO = 0x80,   /* + a place: the key leads there */
	PROBE_LINES = 20,
	PROBE_SURE = 92,
	TYPE_EXEC = 9, /* ES_EVENT_TYPE_NOTIFY_EXEC */
	COMMAND_ROOM = ED_TEXT_COMMAND_MAX + 1,
};

enum place {
	PLACE_RECORD,
	PLACE_CALLER,
	PLACE_CALLER_TOKEN,
	PLACE_CALLER_FILE,
	PLACE_EVENT,
	PLACE_EXEC,
	PLACE_TARGET,
	PLACE_TARGET_TOKEN,
	PLACE_TARGET_FILE,
	PLACE_TTY,
	PLACE_ARGS,
	PLACE_N
};

enum slot {
	SLOT_TIME = 1,
	SLOT_TYPE,
	SLOT_SEQUENCE,
	SLOT_HOST,
	SLOT_CALLER_PATH,
	SLOT_PATH,
	SLOT_PID,
	SLOT_PPID,
	SLOT_UID,
	SLOT_START,
	SLOT_SIGNER,
	SLOT_TEAM,
	SLOT_CDHASH,
	SLOT_TTY,
	SLOT_N
};

static const struct row {
	uint8_t place;
	uint8_t code; /* a slot, or INTO + a place */
	const char *key;
} rows[] = {
	{ PLACE_RECORD, SLOT_TIME, "time" },
	{ PLACE_RECORD, SLOT_TYPE, "event_type" },
	{ PLACE_RECORD, SLOT_SEQUENCE, "global_seq_num" },
	{ PLACE_RECORD, INTO | PLACE_CALLER, "process" },
	{ PLACE_CALLER, INTO | PLACE_CALLER_FILE, "executable" },
	{ PLACE_CALLER_FILE, SLOT_CALLER_PATH, "path" },
	{ PLACE_RECORD, INTO | PLACE_EVENT, "event" },
	{ PLACE_EVENT, INTO | PLACE_EXEC, "exec" },
	{ PLACE_EXEC, INTO | PLACE_TARGET, "target" },
	{ PLACE_TARGET, INTO | PLACE_TARGET_TOKEN, "audit_token" },
	{ PLACE_TARGET_TOKEN, SLOT_PID, "pid" },
	{ PLACE_TARGET_TOKEN, SLOT_UID, "euid" },
	{ PLACE_TARGET, SLOT_PPID, "ppid" },
	{ PLACE_TARGET, SLOT_START, "start_time" },
	{ PLACE_TARGET, SLOT_SIGNER, "signing_id" },
	{ PLACE_TARGET, SLOT_TEAM, "team_id" },
	{ PLACE_TARGET, SLOT_CDHASH, "cdhash" },
	{ PLACE_TARGET, INTO | PLACE_TARGET_FILE, "executable" },
	{ PLACE_TARGET_FILE, SLOT_PATH, "path" },
	{ PLACE_TARGET, INTO | PLACE_TTY, "tty" },
	{ PLACE_TTY, SLOT_TTY, "path" },
	{ PLACE_EXEC, INTO | PLACE_ARGS, "args" },
	/* not of eslogger, but of what ships its lines */
	{ PLACE_RECORD, SLOT_HOST, "hostname" },
	{ PLACE_RECORD, SLOT_HOST, "host_name" },
	{ PLACE_RECORD, SLOT_HOST, "host" },
	/* of no use, but known keys are stepped over faster */
	{ PLACE_EXEC, 0, "env" },
	{ PLACE_EXEC, 0, "fds" },
	{ PLACE_EXEC, 0, "cwd" },
	{ PLACE_EXEC, 0, "script" },
	{ PLACE_TARGET, 0, "stat" },
	{ PLACE_TARGET, 0, "parent_audit_token" },
	{ PLACE_TARGET, 0, "responsible_audit_token" },
	{ 0, 0, NULL },
};

/* What started a program tells how it was started. */
static const struct {
	const char *path;
	uint16_t launch;
} launchers[] = {
	{ "/usr/sbin/cron", ED_LAUNCH_CRON },   { "/usr/libexec/atrun", ED_LAUNCH_CRON },
	{ "/sbin/launchd", ED_LAUNCH_SERVICE }, { "/usr/libexec/xpcproxy", ED_LAUNCH_SERVICE },
	{ "/usr/sbin/sshd", ED_LAUNCH_REMOTE }, { "/usr/libexec/sshd-session", ED_LAUNCH_REMOTE },
	{ "/usr/sbin/httpd", ED_LAUNCH_WEB },
};

/* Memory of one reading thread. */
struct scratch {
	struct ed_json_keys keys;
	uint8_t code[PLACE_N][ED_JSON_KEYS_MAX + 1]; /* by place and key */
	struct ed_logtime time;
	uint8_t *room; /* for strings with escapes */
	uint8_t command[COMMAND_ROOM];
	struct ed_argv_name names[ED_ARGV_NAMES_MAX];
	struct ed_host_event h;
};

struct record {
	struct ed_span value[SLOT_N]; /* p is NULL when there is none */
	struct ed_span argv[ED_ARGV_WORDS_MAX];
	unsigned n_argv;
	size_t command_n; /* bytes of scratch.command */
	unsigned places;  /* bit: something led into that place */
};

struct level {
	unsigned n; /* items so far */
	uint8_t place;
	uint8_t close; /* the closing bracket */
};

struct walk {
	struct ed_json_text t;
	struct scratch *s;
	struct record *r;
	unsigned depth;
	struct level level[DEPTH_MAX];
};

static bool has(const struct record *r, enum slot slot)
{
	return r->value[slot].p != NULL;
}

/* ---------------------------------------------------------------- walk */

/* Goes into the object or array at the front, or steps over it. */
static bool enter(struct walk *w, unsigned code)
{
	unsigned place = code & (INTO - 1U);

	if (!(code & INTO) || w->depth + 1 >= DEPTH_MAX)
		return ed_json_text_skip(&w->t);
	w->level[++w->depth] = (struct level){
		.place = (uint8_t)place,
		.close = *w->t.p == '[' ? ']' : '}',
	};
	w->r->places |= 1U << place;
	w->t.p++;
	return true;
}

static void put(struct record *r, unsigned code, const struct ed_json_item *item)
{
	if (code == 0 || (code & INTO) || r->value[code].p)
		return;
	if (item->kind == ED_JSON_KIND_STRING || !ed_span_is(item->text, "null"))
		r->value[code] = item->text;
}

/* One more argument, which is put behind a blank as far as an event keeps it. */
static void put_argument(struct walk *w, struct ed_span text)
{
	struct record *r = w->r;
	uint8_t *command = w->s->command;

	if (r->n_argv < ED_ARGV_WORDS_MAX)
		r->argv[r->n_argv++] = text;
	if (r->command_n > 0 && r->command_n < COMMAND_ROOM)
		command[r->command_n++] = ' ';
	if (text.n > COMMAND_ROOM - r->command_n)
		text.n = COMMAND_ROOM - r->command_n;
	if (text.n > 0)
		memcpy(command + r->command_n, text.p, text.n);
	r->command_n += text.n;
}

/* The next item of the innermost object or array. False: malformed. */
static bool take_item(struct walk *w)
{
	const struct level *l = &w->level[w->depth];
	bool in_array = l->close == ']';
	struct ed_json_item item;
	unsigned id = 0, code;

	if (!in_array && !ed_json_text_key_id(&w->t, &w->s->keys, &id))
		return false;
	code = w->s->code[l->place][id];
	if (!in_array && code == 0)
		return ed_json_skip_value(&w->t, &item.text);
	if (!ed_json_text_value(&w->t, &item))
		return false;
	if (item.kind == ED_JSON_KIND_NEST)
		return enter(w, code);
	if (!in_array)
		put(w->r, code, &item);
	else if (l->place == PLACE_ARGS)
		put_argument(w, item.text);
	return true;
}

/* Reads @line into @ret. False: it is not one JSON object. */
static bool read_line(struct scratch *s, struct ed_span line, struct record *ret)
{
	struct walk w = { .t = { .p = line.p, .room = s->room }, .s = s, .r = ret };

	memset(ret, 0, sizeof(*ret));
	w.level[0].close = '}';
	if (*w.t.p++ != '{')
		return false;
	for (;;) {
		struct level *l = &w.level[w.depth];
		enum ed_json_step step = ed_json_text_next(&w.t, l->close, &l->n);

		if (step == ED_JSON_STEP_BAD || (step == ED_JSON_STEP_ITEM && !take_item(&w)))
			return false;
		if (step == ED_JSON_STEP_ITEM)
			continue;
		if (w.depth == 0)
			break;
		w.depth--;
	}
	ed_json_text_space(&w.t);
	return w.t.p == line.p + line.n;
}

/* -------------------------------------------------------------- events */

/* Any event of eslogger's. */
static bool is_own(const struct record *r)
{
	return has(r, SLOT_SEQUENCE) && has(r, SLOT_TYPE) && has(r, SLOT_TIME) &&
	       (r->places & 1U << PLACE_EVENT);
}

static bool is_exec(const struct record *r)
{
	uint32_t type;

	return (r->places & 1U << PLACE_EXEC) &&
	       ed_json_text_number(r->value[SLOT_TYPE], UINT32_MAX, &type) && type == TYPE_EXEC;
}

static uint16_t launch_of(const struct record *r)
{
	uint16_t launch = has(r, SLOT_TTY) ? ED_LAUNCH_TERMINAL : 0;

	for (size_t i = 0; i < sizeof(launchers) / sizeof(launchers[0]); i++) {
		if (ed_span_is(r->value[SLOT_CALLER_PATH], launchers[i].path))
			launch |= launchers[i].launch;
	}
	return launch;
}

static void take_process(struct scratch *s, const struct record *r)
{
	struct ed_process *p = &s->h.process;
	struct ed_span *text = s->h.text;

	(void)ed_json_text_number(r->value[SLOT_PID], UINT32_MAX, &p->pid);
	(void)ed_json_text_number(r->value[SLOT_PPID], UINT32_MAX, &p->ppid);
	(void)ed_time_from_text(r->value[SLOT_START], &p->start_ns);
	/* by the pid alone, which is all that mDNSResponder's messages tell */
	p->id = ed_process_id_from_pid(0, p->pid, ED_TIME_UNKNOWN_NS);
	p->parent_id = ed_process_id_from_pid(0, p->ppid, ED_TIME_UNKNOWN_NS);
	p->launch = launch_of(r);
	p->attribution = ED_ATTRIBUTION_DIRECT;
	text[ED_TEXT_HOST] = r->value[SLOT_HOST];
	text[ED_TEXT_IMAGE] = r->value[SLOT_PATH];
	text[ED_TEXT_COMMAND] = ed_span_of(s->command, r->command_n);
	text[ED_TEXT_PARENT] = r->value[SLOT_CALLER_PATH];
	text[ED_TEXT_USER] = r->value[SLOT_UID];
	text[ED_TEXT_HASHES] = r->value[SLOT_CDHASH];
	text[ED_TEXT_SIGNER] = r->value[has(r, SLOT_SIGNER) ? SLOT_SIGNER : SLOT_TEAM];
}

/* The events of one record. Returns an ed_drop, ED_DROP_N when there are some. */
static enum ed_drop take_record(struct scratch *s, const struct record *r, struct ed_batch *out)
{
	struct ed_host_event *h = &s->h;
	struct ed_logtime_read time;
	unsigned n;

	if (!is_own(r) || !is_exec(r))
		return ED_DROP_OTHER_LOG;
	if (!has(r, SLOT_PATH) || !has(r, SLOT_PID))
		return ED_DROP_NO_FIELDS;
	if (r->value[SLOT_TIME].n == 0 ||
	    ed_logtime_read(&s->time, r->value[SLOT_TIME], &time) != r->value[SLOT_TIME].n)
		return ED_DROP_BAD_LINE;
	ed_logline_time(&time, &h->ev);
	h->ev.kind = ED_EVENT_PROCESS;
	take_process(s, r);
	n = ed_argv_names(r->value[SLOT_PATH], r->argv, r->n_argv, s->names);
	n = ed_host_event_own_names(s->names, n);
	return ed_host_event_start(out, h, s->names, n) ? ED_DROP_N : ED_DROP_BATCH_FULL;
}

/* -------------------------------------------------------------- passes */

static enum ed_frame_verdict eslogger_frame(void *state, struct ed_span in, bool eof, void *context,
					    struct ed_frame *ret)
{
	(void)context;
	return ed_lines_frame(state, in, eof, NULL, ret);
}

static void eslogger_decode(void *scratch, const struct ed_unit *unit, struct ed_batch *out)
{
	struct scratch *s = scratch;
	struct ed_span rest = unit->bytes, line;
	struct record r;

	memset(&s->time, 0, sizeof(s->time));
	while (ed_lines_next(&rest, &line)) {
		uint64_t offset = unit->offset + (uint64_t)(line.p - unit->bytes.p);
		enum ed_drop drop = ED_DROP_BAD_LINE;

		if (line.n == 0)
			continue;
		out->tally.n_read++;
		if (read_line(s, line, &r)) {
			ed_host_event_init(&s->h, ED_PLATFORM_MACOS);
			s->h.ev.offset = offset;
			s->h.ev.source = unit->source;
			drop = take_record(s, &r, out);
		}
		if (drop < ED_DROP_N)
			ed_tally_drop(&out->tally, drop, offset);
		else
			out->tally.n_analysed++;
	}
}

static void scratch_free(void *scratch)
{
	struct scratch *s = scratch;

	if (!s)
		return;
	ed_mem_free(s->room);
	ed_mem_free(s);
}

/* Each key once, in the order of the rows, and where each of its rows leads. */
static void read_rows(struct scratch *s)
{
	struct ed_json_key keys[sizeof(rows) / sizeof(rows[0])] = { { NULL, 0 } };
	unsigned n = 0;

	for (const struct row *row = rows; row->key; row++) {
		unsigned i = 0;

		while (i < n && strcmp(keys[i].text, row->key) != 0)
			i++;
		if (i == n) {
			keys[n] = (struct ed_json_key){ row->key, (uint8_t)(n + 1) };
			n++;
		}
		s->code[row->place][i + 1] = row->code;
	}
	ed_json_keys_init(&s->keys, keys);
}

static int scratch_new(size_t max_bytes, struct scratch **ret)
{
	struct scratch *s = ed_mem_zalloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->room = ed_mem_zalloc(1, max_bytes + ED_UNIT_PADDING_BYTES);
	if (!s->room) {
		scratch_free(s);
		return -ENOMEM;
	}
	read_rows(s);
	*ret = s;
	return 0;
}

static int eslogger_scratch_new(void **ret)
{
	struct scratch *s;
	int r = scratch_new(ED_UNIT_MAX_BYTES, &s);

	if (r == 0)
		*ret = s;
	return r;
}

static unsigned probe_lines(struct scratch *s, struct ed_span head)
{
	unsigned n_own = 0;
	struct ed_span line;
	struct record r;

	/* The last line may be cut: what is no JSON tells nothing. */
	for (unsigned i = 0; i < PROBE_LINES && ed_lines_next(&head, &line); i++)
		n_own += line.n > 0 && read_line(s, line, &r) && is_own(&r);
	return n_own > 0 ? PROBE_SURE : 0;
}

static unsigned eslogger_probe(struct ed_span head)
{
	struct scratch *s;
	unsigned sure = 0;
	uint8_t *copy;

	head = ed_lines_skip_bom(head);
	if (head.n == 0 || head.p[0] != '{')
		return 0;
	copy = ed_probe_copy(&head);
	if (copy && scratch_new(head.n, &s) == 0) {
		sure = probe_lines(s, head);
		scratch_free(s);
	}
	ed_mem_free(copy);
	return sure;
}

const struct ed_format ed_format_eslogger = {
	.name = "eslogger",
	.help = "macOS program starts (eslogger exec), and the names in their command lines",
	.platforms = 1u << ED_PLATFORM_MACOS,
	.fields = ED_FIELD_TIME | ED_FIELD_QNAME | ED_FIELD_QTYPE | ED_FIELD_RESOLVER |
		  ED_FIELD_PROCESS | ED_FIELD_IMAGE | ED_FIELD_LINEAGE | ED_FIELD_USER |
		  ED_FIELD_HOST,
	.state_bytes = sizeof(struct ed_lines),
	.probe = eslogger_probe,
	.frame = eslogger_frame,
	.scratch_new = eslogger_scratch_new,
	.scratch_free = scratch_free,
	.decode = eslogger_decode,
};
