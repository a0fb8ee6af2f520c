/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger for commands; see ledger.h. */
#include "cmd/run/ledger.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/time.h"
#include "cmd/cmd.h"
#include "cmd/out/text.h"

enum { WAIT_MS = 5000, NAME_MAX_BYTES = 48 };

static void user_name(uid_t uid, char ret[static NAME_MAX_BYTES])
{
	const struct passwd *p = getpwuid(uid);

	if (p && p->pw_name && *p->pw_name)
		(void)snprintf(ret, NAME_MAX_BYTES, "%s", p->pw_name);
	else
		(void)snprintf(ret, NAME_MAX_BYTES, "user %u", (unsigned)uid);
}

/* Who logged in, as the kernel's audit keeps it through su and sudo. False: it does not know. */
static bool login_uid(uid_t *ret)
{
	FILE *f = fopen("/proc/self/loginuid", "re");
	unsigned long uid = UINT32_MAX;
	char line[32], *end;

	if (f && fgets(line, sizeof(line), f)) {
		uid = strtoul(line, &end, 10);
		if (end == line)
			uid = UINT32_MAX;
	}
	if (f)
		(void)fclose(f);
	*ret = (uid_t)uid;
	return uid < UINT32_MAX;
}

const char *ed_cmd_login(char ret[static ED_LEDGER_WHO_MAX + 1])
{
	char user[NAME_MAX_BYTES], login[NAME_MAX_BYTES];
	uid_t uid;

	user_name(getuid(), user);
	if (login_uid(&uid) && uid != getuid()) {
		user_name(uid, login);
		(void)snprintf(ret, ED_LEDGER_WHO_MAX + 1, "%s (%s)", user, login);
	} else {
		(void)snprintf(ret, ED_LEDGER_WHO_MAX + 1, "%s", user);
	}
	return ret;
}

int64_t ed_cmd_now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * ED_NS_PER_S + t.tv_nsec;
}

bool ed_cmd_open_ledger(const char *dir, uint32_t mode, const char *as, int64_t now_ns,
			struct ed_ledger **ret)
{
	char login[ED_LEDGER_WHO_MAX + 1], error[ED_STORE_ERROR_MAX], shown[ED_PATH_TEXT_MAX];
	const struct ed_ledger_conf conf = { .dir = dir,
					     .mode = mode,
					     .wait_ms = WAIT_MS,
					     .now_ns = now_ns ? now_ns : ed_cmd_now_ns(),
					     .who = as,
					     .login = ed_cmd_login(login) };

	if (ed_ledger_open(&conf, ret, error) == 0)
		return true;
	ed_cmd_say("%s", ed_text_escape(error, shown, sizeof(shown)));
	return false;
}

void ed_cmd_say_store(const char *dir, int r)
{
	char shown[ED_PATH_TEXT_MAX];

	ed_cmd_say("%s: %s", ed_text_escape(dir, shown, sizeof(shown)), ed_store_error(r));
}
