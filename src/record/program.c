/* SPDX-License-Identifier: Apache-2.0 */
/* What a program is for; see program.h. */
#include "record/program.h"

#include <string.h>
#include <strings.h>

#include "record/process.h"

struct row {
	enum ed_program_class program_class;
	const char *name;
};

static const struct row rows[] = {
#define PROGRAM(id, name) { ED_PROGRAM_##id, name },
#include "record/program.def"
#undef PROGRAM
};

static const char *const class_texts[ED_PROGRAM_CLASSES] = {
	[ED_PROGRAM_UNKNOWN] = "an unknown program",
	[ED_PROGRAM_OTHER] = "a program",
	[ED_PROGRAM_BROWSER] = "a browser",
	[ED_PROGRAM_RESOLVER] = "a resolver",
	[ED_PROGRAM_SYSTEM] = "a system program",
	[ED_PROGRAM_UPDATER] = "an updater",
	[ED_PROGRAM_MAIL] = "a mail program",
	[ED_PROGRAM_INTERPRETER] = "a script interpreter",
	[ED_PROGRAM_PROXY] = "a program that runs others' code",
	[ED_PROGRAM_LOOKUP] = "a lookup tool",
	[ED_PROGRAM_TRANSFER] = "a transfer tool",
	[ED_PROGRAM_TUNNEL] = "a known tunnel",
};

const char *ed_program_class_text(unsigned program_class)
{
	return class_texts[program_class < ED_PROGRAM_CLASSES ? program_class : 0];
}

static bool same(const uint8_t *text, const char *with, size_t n)
{
	return strncasecmp((const char *)text, with, n) == 0;
}

/* @pattern of @n bytes; an asterisk at either end stands for anything. */
static bool matches(struct ed_span text, const char *pattern, size_t n)
{
	bool open_start = n > 0 && pattern[0] == '*';
	bool open_end = n > 1 && pattern[n - 1] == '*';

	pattern += open_start;
	n -= (size_t)open_start + open_end;
	if (text.n < n)
		return false;
	if (!open_start)
		return same(text.p, pattern, n) && (open_end || text.n == n);
	if (!open_end)
		return same(text.p + text.n - n, pattern, n);
	for (size_t i = 0; i + n <= text.n; i++) {
		if (same(text.p + i, pattern, n))
			return true;
	}
	return false;
}

/* The name that the table has: without path and ".exe". */
static struct ed_span name_of(struct ed_span image)
{
	static const char exe[] = ".exe";
	const size_t n = sizeof(exe) - 1;
	struct ed_span base = ed_image_base(image);

	if (base.n > n && same(base.p + base.n - n, exe, n))
		base.n -= n;
	return base;
}

enum ed_program_class ed_program_class(struct ed_span image)
{
	struct ed_span name = name_of(image);

	if (name.n == 0 || name.p[0] == '<') /* Sysmon's "<unknown process>" */
		return ED_PROGRAM_UNKNOWN;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (matches(name, rows[i].name, strlen(rows[i].name)))
			return rows[i].program_class;
	}
	return ED_PROGRAM_OTHER;
}

bool ed_program_is_misplaced(struct ed_span image)
{
	static const char *const places[] = {
		"/tmp/*",
		"/var/tmp/*",
		"/dev/shm/*",
		"/private/tmp/*",
		"*\\temp\\*",
		"*\\downloads\\*",
		"*\\users\\public\\*",
		"*/downloads/*",
		"*\\programdata\\*",
		"*\\perflogs\\*",
		"*\\$recycle.bin\\*",
		"/users/shared/*",
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (matches(image, places[i], strlen(places[i])))
			return true;
	}
	return false;
}

unsigned ed_program_launch(struct ed_span parent)
{
	static const struct {
		const char *name;
		unsigned launch;
	} parents[] = {
		{ "cron*", ED_LAUNCH_CRON },      { "anacron", ED_LAUNCH_CRON },
		{ "atd", ED_LAUNCH_CRON },        { "taskeng", ED_LAUNCH_CRON },
		{ "sshd*", ED_LAUNCH_REMOTE },    { "wsmprovhost", ED_LAUNCH_REMOTE },
		{ "psexesvc", ED_LAUNCH_REMOTE }, { "winrshost", ED_LAUNCH_REMOTE },
		{ "httpd*", ED_LAUNCH_WEB },      { "apache2", ED_LAUNCH_WEB },
		{ "nginx*", ED_LAUNCH_WEB },      { "w3wp", ED_LAUNCH_WEB },
		{ "php-fpm*", ED_LAUNCH_WEB },    { "tomcat*", ED_LAUNCH_WEB },
		{ "winword", ED_LAUNCH_OFFICE },  { "excel", ED_LAUNCH_OFFICE },
		{ "powerpnt", ED_LAUNCH_OFFICE }, { "outlook", ED_LAUNCH_OFFICE },
		{ "acrord32", ED_LAUNCH_OFFICE }, { "onenote", ED_LAUNCH_OFFICE },
		{ "mshta", ED_LAUNCH_OFFICE },    { "nc", ED_LAUNCH_SOCKET },
		{ "nc.*", ED_LAUNCH_SOCKET },     { "ncat", ED_LAUNCH_SOCKET },
		{ "netcat", ED_LAUNCH_SOCKET },   { "socat", ED_LAUNCH_SOCKET },
	};
	struct ed_span name = name_of(parent);
	unsigned launch = 0;

	for (size_t i = 0; name.n > 0 && i < sizeof(parents) / sizeof(parents[0]); i++) {
		if (matches(name, parents[i].name, strlen(parents[i].name)))
			launch |= parents[i].launch;
	}
	return launch;
}

bool ed_program_is_listed(const char *list, struct ed_span image)
{
	while (list && *list) {
		size_t n = strcspn(list, ",");

		if (n > 0 && (matches(image, list, n) || matches(ed_image_base(image), list, n) ||
			      matches(name_of(image), list, n)))
			return true;
		list += n + (list[n] == ',');
	}
	return false;
}
