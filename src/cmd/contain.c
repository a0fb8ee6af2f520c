/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `earthdog contain`: entries that stop a tunnel, for what the site runs. One way through for all
 * modes: the artefact is read, changed in memory and printed; the difference is shown, or the file
 * replaced.
 */
#include "cmd/cmd.h"

#include "base/time.h"
#include "cmd/contain/history.h"
#include "cmd/out/output.h"
#include "cmd/out/text.h"
#include "contain/diff.h"
#include "engine/rails.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { SECONDS_AN_HOUR = 3600, SHOWN_MAX = 256, PREFIX_MIN = 4 };

/* One run. */
struct job {
	const struct ed_contain_conf *conf;
	const struct ed_call *call;
	const struct ed_contain_writer *writer;
	int64_t now_ns;
	char *path; /* of the artefact; NULL: none, only show. Owned */
	bool is_new;
	struct ed_buf old_text;
	struct ed_artefact artefact;
	struct ed_wishes wishes;
	size_t n_added, n_renewed, n_removed, n_expired;
};

static const char *shown_path(const struct job *j, char shown[static SHOWN_MAX])
{
	return ed_text_escape(j->path ? j->path : j->writer->file, shown, SHOWN_MAX);
}

static enum ed_exit no_memory(void)
{
	ed_cmd_say("no memory");
	return ED_EXIT_FAILURE;
}

static bool any_short(const struct ed_call *call)
{
	for (size_t i = 0; i < call->n_operands; i++) {
		if (strlen(call->operands[i]) < PREFIX_MIN)
			return true;
	}
	return false;
}

static enum ed_exit check_options(const struct ed_contain_conf *c, const struct ed_call *call)
{
	bool names = call->n_operands + c->domains.n + c->clients.n > 0;
	bool takes_out = c->undo || c->expired;
	bool file = c->write || c->against;
	const struct {
		bool a, b; /* never both */
		const char *error;
	} rules[] = {
		{ !c->writer, true, "--for is needed: what the entries are written for" },
		{ c->write, c->against, "--write and --against exclude each other" },
		{ c->undo, c->expired, "--undo and --expired exclude each other" },
		{ c->per_client, c->clients.n > 0, "--per-client and --client exclude each other" },
		{ !takes_out, !names, "nothing is named: an alert, --domain or --client" },
		{ c->expired, names, "--expired takes no names" },
		{ takes_out, !file, "--undo and --expired need a file: --against or --write" },
		{ c->resolvers.n > ED_CONTAIN_RESOLVERS_MAX, true, "too many resolvers" },
		{ any_short(call), true, "an identifier is too short; four characters are needed" },
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (!rules[i].a || !rules[i].b)
			continue;
		ed_cmd_say("%s", rules[i].error);
		return ED_EXIT_USAGE;
	}
	return ED_EXIT_OK;
}

/* The file, or the writer's own in a directory. */
static enum ed_exit find_path(struct job *j)
{
	const char *path = j->conf->write ? j->conf->write : j->conf->against;
	struct stat st;

	if (!path)
		return ED_EXIT_OK;
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		if (asprintf(&j->path, "%s/%s", path, j->writer->file) < 0)
			j->path = NULL;
	} else {
		j->path = strdup(path);
	}
	return j->path ? ED_EXIT_OK : no_memory();
}

/* What is wrong with the file; NULL when all of it was read. */
static const char *slurp(FILE *f, struct ed_buf *out)
{
	char block[8192];
	struct stat st;
	size_t n;

	if (fstat(fileno(f), &st) < 0)
		return strerror(errno);
	if (!S_ISREG(st.st_mode))
		return "not a regular file";
	while ((n = fread(block, 1, sizeof(block), f)) > 0)
		ed_buf_put(out, block, n);
	if (ferror(f))
		return "cannot be read";
	return out->full ? "too large" : NULL;
}

static enum ed_exit read_file(struct job *j)
{
	char shown[SHOWN_MAX];
	FILE *f = j->path ? fopen(j->path, "re") : NULL;
	const char *error;

	j->is_new = !f;
	if (!f && (!j->path || errno == ENOENT))
		return ED_EXIT_OK;
	error = f ? slurp(f, &j->old_text) : strerror(errno);
	if (f)
		(void)fclose(f);
	if (!error)
		return ED_EXIT_OK;
	ed_cmd_say("%s: %s", shown_path(j, shown), error);
	return ED_EXIT_USAGE;
}

static struct ed_span text_of(const struct ed_buf *b)
{
	return ed_span_of(b->n > 0 ? b->p : "", b->n);
}

static enum ed_exit parse_file(struct job *j)
{
	char shown[SHOWN_MAX];
	size_t line;
	int why = ed_artefact_parse(j->writer, text_of(&j->old_text), &j->artefact, &line);

	shown_path(j, shown);
	if (why == 0)
		return ED_EXIT_OK;
	if (why < 0)
		return no_memory();
	if (why == ED_ARTEFACT_DAMAGED)
		ed_cmd_say("%s, line %zu: an entry's comments are damaged; mend them or remove the "
			   "entry by hand",
			   shown, line);
	else if (why == ED_ARTEFACT_FOREIGN)
		ed_cmd_say("%s: holds something else; %s needs a file of its own", shown,
			   j->writer->name);
	else
		ed_cmd_say("%s: too many entries", shown);
	return ED_EXIT_USAGE;
}

static enum ed_exit set_resolvers(struct job *j)
{
	struct ed_contain_frame *frame = &j->artefact.frame;

	if (j->conf->resolvers.n == 0)
		return ED_EXIT_OK;
	frame->n_resolvers = j->conf->resolvers.n;
	return ed_wish_addresses(&j->conf->resolvers, "resolver", frame->resolvers);
}

static void say_refused(const struct ed_contain_entry *e, const char *writer, const char *why)
{
	char name[ED_NAME_TEXT_MAX + 1] = "", client[ED_ADDR_TEXT_MAX], server[ED_ADDR_TEXT_MAX];

	if (e->domain.n > 0)
		(void)ed_name_to_text(ed_span_of(e->domain.wire, e->domain.n), name);
	ed_addr_to_text(&e->client, client);
	ed_addr_to_text(&e->server, server);
	ed_cmd_say("not blocked: %s%s%s%s%s: %s%s%s", name, *client ? " client " : "", client,
		   *server ? " server " : "", server, writer, *writer ? ": " : "", why);
}

/* All are judged, so that one run tells all that is wrong. */
static enum ed_exit judge(const struct job *j, const struct ed_wishes *w)
{
	const struct ed_contain_conf *c = j->conf;
	const struct ed_rails_config rails_conf = {
		.psl = c->psl,
		.own_zones = c->own_zones.v,
		.n_own_zones = c->own_zones.n,
		.allow = c->allow.v,
		.n_allow = c->allow.n,
		.popular = c->popular.v,
		.n_popular = c->popular.n,
	};
	enum ed_exit status = ED_EXIT_OK;
	struct ed_rails *rails = NULL;
	char error[256], shown[512];
	int why = ed_rails_new(&rails_conf, &rails, error);

	if (why < 0) {
		ed_cmd_say("%s", ed_text_escape(error, shown, sizeof(shown)));
		return why == -ENOMEM ? ED_EXIT_FAILURE : ED_EXIT_USAGE;
	}
	for (size_t i = 0; i < w->n; i++) {
		const char *reason = ed_rails_reason(rails, &w->v[i], &j->artefact.frame);
		int fault = ed_contain_check(j->writer, &w->v[i], &j->artefact.frame);

		if (reason)
			say_refused(&w->v[i], "", reason);
		else if (fault > 0)
			say_refused(&w->v[i], j->writer->name, ed_contain_fault_text(fault));
		if (reason || fault > 0)
			status = ED_EXIT_USAGE;
	}
	ed_rails_free(rails);
	return status;
}

static enum ed_exit add_wishes(struct job *j, const struct ed_wishes *w)
{
	const int64_t hour_ns = SECONDS_AN_HOUR * ED_NS_PER_S;

	for (size_t i = 0; i < w->n; i++) {
		bool known;
		int why = ed_artefact_add(&j->artefact, &w->v[i], &known);

		if (why < 0)
			return no_memory();
		if (why > 0) {
			ed_cmd_say("the file would have too many entries");
			return ED_EXIT_USAGE;
		}
		j->n_added += !known;
		j->n_renewed += known;
	}
	if (j->n_added > 0 &&
	    ed_artefact_added_since(&j->artefact, j->now_ns - hour_ns) > j->conf->limit) {
		ed_cmd_say("more than %u new entries in an hour; nothing was done (--limit)",
			   (unsigned)j->conf->limit);
		return ED_EXIT_USAGE;
	}
	return ED_EXIT_OK;
}

static enum ed_exit contain(struct job *j)
{
	enum ed_exit status = ed_wishes_collect(&j->wishes);

	if (status == ED_EXIT_OK)
		status = judge(j, &j->wishes);
	if (status == ED_EXIT_OK)
		status = ed_contain_ask_history(&j->wishes);
	if (status == ED_EXIT_OK)
		status = add_wishes(j, &j->wishes);
	return status;
}

static bool is_expired(const struct ed_contain_entry *e, const void *arg)
{
	const struct job *j = arg;

	return e->expires_ns <= j->now_ns;
}

/* What an undo names, parsed. */
struct undo {
	const struct ed_call *call;
	const struct ed_contain_conf *conf;
	struct ed_name *domains;
	struct ed_addr *clients;
};

/* Named by an alert or by a domain, and within that by a client. */
static bool is_undone(const struct ed_contain_entry *e, const void *arg)
{
	const struct undo *u = arg;
	size_t n_clients = u->conf->clients.n;
	bool named = u->call->n_operands == 0 && u->conf->domains.n == 0;
	bool client = n_clients == 0;

	for (size_t i = 0; i < u->call->n_operands; i++)
		named = named || ed_wish_is_id(u->call->operands[i], e->alert);
	for (size_t i = 0; i < u->conf->domains.n; i++)
		named = named || (u->domains[i].n == e->domain.n &&
				  memcmp(u->domains[i].wire, e->domain.wire, e->domain.n) == 0);
	for (size_t i = 0; i < n_clients; i++)
		client = client || ed_addr_eq(&u->clients[i], &e->client);
	return named && client;
}

static enum ed_exit undo(struct job *j)
{
	struct undo u = { .call = j->call, .conf = j->conf };
	enum ed_exit status;

	u.domains = calloc(j->conf->domains.n + 1, sizeof(*u.domains));
	u.clients = calloc(j->conf->clients.n + 1, sizeof(*u.clients));
	status = u.domains && u.clients ? ED_EXIT_OK : no_memory();
	if (status == ED_EXIT_OK)
		status = ed_wish_names(&j->conf->domains, "domain", u.domains);
	if (status == ED_EXIT_OK)
		status = ed_wish_addresses(&j->conf->clients, "client", u.clients);
	if (status == ED_EXIT_OK)
		j->n_removed = ed_artefact_remove(&j->artefact, is_undone, &u);
	free(u.domains);
	free(u.clients);
	return status;
}

static enum ed_exit change(struct job *j)
{
	struct ed_addr clients[ED_OPTION_LIST_MAX];
	enum ed_exit status = set_resolvers(j);

	if (status == ED_EXIT_OK)
		status = ed_wish_addresses(&j->conf->clients, "client", clients);
	if (status != ED_EXIT_OK)
		return status;
	j->n_expired = ed_artefact_remove(&j->artefact, is_expired, j);
	if (j->conf->expired)
		return ED_EXIT_OK;
	return j->conf->undo ? undo(j) : contain(j);
}

static enum ed_exit show(const struct job *j, const struct ed_buf *text)
{
	char shown[SHOWN_MAX];
	struct ed_buf diff;
	enum ed_exit status = ED_EXIT_OK;

	ed_buf_init(&diff, 4 * (size_t)ED_ARTEFACT_MAX_BYTES);
	if (ed_diff_unified(shown_path(j, shown), j->is_new, text_of(&j->old_text), text_of(text),
			    &diff) < 0 ||
	    diff.full)
		status = no_memory();
	else if (diff.n > 0)
		(void)fwrite(diff.p, 1, diff.n, stdout);
	ed_buf_done(&diff);
	return status;
}

/* The text, and what the file's readers were allowed before. 0 or -errno. */
static int fill_output(const struct job *j, const struct ed_buf *text, struct ed_output *o)
{
	struct stat st;

	errno = 0;
	if (fwrite(text->p, 1, text->n, o->f) != text->n)
		return errno ? -errno : -EIO;
	if (j->is_new || stat(j->path, &st) < 0)
		return 0;
	if (fchown(fileno(o->f), st.st_uid, st.st_gid) < 0 && errno != EPERM)
		return -errno;
	return fchmod(fileno(o->f), st.st_mode & 07777) < 0 ? -errno : 0;
}

static enum ed_exit write_file(const struct job *j, const struct ed_buf *text)
{
	char error[ED_OUTPUT_ERROR_MAX], unused[ED_OUTPUT_ERROR_MAX];
	struct ed_output o;
	int why;

	if (ed_output_open(j->path, &o, error) < 0) {
		ed_cmd_say("%s", error);
		return ED_EXIT_FAILURE;
	}
	why = fill_output(j, text, &o);
	if (why < 0) {
		(void)ed_output_close(&o, false, unused);
		ed_cmd_say("%s: %s", shown_path(j, error), strerror(-why));
		return ED_EXIT_FAILURE;
	}
	if (ed_output_close(&o, true, error) < 0) {
		ed_cmd_say("%s", error);
		return ED_EXIT_FAILURE;
	}
	return ED_EXIT_OK;
}

static void say_done(const struct job *j, bool changed)
{
	char shown[SHOWN_MAX];

	if (!changed)
		ed_cmd_say("%s: nothing to change", shown_path(j, shown));
	else
		ed_cmd_say("%s: %s%zu new, %zu renewed, %zu taken back, %zu expired",
			   shown_path(j, shown), j->conf->write ? "" : "not written; ", j->n_added,
			   j->n_renewed, j->n_removed, j->n_expired);
	if (j->wishes.n_bad > 0)
		ed_cmd_say("%llu lines are no alerts", (unsigned long long)j->wishes.n_bad);
}

/* The file with its serial number raised, when anything else of it changes. */
static enum ed_exit deliver(struct job *j)
{
	enum ed_exit status = ED_EXIT_OK;
	struct ed_buf text;
	bool changed;

	ed_buf_init(&text, ED_ARTEFACT_MAX_BYTES);
	ed_artefact_print(&j->artefact, &text);
	changed = !ed_span_eq(text_of(&text), text_of(&j->old_text));
	if (changed) {
		ed_buf_clear(&text);
		j->artefact.frame.serial++;
		ed_artefact_print(&j->artefact, &text);
	}
	if (text.full) {
		ed_cmd_say("the file would be too large");
		status = ED_EXIT_USAGE;
	} else if (changed) {
		status = j->conf->write ? write_file(j, &text) : show(j, &text);
	}
	ed_buf_done(&text);
	if (status == ED_EXIT_OK && changed && j->conf->write)
		status = ed_contain_note(&j->wishes, j->path, j->n_removed + j->n_expired);
	if (status == ED_EXIT_OK)
		say_done(j, changed);
	return status;
}

static int64_t now_of(const struct ed_contain_conf *conf)
{
	int64_t now_s = conf->now_ns ? conf->now_ns / ED_NS_PER_S : (int64_t)time(NULL);

	return now_s * ED_NS_PER_S;
}

static enum ed_exit contain_run(const struct ed_call *call)
{
	struct job j = { .conf = call->conf, .call = call };
	enum ed_exit status = check_options(call->conf, call);

	if (status != ED_EXIT_OK)
		return status;
	j.writer = ed_contain_find(j.conf->writer);
	j.now_ns = now_of(j.conf);
	j.wishes = (struct ed_wishes){
		.writer = j.writer, .conf = j.conf, .call = call, .now_ns = j.now_ns
	};
	ed_buf_init(&j.old_text, ED_ARTEFACT_MAX_BYTES);
	status = find_path(&j);
	if (status == ED_EXIT_OK)
		status = read_file(&j);
	if (status == ED_EXIT_OK) {
		status = parse_file(&j);
		if (status == ED_EXIT_OK)
			status = change(&j);
		if (status == ED_EXIT_OK)
			status = deliver(&j);
		ed_artefact_done(&j.artefact);
	}
	ed_wishes_done(&j.wishes);
	ed_buf_done(&j.old_text);
	free(j.path);
	return status == ED_EXIT_OK && j.wishes.n_bad > 0 ? ED_EXIT_DAMAGED : status;
}

static const struct ed_command_row contain_examples[] = {
	{ "earthdog contain --for unbound --alerts alerts.ndjson 2fa80b97",
	  "Shows what would block the domain of this alert in Unbound." },
	{ "earthdog contain --for rpz --alerts alerts.ndjson -w /etc/bind/earthdog.rpz 2fa80b97",
	  "Writes it into a response policy zone." },
	{ "earthdog contain --for nftables --resolver 192.0.2.53 --client 192.0.2.11 -w dns.nft",
	  "Lets one client ask the site's resolver only." },
	{ "earthdog contain --for rpz --store DIR 2fa80b97",
	  "Takes the alert from a store, and says whom it would have affected." },
	{ "earthdog contain --for rpz --undo --write /etc/bind/earthdog.rpz 2fa80b97",
	  "Takes it back." },
	{ NULL, NULL },
};

const struct ed_command ed_command_contain = {
	.name = "contain",
	.operands = "[ALERT...]",
	.help = "write entries that stop a tunnel: RPZ, resolvers, filters, sensors",
	.description =
		"Writes what blocks the domain of an alert, for all clients or for one, in the form that a "
		"resolver, a packet filter or a sensor loads. Without --write it only shows, as a difference, "
		"what would change. ALERT is the identifier of an alert in the file of --alerts, or in the store of "
		"--store, or how it begins; --domain and --client name something by hand.\n"
		"Every entry says in comments why it is there, for which alert, and until when; what has "
		"expired is taken out whenever the file is written. --undo takes out entries of this program and "
		"nothing else. It loads nothing: how the file is checked and loaded stands in docs/contain.\n"
		"Never blocked are public suffixes, names under arpa, zones of your own (--own-zone), allowed "
		"and popular names (--allow, --popular) and the resolvers (--resolver). With --store it says whom and "
		"which names each entry would have affected in the last 7 days, and does not block, but with --force, "
		"what takes along an alert that was judged a false positive, or more clients than --max-clients. When "
		"one entry is refused, nothing is written.\n",
	.options = ed_contain_options,
	.conf_bytes = sizeof(struct ed_contain_conf),
	.operands_max = 256,
	.examples = contain_examples,
	.run = contain_run,
};
