/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that a command line asks for. Process logs see no DNS, but dig, nslookup, host or
 * Resolve-DnsName carry the name in their arguments, curl and ping in a URL or a host, and tunnel
 * clients (iodine, dnscat2, dns2tcpc) their domain:
 *	dig @192.0.2.53 +short TXT mfrggzdf.t.example.com
 *	powershell -c "Resolve-DnsName -Type TXT -Name mfrggzdf.t.example.com"
 *
 * The program decides which arguments are names; an argument of a program that is not known here is
 * none, however much it looks like one. Scripts within one argument (sh -c "...", powershell -c)
 * are split into words and read by the same table.
 */
#ifndef ED_FORMAT_LINUX_ARGV_NAME_H
#define ED_FORMAT_LINUX_ARGV_NAME_H

#include "base/addr.h"
#include "base/name.h"
#include "base/span.h"

enum { ED_ARGV_NAMES_MAX = 8, ED_ARGV_WORDS_MAX = 64 };

struct ed_argv_name {
	struct ed_name name;   /* wire form */
	uint16_t qtype;        /* 0: not said */
	struct ed_addr server; /* not known: the system's own */
	bool is_tunnel;        /* the domain of a tunnel client or server */
	bool is_child;         /* asked by a program that this one starts, whose own record tells
				  it again: a script of a shell, the words behind sudo */
	bool is_unsure;        /* quotes or escapes stood in its command */
};

/* Fills @ret, at most ED_ARGV_NAMES_MAX, and returns how many. @image: path or short name of the
 * program. Linear in the length of its arguments. */
unsigned ed_argv_names(struct ed_span image, const struct ed_span *argv, unsigned n_argv,
		       struct ed_argv_name ret[static ED_ARGV_NAMES_MAX]);

/* The same for a command line in one text; quotes group words, as the systems' own rules have it.
 */
unsigned ed_command_names(struct ed_span image, struct ed_span command,
			  struct ed_argv_name ret[static ED_ARGV_NAMES_MAX]);

#endif
