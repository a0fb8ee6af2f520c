/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `earthdog events PATH...`: what earthdog read. Every event that the formats gave, one JSON object
 * a line, before anything is computed from it: to see whether a log is read as it was meant, to
 * compare two recordings of the same traffic, to convert captures and logs for other tools.
 */
#include "cmd/cmd.h"

#include "cmd/out/output.h"
#include "cmd/out/progress.h"
#include "cmd/out/text.h"
#include "cmd/run/reading.h"
#include "cmd/run/summary.h"
#include "engine/events.h"
#include "sink/event_json.h"
#include "sink/event_ocsf.h"

#include <errno.h>
#include <string.h>

enum { LINE_MAX_BYTES = 1 << 17, STATS_MAX_BYTES = 1 << 20 };

struct events_conf {
	struct ed_reading reading; /* those of its rows that the table below has */
	uint32_t format;           /* events_format */
};

enum events_format { EVENTS_NDJSON, EVENTS_OCSF };

static const char *const formats[] = {
	[EVENTS_NDJSON] = "ndjson",
	[EVENTS_OCSF] = "ocsf",
	NULL,
};

static const struct ed_option events_options[] = {
	{
		.name = "config",
		.like = ed_reading_options,
		.offset = offsetof(struct events_conf, reading),
	},
	{
		.name = "input-format",
		.like = ed_reading_options,
		.offset = offsetof(struct events_conf, reading),
	},
	{
		.name = "from",
		.like = ed_reading_options,
		.offset = offsetof(struct events_conf, reading),
	},
	{
		.name = "to",
		.like = ed_reading_options,
		.offset = offsetof(struct events_conf, reading),
	},
	{
		.name = "format",
		.type = ED_OPT_CHOICE,
		.offset = offsetof(struct events_conf, format),
		.choices = formats,
		.def = "ndjson",
		.arg = "FORMAT",
		.help = "ndjson: all that was read; ocsf: lookups as DNS Activity (class 4003) of the "
			"Open Cybersecurity Schema Framework 1.8.0",
	},
	{
		.name = "stats",
		.like = ed_reading_options,
		.offset = offsetof(struct events_conf, reading),
		.help = "write the account of the records to FILE as JSON",
	},
	{
		.name = "quiet",
		.like = ed_reading_options,
		.offset = offsetof(struct events_conf, reading),
		.help = "no closing summary",
	},
	{ .name = NULL },
};

struct printing {
	struct ed_buf line;
	uint32_t format;
	uint64_t n_left_out;         /* events that the format has no place for */
	struct ed_progress progress; /* never drawn; trouble goes through it */
	int error;                   /* errno of the output, 0 */
};

static bool print_event(void *arg, const struct ed_event *ev, const char *path,
			const struct ed_format *format)
{
	struct printing *p = arg;

	ed_buf_clear(&p->line);
	if (p->format == EVENTS_NDJSON) {
		ed_event_json(ev, path, format->name, &p->line);
	} else if (!ed_event_ocsf(ev, format->name, &p->line)) {
		p->n_left_out++;
		return true;
	}
	ed_buf_put(&p->line, "\n", 1);
	if (p->line.full)
		p->error = ENOMEM;
	else if (fwrite(p->line.p, 1, p->line.n, stdout) != p->line.n)
		p->error = errno ? errno : EIO;
	return p->error == 0;
}

static void print_trouble(void *arg, const struct ed_scan_trouble *t)
{
	struct printing *p = arg;

	ed_progress_trouble(&p->progress, t);
}

static void print_drops(const struct ed_tally *t, FILE *f)
{
	const char *before = " not analysed: ";
	char text[ED_COUNT_TEXT_MAX];

	for (unsigned i = 0; i < ED_DROP_N; i++) {
		if (t->n_dropped[i] == 0)
			continue;
		(void)fprintf(f, "%s%s (%s)", before, ed_text_count(t->n_dropped[i], text),
			      ed_drop_help(i));
		before = ", ";
	}
	if (t->n_read > t->n_analysed)
		(void)fputc('\n', f);
}

static void print_summary(const struct ed_scan_result *r, uint64_t n_left_out, FILE *f)
{
	char text[ED_COUNT_TEXT_MAX];
	uint64_t n = 0;

	for (unsigned i = 0; i < ED_EVENT_N; i++)
		n += r->n_events[i];
	(void)fprintf(f, " %s record%s", ed_text_count(r->records.n_read, text),
		      r->records.n_read == 1 ? "" : "s");
	(void)fprintf(f, " in %s file%s", ed_text_count(r->n_files, text),
		      r->n_files == 1 ? "" : "s");
	(void)fprintf(f, ", %s event%s\n", ed_text_count(n, text), n == 1 ? "" : "s");
	if (n_left_out > 0)
		(void)fprintf(f, " %s event%s left out: no lookup, or without a time or an end\n",
			      ed_text_count(n_left_out, text), n_left_out == 1 ? "" : "s");
	print_drops(&r->records, f);
}

static enum ed_exit write_stats(const char *path, const struct ed_scan_result *result)
{
	struct ed_buf text;
	enum ed_exit status;

	ed_buf_init(&text, STATS_MAX_BYTES);
	ed_summary_stats(result, &text);
	status = ed_output_put(path, &text);
	ed_buf_done(&text);
	return status;
}

static enum ed_exit finish(const struct ed_reading *o, uint64_t n_left_out,
			   const struct ed_scan_result *result)
{
	/* The events first: on a terminal the summary follows them. */
	if (!ed_cmd_flush_stdout())
		return ED_EXIT_FAILURE;
	if (o->stats && write_stats(o->stats, result) != ED_EXIT_OK)
		return ED_EXIT_FAILURE;
	if (!o->quiet)
		print_summary(result, n_left_out, stderr);
	return result->damaged ? ED_EXIT_DAMAGED : ED_EXIT_OK;
}

/* 0, or -EINVAL with one line in @error. */
static int make_config(const struct ed_call *call, struct ed_scan_config *ret,
		       char error[static ED_OUTPUT_ERROR_MAX])
{
	const struct ed_reading *o = &((const struct events_conf *)call->conf)->reading;

	ed_scan_config_init(ret);
	ret->paths = call->operands;
	ret->n_paths = call->n_operands;
	ret->input_format = o->input_format;
	ret->from_ns = o->from_ns;
	ret->to_ns = o->to_ns;
	if (o->from_ns != 0 && o->to_ns != 0 && o->from_ns > o->to_ns) {
		(void)snprintf(error, ED_OUTPUT_ERROR_MAX, "--from is later than --to");
		return -EINVAL;
	}
	return o->stats ? ed_output_check(o->stats, call->operands, call->n_operands, error) : 0;
}

static enum ed_exit events_run(const struct ed_call *call)
{
	const struct events_conf *o = call->conf;
	struct printing printing = { .format = o->format };
	const struct ed_events_hooks hooks = {
		.arg = &printing,
		.event = print_event,
		.trouble = print_trouble,
	};
	char error[ED_OUTPUT_ERROR_MAX];
	struct ed_scan_config conf;
	struct ed_scan_result result;
	int r;

	if (make_config(call, &conf, error) < 0) {
		ed_cmd_say("%s", error);
		return ED_EXIT_USAGE;
	}
	ed_progress_init(&printing.progress, true);
	ed_buf_init(&printing.line, LINE_MAX_BYTES);
	r = ed_events_run(&conf, &hooks, &result);
	ed_buf_done(&printing.line);
	if (r < 0 || printing.error) {
		ed_cmd_say("cannot %s: %s", r < 0 ? "read" : "write to standard output",
			   strerror(r < 0 ? -r : printing.error));
		return ED_EXIT_FAILURE;
	}
	return finish(&o->reading, printing.n_left_out, &result);
}

static const struct ed_command_row events_examples[] = {
	{ "earthdog events dns.pcap > dns.ndjson", "A capture as JSON lines." },
	{ "earthdog events --format ocsf dns.log.gz > dns.ocsf.json",
	  "Lookups for a security lake." },
	{ "earthdog events --quiet --input-format bind query.log",
	  "Is this log read as it was meant?" },
	{ NULL, NULL },
};

const struct ed_command ed_command_events = {
	.name = "events",
	.operands = "PATH...",
	.help = "print what was read, one JSON object an event",
	.description =
		"Reads captures and logs as scan does and prints every event in the order of the input, one JSON "
		"object a line, before anything is computed from it. Names are in canonical form: lower case, "
		"\\. and \\DDD for what is special. What the source does not tell has no key.\n"
		"Keys: kind (query, response, pair, not-dns, flow, process, package), file, offset (byte of the "
		"record in the decompressed file), format, time and time_quality, vantage, platform; client, "
		"client_port, resolver, resolver_port, transport, vlan, inner_vlan, vni; qname, lost (what the "
		"source did to the name), qtype, qclass; txid, opcode, flags, rcode, edns_size (0: no EDNS), "
		"edns_options_bytes; size_query, size_response and trailing_bytes (behind the last record of the "
		"message), rtt_us; answers, answer_addresses, answer_bytes_opaque (TXT, NULL and the like), "
		"answer_bytes_names, ttl_min, ttl_max; first_bytes of what is not DNS; server_name and flow of a "
		"flow; action and acceptance of a package; process with what is known of the program.\n"
		"The closing summary and the exit status count every record: read, analysed, and dropped for a "
		"named reason.\n",
	.options = events_options,
	.conf_bytes = sizeof(struct events_conf),
	.operands_min = 1,
	.operands_max = SIZE_MAX,
	.examples = events_examples,
	.run = events_run,
};
