/* SPDX-License-Identifier: Apache-2.0 */
/* The list of the site's drills; see list.h. */
#include "cmd/drill/list.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/out/text.h"
#include "cmd/run/ledger.h"
#include "engine/drill_files.h"

enum {
	LIST_MAX_BYTES = 1 << 20,
	LINE_MAX_BYTES = 1024,
	RESULT_MAX_BYTES = 1 << 14,
	WAIT_MS = 5000
};

static bool say_path(const char *path, const char *what)
{
	char shown[ED_PATH_TEXT_MAX];

	ed_cmd_say("drill: %s: %s", ed_text_escape(path, shown, sizeof(shown)), what);
	return false;
}

/* -------------------------------------------------------------------- file */

/* One write behind the end, so that two drills at a time leave two whole lines. */
static bool append(const char *path, const struct ed_buf *text)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	bool good = fd >= 0 && write(fd, text->p, text->n) == (ssize_t)text->n;
	int error = errno;

	if (fd >= 0 && close(fd) != 0 && good) {
		error = errno;
		good = false;
	}
	return good || say_path(path, strerror(error));
}

/* ------------------------------------------------------------------- store */

/* Makes the directory of the store where there is none yet, as a scan would. */
static struct ed_ledger *open_ledger(const char *dir)
{
	struct ed_ledger *ledger;

	if (mkdir(dir, 0755) < 0 && errno != EEXIST) {
		(void)say_path(dir, strerror(errno));
		return NULL;
	}
	(void)ed_cmd_open_ledger(dir, ED_LEDGER_MAKE, NULL, 0, &ledger);
	return ledger;
}

static bool close_ledger(struct ed_ledger *ledger, const char *dir, int r)
{
	ed_ledger_close(ledger);
	return r == 0 || say_path(dir, ed_store_error(r));
}

static int audit_line(struct ed_ledger *ledger, const struct ed_drill_leg *leg)
{
	char mark[ED_DRILL_MARK_TEXT];
	struct ed_buf line;
	int r = -ENOMEM;

	ed_buf_init(&line, LINE_MAX_BYTES);
	ed_drill_known_print(&leg->known, &line);
	ed_drill_mark_print(leg->known.id, mark);
	if (!line.full) {
		line.p[line.n - 1] = '\0'; /* the line feed */
		r = ed_ledger_audit(ledger, ED_DRILL_ACTION_MADE, mark, line.p);
	}
	ed_buf_done(&line);
	return r;
}

static bool audit_legs(const struct ed_drill_job *j)
{
	const char *dir = j->scan->store;
	struct ed_ledger *ledger = open_ledger(dir);
	int r = 0;

	for (size_t i = 0; ledger && i < j->n_legs && r == 0; i++)
		r = audit_line(ledger, &j->legs[i]);
	return ledger && close_ledger(ledger, dir, r);
}

bool ed_drill_list_add(const struct ed_drill_job *j)
{
	const char *path = j->conf->drills;
	struct ed_buf text;
	bool good = true;

	ed_buf_init(&text, LIST_MAX_BYTES);
	for (size_t i = 0; i < j->n_legs; i++)
		ed_drill_known_print(&j->legs[i].known, &text);
	if (path)
		good = append(path, &text);
	if (good && j->scan->store)
		good = audit_legs(j);
	if (good && !j->conf->quiet)
		(void)fprintf(stderr, "%s", text.p);
	ed_buf_done(&text);
	return good;
}

static int audit_row(struct ed_ledger *ledger, const struct ed_drill_row *row)
{
	char mark[ED_DRILL_MARK_TEXT];
	struct ed_buf text;
	int r;

	ed_buf_init(&text, RESULT_MAX_BYTES);
	ed_drill_print_one(row, &text);
	ed_drill_mark_print(row->task.drill->id, mark);
	r = text.full ? -ENOMEM : ed_ledger_audit(ledger, ED_DRILL_ACTION_RESULT, mark, text.p);
	ed_buf_done(&text);
	return r;
}

bool ed_drill_note_rows(const struct ed_drill_job *j)
{
	const char *dir = j->scan->store;
	struct ed_ledger *ledger;
	int r = 0;

	if (!dir)
		return true;
	ledger = open_ledger(dir);
	for (size_t i = 0; ledger && i < j->n_rows && r == 0; i++)
		r = audit_row(ledger, &j->rows[i]);
	return ledger && close_ledger(ledger, dir, r);
}

/* -------------------------------------------------------------------- find */

/* The drill called @marker in the list, else the last of it. */
static const struct ed_drill_known *pick(const struct ed_drills *drills, const char *marker)
{
	uint64_t id;

	if (!marker)
		return drills->n > 0 ? &drills->v[drills->n - 1] : NULL;
	if (!ed_drill_mark_read(ed_span_str(marker), &id))
		return NULL;
	for (size_t i = drills->n; i > 0; i--) {
		if (drills->v[i - 1].id == id)
			return &drills->v[i - 1];
	}
	return NULL;
}

static bool find_leg(struct ed_drill_job *j, const struct ed_drills *drills)
{
	const char *marker = j->conf->marker;
	const struct ed_drill_known *known = pick(drills, marker);

	if (known) {
		j->legs[j->n_legs++].known = *known;
		return true;
	}
	if (drills->n == 0)
		ed_cmd_say("drill: there is no drill in the list: name it with --drills or, behind "
			   "\"--\", --store");
	else
		ed_cmd_say("drill: this drill is not in the list");
	return false;
}

bool ed_drill_find_legs(struct ed_drill_job *j)
{
	char error[256], shown[ED_PATH_TEXT_MAX];
	struct ed_drills *drills = calloc(1, sizeof(*drills));
	bool found = false;

	j->legs = calloc(1, sizeof(*j->legs));
	if (!drills || !j->legs)
		ed_cmd_say("no memory");
	else if (j->n_paths == 0)
		ed_cmd_say("drill: --check needs PATHs, behind \"--\"");
	else if (ed_drill_files_read(j->conf->drills, j->scan->store, drills, error) < 0)
		ed_cmd_say("drill: %s", ed_text_escape(error, shown, sizeof(shown)));
	else
		found = find_leg(j, drills);
	free(drills);
	return found;
}
