/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is behind an event: the machine, the program, what started it. A source that knows puts it
 * behind the name of its event (ed_batch_commit_process): a head of fixed size and texts of the
 * length they have, so that an event without it costs nothing.
 *
 * Every text is the attacker's (a process chooses its name and its command line): it is bytes, cut
 * to the limits below, and escaped at every exit.
 */
#ifndef ED_RECORD_PROCESS_H
#define ED_RECORD_PROCESS_H

#include "base/span.h"

#include <stdbool.h>
#include <stdint.h>

enum ed_platform {
	ED_PLATFORM_UNKNOWN,
	ED_PLATFORM_WINDOWS,
	ED_PLATFORM_LINUX,
	ED_PLATFORM_MACOS,
	ED_PLATFORM_NETWORK,
	ED_PLATFORM_ESXI,
	ED_PLATFORM_N
};

/* "windows", ..., "unknown" */
const char *ed_platform_name(unsigned platform);
/* False when @name is none of them. */
bool ed_platform_from_name(struct ed_span name, enum ed_platform *ret);

/* What is out of the ordinary about a hypervisor. */
enum ed_machine_trait {
	ED_MACHINE_UNKNOWN_PACKAGE = 1 << 0, /* one that no baseline knows or nobody vouches for */
	ED_MACHINE_LAX = 1 << 1, /* its acceptance level was lowered, or checks were switched off */
	ED_MACHINE_COMMANDS = 1 << 2, /* names were looked up at its shell */
};

/* How a lookup came to be ascribed to its program, weakest first. */
enum ed_attribution {
	ED_ATTRIBUTION_NONE,
	ED_ATTRIBUTION_WEAK,    /* the only new program in the time window */
	ED_ATTRIBUTION_COMMAND, /* the name stands in its command line */
	ED_ATTRIBUTION_SOCKET,  /* it had a socket to the server at that time */
	ED_ATTRIBUTION_STUB,    /* the same, but through a resolver on the machine */
	ED_ATTRIBUTION_DIRECT,  /* the source says so */
};

/* What is known of how a program was started; several may hold. */
enum ed_launch {
	ED_LAUNCH_CRON = 1 << 0,     /* cron, at, a scheduled task, a launchd timer */
	ED_LAUNCH_SERVICE = 1 << 1,  /* systemd unit, Windows service, launchd job */
	ED_LAUNCH_TERMINAL = 1 << 2, /* a terminal is attached */
	ED_LAUNCH_REMOTE = 1 << 3,   /* a remote session: ssh, WinRM, PsExec */
	ED_LAUNCH_SOCKET = 1 << 4,   /* its standard streams are a socket: a reverse shell */
	ED_LAUNCH_WEB = 1 << 5,      /* below a web server */
	ED_LAUNCH_OFFICE = 1 << 6,   /* below a document reader, a mail program, a browser */
};

enum ed_text {
	ED_TEXT_HOST,    /* name of the machine, as the source has it */
	ED_TEXT_IMAGE,   /* path of the program; its short name where no path is known */
	ED_TEXT_COMMAND, /* its command line */
	ED_TEXT_PARENT,  /* path of the program that started it */
	ED_TEXT_PARENT_COMMAND,
	ED_TEXT_USER,
	ED_TEXT_HASHES, /* of the image, as the source writes them */
	ED_TEXT_SIGNER,
	ED_TEXT_UNIT,    /* systemd unit, launchd label, container, scheduled task */
	ED_TEXT_PACKAGE, /* of ED_EVENT_PACKAGE: name, ... */
	ED_TEXT_VERSION,
	ED_TEXT_VENDOR,
	ED_TEXT_N
};

enum {
	ED_TEXT_MAX = 256,          /* bytes of a text; what is longer is cut */
	ED_TEXT_COMMAND_MAX = 1024, /* of the two command lines */
};

/* The head; the texts follow, in the order of ed_text, without borders. */
struct ed_process {
	uint64_t id;         /* same process, same number, within a host; 0: not known */
	uint64_t parent_id;  /* the same of its parent */
	int64_t start_ns;    /* ED_TIME_UNKNOWN_NS when not known */
	uint32_t pid, ppid;  /* 0: not known */
	uint16_t launch;     /* ED_LAUNCH_* */
	uint8_t attribution; /* ed_attribution */
	uint8_t is_cut;      /* a text was longer than its limit */
	uint16_t text_n[ED_TEXT_N];
	uint8_t pad[4];
};

enum {
	ED_PROCESS_MAX_BYTES = sizeof(struct ed_process) + 2 * ED_TEXT_COMMAND_MAX +
			       (ED_TEXT_N - 2) * ED_TEXT_MAX
};

/* Empty where the source does not say. Borrowed from what holds @p. */
struct ed_span ed_process_text(const struct ed_process *p, enum ed_text id);

/*
 * Writes @p with texts @text of its own behind it to @ret, each cut to its limit and, where @n_room
 * is short, to what is left. Sets text_n and is_cut. Returns the bytes taken. @ret may not overlap
 * the texts.
 */
size_t ed_process_write(const struct ed_process *p, const struct ed_span text[static ED_TEXT_N],
			struct ed_process *ret, size_t n_room);

/* A process kept for itself, with shorter texts: who is behind a key, an alert. */
enum { ED_ACTOR_TEXT_BYTES = 960 };

struct ed_actor {
	struct ed_process process; /* its texts follow */
	uint8_t text[ED_ACTOR_TEXT_BYTES];
	bool known;
	uint8_t platform; /* ed_platform */
};

/* The texts of @p as far as an actor keeps them; borrowed. Returns their bytes. */
size_t ed_actor_texts(const struct ed_process *p, struct ed_span ret[static ED_TEXT_N]);

/* Fills what @actor does not know yet from @p; what it knows stays. */
void ed_actor_learn(struct ed_actor *actor, const struct ed_process *p, unsigned platform);

/* A text of the actor, empty where it is not known. */
static inline struct ed_span ed_actor_text(const struct ed_actor *actor, enum ed_text id)
{
	return actor->known ? ed_process_text(&actor->process, id) : ed_span_of(NULL, 0);
}

/* Printable ASCII for people: every other byte as \xNN. Cut at @n - 1 bytes; returns the length. */
size_t ed_process_print(struct ed_span text, char *ret, size_t n);

/* How sure it is that the program did it: "the log says so", ... ; static. */
const char *ed_attribution_text(unsigned attribution);

/*
 * Keyed hashes that name a machine and a program on it across sources. The machine by the first
 * label of its name in lower case (an address as it is), so that FQDN and short name agree; the
 * program by machine and path in lower case. 0: the process has no host.
 */
uint64_t ed_process_host_hash(const struct ed_process *p, uint64_t key);
uint64_t ed_process_program_hash(const struct ed_process *p, uint64_t key);

/* The last component of a path of any system: "C:\Windows\x.exe" and "/usr/bin/x" give "x.exe" and
 * "x". */
struct ed_span ed_image_base(struct ed_span path);

#endif
