/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs whose arguments hold names, and how each reads its arguments; for argv_name.c and
 * argv_lookup.c alone.
 *	dig -t TXT mfrggzdf.t.example.com      option t with its value, then a plain argument
 */
#ifndef ED_FORMAT_LINUX_ARGV_PROGRAM_H
#define ED_FORMAT_LINUX_ARGV_PROGRAM_H

#include "format/linux/argv_name.h"
#include "format/linux/argv_words.h"

enum { ED_ARGV_JOBS_MAX = 8 }; /* scripts within scripts */

enum ed_argv_style {
	ED_ARGV_DIG,
	ED_ARGV_HOST, /* name, then a server */
	ED_ARGV_NSLOOKUP,
	ED_ARGV_GETENT,
	ED_ARGV_RESOLVECTL,
	ED_ARGV_URL,
	ED_ARGV_PEER, /* the first argument is a host */
	ED_ARGV_IODINE,
	ED_ARGV_DNSCAT,
	ED_ARGV_DNSTT,
	ED_ARGV_ZONE_OPTION, /* -z, -d or --domain */
	ED_ARGV_RESOLVE_NAME,
	ED_ARGV_WRAPPER, /* runs the words behind its options */
	ED_ARGV_APPLETS, /* busybox: the first word is the program */
	ED_ARGV_SHELL,
	ED_ARGV_CMD,
	ED_ARGV_POWERSHELL,
	ED_ARGV_INTERPRETER,
};

struct ed_argv_program {
	const char *name;
	uint8_t style;
	uint8_t n_skip; /* arguments of its own before the program it runs, or before the name */
	/* Short options that take a value; then, behind a blank, long ones. */
	const char *values;
};

/* A script that was found in an argument and is still to be read. */
struct ed_argv_job {
	struct ed_span text;
	bool is_code; /* a program in some language; else commands */
	bool is_child;
};

struct ed_argv_reader {
	struct ed_argv_name *ret;
	unsigned n;
	bool is_child;
	bool is_unsure;
	unsigned n_jobs;
	struct ed_argv_job jobs[ED_ARGV_JOBS_MAX];
	struct ed_argv_room room;
};

/* The words of one command, the program first. */
struct ed_argv_command {
	const struct ed_span *w;
	unsigned n;
	unsigned at;
};

/* One argument, read as the options of its program want it. */
struct ed_argv_option {
	bool is_option;
	char letter;         /* of a short one; 0: long */
	struct ed_span name; /* of a long one, without dashes */
	struct ed_span value;
};

/* @s is @text in either case. */
bool ed_argv_is(struct ed_span s, const char *text);

/* By its path, with or without what systems put behind a name: "x.exe", "nc.openbsd", "python3.11",
 * "dig (deleted)". NULL: it asks for nothing that is known. */
const struct ed_argv_program *ed_argv_program_find(struct ed_span path);

/* The next argument; false: there is none. Of several short options in one word the one that takes
 * a value is given, else the first. */
bool ed_argv_option_next(struct ed_argv_command *w, const struct ed_argv_program *p,
			 struct ed_argv_option *ret);

/* The next argument that is no option. */
bool ed_argv_plain_next(struct ed_argv_command *w, const struct ed_argv_program *p,
			struct ed_span *ret);

/* Adds the name @text to what @r found; NULL: it is none, or an address, or there are enough. */
struct ed_argv_name *ed_argv_add(struct ed_argv_reader *r, struct ed_span text);

/* Adds the names in the arguments of a program that asks itself, which begin at w->at. */
void ed_argv_lookup(struct ed_argv_reader *r, struct ed_argv_command *w,
		    const struct ed_argv_program *p);

#endif
