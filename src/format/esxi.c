/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ESXi's logs: syslog.log, shell.log, hostd.log, vobd.log, esxupdate.log, as files or as ESXi and
 * its relays send them (format/host/esxi_line.h):
 *	2023-12-05T17:36:17.835Z In(14) shell[1053659]: [root]: nslookup www.example.net
 *	<110>2022-11-04T15:25:46.186Z esx1 shell[1231448]: [shell.cmd@6876 subject="root" ...]
 *	2023-12-05T02:00:01.113Z In(14) crond[1049077]: USER root pid 1051 cmd /bin/hostd-probe.sh
 *	2023-12-05T17:36:17.835Z In(14) vobd[1048713]: [UserLevelCorrelator] 1us: [esx.audit...] ...
 *
 * ESXi has no log of lookups: what a shell was told and what an agent started are programs, and
 * names in their command lines lookups; the rest is about software (format/host/esxi_vib.h).
 */
#include <errno.h>

#include "base/ascii.h"
#include "base/mem.h"
#include "base/time.h"
#include "format/host/esxi_line.h"
#include "format/host/esxi_vib.h"
#include "format/host/lines.h"
#include "format/host/process_id.h"

enum { COMMAND_ROOM = 32 << 10 };

/* Memory of one reading thread. */
struct scratch {
	struct ed_argv_name names[ED_ARGV_NAMES_MAX];
	uint8_t command[COMMAND_ROOM + ED_LOGLINE_SLACK_BYTES]; /* of several lines, or unescaped */
};

/* A program start as a message tells it. */
struct start {
	struct ed_span user;
	struct ed_span command;
	struct ed_span pid; /* empty: not told */
	uint16_t launch;
};

/* ------------------------------------------------------------- programs */

/* The text between @head and the last @tail. */
static bool between(struct ed_span s, const char *head, const char *tail, struct ed_span *ret)
{
	size_t n = strlen(tail);

	if (!ed_logline_take(&s, head) || s.n < n)
		return false;
	while (s.n >= n && memcmp(s.p + s.n - n, tail, n) != 0)
		s.n--;
	if (s.n < n)
		return false;
	*ret = ed_span_of(s.p, s.n - n);
	return ret->n > 0;
}

/* "[root]: ls": a shell. */
static bool read_shell(struct ed_span s, struct start *ret)
{
	struct ed_span user;
	const uint8_t *end;

	if (!ed_logline_take(&s, "[") || s.n == 0)
		return false;
	end = memchr(s.p, ']', s.n);
	if (!end)
		return false;
	user = ed_span_of(s.p, (size_t)(end - s.p));
	s = ed_span_from(s, user.n + 1);
	if (!ed_logline_take(&s, ": ") || s.n == 0)
		return false;
	*ret = (struct start){ .user = user, .command = s, .launch = ED_LAUNCH_TERMINAL };
	return true;
}

/* "USER root pid 9919303 cmd /bin/hostd-probe.sh": crond. */
static bool read_cron(struct ed_span s, struct start *ret)
{
	struct ed_span user, pid;

	if (!ed_logline_take(&s, "USER ") || !ed_logline_word(&s, &user) ||
	    !ed_logline_take(&s, "pid ") || !ed_logline_word(&s, &pid) ||
	    !ed_logline_take(&s, "cmd ") || s.n == 0)
		return false;
	*ret = (struct start){ .user = user, .command = s, .pid = pid, .launch = ED_LAUNCH_CRON };
	return true;
}

/* What management agents and watchdogs start. */
static bool read_agent(struct ed_span s, struct start *ret)
{
	struct ed_span rest = s;

	*ret = (struct start){ .launch = ED_LAUNCH_SERVICE };
	(void)ed_logline_take(&rest, "Util: ");
	if (between(rest, "ForkExec(", ")", &ret->command)) {
		rest = ed_span_from(rest, ret->command.n + 10);
		return ed_logline_take(&rest, " ") && ed_logline_word(&rest, &ret->pid);
	}
	if (between(s, "Executing '", "'", &ret->command))
		return true;
	if (ed_logline_take(&s, "User '")) {
		const uint8_t *end = s.n > 0 ? memchr(s.p, '\'', s.n) : NULL;

		if (!end)
			return false;
		ret->user = ed_span_of(s.p, (size_t)(end - s.p));
		return between(ed_span_from(s, ret->user.n), "' running command '", "'",
			       &ret->command);
	}
	ret->command = s;
	return ed_logline_take(&ret->command, "Launching binary: ") && ret->command.n > 0;
}

/* Copies @s without the backslashes that hide quotes, brackets and themselves. */
static struct ed_span unescape(struct scratch *sc, struct ed_span s)
{
	size_t n = 0;

	if (!sc || s.n == 0 || !memchr(s.p, '\\', s.n))
		return s;
	for (size_t i = 0; i < s.n && n < COMMAND_ROOM; i++) {
		if (s.p[i] == '\\' && i + 1 < s.n && memchr("\"\\]", s.p[i + 1], 3))
			i++;
		sc->command[n++] = s.p[i];
	}
	memset(sc->command + n, 0, ED_LOGLINE_SLACK_BYTES);
	return ed_span_of(sc->command, n);
}

/* "shell.cmd@6876 subject="root" object="shell" command="ls" result="success" status="0"" */
static bool read_audit(struct scratch *sc, struct ed_span audit, struct start *ret)
{
	*ret = (struct start){ .launch = ED_LAUNCH_TERMINAL };
	if (!ed_span_starts(audit, "shell.cmd@6876 ") ||
	    !ed_esxi_audit_value(audit, "command", &ret->command) || ret->command.n == 0)
		return false;
	(void)ed_esxi_audit_value(audit, "subject", &ret->user);
	ret->command = unescape(sc, ret->command);
	return true;
}

static bool is_shell(struct ed_span program)
{
	return ed_span_is(program, "shell") || ed_span_is(program, "ESXShell");
}

static bool find_start(struct scratch *sc, const struct ed_esxi_line *l, struct start *ret)
{
	if (l->audit.n > 0)
		return read_audit(sc, l->audit, ret);
	if (is_shell(l->program))
		return read_shell(l->message, ret);
	if (read_cron(l->message, ret))
		return ed_span_is(l->program, "crond") || l->program.n == 0;
	return read_agent(l->message, ret);
}

/* Appends what a shell was told in the lines behind this one, which are taken off. */
static void join_lines(struct ed_host_reader *r, const struct ed_esxi_line *l, struct start *start)
{
	struct scratch *sc = r->scratch;
	struct ed_span rest = r->rest, line;
	struct ed_logtime t = r->time;
	size_t n = start->command.n < COMMAND_ROOM ? start->command.n : COMMAND_ROOM;
	struct ed_esxi_line next;

	while (sc && ed_lines_next(&rest, &line)) {
		size_t room = COMMAND_ROOM - n;

		if (line.n == 0)
			return;
		ed_esxi_line_read(&t, line, &next);
		if (!next.goes_on || (next.program.n > 0 &&
				      (!is_shell(next.program) || !ed_span_eq(next.pid, l->pid))))
			return;
		if (r->n_joined++ == 0)
			memcpy(sc->command, start->command.p, n);
		if (room > 0) {
			sc->command[n++] = '\n';
			room = next.message.n < room - 1 ? next.message.n : room - 1;
			if (room > 0)
				memcpy(sc->command + n, next.message.p, room);
			n += room;
		}
		memset(sc->command + n, 0, ED_LOGLINE_SLACK_BYTES);
		start->command = ed_span_of(sc->command, n);
		r->rest = rest;
	}
}

/* --------------------------------------------------------------- events */

/* The first word of a command that is no assignment. */
static struct ed_span image_of(struct ed_span command)
{
	struct ed_span rest = command, word;

	while (ed_logline_word(&rest, &word)) {
		const uint8_t *equal = memchr(word.p, '=', word.n);

		if (!equal || equal == word.p || memchr(word.p, '/', (size_t)(equal - word.p)))
			return word;
	}
	return ed_span_of(command.p, 0);
}

/* A change of software that the event of @r is about. */
static enum ed_drop commit_vib(struct ed_host_reader *r, const struct ed_esxi_vib *v)
{
	struct ed_host_event *h = &r->h;

	h->ev.kind = ED_EVENT_PACKAGE;
	h->ev.package = v->package;
	h->text[ED_TEXT_PACKAGE] = v->vib.name;
	h->text[ED_TEXT_VERSION] = v->vib.version;
	h->text[ED_TEXT_VENDOR] = v->vib.vendor;
	return ed_host_lines_commit(r);
}

static enum ed_drop take_start(struct ed_host_reader *r, const struct ed_esxi_line *l,
			       const struct start *start)
{
	struct ed_argv_name none[ED_ARGV_NAMES_MAX];
	struct scratch *sc = r->scratch;
	struct ed_argv_name *names = sc ? sc->names : none;
	struct ed_host_event *h = &r->h;
	struct ed_esxi_vib vib;
	enum ed_drop drop;
	uint32_t pid = 0;
	unsigned n;

	h->ev.kind = ED_EVENT_PROCESS;
	h->process.launch = start->launch;
	h->process.attribution = ED_ATTRIBUTION_DIRECT;
	if (ed_logline_number(start->pid, UINT32_MAX, &pid)) {
		h->process.pid = pid;
		h->process.id = ed_process_id_from_pid(0, pid, ED_TIME_UNKNOWN_NS);
	}
	if (ed_logline_number(l->pid, UINT32_MAX, &pid)) {
		h->process.ppid = pid;
		h->process.parent_id = ed_process_id_from_pid(0, pid, ED_TIME_UNKNOWN_NS);
	}
	h->text[ED_TEXT_IMAGE] = image_of(start->command);
	h->text[ED_TEXT_COMMAND] = start->command;
	h->text[ED_TEXT_PARENT] = l->program;
	h->text[ED_TEXT_USER] = start->user.n > 0 ? start->user : l->user;
	n = ed_command_names(h->text[ED_TEXT_IMAGE], start->command, names);
	/* all events of a record or none */
	if (r->out && !ed_host_event_fits(r->out, n + 2))
		return ED_DROP_BATCH_FULL;
	drop = ed_host_lines_start(r, names, n);
	if (drop == ED_DROP_N && ed_esxi_vib_command(start->command, &vib))
		drop = commit_vib(r, &vib);
	return drop;
}

/* Takes the next word, which ends in @end, off @rest. */
static bool skip_word(struct ed_span *rest, char end)
{
	struct ed_span word;

	return ed_logline_word(rest, &word) && word.p[word.n - 1] == (uint8_t)end;
}

/* "[UserLevelCorrelator] 12us: [esx.audit.x] " */
static bool skip_correlator(struct ed_span *rest)
{
	return ed_span_starts(*rest, "[") && skip_word(rest, ']') && skip_word(rest, ':') &&
	       ed_span_starts(*rest, "[") && skip_word(rest, ']');
}

/* "2099679: root: INFO: " */
static bool skip_module(struct ed_span *rest)
{
	return rest->n > 0 && ed_is_digit(rest->p[0]) && skip_word(rest, ':') &&
	       skip_word(rest, ':') && skip_word(rest, ':');
}

/* What hostd, vobd and esxupdate have behind their own fronts. */
static struct ed_span inner_message(struct ed_span s)
{
	struct ed_span rest = s, number;

	if (ed_logline_take(&rest, "Event ")) {
		if (ed_logline_word(&rest, &number) && ed_logline_take(&rest, ": "))
			return rest;
		return s;
	}
	return skip_correlator(&rest) || (rest.p == s.p && skip_module(&rest)) ? rest : s;
}

/* The changes of software that a message tells of. */
static enum ed_drop take_software(struct ed_host_reader *r, const struct ed_esxi_line *l)
{
	struct ed_esxi_software software;
	enum ed_drop drop = ED_DROP_OTHER_LOG;
	struct ed_esxi_vib vib;

	if (is_shell(l->program) || !ed_esxi_vib_message(inner_message(l->message), &software))
		return drop;
	r->n_own++;
	r->h.text[ED_TEXT_USER] = l->user;
	while (ed_esxi_vib_next(&software, &vib)) {
		drop = commit_vib(r, &vib);
		if (drop != ED_DROP_N)
			return drop;
	}
	return drop;
}

static enum ed_drop esxi_line(struct ed_host_reader *r, struct ed_span line)
{
	struct ed_esxi_line l;
	struct start start;
	enum ed_drop drop;

	ed_esxi_line_read(&r->time, line, &l);
	r->n_own += l.is_own;
	ed_logline_time(&l.time, &r->h.ev);
	r->h.text[ED_TEXT_HOST] = l.host;
	if (!l.goes_on && find_start(r->scratch, &l, &start)) {
		r->n_own += is_shell(l.program);
		if (is_shell(l.program) && l.audit.n == 0)
			join_lines(r, &l, &start);
		return take_start(r, &l, &start);
	}
	drop = l.goes_on ? ED_DROP_OTHER_LOG : take_software(r, &l);
	/* user names of agents have a vertical tab in them: only a line that nothing is known of is
	 * held to be text */
	return drop == ED_DROP_OTHER_LOG && !l.is_own ? ed_logline_other(line) : drop;
}

/* --------------------------------------------------------------- passes */

static const struct ed_host_lines kind = { .platform = ED_PLATFORM_ESXI, .read = esxi_line };

static unsigned esxi_probe(struct ed_span head)
{
	return ed_host_lines_probe(&kind, head);
}

static int esxi_scratch_new(void **ret)
{
	*ret = ed_mem_zalloc(1, sizeof(struct scratch));
	return *ret ? 0 : -ENOMEM;
}

static void esxi_decode(void *scratch, const struct ed_unit *unit, struct ed_batch *out)
{
	struct ed_host_reader r;

	if (unit->bytes.n == 0)
		return;
	memset(&r, 0, offsetof(struct ed_host_reader, h));
	memcpy(&r.time.last, unit->context, sizeof(r.time.last));
	r.scratch = scratch;
	ed_host_lines_decode(&kind, &r, unit, out);
}

const struct ed_format ed_format_esxi = {
	.name = "esxi",
	.help = "ESXi logs: shell commands, started programs, changes of VIBs",
	.platforms = 1u << ED_PLATFORM_ESXI,
	.fields = ED_FIELD_TIME | ED_FIELD_QNAME | ED_FIELD_QTYPE | ED_FIELD_RESOLVER |
		  ED_FIELD_PROCESS | ED_FIELD_IMAGE | ED_FIELD_LINEAGE | ED_FIELD_USER |
		  ED_FIELD_HOST,
	.state_bytes = sizeof(struct ed_logline_state),
	.context_bytes = sizeof(struct ed_logline_context),
	.probe = esxi_probe,
	.frame = ed_logline_frame,
	.scratch_new = esxi_scratch_new,
	.scratch_free = ed_mem_free,
	.decode = esxi_decode,
};
