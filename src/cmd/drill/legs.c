/* SPDX-License-Identifier: Apache-2.0 */
/* The drills of a run: what they ask, where they are written, and the list that they are on; see
 * job.h. */
#include "cmd/drill/job.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/time.h"
#include "cmd/drill/list.h"
#include "cmd/out/output.h"
#include "cmd/out/text.h"
#include "drill/ask.h"
#include "engine/drill.h"

enum {
	STREAM_MAX_BYTES = 1 << 28,
	REAL_NAMES_MAX = 2000,
	PATH_MAX_BYTES = 4096,
	NS_PER_MS = 1000000,
};

static const char own_domain[] = "example.net";

static int64_t now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	/* whole milliseconds: what every format can write */
	return (int64_t)t.tv_sec * ED_NS_PER_S + t.tv_nsec / NS_PER_MS * NS_PER_MS;
}

static bool say_shown(const char *what, const char *text)
{
	char shown[ED_PATH_TEXT_MAX];

	ed_cmd_say("drill: %s \"%s\"", what, ed_text_escape(text, shown, sizeof(shown)));
	return false;
}

/* -------------------------------------------------------------------- plan */

/* What all legs have in common. */
static bool make_plan(const struct ed_drill_conf *c, struct ed_drill_plan *ret)
{
	const char *domain = c->domain ? c->domain : own_domain;

	memset(ret, 0, sizeof(*ret));
	ret->n_names = c->n_names;
	if (!ed_addr_from_text(ed_span_str(c->client), &ret->client))
		return say_shown("--client: no address:", c->client);
	if (!ed_addr_from_text(ed_span_str(c->server), &ret->resolver))
		return say_shown("--server: no address:", c->server);
	if (ed_addr_is_v4(&ret->client) != ed_addr_is_v4(&ret->resolver))
		return say_shown("--client is of another family than --server", c->server);
	if (!ed_drill_host_name(c->host, ret->host, sizeof(ret->host)))
		return say_shown("--host: letters, digits, - _ and dots only:", c->host);
	if (!ed_drill_host_name(domain, ret->domain, sizeof(ret->domain)) ||
	    !strchr(ret->domain, '.'))
		return say_shown("--domain: no domain:", domain);
	ret->step_ns = c->over_ns / c->n_names;
	ret->start_ns = (c->end_ns ? c->end_ns : now_ns()) - c->over_ns - ED_NS_PER_S;
	return true;
}

/* A seed of its own for each run, unless one is asked for. */
static bool choose_seed(const struct ed_drill_conf *c, uint64_t *ret)
{
	*ret = c->seed;
	if (*ret != 0 || getrandom(ret, sizeof(*ret), 0) == (ssize_t)sizeof(*ret))
		return true;
	ed_cmd_say("drill: no random bytes: %s", strerror(errno));
	return false;
}

static bool add_leg(struct ed_drill_job *j, const struct ed_drill_writer *w,
		    const struct ed_drill_plan *plan, uint64_t seed)
{
	struct ed_drill_leg *leg = &j->legs[j->n_legs];

	for (size_t i = 0; i < j->n_legs; i++) {
		if (j->legs[i].writer == w)
			return true;
	}
	leg->writer = w;
	leg->plan = *plan;
	leg->plan.seed = ed_hash_bytes(w ? w->name : "", w ? strlen(w->name) : 0, seed);
	leg->plan.id = ed_hash_mix(leg->plan.seed) >> (64 - ED_DRILL_ID_BITS);
	ed_drill_known_of(&leg->plan, &leg->known);
	j->n_legs++;
	return true;
}

/* The writers that a word of --as names. */
static bool add_named(struct ed_drill_job *j, const char *word, size_t n,
		      const struct ed_drill_plan *plan, uint64_t seed)
{
	bool all = n == 3 && memcmp(word, "all", n) == 0, found = all;
	char text[ED_DRILL_HOST_MAX];

	for (size_t i = 0; ed_drill_writers[i]; i++) {
		const struct ed_drill_writer *w = ed_drill_writers[i];

		if (all || (strlen(w->name) == n && memcmp(w->name, word, n) == 0))
			found = add_leg(j, w, plan, seed);
	}
	if (found)
		return true;
	(void)snprintf(text, sizeof(text), "%.*s", (int)(n < sizeof(text) ? n : sizeof(text) - 1),
		       word);
	(void)say_shown("--as: there is no writer for", text);
	(void)fputs("Writers:", stderr);
	for (size_t i = 0; ed_drill_writers[i]; i++)
		(void)fprintf(stderr, " %s", ed_drill_writers[i]->name);
	(void)fputc('\n', stderr);
	return false;
}

static bool add_list(struct ed_drill_job *j, const char *list, const struct ed_drill_plan *plan,
		     uint64_t seed)
{
	while (*list) {
		size_t n = strcspn(list, ",");

		if (n > 0 && !add_named(j, list, n, plan, seed))
			return false;
		list += n + (list[n] == ',');
	}
	return true;
}

/* A domain that others share is nobody's to ask names of. */
static bool check_domain(const struct ed_drill_job *j, const struct ed_drill_plan *plan)
{
	char error[ED_READING_ERROR_MAX];
	bool is_own;

	if (ed_drill_domain_check(j->scan->psl, plan->domain, &is_own, error) < 0) {
		ed_cmd_say("drill: %s", error);
		return false;
	}
	return is_own || say_shown("--domain: not a domain that one owner can have:", plan->domain);
}

static bool plan_real(struct ed_drill_job *j, struct ed_drill_plan *plan)
{
	const struct ed_drill_conf *c = j->conf;

	if (!c->domain) {
		ed_cmd_say("drill: --resolver needs --domain, a domain that you own");
		return false;
	}
	if (c->write || c->as.n > 0) {
		ed_cmd_say("drill: --resolver asks for real; --write and --as do not go with it");
		return false;
	}
	if (c->n_names > REAL_NAMES_MAX) {
		ed_cmd_say("drill: at most %d names for real", (int)REAL_NAMES_MAX);
		return false;
	}
	if (!check_domain(j, plan))
		return false;
	plan->step_ns = (int64_t)((double)ED_NS_PER_S / c->rate);
	plan->start_ns = now_ns();
	return true;
}

static size_t count_writers(void)
{
	size_t n = 0;

	while (ed_drill_writers[n])
		n++;
	return n;
}

bool ed_drill_plan_legs(struct ed_drill_job *j)
{
	const struct ed_drill_conf *c = j->conf;
	struct ed_drill_plan plan;
	uint64_t seed;
	bool good = true;

	if (c->marker) {
		ed_cmd_say("drill: --marker goes with --check");
		return false;
	}
	if (!make_plan(c, &plan) || !choose_seed(c, &seed))
		return false;
	j->legs = calloc(count_writers() + 1, sizeof(*j->legs));
	if (!j->legs) {
		ed_cmd_say("no memory");
		return false;
	}
	if (c->resolver)
		return plan_real(j, &plan) && add_leg(j, NULL, &plan, seed);
	for (size_t i = 0; i < c->as.n && good; i++)
		good = add_list(j, c->as.v[i], &plan, seed);
	for (size_t i = 0; ed_drill_writers[i] && c->as.n == 0; i++) {
		if (ed_drill_writers[i]->is_usual)
			(void)add_leg(j, ed_drill_writers[i], &plan, seed);
	}
	return good;
}

/* ------------------------------------------------------------------- files */

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool make_folder(struct ed_drill_job *j)
{
	const char *base = getenv("TMPDIR");
	char path[PATH_MAX_BYTES];

	(void)snprintf(path, sizeof(path), "%.4000s/earthdog-drill-XXXXXX",
		       base && *base ? base : P_tmpdir);
	j->folder = strdup(path);
	if (j->folder && mkdtemp(j->folder))
		return true;
	ed_cmd_say("drill: no temporary folder: %s", strerror(errno));
	free(j->folder);
	j->folder = NULL;
	return false;
}

/* Where the file of the leg goes. NULL: no memory. */
static char *path_of(const struct ed_drill_job *j, const struct ed_drill_leg *leg)
{
	const char *folder = j->folder ? j->folder : j->conf->write;
	char path[PATH_MAX_BYTES];

	if (!j->folder && j->n_legs == 1 && !is_folder(folder))
		return strdup(folder);
	(void)snprintf(path, sizeof(path), "%.3900s/drill-%s.%s", folder, leg->writer->name,
		       leg->writer->suffix);
	return strdup(path);
}

static bool write_leg(const struct ed_drill_job *j, struct ed_drill_leg *leg)
{
	char error[ED_OUTPUT_ERROR_MAX];
	struct ed_output out;
	struct ed_buf text;
	bool good;
	int r;

	leg->path = path_of(j, leg);
	r = leg->path ? ed_output_open(leg->path, &out, error) : -ENOMEM;
	if (r < 0) {
		ed_cmd_say("drill: %s", r == -ENOMEM ? "no memory" : error);
		return false;
	}
	leg->is_temporary = j->folder != NULL;
	ed_buf_init(&text, STREAM_MAX_BYTES);
	good = ed_drill_write(leg->writer, &leg->plan, &text) &&
	       fwrite(text.p, 1, text.n, out.f) == text.n;
	ed_buf_done(&text);
	(void)snprintf(error, sizeof(error), "the drill cannot be written");
	if (ed_output_close(&out, good, error) == 0 && good)
		return true;
	ed_cmd_say("drill: %s", error);
	return false;
}

static bool write_legs(struct ed_drill_job *j)
{
	const char *write = j->conf->write;

	if (!write && !make_folder(j))
		return false;
	if (write && j->n_legs > 1 && !is_folder(write))
		return say_shown("--write: several formats need a directory:", write);
	for (size_t i = 0; i < j->n_legs; i++) {
		if (!write_leg(j, &j->legs[i]))
			return false;
	}
	return true;
}

void ed_drill_remove_legs(struct ed_drill_job *j)
{
	for (size_t i = 0; i < j->n_legs; i++) {
		if (j->legs[i].is_temporary)
			(void)unlink(j->legs[i].path);
		free(j->legs[i].path);
	}
	if (j->folder)
		(void)rmdir(j->folder);
	free(j->folder);
	free(j->legs);
	j->legs = NULL;
	j->n_legs = 0;
}

/* -------------------------------------------------------------------- real */

static bool ask(const struct ed_drill_job *j, struct ed_drill_leg *leg)
{
	const struct ed_drill_conf *c = j->conf;
	char error[ED_DRILL_ASK_ERROR_MAX];
	struct ed_drill_asked asked;
	struct timespec wait = { .tv_sec = c->wait_ns / ED_NS_PER_S,
				 .tv_nsec = c->wait_ns % ED_NS_PER_S };

	if (!c->quiet)
		(void)fprintf(stderr, "earthdog: drill: asking %s for %u names below %s, %.3g/s\n",
			      c->resolver, leg->plan.n_names, leg->plan.domain, c->rate);
	if (ed_drill_ask(&leg->plan, c->resolver, &asked, error) < 0) {
		ed_cmd_say("drill: %s", error);
		return false;
	}
	if (!c->quiet)
		(void)fprintf(stderr, "earthdog: drill: %u sent, %u answered\n", asked.n_sent,
			      asked.n_answered);
	if (j->n_paths > 0 && c->wait_ns > 0)
		(void)nanosleep(&wait, NULL);
	return true;
}

bool ed_drill_make_legs(struct ed_drill_job *j)
{
	if (!ed_drill_list_add(j))
		return false;
	if (!j->conf->resolver)
		return write_legs(j);
	return ask(j, &j->legs[0]);
}
