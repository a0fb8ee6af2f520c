/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill as Sysmon's log in XML: the start of a program (event 1) and its lookups (22).
 *	<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>...
 */
#include "drill/drill.h"

#include "drill/text.h"

static void windows_xml_begin(const struct ed_drill_plan *plan, struct ed_buf *out)
{
	ed_drill_fill_at(
		plan, plan->start_ns,
		"<Event "
		"xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider "
		"Name='Microsoft-Windows-Sysmon' "
		"Guid='{5770385f-c22a-43e0-bf4c-06f5698ffbd9}'/><EventID>1</EventID><TimeCreated "
		"SystemTime='@time:%Y-%m-%dT%H:%M:%S.%N000000Z@'/><Execution "
		"ProcessID='2828' "
		"ThreadID='1684'/><Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>"
		"@host@</Computer></System><EventData><Data Name='UtcTime'>"
		"@time:%Y-%m-%d %H:%M:%S.%N@</Data><Data "
		"Name='ProcessGuid'>{42c2e005-4c48-69e9-a902-000000000400}</Data><Data "
		"Name='ProcessId'>6988</Data><Data "
		"Name='Image'>C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe</Data><Data "
		"Name='CommandLine'>powershell.exe -NoProfile -File "
		"drill.ps1</Data><Data Name='User'>CORP\\drill</Data><Data "
		"Name='ParentProcessGuid'>{42c2e005-4c40-69e9-a102-000000000400}</Data><Data "
		"Name='ParentProcessId'>4120</Data><Data "
		"Name='ParentImage'>C:\\Windows\\explorer.exe</Data><Data "
		"Name='ParentCommandLine'>C:\\Windows\\explorer.exe</Data></EventData></Event>"
		"\n",
		out);
}

static void windows_xml_lookup(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
			       struct ed_buf *out)
{
	ed_drill_fill(
		plan, l,
		"<Event "
		"xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider "
		"Name='Microsoft-Windows-Sysmon' "
		"Guid='{5770385f-c22a-43e0-bf4c-06f5698ffbd9}'/><EventID>22</EventID><TimeCreated "
		"SystemTime='@answered:%Y-%m-%dT%H:%M:%S.%N000000Z@'/><Execution "
		"ProcessID='2828' "
		"ThreadID='1684'/><Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>"
		"@host@</Computer></System><EventData><Data Name='UtcTime'>"
		"@time:%Y-%m-%d %H:%M:%S.%N@</Data><Data "
		"Name='ProcessGuid'>{42c2e005-4c48-69e9-a902-000000000400}</Data><Data "
		"Name='ProcessId'>6988</Data><Data Name='QueryName'>@name@</Data><Data "
		"Name='QueryStatus'>0</Data><Data Name='QueryResults'>type:  16 ;"
		"</Data><Data "
		"Name='Image'>C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe</Data><Data "
		"Name='User'>CORP\\drill</Data></EventData></Event>\n",
		out);
}

const struct ed_drill_writer ed_drill_windows_xml = {
	.name = "windows-xml",
	.suffix = "xml",
	.platform = ED_PLATFORM_WINDOWS,
	.begin = windows_xml_begin,
	.lookup = windows_xml_lookup,
};
