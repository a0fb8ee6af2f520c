/* SPDX-License-Identifier: Apache-2.0 */
/* Windows events as JSON: one lookup, connection and start in the shape of each shipper. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/host/process_id.h"
#include "format/test_events.h"

static struct test_events run;

#define IMAGE "C:\\\\Users\\\\a\\\\stage.exe"
#define RESULTS "type:  5 edge.example.com;::ffff:192.0.2.7;2001:db8::7;"

static void windows(const char *text)
{
	test_events_run(&ed_format_windows_json, ed_span_str(text), &run);
}

/* A lookup by stage.exe, as all shippers tell it. */
static void check_lookup(size_t i)
{
	const struct ed_event *ev = test_events_event(&run, i);
	const struct ed_process *p = ed_event_process(ev);

	assert_int_equal(ev->kind, ED_EVENT_DNS_PAIR);
	assert_int_equal(ev->vantage, ED_VANTAGE_ENDPOINT);
	assert_int_equal(ev->platform, ED_PLATFORM_WINDOWS);
	assert_string_equal(test_events_name(&run, i), "www.example.com");
	assert_string_equal(test_events_time(&run, i), "2026-11-03T14:02:11.250Z");
	assert_int_equal(ev->time_quality, ED_TIME_EXACT_UTC);
	assert_int_equal(ev->rcode, ED_RCODE_NOERROR);
	assert_int_equal(ev->answers.n, 3);
	assert_int_equal(ev->answers.n_addresses, 2);
	assert_int_equal(ev->answers.first_v4, 0xc0000207);
	assert_true(ev->has & ED_FIELD_RCODE);
	assert_false(ev->has & (ED_FIELD_CLIENT | ED_FIELD_QTYPE | ED_FIELD_LINEAGE));
	assert_non_null(p);
	assert_int_equal(p->pid, 6988);
	assert_int_equal(p->attribution, ED_ATTRIBUTION_DIRECT);
	assert_int_equal(p->id, ed_process_id_from_guid(
					ed_span_str("{42C2E005-4C48-69E9-A902-000000000400}")));
	assert_string_equal(test_events_text(&run, i, ED_TEXT_HOST), "PC1.example.net");
	assert_string_equal(test_events_text(&run, i, ED_TEXT_IMAGE), "C:\\Users\\a\\stage.exe");
	assert_string_equal(test_events_text(&run, i, ED_TEXT_USER), "EXAMPLE\\ann");
}

#define DATA                                                                                  \
	"\"UtcTime\":\"2026-11-03 14:02:11.250\","                                            \
	"\"ProcessGuid\":\"{42c2e005-4c48-69e9-a902-000000000400}\",\"ProcessId\":\"6988\","  \
	"\"QueryName\":\"www.Example.com\",\"QueryStatus\":\"0\",\"QueryResults\":\"" RESULTS \
	"\",\"Image\":\"" IMAGE "\",\"User\":\"EXAMPLE\\\\ann\""

/* NXLog, whose ProcessID is that of Sysmon; a collector; Winlogbeat; Wazuh; Elastic Agent. */
static void test_shippers(void **state)
{
	static const char text[] =
		"{\"EventTime\":\"2026-11-03 10:02:13\",\"Hostname\":\"PC1.example.net\","
		"\"EventID\":22,\"SourceName\":\"Microsoft-Windows-Sysmon\",\"ProcessID\":3140,"
		"\"Message\":\"Dns query:\\r\\nImage: C:\\\\other.exe\"," DATA "}\n"
		"{\"TimeCreated\":\"2026-11-03T02:02:13.100Z\",\"Hostname\":\"PC1.example.net\","
		"\"@timestamp\":\"2026-11-03T02:02:13.100Z\",\"EventID\":\"22\","
		"\"Channel\":\"Microsoft-Windows-Sysmon/Operational\"," DATA "}\n"
		"{\"@timestamp\":\"2026-11-03T14:02:12.700Z\",\"winlog\":{\"event_id\":22,"
		"\"provider_name\":\"Microsoft-Windows-Sysmon\",\"process\":{\"pid\":3140},"
		"\"computer_name\":\"PC1.example.net\",\"event_data\":{" DATA "}}}\n"
		"{\"timestamp\":\"2026-11-03T14:02:20.000+0000\",\"data\":{\"win\":{\"system\":{"
		"\"providerName\":\"Microsoft-Windows-Sysmon\",\"eventID\":\"22\","
		"\"systemTime\":\"2026-11-03T14:02:12.7000000Z\",\"processID\":\"3140\","
		"\"computer\":\"PC1.example.net\"},\"eventdata\":{"
		"\"utcTime\":\"2026-11-03 14:02:11.250\",\"processId\":\"6988\","
		"\"processGuid\":\"{42c2e005-4c48-69e9-a902-000000000400}\","
		"\"queryName\":\"www.Example.com\",\"queryStatus\":\"0\","
		"\"queryResults\":\"" RESULTS "\","
		"\"image\":\"C:\\\\\\\\Users\\\\\\\\a\\\\\\\\stage.exe\","
		"\"user\":\"EXAMPLE\\\\\\\\ann\"}}}}\n"
		"{\"@timestamp\":\"2026-11-03T14:02:11.250Z\",\"dns\":{\"answers\":[{\"data\":"
		"\"edge.example.com\",\"type\":\"CNAME\"},{\"data\":\"192.0.2.7\",\"type\":\"A\"},"
		"{\"data\":\"2001:db8::7\",\"type\":\"AAAA\"}],\"question\":{\"name\":"
		"\"www.Example.com\"},\"resolved_ip\":[\"192.0.2.7\"]},\"event\":{\"code\":\"22\","
		"\"provider\":\"Microsoft-Windows-Sysmon\"},\"host\":{\"name\":"
		"\"PC1.example.net\"},\"process\":{\"entity_id\":"
		"\"{42c2e005-4c48-69e9-a902-000000000400}\",\"executable\":\"" IMAGE "\","
		"\"pid\":6988},\"sysmon\":{\"dns\":{\"status\":\"SUCCESS\"}},\"user\":{"
		"\"domain\":\"EXAMPLE\",\"name\":\"ann\"},\"winlog\":{\"channel\":"
		"\"Microsoft-Windows-Sysmon/Operational\",\"event_id\":\"22\",\"process\":{"
		"\"pid\":2828}}}\n"
		"{\"Event\":{\"System\":{\"Provider\":{\"#attributes\":{\"Name\":"
		"\"Microsoft-Windows-Sysmon\"}},\"EventID\":22,\"TimeCreated\":{\"#attributes\":{"
		"\"SystemTime\":\"2026-11-03T14:02:12.7Z\"}},\"Computer\":\"PC1.example.net\"},"
		"\"EventData\":{" DATA "}}}\n";

	(void)state;
	windows(text);
	assert_int_equal(run.tally.n_read, 6);
	assert_int_equal(run.n, 6);
	for (size_t i = 0; i < 6; i++)
		check_lookup(i);
	assert_int_equal(ed_format_windows_json.probe(ed_span_str(text)), 92);
	assert_ptr_equal(ed_format_sniff(ed_span_str(text)), &ed_format_windows_json);
}

/* Where the client's pid was lost only the text has it, and keys in values deceive nobody. */
static void test_message(void **state)
{
	(void)state;
	windows("{\"EventID\":22,\"SourceName\":\"Microsoft-Windows-Sysmon\",\"ProcessID\":3140,"
		"\"QueryName\":\"a.example.com\",\"Image\":\"x.exe\",\"Hostname\":\"PC1\","
		"\"Message\":\"Dns query:\\r\\nRuleName: \\r\\nUtcTime: 2026-11-03 14:02:11.250\\r\\n"
		"ProcessGuid: {42c2e005-4c48-69e9-a902-000000000400}\\r\\nProcessId: 3024\\r\\n"
		"QueryName: a.example.com\\r\\nQueryStatus: 9003\\r\\nQueryResults: -\\r\\nImage: "
		"y.exe\"}\n"
		"{\"EventID\":1,\"SourceName\":\"Microsoft-Windows-Sysmon\",\"Hostname\":\"PC1\","
		"\"Message\":\"Process Create:\\r\\nUtcTime: 2026-11-03 14:02:11.250\\r\\nProcessId: "
		"77\\r\\nImage: C:\\\\a.exe\\r\\nCommandLine: a.exe \\\"\\r\\nUser: SYSTEM\\r\\n"
		"ProcessId: 4\\r\\nParentImage: C:\\\\good.exe\\\"\\r\\nUser: PC1\\\\ann\\r\\n"
		"ParentProcessId: 9\\r\\nParentImage: C:\\\\b.exe\\r\\nParentCommandLine: b\"}\n");
	assert_int_equal(run.n, 2);
	assert_int_equal(ed_event_process(test_events_event(&run, 0))->pid, 3024);
	assert_int_equal(test_events_event(&run, 0)->rcode, ED_RCODE_NXDOMAIN);
	assert_true(test_events_event(&run, 0)->has & ED_FIELD_ANSWERS);
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_IMAGE), "x.exe");
	assert_string_equal(test_events_time(&run, 0), "2026-11-03T14:02:11.250Z");
	assert_int_equal(ed_event_process(test_events_event(&run, 1))->pid, 77);
	assert_string_equal(test_events_text(&run, 1, ED_TEXT_USER), "");
	assert_string_equal(test_events_text(&run, 1, ED_TEXT_PARENT), "");
	assert_string_equal(test_events_text(&run, 1, ED_TEXT_COMMAND), "a.exe \"");
}

#define CONNECTION(initiated, to, port, protocol)                                                \
	"{\"EventID\":3,\"SourceName\":\"Microsoft-Windows-Sysmon\",\"Hostname\":\"PC1\","       \
	"\"UtcTime\":\"2026-11-03 14:02:11.250\",\"ProcessId\":\"7\",\"Image\":\"x.exe\","       \
	"\"Initiated\":\"" initiated "\",\"SourceIp\":\"192.0.2.10\",\"SourcePort\":\"49152\","  \
	"\"DestinationIp\":\"" to "\",\"DestinationPort\":\"" port "\",\"Protocol\":\"" protocol \
	"\"}\n"

static void test_connections(void **state)
{
	(void)state;
	windows(CONNECTION("true", "198.51.100.53", "53", "udp")
			CONNECTION("true", "2001:db8:0:0:0:0:0:1", "853", "tcp")
				CONNECTION("true", "198.51.100.1", "443", "tcp")
					CONNECTION("false", "192.0.2.1", "53", "udp")
						CONNECTION("true", "224.0.0.251", "5353", "udp")
							CONNECTION("true", "x", "53", "udp"));
	assert_int_equal(run.tally.n_read, 6);
	assert_int_equal(run.n_kind[ED_EVENT_FLOW], 3);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_MULTICAST], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 1);
	assert_string_equal(test_events_addr(&test_events_event(&run, 0)->client), "192.0.2.10");
	assert_string_equal(test_events_addr(&test_events_event(&run, 0)->resolver),
			    "198.51.100.53");
	assert_int_equal(test_events_event(&run, 0)->client_port, 49152);
	assert_int_equal(test_events_event(&run, 0)->resolver_port, 53);
	assert_int_equal(test_events_event(&run, 0)->transport, ED_TRANSPORT_UDP);
	assert_int_equal(test_events_event(&run, 0)->flow.service, ED_FLOW_DNS);
	assert_int_equal(test_events_event(&run, 1)->flow.service, ED_FLOW_DOT);
	assert_int_equal(test_events_event(&run, 2)->flow.service, ED_FLOW_HTTPS);
}

/* A start, and the name in its command line. */
static void test_starts(void **state)
{
	(void)state;
	windows("{\"EventID\":1,\"SourceName\":\"Microsoft-Windows-Sysmon\",\"Hostname\":\"PC1\","
		"\"UtcTime\":\"2026-11-03 14:02:11.250\",\"ProcessId\":\"7\",\"ProcessGuid\":"
		"\"{42c2e005-4c48-69e9-a902-000000000400}\","
		"\"Image\":\"C:\\\\Windows\\\\System32\\\\nslookup.exe\",\"CommandLine\":"
		"\"nslookup -type=TXT mfrggzdf.t.example.com 192.0.2.53\",\"Hashes\":\"SHA256=00\","
		"\"ParentImage\":\"C:\\\\Office\\\\WINWORD.EXE\",\"ParentProcessId\":\"6\","
		"\"ParentProcessGuid\":\"{42c2e005-4c48-69e9-a901-000000000400}\","
		"\"ParentCommandLine\":\"winword /n\",\"User\":\"PC1\\\\ann\"}\n");
	assert_int_equal(run.tally.n_analysed, 1);
	assert_int_equal(run.n_kind[ED_EVENT_PROCESS], 1);
	assert_int_equal(run.n_kind[ED_EVENT_DNS_QUERY], 1);
	assert_int_equal(ed_event_process(test_events_event(&run, 0))->launch, ED_LAUNCH_OFFICE);
	assert_int_equal(ed_event_process(test_events_event(&run, 0))->ppid, 6);
	assert_int_not_equal(ed_event_process(test_events_event(&run, 0))->parent_id, 0);
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_HASHES), "SHA256=00");
	assert_string_equal(test_events_name(&run, 1), "mfrggzdf.t.example.com");
	assert_int_equal(test_events_event(&run, 1)->qtype, ED_RR_TXT);
	assert_int_equal(ed_event_process(test_events_event(&run, 1))->attribution,
			 ED_ATTRIBUTION_COMMAND);
	assert_string_equal(test_events_addr(&test_events_event(&run, 1)->resolver), "192.0.2.53");
}

#define CLIENT(id, more)                                                                    \
	"{\"@timestamp\":\"2026-11-03T14:02:11.25Z\",\"winlog\":{\"event_id\":" id          \
	",\"provider_name\":\"Microsoft-Windows-DNS-Client\",\"process\":{\"pid\":812},"    \
	"\"user\":{\"identifier\":\"S-1-5-18\"},\"computer_name\":\"PC1\",\"event_data\":{" \
	"\"QueryName\":\"a.example.com\",\"QueryType\":\"16\"" more "}}}\n"

/* The DNS client: a call, its end, the steps between, and the end that is none. */
static void test_dns_client(void **state)
{
	(void)state;
	windows(CLIENT("3006", "") CLIENT("3008", ",\"QueryStatus\":\"9003\"")
			CLIENT("3008", ",\"QueryStatus\":\"87\"") CLIENT("3019", "")
				CLIENT("1001", ""));
	assert_int_equal(run.n, 2);
	assert_int_equal(run.tally.n_dropped[ED_DROP_UPSTREAM], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 2);
	assert_int_equal(test_events_event(&run, 0)->kind, ED_EVENT_DNS_QUERY);
	assert_int_equal(test_events_event(&run, 0)->qtype, ED_RR_TXT);
	assert_int_equal(test_events_event(&run, 1)->kind, ED_EVENT_DNS_RESPONSE);
	assert_int_equal(test_events_event(&run, 1)->rcode, ED_RCODE_NXDOMAIN);
	assert_int_equal(ed_event_process(test_events_event(&run, 1))->pid, 812);
	assert_string_equal(test_events_text(&run, 1, ED_TEXT_USER), "S-1-5-18");
}

#define SERVER(id, data)                                                                     \
	"{\"@timestamp\":\"2026-11-03T14:02:11.25Z\",\"event\":{\"code\":\"" id              \
	"\",\"provider\":\"Microsoft-Windows-DNSServer\"},\"winlog\":{\"event_data\":{" data \
	"}}}\n"

static void test_dns_server(void **state)
{
	(void)state;
	windows(SERVER("256", "\"Source\":\"192.0.2.10\",\"Port\":\"59559\",\"TCP\":\"0\","
			      "\"InterfaceIP\":\"192.0.2.53\",\"PacketData\":\"0x00060100000100000"
			      "00000000161076578616D706C6503636F6D0000100001\"")
			SERVER("257", "\"Destination\":\"192.0.2.10\",\"Port\":\"59559\","
				      "\"PacketData\":\"0x0006810300010000000000000161076578616D706"
				      "C6503636F6D0000100001\"") SERVER("261", "")
				SERVER("256", "\"Source\":\"192.0.2.10\",\"PacketData\":\"0x00\"")
					SERVER("256", "\"Source\":\"192.0.2.10\""));
	assert_int_equal(run.tally.n_read, 5);
	assert_int_equal(run.n, 2);
	assert_int_equal(test_events_event(&run, 0)->kind, ED_EVENT_DNS_QUERY);
	assert_int_equal(test_events_event(&run, 0)->vantage, ED_VANTAGE_RESOLVER);
	assert_int_equal(test_events_event(&run, 0)->txid, 6);
	assert_string_equal(test_events_name(&run, 0), "a.example.com");
	assert_int_equal(test_events_event(&run, 1)->kind, ED_EVENT_DNS_RESPONSE);
	assert_int_equal(test_events_event(&run, 1)->rcode, ED_RCODE_NXDOMAIN);
	assert_null(ed_event_process(test_events_event(&run, 0)));
	assert_int_equal(run.tally.n_dropped[ED_DROP_UPSTREAM], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_MALFORMED], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NO_FIELDS], 1);
}

#define LOOKUP(more)                                                                        \
	"{\"EventID\":22,\"SourceName\":\"Microsoft-Windows-Sysmon\",\"Hostname\":\"PC1\"," \
	"\"ProcessId\":\"7\",\"Image\":\"x.exe\",\"QueryStatus\":\"0\"," more "}\n"

/* The clock of Sysmon can lag behind, and a carrier's can be a local one. */
static void test_clocks(void **state)
{
	(void)state;
	windows(LOOKUP("\"QueryName\":\"a.com\",\"UtcTime\":\"2026-10-30 14:02:11.250\","
		       "\"ProcessGuid\":\"{42c2e005-4c48-69e9-a902-000000000400}\"")
			LOOKUP("\"QueryName\":\"a.com\",\"UtcTime\":\"2026-04-01 14:02:11.250\","
			       "\"ProcessGuid\":\"{42c2e005-4c48-69e9-a902-000000000400}\","
			       "\"EventTime\":\"2026-04-25 10:02:11\"")
				LOOKUP("\"QueryName\":\"a.com\",\"EventTime\":\"2026-11-03 "
				       "10:02:11\"") LOOKUP("\"QueryName\":\"a.com\""));
	assert_int_equal(run.n, 3);
	assert_string_equal(test_events_time(&run, 0), "2026-10-30T14:02:11.250Z");
	assert_string_equal(test_events_time(&run, 1), "2026-04-25T10:02:11.000Z");
	assert_int_equal(test_events_event(&run, 1)->time_quality, ED_TIME_ZONE_ASSUMED);
	assert_int_equal(test_events_event(&run, 2)->time_quality, ED_TIME_ZONE_ASSUMED);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NO_FIELDS], 1);
}

#define AT(id, utc, created, more)                                                              \
	"{\"EventID\":" id ",\"SourceName\":\"Microsoft-Windows-Sysmon\",\"Hostname\":\"PC1\"," \
	"\"ProcessId\":\"7\",\"Image\":\"x.exe\",\"UtcTime\":\"" utc                            \
	"\",\"TimeCreated\":\"" created "\"" more "}\n"
#define NAME ",\"QueryName\":\"a.com\",\"QueryStatus\":\"0\""

/* The lag of a host comes to light at its first start of a program; other hosts have none. */
static void test_lag(void **state)
{
	(void)state;
	windows(AT("22", "2026-11-01 12:00:00.000", "2026-11-03T06:00:01.000Z", NAME) AT(
		"1", "2026-11-03 14:00:00.000", "2026-11-03T06:00:01.500Z",
		"") AT("22", "2026-11-01 12:00:10.000", "2026-11-03T06:00:11.000Z",
		       NAME) AT("22", "2026-11-01 12:00:20.250", "2026-11-03T06:00:24.000Z", NAME)
			AT("22", "2026-11-01 12:00:30.000", "2026-11-03T06:00:31.000Z", NAME));
	assert_int_equal(run.n, 5);
	assert_string_equal(test_events_time(&run, 0), "2026-11-01T12:00:00.000Z");
	assert_string_equal(test_events_time(&run, 2), "2026-11-03T14:00:09.500Z");
	assert_string_equal(test_events_time(&run, 3), "2026-11-03T14:00:19.750Z");
	assert_string_equal(test_events_time(&run, 4), "2026-11-03T14:00:29.500Z");
	assert_int_equal(test_events_event(&run, 4)->time_quality, ED_TIME_OFFSET_KNOWN);
	assert_int_equal(test_events_event(&run, 4)->rtt_us, 0);
}

/* Names are the attacker's. */
static void test_names(void **state)
{
	(void)state;
	windows(LOOKUP("\"QueryName\":\"..localmachine\",\"UtcTime\":\"2026-11-03 14:02:11.2\"") LOOKUP(
		"\"QueryName\":\"a\\nb\\u0000.com\",\"UtcTime\":\"2026-11-03 14:02:11.2\"")
			LOOKUP("\"QueryName\":\"192.0.2.1\",\"UtcTime\":\"2026-11-03 14:02:11.2\"")
				LOOKUP("\"QueryName\":\"wpad\",\"UtcTime\":\"2026-11-03 14:02:11.2\""));
	assert_int_equal(run.n, 3);
	assert_string_equal(test_events_name(&run, 0), "localmachine");
	assert_true(test_events_event(&run, 0)->lost & ED_LOST_LABELS);
	assert_memory_equal(ed_event_name(test_events_event(&run, 1)), "\4a\nb\0\3com", 10);
	assert_string_equal(test_events_name(&run, 2), "wpad");
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 1);
}

static void test_damage(void **state)
{
	(void)state;
	windows("{\"EventID\":22,\"SourceName\":\"Microsoft-Windows-Sysmon\"}\n"
		"{\"EventID\":22,\"SourceName\":\"Microsoft-Windows-Sysmon\n"
		"{\"EventID\":4688,\"SourceName\":\"Microsoft-Windows-Security-Auditing\"}\n"
		"{\"EventID\":5,\"SourceName\":\"Microsoft-Windows-Sysmon\",\"ProcessId\":\"7\"}\n"
		"\n{}\nEventID 22\n");
	assert_int_equal(run.n, 0);
	assert_int_equal(run.tally.n_read, 6);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NO_FIELDS], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 2);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shippers),    cmocka_unit_test(test_message),
		cmocka_unit_test(test_connections), cmocka_unit_test(test_starts),
		cmocka_unit_test(test_dns_client),  cmocka_unit_test(test_dns_server),
		cmocka_unit_test(test_clocks),      cmocka_unit_test(test_lag),
		cmocka_unit_test(test_names),       cmocka_unit_test(test_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
