/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The texts within Windows events; see event.h.
 *	type:  5 www.example.net;::ffff:192.0.2.7;   9003   Dns query:\r\nRuleName: -\r\n...
 */
#include "format/windows/event.h"

#include "base/ascii.h"
#include "base/name.h"
#include "format/text/lines.h"
#include "format/text/addr.h"
#include "format/zeek/text.h"

enum {
	TYPE_DNAME = 39,
	LINE_KEYS_MAX = 24,
	BASE_MAX = 24, /* bytes of the longest program name below, and more */
};

/* ------------------------------------------------------------- status */

static const struct {
	const char *text;
	const char *name; /* as Elastic's agents write it */
	uint16_t rcode;
	uint8_t status;
} statuses[] = {
	{ "0", "SUCCESS", 0, ED_WINDOWS_STATUS_ANSWERED },
	{ "9701", "DNS_ERROR_RECORD_DOES_NOT_EXIST", 0, ED_WINDOWS_STATUS_EMPTY },
	{ "9501", "DNS_INFO_NO_RECORDS", 0, ED_WINDOWS_STATUS_EMPTY },
	{ "9003", "DNS_ERROR_RCODE_NAME_ERROR", 3, ED_WINDOWS_STATUS_ANSWERED },
	{ "9002", "DNS_ERROR_RCODE_SERVER_FAILURE", 2, ED_WINDOWS_STATUS_ANSWERED },
	{ "9001", "DNS_ERROR_RCODE_FORMAT_ERROR", 1, ED_WINDOWS_STATUS_ANSWERED },
	{ "9004", "DNS_ERROR_RCODE_NOT_IMPLEMENTED", 4, ED_WINDOWS_STATUS_ANSWERED },
	{ "9005", "DNS_ERROR_RCODE_REFUSED", 5, ED_WINDOWS_STATUS_ANSWERED },
	{ "87", "ERROR_INVALID_PARAMETER", 0, ED_WINDOWS_STATUS_BAD_CALL },
};

enum ed_windows_status ed_windows_status(struct ed_span text, uint16_t *ret_rcode)
{
	*ret_rcode = 0;
	if (text.n == 1 && text.p[0] == '0')
		return ED_WINDOWS_STATUS_ANSWERED;
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		if (!ed_span_is(text, statuses[i].text) && !ed_span_is(text, statuses[i].name))
			continue;
		*ret_rcode = statuses[i].rcode;
		return statuses[i].status;
	}
	return ED_WINDOWS_STATUS_NONE;
}

/* ------------------------------------------------------------ results */

static struct ed_span skip_blanks(struct ed_span s)
{
	while (s.n > 0 && s.p[0] == ' ')
		s = ed_span_from(s, 1);
	return s;
}

/* "  5 www.example.net" */
static void typed_answer(struct ed_span item, struct ed_answer *a)
{
	uint32_t type = 0;

	item = skip_blanks(item);
	while (item.n > 0 && ed_is_digit(item.p[0]) && type <= UINT16_MAX) {
		type = type * 10 + (item.p[0] - (unsigned)'0');
		item = ed_span_from(item, 1);
	}
	a->type = type <= UINT16_MAX ? (uint16_t)type : 0;
	a->rdata = skip_blanks(item);
	a->has_rdata = a->rdata.n > 0;
}

static void address_answer(struct ed_span item, struct ed_answer *a)
{
	/* an IPv4 address in the words of IPv6 is the same answer */
	if (ed_span_starts(item, "::ffff:") && memchr(item.p, '.', item.n))
		item = ed_span_from(item, strlen("::ffff:"));
	a->type = memchr(item.p, ':', item.n) ? ED_RR_AAAA : ED_RR_A;
	a->rdata = item;
	a->has_rdata = true;
}

bool ed_windows_is_asked_for(uint16_t type)
{
	return type != ED_RR_A && type != ED_RR_AAAA && type != ED_RR_CNAME && type != TYPE_DNAME;
}

void ed_windows_results(struct ed_span text, struct ed_answer_text *ret, uint16_t *ret_qtype)
{
	*ret_qtype = 0;
	while (text.n > 0) {
		const uint8_t *end = memchr(text.p, ';', text.n);
		size_t n = end ? (size_t)(end - text.p) : text.n;
		struct ed_span item = skip_blanks(ed_span_of(text.p, n));
		struct ed_answer a = { .type = 0 };

		text = ed_span_from(text, n + 1);
		if (item.n == 0)
			continue;
		if (!ed_span_starts(item, "type:")) {
			address_answer(item, &a);
			ed_answer_add(ret, &a, 0);
			continue;
		}
		typed_answer(ed_span_from(item, strlen("type:")), &a);
		ed_answer_add(ret, &a, 0);
		if (*ret_qtype == 0 && ret->sum.n_addresses == 0 && ed_windows_is_asked_for(a.type))
			*ret_qtype = a.type;
	}
}

/* ------------------------------------------------------------- launch */

static const struct {
	const char *base; /* of the parent, in lower case, without ".exe" */
	unsigned launch;
} launchers[] = {
	{ "services", ED_LAUNCH_SERVICE },
	{ "taskeng", ED_LAUNCH_CRON },
	{ "taskhostw", ED_LAUNCH_CRON },
	{ "schtasks", ED_LAUNCH_CRON },
	{ "wsmprovhost", ED_LAUNCH_REMOTE },
	{ "winrshost", ED_LAUNCH_REMOTE },
	{ "psexesvc", ED_LAUNCH_REMOTE },
	{ "paexec", ED_LAUNCH_REMOTE },
	{ "sshd", ED_LAUNCH_REMOTE },
	{ "windowsterminal", ED_LAUNCH_TERMINAL },
	{ "openconsole", ED_LAUNCH_TERMINAL },
	{ "w3wp", ED_LAUNCH_WEB },
	{ "httpd", ED_LAUNCH_WEB },
	{ "nginx", ED_LAUNCH_WEB },
	{ "php-cgi", ED_LAUNCH_WEB },
	{ "tomcat9", ED_LAUNCH_WEB },
	{ "winword", ED_LAUNCH_OFFICE },
	{ "excel", ED_LAUNCH_OFFICE },
	{ "powerpnt", ED_LAUNCH_OFFICE },
	{ "outlook", ED_LAUNCH_OFFICE },
	{ "onenote", ED_LAUNCH_OFFICE },
	{ "mspub", ED_LAUNCH_OFFICE },
	{ "acrord32", ED_LAUNCH_OFFICE },
	{ "acrobat", ED_LAUNCH_OFFICE },
	{ "chrome", ED_LAUNCH_OFFICE },
	{ "msedge", ED_LAUNCH_OFFICE },
	{ "firefox", ED_LAUNCH_OFFICE },
	{ "iexplore", ED_LAUNCH_OFFICE },
};

/* The task scheduler is a service within svchost, and only the command line names it. */
static bool is_scheduler(struct ed_span command)
{
	static const char mark[] = "-s Schedule";

	return command.n > 0 && memmem(command.p, command.n, mark, sizeof(mark) - 1);
}

unsigned ed_windows_launch(struct ed_span parent, struct ed_span parent_command)
{
	struct ed_span base = ed_image_base(parent);
	char lower[BASE_MAX + 1] = { 0 };

	if (base.n == 0 || base.n > BASE_MAX)
		return 0;
	ed_name_lower(base.p, base.n, (uint8_t *)lower);
	if (base.n > 4 && memcmp(lower + base.n - 4, ".exe", 4) == 0)
		lower[base.n - 4] = '\0';
	if (strcmp(lower, "svchost") == 0)
		return is_scheduler(parent_command) ? ED_LAUNCH_CRON : 0;
	for (size_t i = 0; i < sizeof(launchers) / sizeof(launchers[0]); i++) {
		if (strcmp(lower, launchers[i].base) == 0)
			return launchers[i].launch;
	}
	return 0;
}

/* ------------------------------------------------------------ message */

struct message_key {
	const char *key;
	uint8_t slot; /* 0: of no use, but it has its place in the order */
	bool is_free; /* its value may hold lines of any kind */
};

static const struct message_key keys_1[] = {
	{ "RuleName", 0, false },
	{ "UtcTime", ED_WINDOWS_UTC, false },
	{ "ProcessGuid", ED_WINDOWS_GUID, false },
	{ "ProcessId", ED_WINDOWS_PID, false },
	{ "Image", ED_WINDOWS_IMAGE, false },
	{ "CommandLine", ED_WINDOWS_COMMAND, true },
	{ "CurrentDirectory", 0, false },
	{ "User", ED_WINDOWS_USER, false },
	{ "Hashes", ED_WINDOWS_HASHES, false },
	{ "ParentProcessGuid", ED_WINDOWS_PARENT_GUID, false },
	{ "ParentProcessId", ED_WINDOWS_PARENT_PID, false },
	{ "ParentImage", ED_WINDOWS_PARENT, false },
	{ "ParentCommandLine", ED_WINDOWS_PARENT_COMMAND, true },
	{ "ParentUser", 0, false },
	{ NULL, 0, false },
};

static const struct message_key keys_3[] = {
	{ "RuleName", 0, false },
	{ "UtcTime", ED_WINDOWS_UTC, false },
	{ "ProcessGuid", ED_WINDOWS_GUID, false },
	{ "ProcessId", ED_WINDOWS_PID, false },
	{ "Image", ED_WINDOWS_IMAGE, false },
	{ "User", ED_WINDOWS_USER, false },
	{ "Protocol", ED_WINDOWS_PROTOCOL, false },
	{ "Initiated", ED_WINDOWS_INITIATED, false },
	{ "SourceIp", ED_WINDOWS_SOURCE_IP, false },
	{ "SourcePort", ED_WINDOWS_SOURCE_PORT, false },
	{ "DestinationIp", ED_WINDOWS_DEST_IP, false },
	{ "DestinationPort", ED_WINDOWS_DEST_PORT, false },
	{ NULL, 0, false },
};

static const struct message_key keys_22[] = {
	{ "RuleName", 0, false },
	{ "UtcTime", ED_WINDOWS_UTC, false },
	{ "ProcessGuid", ED_WINDOWS_GUID, false },
	{ "ProcessId", ED_WINDOWS_PID, false },
	{ "QueryName", ED_WINDOWS_QUERY_NAME, true },
	{ "QueryStatus", ED_WINDOWS_QUERY_STATUS, false },
	{ "QueryResults", ED_WINDOWS_QUERY_RESULTS, true },
	{ "Image", ED_WINDOWS_IMAGE, false },
	{ "User", ED_WINDOWS_USER, false },
	{ NULL, 0, false },
};

static const struct message_key *message_keys(struct ed_span id)
{
	if (ed_span_is(id, "22"))
		return keys_22;
	if (ed_span_is(id, "3"))
		return keys_3;
	return ed_span_is(id, "1") ? keys_1 : NULL;
}

/* The place of the key that @line begins with; -1: none. @ret: what stands behind it. */
static int key_of(const struct message_key *keys, struct ed_span line, struct ed_span *ret)
{
	for (int i = 0; keys[i].key; i++) {
		size_t n = strlen(keys[i].key);

		if (line.n <= n || line.p[n] != ':' || memcmp(line.p, keys[i].key, n) != 0)
			continue;
		*ret = skip_blanks(ed_span_from(line, n + 1));
		return i;
	}
	return -1;
}

void ed_windows_message(struct ed_span text, struct ed_span value[static ED_WINDOWS_SLOTS])
{
	const struct message_key *keys = message_keys(value[ED_WINDOWS_EVENT_ID]);
	struct ed_span found[LINE_KEYS_MAX] = { { NULL, 0 } };
	unsigned n_seen[LINE_KEYS_MAX] = { 0 };
	bool doubtful = false;
	struct ed_span line, v;
	int last = -1;

	while (keys && ed_lines_next(&text, &line)) {
		int at = key_of(keys, line, &v);

		if (at < 0)
			continue;
		/* Before any value of free bytes a line is what it says. */
		n_seen[at] += doubtful || at > last;
		if (at <= last)
			continue;
		found[at] = v;
		last = at;
		doubtful |= keys[at].is_free;
	}
	doubtful = false;
	for (int i = 0; keys && keys[i].key; i++) {
		if (keys[i].slot > 0 && value[keys[i].slot].n == 0 && found[i].p &&
		    (n_seen[i] == 1 || !doubtful))
			value[keys[i].slot] = found[i];
		doubtful |= keys[i].is_free;
	}
}
