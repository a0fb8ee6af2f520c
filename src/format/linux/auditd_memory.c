/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptors and processes; see auditd_memory.h. Pids come round again, so an entry is only
 * believed for a while, and only of a process with the same parent.
 */
#include "format/linux/auditd_memory.h"

#include "base/hash.h"
#include "base/time.h"

#define SHELL_WITHIN_NS (60 * ED_NS_PER_S) /* from the connection to the shell */

enum {
	STREAMS = 3, /* input, output, errors */
	PORT_DNS = 53,
};

static uint64_t process_key(struct ed_span host, uint32_t pid)
{
	uint64_t key = ed_hash_pair(host.n > 0 ? ed_hash_bytes(host.p, host.n, 0) : 0, pid);

	return key | (key == 0);
}

static uint64_t socket_key(const struct ed_auditd_who *who, uint64_t fd)
{
	uint64_t key = ed_hash_pair(process_key(who->host, who->pid), fd);

	return key | (key == 0);
}

static struct ed_auditd_socket *socket_place(struct ed_auditd_memory *m, uint64_t key)
{
	return &m->sockets[key % ED_AUDITD_SOCKETS];
}

static const struct ed_auditd_process *find_process(const struct ed_auditd_memory *m,
						    struct ed_span host, uint32_t pid)
{
	uint64_t key = process_key(host, pid);
	const struct ed_auditd_process *p = &m->processes[key % ED_AUDITD_PROCESSES];

	return p->key == key ? p : NULL;
}

/* False when another process had its number. An orphan is given to the first process. */
static bool is_same(const struct ed_auditd_process *p, const struct ed_auditd_who *who)
{
	return p->ppid == who->ppid || p->ppid == 0 || who->ppid <= 1;
}

bool ed_auditd_memory_knows(const struct ed_auditd_memory *m, const struct ed_auditd_who *who)
{
	const struct ed_auditd_process *p = find_process(m, who->host, who->pid);

	return p && is_same(p, who);
}

/* The entry of @who, made anew when it was another's or another process had its number. */
static struct ed_auditd_process *take_process(struct ed_auditd_memory *m,
					      const struct ed_auditd_who *who)
{
	uint64_t key = process_key(who->host, who->pid);
	struct ed_auditd_process *p = &m->processes[key % ED_AUDITD_PROCESSES];

	if (p->key != key || !is_same(p, who))
		*p = (struct ed_auditd_process){ .key = key };
	if (who->ppid > 1 || p->ppid == 0)
		p->ppid = who->ppid;
	return p;
}

static bool is_far(const struct ed_auditd_peer *peer)
{
	return peer->family == ED_AUDITD_INET && peer->port != PORT_DNS && peer->port != 0 &&
	       !(ed_addr_is_v4(&peer->addr) && peer->addr.b[12] == 127);
}

void ed_auditd_memory_connect(struct ed_auditd_memory *m, const struct ed_auditd_who *who,
			      uint64_t fd, const struct ed_auditd_peer *peer)
{
	uint64_t key = socket_key(who, fd);
	struct ed_auditd_socket *s = socket_place(m, key);

	*s = (struct ed_auditd_socket){ .key = 0 };
	if (peer->family != ED_AUDITD_INET)
		return;
	s->key = key;
	s->port = peer->port;
	s->addr = peer->addr;
	if (is_far(peer))
		take_process(m, who)->opened_ns = who->time_ns;
}

bool ed_auditd_memory_peer(const struct ed_auditd_memory *m, const struct ed_auditd_who *who,
			   uint64_t fd, struct ed_auditd_peer *ret)
{
	uint64_t key = socket_key(who, fd);
	const struct ed_auditd_socket *s = &m->sockets[key % ED_AUDITD_SOCKETS];

	if (s->key != key)
		return false;
	memset(ret, 0, sizeof(*ret));
	ret->family = ED_AUDITD_INET;
	ret->port = s->port;
	ret->addr = s->addr;
	return true;
}

void ed_auditd_memory_dup(struct ed_auditd_memory *m, const struct ed_auditd_who *who,
			  uint64_t from, uint64_t to)
{
	struct ed_auditd_peer peer;

	if (!ed_auditd_memory_peer(m, who, from, &peer)) {
		uint64_t key = socket_key(who, to);

		if (socket_place(m, key)->key == key)
			*socket_place(m, key) = (struct ed_auditd_socket){ .key = 0 };
		return;
	}
	ed_auditd_memory_connect(m, who, to, &peer);
	if (to < STREAMS && is_far(&peer))
		take_process(m, who)->below |= ED_LAUNCH_SOCKET;
}

static bool is_one_of(struct ed_span image, const char *const *names)
{
	struct ed_span base = ed_image_base(image);

	for (; *names; names++) {
		if (ed_span_is(base, *names))
			return true;
	}
	return false;
}

static bool is_shell(struct ed_span image)
{
	static const char *const names[] = { "sh",   "bash", "dash", "ash",     "zsh", "ksh",
					     "fish", "csh",  "tcsh", "busybox", NULL };

	return is_one_of(image, names);
}

/* Also "php-fpm8.2". */
static bool is_web_server(struct ed_span image)
{
	static const char *const names[] = { "apache2",  "httpd", "nginx",   "lighttpd", "caddy",
					     "gunicorn", "uwsgi", "php-cgi", NULL };

	return is_one_of(image, names) || ed_span_starts(ed_image_base(image), "php-fpm");
}

/* "sh", "/bin/sh -i": a shell that takes its commands from its input. */
static bool is_interactive(struct ed_span command)
{
	const uint8_t *blank = command.n > 0 ? memchr(command.p, ' ', command.n) : NULL;
	struct ed_span rest;

	if (!blank)
		return true;
	rest = ed_span_from(command, (size_t)(blank - command.p) + 1);
	/* one word of options, among which is i */
	return rest.n > 1 && rest.p[0] == '-' && rest.p[1] != '-' && memchr(rest.p, 'i', rest.n) &&
	       !memchr(rest.p, ' ', rest.n);
}

static bool was_connected(const struct ed_auditd_process *p, int64_t now_ns)
{
	return p && p->opened_ns != 0 && now_ns >= p->opened_ns &&
	       now_ns - p->opened_ns <= SHELL_WITHIN_NS;
}

/* A daemon is a service, but what it was started for says more. */
static uint16_t tidy(uint16_t launch)
{
	if (launch & (ED_LAUNCH_CRON | ED_LAUNCH_REMOTE))
		launch &= (uint16_t)~ED_LAUNCH_SERVICE;
	return launch;
}

uint16_t ed_auditd_memory_start(struct ed_auditd_memory *m, const struct ed_auditd_who *who,
				struct ed_span image, struct ed_span command, uint16_t launch)
{
	const struct ed_auditd_process *parent = find_process(m, who->host, who->ppid);
	const struct ed_auditd_process *self = find_process(m, who->host, who->pid);
	struct ed_auditd_process *entry;

	if (self && !is_same(self, who))
		self = NULL;
	if (parent)
		launch |= parent->below;
	if (self)
		launch |= self->below;
	if (!(launch & ED_LAUNCH_SOCKET) && is_shell(image) && is_interactive(command)) {
		if (was_connected(self, who->time_ns) ||
		    (!(launch & ED_LAUNCH_TERMINAL) && was_connected(parent, who->time_ns)))
			launch |= ED_LAUNCH_SOCKET;
	}
	launch = tidy(launch);
	entry = take_process(m, who);
	entry->below = launch & (uint16_t)~ED_LAUNCH_TERMINAL;
	if (is_web_server(image))
		entry->below |= ED_LAUNCH_WEB;
	return launch;
}

uint16_t ed_auditd_memory_launch(struct ed_auditd_memory *m, const struct ed_auditd_who *who,
				 struct ed_span image)
{
	const struct ed_auditd_process *self = find_process(m, who->host, who->pid);
	uint16_t below = self && is_same(self, who) ? self->below : 0;

	if (!is_web_server(image))
		return below;
	take_process(m, who)->below |= ED_LAUNCH_WEB;
	return below & (uint16_t)~ED_LAUNCH_WEB;
}
