# SPDX-License-Identifier: Apache-2.0
#
# Turns the rows that run.sh measured into the table, and the table into met or missed.
# A row: tool|input|records|user_s|sys_s|wall_s|peak_kb|turn_ns

function rate(tool, on) # records per second of user CPU time; 0 when not measured
{
	return user_s[tool, on] > 0 ? records[tool, on] / user_s[tool, on] : 0
}

function ratio(a, b)
{
	return a > 0 && b > 0 ? a / b : 0
}

# A value of 0 is a thing that was not measured: no tool takes no time.
function target(text, value, limit, less, format,    verdict)
{
	if (value <= 0)
		verdict = "not measured"
	else
		verdict = (less ? value < limit : value >= limit) ? "met" : "missed"
	printf "%-42s %-14s %s\n", text, (value > 0 ? sprintf(format, value) : "-"), verdict
}

# A row: input, all, and where it could be had the share of each stage in it. What is left of all
# is the queue between the stages, and buffers.
function report_instructions(    line, part, n, text, split_up)
{
	while ((getline line < instructions) > 0) {
		n = split(line, part, " ")
		text = text sprintf("%s%s %d", text ? ", " : "", part[1], part[2])
		if (n == 6)
			split_up = split_up sprintf("%-8s %9d %9d %9d %9d %9d\n", part[1], part[3],
				part[4], part[5], part[6],
				part[2] - part[3] - part[4] - part[5] - part[6])
	}
	if (counter == "none")
		text = "not available (needs hardware counters for perf, or valgrind)"
	else
		text = (text ? text : "not measured") " (" counter ")"
	print "earthdog, user-space instructions per record: " text
	if (split_up)
		printf "%-8s %9s %9s %9s %9s %9s\n%s", "by stage", "frame", "decode", "annotate",
			"analyse", "rest", split_up
}

# A row: input, the least wall time on one core, on two, and of two programs on a core each.
function report_cores(    line, part)
{
	while ((getline line < cores) > 0) {
		split(line, part, "|")
		speed_up[part[1]] = ratio(part[2], part[3])
		printf "two cores, %s: %.3f s, one core %.3f s: %.2f x; " \
			"two programs that share nothing %.2f x\n", part[1], part[3], part[2],
			speed_up[part[1]], 2 * ratio(part[2], part[4])
	}
}

# User time of a record, and how much of it each stage takes.
function report_times(    line, part, ns)
{
	while ((getline line < times) > 0) {
		split(line, part, "|")
		ns = ratio(1e9, rate("earthdog 1x1", part[1]))
		if (ns > 0)
			printf "%-10s %6.0f ns a record: %s %.0f, %s %.0f, %s %.0f, %s %.0f\n", part[1],
				ns, "frame", ns * part[2] / 100, "decode and start-up",
				ns * part[3] / 100, "annotate", ns * part[4] / 100, "analyse",
				ns * part[5] / 100
	}
}

function report_startup(    line, part)
{
	while ((getline line < startup) > 0) {
		split(line, part, "|")
		printf "earthdog, start-up, %s: %.1f ms wall, median of 20\n", part[1],
			part[4] * 1000
		if (part[4] * 1000 > slowest_ms)
			slowest_ms = part[4] * 1000
	}
}

{
	tool[NR] = $1
	on[NR] = $2
	records[$1, $2] = $3
	user_s[$1, $2] = $4
	sys_s[$1, $2] = $5
	wall_s[$1, $2] = $6
	peak_mb[$1, $2] = $7 * 1024 / 1e6
	turn_ns[$1, $2] = $8
	if (best_turn_ns == 0 || $8 < best_turn_ns)
		best_turn_ns = $8
	if ($1 ~ /^earthdog/ && peak_mb[$1, $2] > peak)
		peak = peak_mb[$1, $2]
}

END {
	printf "%-16s %-11s %14s %9s %8s %9s %9s %12s %6s\n", "tool", "input", "M rec/user-s",
		"user s", "sys s", "wall s", "peak MB", "x tcpdump -w", "core"
	base = rate("tcpdump -w", "capture")
	for (i = 1; i <= NR; i++) {
		t = tool[i]
		o = on[i]
		x = o == "capture" || o == "tenth of it" ? ratio(rate(t, o), base) : 0
		printf "%-16s %-11s %14s %9.3f %8.3f %9.3f %9.1f %12s %5.0f%%\n", t, o,
			(rate(t, o) ? sprintf("%.3f", rate(t, o) / 1e6) : "-"), user_s[t, o],
			sys_s[t, o], wall_s[t, o], peak_mb[t, o], (x ? sprintf("%.4f", x) : "-"),
			100 * ratio(best_turn_ns, turn_ns[t, o])
	}
	print ""
	report_startup()
	report_instructions()
	report_times()
	report_cores()
	print ""
	ours = rate("earthdog 1x1", "capture")
	tsv = rate("earthdog 1x1", "Zeek TSV")
	json = rate("earthdog 1x1", "Zeek JSON")
	dnstop = rate("dnstop -l 3", "capture")
	tshark = rate("tshark 4 fields", "capture") + rate("tshark 4 fields", "tenth of it")
	printf "%-42s %-14s %s\n", "target", "measured", "verdict"
	target("capture, >= 2 M packets/s", ours / 1e6, 2, 0, "%.3f M/s")
	target("capture, >= 25 x tshark", ratio(ours, tshark), 25, 0, "%.1f x")
	target("capture, >= 5 x dnstop", ratio(ours, dnstop), 5, 0, "%.1f x")
	target("Zeek TSV, >= 2 M records/s", tsv / 1e6, 2, 0, "%.3f M/s")
	target("Zeek JSON, >= 1 M records/s", json / 1e6, 1, 0, "%.3f M/s")
	target("dnstap, >= 1.5 M messages/s", rate("earthdog 1x1", "dnstap") / 1e6, 1.5, 0,
		"%.3f M/s")
	target("eve.json, >= 0.8 M lines/s", rate("earthdog 1x1", "eve.json") / 1e6, 0.8, 0,
		"%.3f M/s")
	target("BIND, >= 1.5 M lines/s", rate("earthdog 1x1", "BIND") / 1e6, 1.5, 0, "%.3f M/s")
	target("dnsmasq, >= 1.5 M lines/s", rate("earthdog 1x1", "dnsmasq") / 1e6, 1.5, 0,
		"%.3f M/s")
	target("Sysmon JSON, >= 0.5 M lines/s", rate("earthdog 1x1", "Sysmon JSON") / 1e6, 0.5, 0,
		"%.3f M/s")
	target("auditd, >= 1 M lines/s", rate("earthdog 1x1", "auditd") / 1e6, 1, 0, "%.3f M/s")
	target("macOS JSON, >= 0.5 M lines/s", rate("earthdog 1x1", "macOS JSON") / 1e6, 0.5, 0,
		"%.3f M/s")
	target("peak memory, < 300 MB", peak, 300, 1, "%.1f MB")
	target("start-up, < 50 ms", slowest_ms, 50, 1, "%.1f ms")
	target("two cores, >= 1.7 x one, capture", speed_up["capture"], 1.7, 0, "%.2f x")
	target("two cores, >= 1.7 x one, Zeek TSV", speed_up["Zeek TSV"], 1.7, 0, "%.2f x")
}
