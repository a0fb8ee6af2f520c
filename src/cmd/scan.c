/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `earthdog scan PATH...`: the hunt in files. The engine runs; here is what a person or a script
 * meets: the checks before, the line while it runs, the alerts, the account and the exit status
 * after.
 */
#include "cmd/cmd.h"

#include "cmd/out/output.h"
#include "cmd/out/terminal.h"
#include "cmd/out/text.h"
#include "cmd/run/abilities.h"
#include "cmd/run/hunt.h"
#include "cmd/run/keeping.h"
#include "cmd/run/reading.h"
#include "cmd/run/summary.h"
#include "format/format.h"
#include "sink/alert_words.h"
#include "sink/sink.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

enum { SINK_BUF_BYTES = 1 << 20 };

static_assert((int)ED_OUTPUT_ERROR_MAX >= (int)ED_READING_ERROR_MAX, "one buffer serves all");

static enum ed_exit say(enum ed_exit status, const char *error)
{
	ed_cmd_say("%s", error);
	return status;
}

/* All that can be known to go wrong with the outputs before hours are spent on the input. */
static int check_outputs(const struct ed_reading *o, const struct ed_call *call,
			 char error[static ED_OUTPUT_ERROR_MAX])
{
	int r = ed_output_check(o->output, call->operands, call->n_operands, error);

	if (r == 0 && o->stats)
		r = ed_output_check(o->stats, call->operands, call->n_operands, error);
	if (r == 0 && o->stats && ed_output_same(o->output, o->stats)) {
		(void)snprintf(error, ED_OUTPUT_ERROR_MAX, "--stats goes where the alerts go");
		r = -EINVAL;
	}
	return r;
}

static const struct ed_sink *choose_sink(const struct ed_reading *o, bool terminal)
{
	return ed_sink_find(o->format ? o->format : terminal ? "table" : "ndjson");
}

/* Hands what the sink has written to the file. */
static int drain(struct ed_buf *out, FILE *f)
{
	int r = 0;

	errno = 0;
	if (out->full)
		r = -ENOMEM;
	else if (out->n > 0 && fwrite(out->p, 1, out->n, f) != out->n)
		r = -(errno ? errno : EIO);
	ed_buf_clear(out);
	return r;
}

/* What of a result is shown. */
struct showing {
	enum ed_level min;
	bool suppressed; /* too */
};

static bool is_shown(const struct showing *s, const struct ed_alert *a)
{
	return a->level >= (uint8_t)s->min && (s->suppressed || !a->suppressed);
}

/* Gives what will be written its identifier too. */
static size_t count_shown(const struct ed_scan_result *r, const struct showing *s,
			  char ret_id[static ED_UUID_TEXT])
{
	size_t n = 0;

	ed_alert_uuid(NULL, "alerts", ret_id);
	for (size_t i = 0; i < r->n_alerts; i++) {
		if (!is_shown(s, &r->alerts[i]))
			continue;
		ed_alert_uuid_add(&r->alerts[i], ret_id);
		n++;
	}
	return n;
}

static int put_alerts(const struct ed_sink *sink, const struct ed_sink_options *o,
		      const struct ed_scan_result *result, const struct showing *showing, FILE *f)
{
	struct ed_buf out;
	size_t n = 0;
	int r = 0;

	ed_buf_init(&out, SINK_BUF_BYTES);
	if (sink->begin)
		sink->begin(o, &out);
	r = drain(&out, f);
	for (size_t i = 0; i < result->n_alerts && r == 0; i++) {
		if (!is_shown(showing, &result->alerts[i]))
			continue;
		sink->alert(o, &result->alerts[i], &out);
		r = drain(&out, f);
		n++;
	}
	if (sink->end && r == 0) {
		sink->end(o, n, &out);
		r = drain(&out, f);
	}
	ed_buf_done(&out);
	return r;
}

static int write_alerts(const struct ed_reading *o, const struct ed_scan_result *result,
			enum ed_level min, char error[static ED_OUTPUT_ERROR_MAX])
{
	const char *names[ED_SCAN_FORMATS_MAX + 1];
	const struct showing showing = { .min = min, .suppressed = o->show_suppressed };
	char id[ED_UUID_TEXT];
	struct ed_sink_options options = { .id = id, .format_names = names };
	struct ed_output out;
	bool terminal;
	int r = ed_output_open(o->output, &out, error);

	if (r < 0)
		return r;
	ed_format_names(names, ED_SCAN_FORMATS_MAX + 1);
	terminal = ed_terminal_is(out.f);
	options.width = terminal ? ed_terminal_width(out.f) : 0;
	options.colour = o->colour == ED_COLOUR_ALWAYS ||
			 (o->colour == ED_COLOUR_AUTO && ed_terminal_is_capable(out.f) &&
			  !ed_terminal_no_colour());
	options.explain = o->explain;
	options.no_alerts = count_shown(result, &showing, id) == 0;
	r = put_alerts(choose_sink(o, terminal), &options, result, &showing, out.f);
	if (r < 0) {
		(void)snprintf(error, ED_OUTPUT_ERROR_MAX, "cannot write %s: %s",
			       ferror(stdout) ? "to standard output" : "the alerts", strerror(-r));
		(void)ed_output_close(&out, false, error);
		return r;
	}
	return ed_output_close(&out, true, error);
}

static enum ed_exit write_stats(const char *path, const struct ed_scan_result *result)
{
	struct ed_buf text;
	enum ed_exit status;

	ed_buf_init(&text, SINK_BUF_BYTES);
	ed_summary_stats(result, &text);
	status = ed_output_put(path, &text);
	ed_buf_done(&text);
	return status;
}

/* What was found, by gravity: see enum ed_exit. */
static enum ed_exit status_of(const struct ed_scan_result *result, enum ed_level fail_on)
{
	if (result->interrupted)
		return ED_EXIT_INTERRUPTED;
	for (size_t i = 0; i < result->n_alerts; i++) {
		const struct ed_alert *a = &result->alerts[i];

		if (ed_scan_counts(result, a) && !a->suppressed && a->level >= (uint8_t)fail_on)
			return ED_EXIT_ALERT;
	}
	return result->damaged ? ED_EXIT_DAMAGED : ED_EXIT_OK;
}

static enum ed_exit report(const struct ed_reading *o, const struct ed_scan_config *conf,
			   const struct ed_scan_result *result)
{
	struct ed_levels levels = ed_reading_levels(o);
	char error[ED_OUTPUT_ERROR_MAX];

	if (write_alerts(o, result, levels.min, error) < 0)
		return say(ED_EXIT_FAILURE, error);
	/* The alerts first: on a terminal the summary follows them. */
	if (!ed_cmd_flush_stdout())
		return ED_EXIT_FAILURE;
	if (o->stats && write_stats(o->stats, result) != ED_EXIT_OK)
		return ED_EXIT_FAILURE;
	if (!o->quiet)
		ed_summary_print(result, levels.min, stderr);
	(void)ed_abilities_idle_settings(conf, result, stderr);
	return status_of(result, levels.fail_on);
}

static enum ed_exit run(const struct ed_reading *o, struct ed_scan_config *conf)
{
	struct ed_scan_result result;
	struct ed_keeping keeping;
	bool kept;
	enum ed_exit status;

	if (!ed_keeping_begin(o, conf, &keeping))
		return ED_EXIT_USAGE;
	status = ed_hunt_run(conf, o->quiet, &result);
	if (status != ED_EXIT_OK) {
		(void)ed_keeping_end(&keeping, NULL);
		return status;
	}
	kept = ed_keeping_end(&keeping, &result);
	status = report(o, conf, &result);
	ed_scan_done(&result);
	return kept ? status : ED_EXIT_FAILURE;
}

static enum ed_exit scan_run(const struct ed_call *call)
{
	const struct ed_reading *o = call->conf;
	char error[ED_OUTPUT_ERROR_MAX];
	struct ed_scan_config conf;
	enum ed_exit status;

	if (ed_reading_config(o, call->operands, call->n_operands, &conf, error) < 0)
		return say(ED_EXIT_USAGE, error);
	if (check_outputs(o, call, error) < 0)
		status = say(ED_EXIT_USAGE, error);
	else
		status = run(o, &conf);
	ed_reading_done(&conf);
	return status;
}

static const struct ed_command_row scan_examples[] = {
	{ "earthdog scan captures/",
	  "Read every capture and log below captures/ and print a table." },
	{ "earthdog scan --explain dns.pcap",
	  "The table with the evidence under each alert and what its names decode to." },
	{ "zcat dns.log.gz | earthdog scan --format ndjson -",
	  "Read standard input and print JSON lines." },
	{ "earthdog scan --fail-on high --quiet --stats run.json -o alerts.ndjson logs/",
	  "For a script: alerts and account go to files, the exit status says whether there was an alert." },
	{ "earthdog scan --store /var/lib/earthdog --keep 90d logs/",
	  "Keep alerts and history for \"earthdog history\"." },
	{ "earthdog scan --set AN1124.QueryRatePerClient=100/s --from 2026-11-03 logs/",
	  "A mutable element of an analytic, and a part of the time." },
	{ NULL, NULL },
};

const struct ed_command ed_command_scan = {
	.name = "scan",
	.operands = "PATH...",
	.help = "hunt in captures and logs",
	.description =
		"Reads captures and logs of any known format, mixed, and prints one alert for each tunnel.\n"
		"A PATH is a file, a directory (read with everything below it, hidden files left out) or \"-\" "
		"for standard input. Files compressed with gzip, zstd, lz4 or xz are read through, and so are "
		"Windows event logs (.evtx). The format is found by looking at the first bytes of each input.\n"
		"The same input gives the same alerts with the same identifiers, whatever the number of threads.\n",
	.options = ed_reading_options,
	.conf_bytes = sizeof(struct ed_reading),
	.operands_min = 1,
	.operands_max = SIZE_MAX,
	.examples = scan_examples,
	.run = scan_run,
};
