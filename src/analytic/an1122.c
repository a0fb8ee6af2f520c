/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AN1122, Linux: daemons and scripts that emit long, encoded or frequent names. The audit system
 * tells which program was started with which arguments (execve) and to which server it talked
 * (connect, sendto); the names come from the arguments, from Tracee, or from the network by the
 * join.
 */
#include "analytic/analytic.h"

#include "record/process.h"
#include "record/program.h"

static const float ENCODED_BITS = 1.5f;

/* A daemon that may ask much: its volume and its rhythm are its trade. What its names look like,
 * and the ceiling, stay. */
static const float ALLOWED_SHARE = 0.25f;

struct an1122_conf {
	double subdomain_entropy_score; /* 0..1 */
	const char *daemon_allow_list;  /* patterns, separated by commas */
};
static_assert(sizeof(struct an1122_conf) <= ED_ANALYTIC_CONF_MAX, "conf budget");

static const struct ed_option an1122_tunables[] = {
	{
		.name = "SubdomainEntropyScore",
		.type = ED_OPT_F64,
		.offset = offsetof(struct an1122_conf, subdomain_entropy_score),
		.max = 1,
		.def = "0.9",
		.arg = "SCORE",
		.help = "mean score of the names, 0 for words and 1 for encoded data, from which it "
			"adds to the evidence",
	},
	{
		.name = "DaemonAllowList",
		.type = ED_OPT_STRING,
		.offset = offsetof(struct an1122_conf, daemon_allow_list),
		.def = "systemd-resolve*,named,unbound,dnsmasq,kresd*,pdns_recursor,nscd,postfix*,"
		       "smtp*,rspamd,spamd",
		.arg = "PATTERN[,PATTERN...]",
		.help = "daemons that may look up often: names or paths, * at either end",
	},
	{ 0 },
};

static const struct ed_analytic_remedy an1122_remedies[] = {
	{
		.brings = ED_FIELD_TIME | ED_FIELD_QNAME | ED_FIELD_PROCESS | ED_FIELD_IMAGE |
			  ED_FIELD_LINEAGE | ED_FIELD_USER,
		.what = "auditd: every program that is started, with its command line",
		.how = "auditctl -a always,exit -F arch=b64 -S execve,execveat -k dns_exec\n"
		       "auditctl -a always,exit -F arch=b32 -S execve,execveat -k dns_exec",
	},
	{
		.brings = ED_FIELD_PROCESS | ED_FIELD_IMAGE | ED_FIELD_RESOLVER | ED_FIELD_CLIENT,
		.what = "auditd: which program talks to which server",
		.how = "auditctl -a always,exit -F arch=b64 -S connect,sendto,sendmsg,sendmmsg "
		       "-F saddr_fam=2 -k dns_net\n"
		       "auditctl -a always,exit -F arch=b64 -S connect,sendto,sendmsg,sendmmsg "
		       "-F saddr_fam=10 -k dns_net",
	},
	{
		.brings = ED_FIELD_HOST,
		.what = "auditd: the machine's name in every record",
		.how = "in /etc/audit/auditd.conf: name_format = HOSTNAME, log_format = ENRICHED",
	},
	{
		.brings = ED_FIELD_QNAME | ED_FIELD_CLIENT | ED_FIELD_QTYPE | ED_FIELD_RCODE,
		.what = "the network's view of the same machine, joined to it by --inventory",
		.how = "zeek -i IFACE local",
	},
	{ 0 },
};

static const uint32_t an1122_tunable_needs[] = { ED_FIELD_QNAME, ED_FIELD_IMAGE | ED_FIELD_QNAME };

static const char *const an1122_assumes[] = {
	"Programs in a container have the host's process numbers and names of their "
	"own.",
	"io_uring bypasses the audit of socket calls.",
	"Names in the arguments of a program are lookups that were asked for, not "
	"proof that they were sent.",
	"A program that resolves in its own code shows by its connections and by its "
	"names on the wire.",
	NULL,
};

static bool an1122_in_scope(const void *conf, const struct ed_event *ev)
{
	(void)conf;
	return ev->platform == ED_PLATFORM_LINUX && ev->process_off != 0 &&
	       (ev->has & ED_FIELD_QNAME);
}

static void an1122_weigh(const void *conf, const struct ed_analytic_case *about,
			 struct ed_evidence *evidence, uint32_t n_evidence)
{
	const struct an1122_conf *c = conf;
	struct ed_evidence *content = ed_analytic_family(evidence, n_evidence, "content");
	struct ed_evidence *host = ed_analytic_family(evidence, n_evidence, "host");
	double score = content ? ed_analytic_name_score(content) : 0;

	if (content && score > 0) {
		ed_evidence_fact(content, "subdomain_entropy_score", score);
		if (score >= c->subdomain_entropy_score)
			content->bits += ENCODED_BITS;
	}
	if (!host || !about->actor ||
	    !ed_program_is_listed(c->daemon_allow_list, ed_actor_text(about->actor, ED_TEXT_IMAGE)))
		return;
	ed_evidence_fact(host, "on_daemon_allow_list", 1);
	host->bits = 0;
	for (uint32_t i = 0; i < n_evidence; i++) {
		if (&evidence[i] != content)
			evidence[i].bits *= ALLOWED_SHARE;
	}
}

const struct ed_analytic ed_analytic_an1122 = {
	.id = "AN1122",
	.platform = "Linux",
	.platform_id = ED_PLATFORM_LINUX,
	.help = "daemons and scripts that ask long, encoded or very many names",
	.log_sources = "DC0032 Process Creation: auditd:SYSCALL execve; "
		       "DC0085 Network Traffic Content: NSM:Flow dns.log",
	.version = 1,
	.needs = ED_FIELD_TIME | ED_FIELD_QNAME,
	.wants = ED_FIELD_PROCESS | ED_FIELD_IMAGE | ED_FIELD_HOST | ED_FIELD_LINEAGE |
		 ED_FIELD_USER | ED_FIELD_RESOLVER | ED_FIELD_CLIENT | ED_FIELD_QTYPE |
		 ED_FIELD_RCODE,
	.conf_bytes = sizeof(struct an1122_conf),
	.tunables = an1122_tunables,
	.remedies = an1122_remedies,
	.assumes = an1122_assumes,
	.tunable_needs = an1122_tunable_needs,
	.in_scope = an1122_in_scope,
	.weigh = an1122_weigh,
};
