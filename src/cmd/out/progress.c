/* SPDX-License-Identifier: Apache-2.0 */
/* Progress and trouble on stderr; see progress.h. */
#include "cmd/out/progress.h"

#include "cmd/cmd.h"
#include "cmd/out/terminal.h"
#include "cmd/out/text.h"
#include "sink/alert_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

enum { TROUBLE_MAX = 2048, LEAST_WIDTH = 20 };

/* The one variable that changes: a signal handler has no other way to tell. */
static volatile sig_atomic_t stop_asked;

static void ask_to_stop(int signal_number)
{
	(void)signal_number;
	stop_asked = 1;
}

void ed_progress_catch_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction act = { .sa_handler = ask_to_stop, .sa_flags = (int)SA_RESETHAND };

	(void)sigemptyset(&act.sa_mask);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		struct sigaction old;

		/* What the parent ignores (nohup, a background job) stays ignored. */
		if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			(void)sigaction(signals[i], &act, NULL);
	}
}

static double seconds_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void ed_progress_init(struct ed_progress *p, bool quiet)
{
	*p = (struct ed_progress){ .start_s = seconds_now() };
	p->live = !quiet && ed_terminal_is_capable(stderr);
	p->width = ed_terminal_width(stderr);
	if (p->width < LEAST_WIDTH)
		p->width = LEAST_WIDTH;
}

void ed_progress_clear(struct ed_progress *p)
{
	if (p->drawn)
		(void)fputs("\r\033[K", stderr);
	p->drawn = false;
}

/* "about 4 min left"; nothing in the first second, when the rate means little. */
static size_t print_left(const struct ed_scan_progress *now, double elapsed_s, char *ret, size_t n)
{
	double left_s;

	ret[0] = '\0';
	if (now->bytes_total <= now->bytes_read || now->bytes_read == 0 || elapsed_s < 1)
		return 0;
	left_s = elapsed_s * (double)(now->bytes_total - now->bytes_read) / (double)now->bytes_read;
	if (left_s < 90)
		return (size_t)snprintf(ret, n, "  %.0f s left", left_s);
	if (left_s < 90 * 60)
		return (size_t)snprintf(ret, n, "  %.0f min left", left_s / 60);
	return (size_t)snprintf(ret, n, "  %.1f h left", left_s / 3600);
}

void ed_progress_line(const struct ed_scan_progress *now, double elapsed_s,
		      char ret[static ED_PROGRESS_LINE_MAX])
{
	char bytes[ED_BYTES_TEXT_MAX], total[ED_BYTES_TEXT_MAX], rate[ED_BYTES_TEXT_MAX];
	char of_total[64] = "", left[32], records[ED_COUNT_TEXT_MAX], dropped[ED_COUNT_TEXT_MAX];
	double per_s = elapsed_s > 0 ? (double)now->bytes_read / elapsed_s : 0;

	ed_alert_text_bytes(now->bytes_read, bytes);
	ed_alert_text_bytes(per_s < 1e18 ? (uint64_t)per_s : 0, rate);
	if (now->bytes_total > 0) {
		ed_alert_text_bytes(now->bytes_total, total);
		(void)snprintf(of_total, sizeof(of_total), " of %s  %.0f %%", total,
			       100 * (double)now->bytes_read / (double)now->bytes_total);
	}
	(void)print_left(now, elapsed_s, left, sizeof(left));
	(void)snprintf(ret, ED_PROGRESS_LINE_MAX, " %s%s  %s/s%s  %s records", bytes, of_total,
		       rate, left, ed_text_count(now->n_records, records));
	if (now->n_dropped > 0) {
		size_t n = strlen(ret);

		(void)snprintf(ret + n, ED_PROGRESS_LINE_MAX - n, ", %s damaged",
			       ed_text_count(now->n_dropped, dropped));
	}
}

bool ed_progress_hook(void *arg, const struct ed_scan_progress *now)
{
	struct ed_progress *p = arg;
	char line[ED_PROGRESS_LINE_MAX];

	if (stop_asked)
		return false;
	if (!p->live)
		return true;
	ed_progress_line(now, seconds_now() - p->start_s, line);
	/* A line that wraps could not be taken back. */
	(void)fprintf(stderr, "\r\033[K%.*s", (int)p->width - 1, line);
	p->drawn = true;
	return true;
}

void ed_progress_trouble_line(const struct ed_scan_trouble *t, char *ret, size_t n)
{
	char path[ED_PATH_TEXT_MAX], what[ED_PATH_TEXT_MAX / 2], count[ED_COUNT_TEXT_MAX];
	char offset[48] = "", records[64] = "";

	if (t->has_offset)
		(void)snprintf(offset, sizeof(offset), "offset %" PRIu64 ": ", t->offset);
	if (t->n > 0)
		(void)snprintf(records, sizeof(records), " (%s record%s)",
			       ed_text_count(t->n, count), t->n == 1 ? "" : "s");
	(void)snprintf(ret, n, "%s: %s%s%s", ed_text_escape(t->path, path, sizeof(path)), offset,
		       ed_text_escape(t->what, what, sizeof(what)), records);
}

void ed_progress_trouble(void *arg, const struct ed_scan_trouble *t)
{
	char line[TROUBLE_MAX];

	ed_progress_clear(arg);
	ed_progress_trouble_line(t, line, sizeof(line));
	ed_cmd_say("%s", line);
}
