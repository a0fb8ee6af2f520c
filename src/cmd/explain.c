/* SPDX-License-Identifier: Apache-2.0 */
/* `earthdog explain NAME`: what the detector computes from one name by itself. */
#include "cmd/cmd.h"

#include "base/json_out.h"
#include "cmd/out/text.h"
#include "engine/explain.h"
#include "sink/alert_text.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { JSON_MAX_BYTES = 1 << 20, NUMBER_MAX = 32 };

enum { EXPLAIN_TABLE, EXPLAIN_JSON };

struct explain_conf {
	const char *psl;
	uint32_t format;
};

static const char *const explain_formats[] = {
	[EXPLAIN_TABLE] = "table", [EXPLAIN_JSON] = "json", NULL
};

static const struct ed_option explain_options[] = {
	{
		.name = "psl",
		.type = ED_OPT_STRING,
		.offset = offsetof(struct explain_conf, psl),
		.arg = "FILE",
		.help = "public suffix list to use instead of the system's",
	},
	{
		.name = "format",
		.type = ED_OPT_CHOICE,
		.offset = offsetof(struct explain_conf, format),
		.choices = explain_formats,
		.def = "table",
		.arg = "FORMAT",
		.help = "form of the output",
	},
	{ .name = NULL },
};

static void fact(struct ed_grid *g, const char *what, const char *value)
{
	ed_grid_cell(g, what);
	ed_grid_cell(g, value);
}

static void number_cell(struct ed_grid *g, double v, const char *unit)
{
	char text[NUMBER_MAX + 32];

	(void)snprintf(text, sizeof(text), "%.1f%s", isfinite(v) ? v : 0, unit);
	ed_grid_cell(g, text);
}

static void number(struct ed_grid *g, const char *what, double v, const char *unit)
{
	ed_grid_cell(g, what);
	number_cell(g, v, unit);
}

/* "base32, 24 bytes, 92 % printable, text: hello..." */
static void decoded_cell(struct ed_grid *g, const struct ed_decoded *d)
{
	char bytes[ED_DECODED_TEXT_MAX], text[ED_DECODED_TEXT_MAX + 96];

	if (!d->encoding) {
		ed_grid_cell(g, "-");
		return;
	}
	ed_alert_text_decoded(d, bytes);
	(void)snprintf(text, sizeof(text), "%s, %u bytes, %.0f %% printable%s%s: %s%s", d->encoding,
		       (unsigned)d->n_bytes, 100 * (double)d->printable_share, d->kind ? ", " : "",
		       d->kind ? d->kind : "", bytes, d->n_shown < d->n_bytes ? "..." : "");
	ed_grid_cell(g, text);
}

static void name_table(const struct ed_explained_name *e, struct ed_grid *g)
{
	char text[NUMBER_MAX];

	fact(g, "name", e->name);
	fact(g, "zone", e->zone);
	fact(g, "kind of zone", e->zone_kind);
	(void)snprintf(text, sizeof(text), "%u bytes", (unsigned)e->payload_bytes);
	fact(g, "before the zone", text);
	if (e->n_labels > 0) {
		number(g, "code length", e->code_bits, " bits");
		number(g, "likelihood ratio", e->llr_bits, " bits in favour of encoded data");
		number(g, "Shannon entropy", e->entropy_bits, " bits a character");
		(void)snprintf(text, sizeof(text), "%.2f",
			       isfinite(e->encoded_score) ? e->encoded_score : 0);
		fact(g, "SubdomainEntropyScore", text);
		ed_grid_cell(g, "decoded");
		decoded_cell(g, &e->decoded);
	}
	fact(g, "name model", e->model);
}

static void labels_table(const struct ed_explained_name *e, struct ed_grid *g)
{
	char text[NUMBER_MAX];

	fact(g, "LABEL", "BYTES");
	fact(g, "CODE", "RATIO");
	fact(g, "SCORE", "ENTROPY");
	fact(g, "ALPHABET", "DECODED");
	for (size_t i = 0; i < e->n_labels; i++) {
		const struct ed_explained_label *l = &e->labels[i];

		(void)snprintf(text, sizeof(text), "%u", (unsigned)l->n);
		fact(g, l->text, text);
		number_cell(g, l->code_bits, "");
		number_cell(g, l->llr_bits, "");
		(void)snprintf(text, sizeof(text), "%.2f", isfinite(l->score) ? l->score : 0);
		ed_grid_cell(g, text);
		number_cell(g, l->entropy_bits, "");
		ed_grid_cell(g, l->alphabet ? l->alphabet : "-");
		decoded_cell(g, &l->decoded);
	}
}

static enum ed_exit print_table(const struct ed_explained_name *e)
{
	struct ed_grid g;
	int r;

	ed_grid_init(&g, 2);
	name_table(e, &g);
	r = ed_grid_print(&g, stdout);
	ed_grid_done(&g);
	if (r == 0 && e->n_labels > 0) {
		(void)fputc('\n', stdout);
		ed_grid_init(&g, 8);
		labels_table(e, &g);
		r = ed_grid_print(&g, stdout);
		ed_grid_done(&g);
	}
	if (r == 0)
		return ED_EXIT_OK;
	ed_cmd_say("no memory");
	return ED_EXIT_FAILURE;
}

/* A number that is none is left out. */
static void put_number(struct ed_json *j, const char *key, double v)
{
	if (isfinite(v))
		ed_json_f64(j, key, v);
}

static void put_decoded(const struct ed_decoded *d, struct ed_json *j)
{
	char bytes[ED_DECODED_TEXT_MAX];

	if (!d->encoding)
		return;
	ed_alert_text_decoded(d, bytes);
	ed_json_object(j, "decoded");
	ed_json_str(j, "encoding", d->encoding);
	ed_json_str(j, "bytes", bytes);
	ed_json_u64(j, "length", d->n_bytes);
	put_number(j, "printable_share", (double)d->printable_share);
	if (d->kind)
		ed_json_str(j, "kind", d->kind);
	ed_json_object_end(j);
}

static void put_labels(const struct ed_explained_name *e, struct ed_json *j)
{
	ed_json_array(j, "labels");
	for (size_t i = 0; i < e->n_labels; i++) {
		const struct ed_explained_label *l = &e->labels[i];

		ed_json_object(j, NULL);
		ed_json_str(j, "label", l->text);
		ed_json_u64(j, "bytes", l->n);
		put_number(j, "code_bits", l->code_bits);
		put_number(j, "llr_bits", l->llr_bits);
		put_number(j, "entropy_bits", l->entropy_bits);
		put_number(j, "score", l->score);
		if (l->alphabet)
			ed_json_str(j, "alphabet", l->alphabet);
		put_decoded(&l->decoded, j);
		ed_json_object_end(j);
	}
	ed_json_array_end(j);
}

static enum ed_exit print_json(const struct ed_explained_name *e)
{
	enum ed_exit status = ED_EXIT_OK;
	struct ed_json j;
	struct ed_buf out;

	ed_buf_init(&out, JSON_MAX_BYTES);
	ed_json_init(&j, &out);
	ed_json_object(&j, NULL);
	ed_json_str(&j, "name", e->name);
	ed_json_str(&j, "zone", e->zone);
	ed_json_str(&j, "zone_kind", e->zone_kind);
	ed_json_u64(&j, "payload_bytes", e->payload_bytes);
	put_number(&j, "code_bits", e->code_bits);
	put_number(&j, "llr_bits", e->llr_bits);
	put_number(&j, "entropy_bits", e->entropy_bits);
	put_number(&j, "encoded_score", e->encoded_score);
	put_decoded(&e->decoded, &j);
	ed_json_str(&j, "model", e->model);
	put_labels(e, &j);
	ed_json_object_end(&j);
	if (out.full) {
		ed_cmd_say("no memory");
		status = ED_EXIT_FAILURE;
	} else {
		(void)puts(out.p);
	}
	ed_buf_done(&out);
	return status;
}

static enum ed_exit explain_run(const struct ed_call *call)
{
	const struct explain_conf *conf = call->conf;
	char name[ED_PATH_TEXT_MAX], reason[512];
	struct ed_explained_name *e = calloc(1, sizeof(*e));
	enum ed_exit status;
	char error[256];
	int r;

	if (!e) {
		ed_cmd_say("no memory");
		return ED_EXIT_FAILURE;
	}
	r = ed_explain_name(call->operands[0], conf->psl, e, error);
	if (r < 0) {
		ed_cmd_say("%s: %s", ed_text_escape(call->operands[0], name, sizeof(name)),
			   ed_text_escape(error, reason, sizeof(reason)));
		status = r == -ENOMEM || r == -EIO ? ED_EXIT_FAILURE : ED_EXIT_USAGE;
	} else {
		status = conf->format == EXPLAIN_JSON ? print_json(e) : print_table(e);
	}
	free(e);
	return status;
}

static const struct ed_command_row explain_examples[] = {
	{ "earthdog explain mnqw4zdpebuxiidj.northfield-cdn.net",
	  "How much each label looks like encoded data, and by which alphabet." },
	{ NULL, NULL },
};

const struct ed_command ed_command_explain = {
	.name = "explain",
	.operands = "NAME",
	.help = "print what the detector computes from one domain name",
	.description =
		"Cuts NAME at its zone and prints, for the labels before it, the numbers that the detector works "
		"with: the code length under the model of ordinary names, the likelihood ratio between encoded "
		"and ordinary, the same as SubdomainEntropyScore between 0 and 1, and the encoding alphabet that "
		"fits best. The Shannon entropy stands beside them; nothing is decided by it. Where an encoding "
		"fits, the first decoded bytes are shown. NAME is written as in a master file: \\. and \\DDD are "
		"escapes.\n"
		"One name is never enough for an alert: the detector sums such evidence over all names of a client "
		"under a zone.\n",
	.options = explain_options,
	.conf_bytes = sizeof(struct explain_conf),
	.operands_min = 1,
	.operands_max = 1,
	.examples = explain_examples,
	.run = explain_run,
};
