/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill as Sysmon's log as NXLog ships it: the start of a program (event 1) and its lookups (22).
 *	{"EventTime":"2026-11-03 14:02:11","Hostname":"PC1","EventID":22,"QueryName":...
 */
#include "drill/drill.h"

#include "drill/text.h"

static void windows_json_begin(const struct ed_drill_plan *plan, struct ed_buf *out)
{
	ed_drill_fill_at(
		plan, plan->start_ns,
		"{\"EventTime\":\"@time:%Y-%m-%d %H:%M:%S@\",\"Hostname\":\"@host@\","
		"\"EventID\":1,\"SourceName\":\"Microsoft-Windows-Sysmon\","
		"\"Channel\":\"Microsoft-Windows-Sysmon/Operational\","
		"\"ExecutionProcessID\":3120,\"UtcTime\":\"@time:%Y-%m-%d %H:%M:%S.%N@\","
		"\"ProcessGuid\":\"{42c2e005-4c48-69e9-a902-000000000400}\","
		"\"ProcessId\":\"6988\","
		"\"Image\":\"C:\\\\Windows\\\\System32\\\\WindowsPowerShell\\\\v1.0\\\\powershell.exe\","
		"\"CommandLine\":\"powershell.exe -NoProfile -File drill.ps1\","
		"\"User\":\"CORP\\\\drill\","
		"\"ParentProcessGuid\":\"{42c2e005-4c40-69e9-a102-000000000400}\","
		"\"ParentProcessId\":\"4120\","
		"\"ParentImage\":\"C:\\\\Windows\\\\explorer.exe\","
		"\"ParentCommandLine\":\"C:\\\\Windows\\\\explorer.exe\"}\n",
		out);
}

static void windows_json_lookup(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
				struct ed_buf *out)
{
	ed_drill_fill(
		plan, l,
		"{\"EventTime\":\"@answered:%Y-%m-%d %H:%M:%S@\",\"Hostname\":\"@host@\","
		"\"EventID\":22,\"SourceName\":\"Microsoft-Windows-Sysmon\","
		"\"Channel\":\"Microsoft-Windows-Sysmon/Operational\","
		"\"ExecutionProcessID\":3120,\"UtcTime\":\"@time:%Y-%m-%d %H:%M:%S.%N@\","
		"\"ProcessGuid\":\"{42c2e005-4c48-69e9-a902-000000000400}\","
		"\"ProcessId\":\"6988\",\"QueryName\":\"@name@\",\"QueryStatus\":\"0\","
		"\"QueryResults\":\"type:  16 ;\","
		"\"Image\":\"C:\\\\Windows\\\\System32\\\\WindowsPowerShell\\\\v1.0\\\\powershell.exe\","
		"\"User\":\"CORP\\\\drill\"}\n",
		out);
}

const struct ed_drill_writer ed_drill_windows_json = {
	.name = "windows-json",
	.suffix = "json",
	.platform = ED_PLATFORM_WINDOWS,
	.is_usual = true,
	.begin = windows_json_begin,
	.lookup = windows_json_lookup,
};
