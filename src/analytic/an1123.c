/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AN1123, macOS: scripts, curl and other programs that ask encoded names, to send data out or to
 * call home. The unified log tells name (or its hash, where it is masked), program and time of
 * every lookup that goes through mDNSResponder.
 */
#include "analytic/analytic.h"

#include <string.h>

#include "record/process.h"
#include "record/program.h"

static const float ENCODED_BITS = 1.5f, CONTEXT_BITS = 2.5f;

struct an1123_conf {
	double entropy_threshold;             /* 0..1 */
	const char *uncommon_process_context; /* words, separated by commas */
};
static_assert(sizeof(struct an1123_conf) <= ED_ANALYTIC_CONF_MAX, "conf budget");

static const struct ed_option an1123_tunables[] = {
	{
		.name = "EntropyThreshold",
		.type = ED_OPT_F64,
		.offset = offsetof(struct an1123_conf, entropy_threshold),
		.max = 1,
		.def = "0.9",
		.arg = "SCORE",
		.help = "mean score of the names, 0 for words and 1 for encoded data, from which it "
			"adds to the evidence",
	},
	{
		.name = "UncommonProcessContext",
		.type = ED_OPT_STRING,
		.offset = offsetof(struct an1123_conf, uncommon_process_context),
		.def = "script,transfer,cron",
		.arg = "CONTEXT[,CONTEXT...]",
		.help = "contexts that are out of the ordinary: script (osascript, python, sh), "
			"transfer (curl, nc), cron, terminal, remote, service, or a program by name",
	},
	{ 0 },
};

static const struct ed_analytic_remedy an1123_remedies[] = {
	{
		.brings = ED_FIELD_TIME | ED_FIELD_QNAME | ED_FIELD_PROCESS | ED_FIELD_IMAGE |
			  ED_FIELD_QTYPE,
		.what = "the unified log of mDNSResponder: each lookup with its program",
		.how = "log stream --style ndjson --info --debug --predicate 'process == \"mDNSResponder\" "
		       "AND (eventMessage CONTAINS \"DNSServiceQueryRecord\" OR eventMessage CONTAINS "
		       "\"DNSServiceGetAddrInfo\" OR eventMessage CONTAINS \"getaddrinfo start\")'",
	},
	{
		.brings = ED_FIELD_QNAME,
		.what = "names in the clear, where the log masks them",
		.how = "a configuration profile: payload com.apple.system.logging, System, "
		       "Enable-Private-Data = true",
	},
	{
		.brings = ED_FIELD_LINEAGE | ED_FIELD_USER,
		.what = "programs that are started, with their command line and parents",
		.how = "sudo eslogger exec",
	},
	{
		.brings = ED_FIELD_HOST,
		.what = "the machine's name: the unified log has none",
		.how = "collect with a shipper that adds it, or put each machine's log in a file of its "
		       "own",
	},
	{ 0 },
};

static const uint32_t an1123_tunable_needs[] = { ED_FIELD_QNAME, ED_FIELD_IMAGE | ED_FIELD_QNAME };

static const char *const an1123_assumes[] = {
	"mDNSResponder logs what goes through it. dig, nslookup, static programs and "
	"browsers with DNS over HTTPS go past it and show on the network only.",
	"Where the system masks names, content and the ceilings say nothing; "
	"structure, timing and the program remain.",
	"A system service that asks for an app names it; then the app is the one "
	"that asked.",
	NULL,
};

static bool an1123_in_scope(const void *conf, const struct ed_event *ev)
{
	(void)conf;
	return ev->platform == ED_PLATFORM_MACOS && ev->process_off != 0 &&
	       (ev->has & ED_FIELD_QNAME);
}

/* True when the word of @n bytes names the actor's context. */
static bool is_context(const char *word, size_t n, const struct ed_actor *actor)
{
	static const struct {
		const char *word;
		uint16_t launch;
		enum ed_program_class program_class;
	} contexts[] = {
		{ "script", 0, ED_PROGRAM_INTERPRETER }, { "transfer", 0, ED_PROGRAM_TRANSFER },
		{ "lookup", 0, ED_PROGRAM_LOOKUP },      { "cron", ED_LAUNCH_CRON, 0 },
		{ "terminal", ED_LAUNCH_TERMINAL, 0 },   { "remote", ED_LAUNCH_REMOTE, 0 },
		{ "service", ED_LAUNCH_SERVICE, 0 },
	};
	struct ed_span image = ed_actor_text(actor, ED_TEXT_IMAGE);

	for (size_t i = 0; i < sizeof(contexts) / sizeof(contexts[0]); i++) {
		if (strlen(contexts[i].word) != n || memcmp(contexts[i].word, word, n) != 0)
			continue;
		return contexts[i].launch ? (actor->process.launch & contexts[i].launch) != 0 :
					    ed_program_class(image) == contexts[i].program_class;
	}
	return false;
}

static bool is_uncommon(const char *list, const struct ed_actor *actor)
{
	if (ed_program_is_listed(list, ed_actor_text(actor, ED_TEXT_IMAGE)))
		return true;
	while (list && *list) {
		size_t n = strcspn(list, ",");

		if (is_context(list, n, actor))
			return true;
		list += n + (list[n] == ',');
	}
	return false;
}

static void an1123_weigh(const void *conf, const struct ed_analytic_case *about,
			 struct ed_evidence *evidence, uint32_t n_evidence)
{
	const struct an1123_conf *c = conf;
	struct ed_evidence *content = ed_analytic_family(evidence, n_evidence, "content");
	struct ed_evidence *host = ed_analytic_family(evidence, n_evidence, "host");
	double score = content ? ed_analytic_name_score(content) : 0;

	if (content && score > 0) {
		ed_evidence_fact(content, "subdomain_entropy_score", score);
		if (score >= c->entropy_threshold)
			content->bits += ENCODED_BITS;
	}
	if (host && about->actor && is_uncommon(c->uncommon_process_context, about->actor)) {
		ed_evidence_fact(host, "uncommon_process_context", 1);
		host->bits += CONTEXT_BITS;
	}
}

const struct ed_analytic ed_analytic_an1123 = {
	.id = "AN1123",
	.platform = "macOS",
	.platform_id = ED_PLATFORM_MACOS,
	.help = "scripts, curl and other programs that ask encoded names",
	.log_sources = "DC0078 Network Traffic Flow: macos:unifiedlog "
		       "log stream 'eventMessage contains \"dns_request\"'",
	.version = 1,
	.needs = ED_FIELD_TIME | ED_FIELD_QNAME,
	.wants = ED_FIELD_PROCESS | ED_FIELD_IMAGE | ED_FIELD_HOST | ED_FIELD_LINEAGE |
		 ED_FIELD_USER | ED_FIELD_QTYPE,
	.conf_bytes = sizeof(struct an1123_conf),
	.tunables = an1123_tunables,
	.remedies = an1123_remedies,
	.assumes = an1123_assumes,
	.tunable_needs = an1123_tunable_needs,
	.in_scope = an1123_in_scope,
	.weigh = an1123_weigh,
};
