/* SPDX-License-Identifier: Apache-2.0 */
/* What is wanted to be blocked; see wish.h. */
#include "cmd/contain/wish.h"

#include "base/time.h"
#include "cmd/out/text.h"
#include "cmd/run/ledger.h"
#include "engine/alert_file.h"

#include <errno.h>
#include <stdlib.h>

enum { SHOWN_MAX = 256, CAP_FIRST = 16 };

enum ed_exit ed_wish_addresses(const struct ed_option_list *list, const char *option,
			       struct ed_addr *ret)
{
	char shown[SHOWN_MAX];

	for (size_t i = 0; i < list->n; i++) {
		if (ed_addr_from_text(ed_span_str(list->v[i]), &ret[i]) && ed_addr_known(&ret[i]))
			continue;
		ed_cmd_say("--%s \"%s\": not an address", option,
			   ed_text_escape(list->v[i], shown, sizeof(shown)));
		return ED_EXIT_USAGE;
	}
	return ED_EXIT_OK;
}

enum ed_exit ed_wish_names(const struct ed_option_list *list, const char *option,
			   struct ed_name *ret)
{
	char shown[SHOWN_MAX];

	for (size_t i = 0; i < list->n; i++) {
		if (ed_name_from_text(ed_span_str(list->v[i]), ED_NAME_MASTER, &ret[i]) == 0) {
			ed_name_lower(ret[i].wire, ret[i].n, ret[i].wire);
			continue;
		}
		ed_cmd_say("--%s \"%s\": not a domain name", option,
			   ed_text_escape(list->v[i], shown, sizeof(shown)));
		return ED_EXIT_USAGE;
	}
	return ED_EXIT_OK;
}

bool ed_wish_is_id(const char *prefix, const char *id)
{
	return strncmp(prefix, id, strlen(prefix)) == 0;
}

static void push(struct ed_wishes *w, struct ed_contain_entry *e)
{
	if (w->n == w->cap && w->error == 0) {
		size_t cap = w->cap ? 2 * w->cap : CAP_FIRST;
		void *p = cap <= 2 * ED_ARTEFACT_ENTRIES_MAX ?
				  reallocarray(w->v, cap, sizeof(*w->v)) :
				  NULL;

		w->error = p ? 0 : -ENOMEM;
		w->v = p ? p : w->v;
		w->cap = p ? cap : w->cap;
	}
	if (w->error < 0)
		return;
	e->added_ns = w->now_ns;
	e->expires_ns = w->now_ns + w->conf->lifetime_ns;
	w->v[w->n++] = *e;
}

/* @e for each client that was named, or as it is when none was. */
static void push_for_clients(struct ed_wishes *w, struct ed_contain_entry *e)
{
	const struct ed_option_list *clients = &w->conf->clients;

	for (size_t i = 0; i < clients->n; i++) {
		(void)ed_addr_from_text(ed_span_str(clients->v[i]), &e->client);
		push(w, e);
	}
	if (clients->n == 0)
		push(w, e);
}

static void wish_alert(struct ed_wishes *w, const struct ed_told_alert *a)
{
	struct ed_contain_entry e = { .number = 0 };
	bool sees_names = w->writer->takes & ED_CONTAIN_NAME;

	memcpy(e.alert, a->id, sizeof(e.alert));
	ed_contain_reason(w->conf->reason ? w->conf->reason : a->summary, e.reason);
	if (sees_names)
		e.domain = a->domain;
	if (w->conf->per_client) {
		w->n_without_client += !ed_addr_known(&a->client);
		e.client = a->client;
		push(w, &e);
		return;
	}
	if (w->writer->takes & ED_CONTAIN_SERVER && w->conf->clients.n == 0)
		e.server = a->server;
	if (!sees_names && !ed_addr_known(&e.server))
		e.client = a->client;
	push_for_clients(w, &e);
}

static void take_alert(void *arg, const struct ed_told_alert *a)
{
	struct ed_wishes *w = arg;
	bool wanted = false;

	for (size_t i = 0; i < w->call->n_operands; i++) {
		if (!ed_wish_is_id(w->call->operands[i], a->id))
			continue;
		if (*w->found[i] && strcmp(w->found[i], a->id) != 0)
			w->n_ambiguous++;
		memcpy(w->found[i], a->id, sizeof(w->found[i]));
		wanted = true;
	}
	if (wanted)
		wish_alert(w, a);
}

/* Every operand stands for one alert. */
static enum ed_exit check_operands(const struct ed_wishes *w)
{
	char shown[SHOWN_MAX];

	for (size_t i = 0; i < w->call->n_operands; i++) {
		ed_text_escape(w->call->operands[i], shown, sizeof(shown));
		if (!*w->found[i]) {
			ed_cmd_say("there is no alert \"%s\" in the %s", shown,
				   w->conf->alerts ? "file" : "store");
			return ED_EXIT_USAGE;
		}
	}
	if (w->n_ambiguous > 0) {
		ed_cmd_say("an identifier stands for several alerts; write more of it");
		return ED_EXIT_USAGE;
	}
	if (w->n_without_client > 0) {
		ed_cmd_say("--per-client: an alert names no client");
		return ED_EXIT_USAGE;
	}
	return ED_EXIT_OK;
}

static bool take_kept(void *arg, const struct ed_ledger_alert *kept)
{
	struct ed_wishes *w = arg;
	struct ed_told_alert a;
	int why;

	for (size_t i = 0; i < w->call->n_operands; i++) {
		if (!ed_wish_is_id(w->call->operands[i], kept->id))
			continue;
		why = ed_alert_text_read(kept->body, &a);
		if (why == 0)
			take_alert(w, &a);
		else
			w->n_bad++;
		return why != -ENOMEM;
	}
	return true;
}

static enum ed_exit collect_kept(struct ed_wishes *w)
{
	const struct ed_ledger_filter all = { .id = NULL };
	struct ed_ledger *l;
	int r;

	if (!ed_cmd_open_ledger(w->conf->store, ED_LEDGER_READ, NULL, w->now_ns, &l))
		return ED_EXIT_USAGE;
	r = ed_ledger_alerts(l, &all, take_kept, w);
	ed_ledger_close(l);
	if (r == 0)
		return check_operands(w);
	ed_cmd_say_store(w->conf->store, r);
	return ED_EXIT_FAILURE;
}

static enum ed_exit collect_alerts(struct ed_wishes *w)
{
	char shown[SHOWN_MAX];
	int why;

	if (w->call->n_operands == 0)
		return ED_EXIT_OK;
	if (!w->conf->alerts && !w->conf->store) {
		ed_cmd_say("identifiers of alerts need --alerts, the file they are in, or --store");
		return ED_EXIT_USAGE;
	}
	w->found = calloc(w->call->n_operands, sizeof(*w->found));
	if (!w->found) {
		w->error = -ENOMEM;
		return ED_EXIT_OK;
	}
	if (!w->conf->alerts)
		return collect_kept(w);
	why = ed_alert_file_read(w->conf->alerts, take_alert, w, &w->n_bad);
	if (why < 0) {
		ed_cmd_say("%s: %s", ed_text_escape(w->conf->alerts, shown, sizeof(shown)),
			   strerror(-why));
		return ED_EXIT_USAGE;
	}
	return check_operands(w);
}

static enum ed_exit collect_by_hand(struct ed_wishes *w)
{
	struct ed_contain_entry e = { .number = 0 };

	ed_contain_reason(w->conf->reason ? w->conf->reason : "by hand", e.reason);
	for (size_t i = 0; i < w->conf->domains.n; i++) {
		const struct ed_option_list one = { .n = 1, .v = { w->conf->domains.v[i] } };
		enum ed_exit status = ed_wish_names(&one, "domain", &e.domain);

		if (status != ED_EXIT_OK)
			return status;
		if (!(w->writer->takes & ED_CONTAIN_NAME))
			e.domain.n = 0;
		e.client = (struct ed_addr){ .b = { 0 } };
		push_for_clients(w, &e);
	}
	if (w->conf->domains.n == 0 && w->call->n_operands == 0 && w->conf->clients.n > 0)
		push_for_clients(w, &e);
	return ED_EXIT_OK;
}

enum ed_exit ed_wishes_collect(struct ed_wishes *w)
{
	enum ed_exit status = collect_alerts(w);

	if (status == ED_EXIT_OK)
		status = collect_by_hand(w);
	if (status == ED_EXIT_OK && w->error < 0) {
		ed_cmd_say("no memory, or too much to block at once");
		return ED_EXIT_FAILURE;
	}
	return status;
}

void ed_wishes_done(struct ed_wishes *w)
{
	free(w->v);
	free(w->found);
}
