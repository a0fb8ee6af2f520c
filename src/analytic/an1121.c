/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AN1121, Windows: programs that are neither browser nor part of the system and ask many or odd
 * names. Sysmon tells the program of each lookup through the system's resolver (event 22) and of
 * each connection (event 3), and who started it (event 1).
 */
#include "analytic/analytic.h"

#include "base/time.h"
#include "record/process.h"
#include "record/program.h"

/* What a filtered program counts for, as much as a class of program without a reason to ask. */
static const float FILTER_BITS = 4, LONG_BITS = 1.5f, RATE_BITS = 1.5f;
static const double MANY_IN_WINDOW = 30;

struct an1121_conf {
	uint32_t query_length_threshold;  /* bytes before the domain */
	const char *process_image_filter; /* patterns, separated by commas; NULL: none */
	int64_t time_window_ns;
};
static_assert(sizeof(struct an1121_conf) <= ED_ANALYTIC_CONF_MAX, "conf budget");

static const struct ed_option an1121_tunables[] = {
	{
		.name = "QueryLengthThreshold",
		.type = ED_OPT_U32,
		.offset = offsetof(struct an1121_conf, query_length_threshold),
		.min = 1,
		.max = 250,
		.def = "52",
		.arg = "BYTES",
		.help = "mean length of the labels before the domain from which length adds to the "
			"evidence: what base32 makes of 32 bytes",
	},
	{
		.name = "ProcessImageFilter",
		.type = ED_OPT_STRING,
		.offset = offsetof(struct an1121_conf, process_image_filter),
		.arg = "PATTERN[,PATTERN...]",
		.help = "programs that have no reason to ask, beside those that are known as such "
			"(interpreters, rundll32 and the like): names or paths, * at either end",
	},
	{
		.name = "TimeWindow",
		.type = ED_OPT_DURATION,
		.offset = offsetof(struct an1121_conf, time_window_ns),
		.min = 1e9,
		.max = 864e11,
		.def = "10m",
		.arg = "TIME",
		.help = "in which 30 lookups of one program under one domain add to the evidence",
	},
	{ 0 },
};

static const struct ed_analytic_remedy an1121_remedies[] = {
	{
		.brings = ED_FIELD_TIME | ED_FIELD_QNAME | ED_FIELD_PROCESS | ED_FIELD_IMAGE |
			  ED_FIELD_HOST | ED_FIELD_USER | ED_FIELD_RCODE,
		.what = "Sysmon event 22: each lookup with its program",
		.how = "in the configuration: <RuleGroup groupRelation=\"or\"><DnsQuery "
		       "onmatch=\"exclude\"/></RuleGroup>\n"
		       "sysmon64.exe -c sysmon.xml",
	},
	{
		.brings = ED_FIELD_LINEAGE | ED_FIELD_USER,
		.what = "Sysmon event 1: who started the program, and how",
		.how = "in the configuration: <RuleGroup groupRelation=\"or\"><ProcessCreate "
		       "onmatch=\"exclude\"/></RuleGroup>",
	},
	{
		.brings = ED_FIELD_CLIENT,
		.what = "Sysmon event 3: the machine's address, and programs that ask port 53 past the "
			"system",
		.how = "in the configuration: <RuleGroup groupRelation=\"or\"><NetworkConnect "
		       "onmatch=\"include\"><DestinationPort condition=\"is\">53</DestinationPort>"
		       "<DestinationPort condition=\"is\">853</DestinationPort></NetworkConnect>"
		       "</RuleGroup>",
	},
	{
		.brings = ED_FIELD_QTYPE | ED_FIELD_RCODE,
		.what = "the DNS client's own log: the type of each lookup",
		.how = "wevtutil sl Microsoft-Windows-DNS-Client/Operational /e:true",
	},
	{ 0 },
};

static const uint32_t an1121_tunable_needs[] = { ED_FIELD_QNAME, ED_FIELD_IMAGE | ED_FIELD_QNAME,
						 ED_FIELD_TIME | ED_FIELD_QNAME };

static const char *const an1121_assumes[] = {
	"Sysmon sees lookups through the system's resolver. What brings its own "
	"(nslookup, iodine, browsers with DNS over HTTPS) shows by its connections "
	"and by the network only.",
	"svchost and lsass ask for others; event 22 names the program that asked.",
	"Each element adds to a score that at least three families of behaviour must "
	"support; none decides alone.",
	"Two machines with the same first label of their names are taken for one.",
	NULL,
};

static bool an1121_in_scope(const void *conf, const struct ed_event *ev)
{
	(void)conf;
	return ev->platform == ED_PLATFORM_WINDOWS && ev->process_off != 0 &&
	       (ev->has & ED_FIELD_QNAME);
}

/* Lookups in the window, were they spread evenly. */
static double in_window(const struct ed_analytic_case *about, int64_t window_ns)
{
	double window_s = (double)window_ns / (double)ED_NS_PER_S;

	return about->lasted_s > window_s ? (double)about->n_queries * window_s / about->lasted_s :
					    (double)about->n_queries;
}

static void an1121_weigh(const void *conf, const struct ed_analytic_case *about,
			 struct ed_evidence *evidence, uint32_t n_evidence)
{
	const struct an1121_conf *c = conf;
	struct ed_evidence *content = ed_analytic_family(evidence, n_evidence, "content");
	struct ed_evidence *volume = ed_analytic_family(evidence, n_evidence, "volume");
	struct ed_evidence *host = ed_analytic_family(evidence, n_evidence, "host");
	double rate = in_window(about, c->time_window_ns);

	if (content &&
	    ed_evidence_get(content, "mean_payload_bytes", 0) >= c->query_length_threshold) {
		content->bits += LONG_BITS;
		ed_evidence_fact(content, "longer_than_query_length_threshold", 1);
	}
	if (volume && rate >= MANY_IN_WINDOW) {
		volume->bits += RATE_BITS;
		ed_evidence_fact(volume, "queries_in_time_window", rate);
	}
	if (host && about->actor &&
	    ed_program_is_listed(c->process_image_filter,
				 ed_actor_text(about->actor, ED_TEXT_IMAGE))) {
		host->bits += FILTER_BITS;
		ed_evidence_fact(host, "on_process_image_filter", 1);
	}
}

const struct ed_analytic ed_analytic_an1121 = {
	.id = "AN1121",
	.platform = "Windows",
	.platform_id = ED_PLATFORM_WINDOWS,
	.help = "programs that are no browser and no part of the system and ask many or odd names",
	.log_sources = "DC0082 Network Connection Creation: WinEventLog:Sysmon EventCode=3, 22; "
		       "DC0085 Network Traffic Content: NSM:Flow dns.log",
	.version = 1,
	.needs = ED_FIELD_TIME | ED_FIELD_QNAME,
	.wants = ED_FIELD_PROCESS | ED_FIELD_IMAGE | ED_FIELD_HOST | ED_FIELD_LINEAGE |
		 ED_FIELD_USER | ED_FIELD_RCODE | ED_FIELD_QTYPE | ED_FIELD_CLIENT,
	.conf_bytes = sizeof(struct an1121_conf),
	.tunables = an1121_tunables,
	.remedies = an1121_remedies,
	.assumes = an1121_assumes,
	.tunable_needs = an1121_tunable_needs,
	.in_scope = an1121_in_scope,
	.weigh = an1121_weigh,
};
