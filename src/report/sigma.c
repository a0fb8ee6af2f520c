/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each analytic is a rule that takes in what it speaks of, and correlations that count:
 *	title: DNS lookups of one client, a burst
 *	correlation:
 *	    type: event_count
 *	    rules: [earthdog_an1124_lookups]
 * Lists of a user's own words are written as JSON, which is YAML too and escapes everything.
 */
#include "report/sigma.h"

#include "base/json_out.h"
#include "base/time.h"
#include "base/uuid.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MANY_LOOKUPS = 30 /* as the analytics of machines count them */, BURST_S = 10 };

/* Ours alone: random bytes, chosen once. */
static const struct ed_uuid space = { { 0x5e, 0x1b, 0x0a, 0x6d, 0x22, 0xc4, 0x4f, 0x9a, 0x8c, 0x03,
					0x7d, 0x91, 0xe6, 0x54, 0xb8, 0x2f } };

/* What two kinds of document begin with. */
struct head {
	const char *name;
	const char *title;
	const char *what;
};

/* One analytic and its settings. */
struct source {
	const struct ed_analytic *analytic;
	const void *conf;
};

static const struct ed_option *row_of(const struct source *s, const char *name)
{
	const char *near;
	const struct ed_option *row = ed_option_find(s->analytic->tunables, name, &near);

	assert(row); /* the names stand in the same sources */
	return row;
}

/* A number in the unit that it is kept in. */
static double number_of(const struct source *s, const char *name)
{
	const struct ed_option *row = row_of(s, name);
	const uint8_t *at = (const uint8_t *)s->conf + row->offset;
	double f64;
	uint64_t u64;
	uint32_t u32;
	int64_t i64;

	switch (row->type) {
	case ED_OPT_U32:
		memcpy(&u32, at, sizeof(u32));
		return u32;
	case ED_OPT_SIZE:
	case ED_OPT_U64:
		memcpy(&u64, at, sizeof(u64));
		return (double)u64;
	case ED_OPT_DURATION:
		memcpy(&i64, at, sizeof(i64));
		return (double)i64;
	default:
		assert(row->type == ED_OPT_RATE || row->type == ED_OPT_F64);
		memcpy(&f64, at, sizeof(f64));
		return f64;
	}
}

/* "" when it is not set. */
static const char *text_of(const struct source *s, const char *name)
{
	const char *text;

	memcpy(&text, (const uint8_t *)s->conf + row_of(s, name)->offset, sizeof(text));
	return text ? text : "";
}

static void put_head(const struct source *s, const struct head *h, struct ed_buf *out)
{
	char id[ED_UUID_TEXT];

	ed_uuid_of_name(&space, ed_span_str(h->name), id);
	ed_buf_printf(out,
		      "---\n"
		      "title: %s\n"
		      "id: %s\n"
		      "name: %s\n"
		      "status: test\n"
		      "description: >-\n"
		      "    %s\n"
		      "references:\n"
		      "    - https://attack.mitre.org/detectionstrategies/DET0400#%s\n"
		      "author: earthdog\n"
		      "date: 2026-11-22\n"
		      "tags:\n"
		      "    - attack.command-and-control\n"
		      "    - attack.t1071.004\n",
		      h->title, id, h->name, h->what, s->analytic->id);
}

/* A span of time in the largest unit that fits it whole. */
static void put_span(double ns, struct ed_buf *out)
{
	uint64_t seconds = ns < (double)ED_NS_PER_S ? 1 : (uint64_t)(ns / (double)ED_NS_PER_S);

	if (seconds % 86400 == 0)
		ed_buf_printf(out, "    timespan: %" PRIu64 "d\n", seconds / 86400);
	else if (seconds % 3600 == 0)
		ed_buf_printf(out, "    timespan: %" PRIu64 "h\n", seconds / 3600);
	else if (seconds % 60 == 0)
		ed_buf_printf(out, "    timespan: %" PRIu64 "m\n", seconds / 60);
	else
		ed_buf_printf(out, "    timespan: %" PRIu64 "s\n", seconds);
}

struct correlation {
	const char *type;
	const char *rule;
	const char *group_by; /* YAML list */
	double span_ns;
	const char *field; /* NULL: events are counted */
	double at_least;
	const char *level;
};

static void put_correlation(const struct correlation *c, struct ed_buf *out)
{
	ed_buf_printf(out,
		      "correlation:\n"
		      "    type: %s\n"
		      "    rules:\n"
		      "        - %s\n"
		      "    group-by: %s\n",
		      c->type, c->rule, c->group_by);
	put_span(c->span_ns, out);
	ed_buf_printf(out, "    condition:\n        gte: %.0f\n", ceil(c->at_least));
	if (c->field)
		ed_buf_printf(out, "        field: %s\n", c->field);
	ed_buf_printf(out, "level: %s\n", c->level);
}

/* Patterns as Sigma has them: a bare name is one in any folder. */
static void put_patterns(const char *key, const char *list, const char *folder, struct ed_buf *out)
{
	char pattern[256];
	struct ed_json j;

	ed_buf_printf(out, "        %s: ", key);
	ed_json_init(&j, out);
	ed_json_array(&j, NULL);
	while (*list) {
		size_t n = strcspn(list, ",");
		bool is_path = memchr(list, '/', n) || memchr(list, '\\', n);

		(void)snprintf(pattern, sizeof(pattern), "%s%.*s",
			       is_path || *list == '*' ? "" : folder, (int)(n < 200 ? n : 200),
			       list);
		if (n > 0)
			ed_json_str(&j, NULL, pattern);
		list += n + (list[n] == ',');
	}
	ed_json_array_end(&j);
	ed_buf_puts(out, "\n");
}

static void put_windows(const struct source *s, struct ed_buf *out)
{
	static const struct head lookups = {
		"earthdog_an1121_lookups", "Windows lookups by programs that are no browser",
		"Sysmon event 22 of programs that are no browser and no part of the system. Takes in what the "
		"correlations count, and alerts about nothing by itself."
	};
	static const struct head many = {
		"earthdog_an1121_many", "Windows program with many different lookups",
		"Different names that one program asks within TimeWindow. Whether they look encoded and how "
		"much they say is not weighed here."
	};
	static const struct head longer = {
		"earthdog_an1121_long", "Windows lookup with long labels before its domain",
		"QueryLengthThreshold bytes or more before the last two labels. The analytic takes the mean "
		"over a domain; one long name is nothing by itself."
	};
	const char *filter = text_of(s, "ProcessImageFilter");

	put_head(s, &lookups, out);
	ed_buf_puts(out,
		    "logsource:\n    product: windows\n    category: dns_query\n"
		    "detection:\n"
		    "    selection:\n        QueryName|contains: '.'\n"
		    "    filter_browser:\n        Image|endswith:\n"
		    "            - '\\chrome.exe'\n            - '\\msedge.exe'\n"
		    "            - '\\firefox.exe'\n            - '\\brave.exe'\n"
		    "            - '\\opera.exe'\n"
		    "    filter_system:\n        Image|startswith: 'C:\\Windows\\System32\\'\n");
	if (*filter) {
		ed_buf_puts(out, "    selection_filter:\n");
		put_patterns("Image", filter, "*\\", out);
	}
	ed_buf_printf(out,
		      "    condition: selection and not 1 of filter_*%s\nlevel: informational\n",
		      *filter ? " or selection and selection_filter" : "");
	put_head(s, &many, out);
	put_correlation(&(struct correlation){ "value_count", lookups.name, "[Computer, Image]",
					       number_of(s, "TimeWindow"), "QueryName",
					       MANY_LOOKUPS, "medium" },
			out);
	put_head(s, &longer, out);
	ed_buf_printf(out,
		      "logsource:\n    product: windows\n    category: dns_query\n"
		      "detection:\n    selection:\n"
		      "        QueryName|re: '^.{%.0f,}\\.[^.]+\\.[^.]+$'\n"
		      "    condition: selection\nlevel: low\n",
		      number_of(s, "QueryLengthThreshold"));
}

static void put_linux(const struct source *s, struct ed_buf *out)
{
	static const struct head lookups = {
		"earthdog_an1122_queries", "Linux connections to port 53 past the resolver",
		"Programs that talk to port 53 and are not on DaemonAllowList. SubdomainEntropyScore needs a "
		"model of names and cannot be said in Sigma."
	};
	static const struct head many = { "earthdog_an1122_many",
					  "Linux program that asks port 53 often",
					  "Connections of one program to port 53 in ten minutes." };

	put_head(s, &lookups, out);
	ed_buf_puts(out, "logsource:\n    product: linux\n    category: network_connection\n"
			 "detection:\n    selection:\n        DestinationPort: 53\n"
			 "    filter_daemon:\n");
	put_patterns("Image", text_of(s, "DaemonAllowList"), "*/", out);
	ed_buf_puts(out, "    condition: selection and not filter_daemon\nlevel: informational\n");
	put_head(s, &many, out);
	put_correlation(&(struct correlation){ "event_count", lookups.name, "[Computer, Image]",
					       600.0 * (double)ED_NS_PER_S, NULL, MANY_LOOKUPS,
					       "medium" },
			out);
}

/* ATT&CK's contexts as programs that stand for them. */
static const char *context_programs(struct ed_span word)
{
	static const struct {
		const char *word, *programs;
	} rows[] = {
		{ "script", "osascript,python*,perl*,ruby*,sh,bash,zsh" },
		{ "transfer", "curl,nc,ncat,socat,wget" },
		{ "cron", "cron,at" },
		{ "terminal", "Terminal,login" },
		{ "remote", "sshd*" },
		{ "service", "launchd" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (ed_span_is(word, rows[i].word))
			return rows[i].programs;
	}
	return NULL;
}

static void put_contexts(const char *list, struct ed_buf *out)
{
	struct ed_buf programs;

	ed_buf_init(&programs, 4096);
	while (*list) {
		size_t n = strcspn(list, ",");
		const char *known = context_programs(ed_span_of(list, n));

		if (programs.n > 0)
			ed_buf_puts(&programs, ",");
		ed_buf_put(&programs, known ? known : list, known ? strlen(known) : n);
		list += n + (list[n] == ',');
	}
	if (programs.n == 0)
		ed_buf_puts(&programs, "*");
	ed_buf_puts(out, "    selection_program:\n");
	put_patterns("Image", programs.p, "*/", out);
	ed_buf_puts(out, "    selection_parent:\n");
	put_patterns("ParentImage", programs.p, "*/", out);
	ed_buf_done(&programs);
}

static void put_macos(const struct source *s, struct ed_buf *out)
{
	static const struct head asks = {
		"earthdog_an1123_queries", "macOS program of an uncommon context that asks port 53",
		"Connections to port 53 by programs of UncommonProcessContext. EntropyThreshold needs a model "
		"of names and cannot be said in Sigma."
	};
	static const struct head many = {
		"earthdog_an1123_many",
		"macOS program of an uncommon context that asks port 53 often",
		"Connections of one program to port 53 in ten minutes."
	};

	put_head(s, &asks, out);
	ed_buf_puts(out, "logsource:\n    product: macos\n    category: network_connection\n"
			 "detection:\n    selection_port:\n        DestinationPort: 53\n");
	put_contexts(text_of(s, "UncommonProcessContext"), out);
	ed_buf_puts(out,
		    "    condition: selection_port and (selection_program or selection_parent)\n"
		    "level: informational\n");
	put_head(s, &many, out);
	put_correlation(&(struct correlation){ "event_count", asks.name, "[Computer, Image]",
					       600.0 * (double)ED_NS_PER_S, NULL, MANY_LOOKUPS,
					       "medium" },
			out);
}

static void put_network(const struct source *s, struct ed_buf *out)
{
	static const struct head lookups = {
		"earthdog_an1124_lookups", "DNS lookups on the network",
		"Zeek's dns.log. Takes in what the correlations count, and alerts about nothing by itself. "
		"DomainReputationFeed is a list of its own and not part of this rule."
	};
	static const struct head burst = {
		"earthdog_an1124_burst", "Burst of different names by one client",
		"QueryRatePerClient, over ten seconds. The analytic counts below one domain; Sigma knows no "
		"registrable domain, so this counts over all, and content, structure and the ceilings are not "
		"weighed."
	};

	put_head(s, &lookups, out);
	ed_buf_puts(out, "logsource:\n    product: zeek\n    service: dns\n"
			 "detection:\n    selection:\n        query|contains: '.'\n"
			 "    condition: selection\nlevel: informational\n");
	put_head(s, &burst, out);
	put_correlation(&(struct correlation){ "value_count", lookups.name, "[id.orig_h]",
					       BURST_S * (double)ED_NS_PER_S, "query",
					       number_of(s, "QueryRatePerClient") * BURST_S,
					       "medium" },
			out);
}

static void put_esxi(const struct source *s, struct ed_buf *out)
{
	static const struct head flows = {
		"earthdog_an1125_flows", "DNS connections of a hypervisor",
		"Zeek's conn.log with service dns. Restrict it to the addresses of the hypervisors. "
		"KnownGoodVIBs is a list of its own and not part of this rule."
	};
	static const struct head volume = {
		"earthdog_an1125_volume", "Hypervisor that says much over DNS in a day",
		"OutboundDNSVolume. The analytic counts the information in distinct names to one outside "
		"domain; a connection log has all bytes sent, so a quiet host's usual volume has to be added."
	};

	put_head(s, &flows, out);
	ed_buf_puts(out, "logsource:\n    product: zeek\n    service: conn\n"
			 "detection:\n    selection:\n        service: dns\n"
			 "    condition: selection\nlevel: informational\n");
	put_head(s, &volume, out);
	put_correlation(&(struct correlation){ "value_sum", flows.name, "[id.orig_h]",
					       86400.0 * (double)ED_NS_PER_S, "orig_bytes",
					       number_of(s, "OutboundDNSVolume"), "medium" },
			out);
}

void ed_report_sigma(const ed_analytic_confs *confs, struct ed_buf *out)
{
	static const struct {
		const char *id;
		void (*put)(const struct source *s, struct ed_buf *out);
	} writers[] = {
		{ "AN1121", put_windows }, { "AN1122", put_linux }, { "AN1123", put_macos },
		{ "AN1124", put_network }, { "AN1125", put_esxi },
	};

	for (size_t i = 0; ed_analytics[i]; i++) {
		const struct source s = { ed_analytics[i], (*confs)[i] };

		for (size_t k = 0; k < sizeof(writers) / sizeof(writers[0]); k++) {
			if (strcmp(writers[k].id, s.analytic->id) == 0)
				writers[k].put(&s, out);
		}
	}
}
