/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times as packet printers write them, at the front of a line:
 *	2026-11-03 14:02:11.250000   tcpdump -tttt, tshark -t ad
 *	1793714531.250000            tcpdump -tt, tshark -t e
 *	14:02:11.250000              tcpdump, tshark -t a: no day
 *	 00:00:00.000512             tcpdump -ttt and -ttttt: since the packet before, or the first
 *	   12   3.250000             tshark: the packet's number, seconds since the first (-t r)
 *
 * A time without a day is on the first day of ED_LOGTIME_YEAR, and where the hands jump back by
 * half a day or more it is on the next one. Times since the first packet hardly ever fall, times
 * since the packet before do all the time: that tells them apart, and the first few lines are taken
 * for the former. Both begin with that day too.
 */
#ifndef ED_FORMAT_TEXT_CLOCK_H
#define ED_FORMAT_TEXT_CLOCK_H

#include "format/text/logtime.h"

/* What reading a line leaves for the next one; zeroed memory is a good start. */
struct ed_text_clock {
	struct ed_logtime date;
	int64_t last_ns; /* the last time as it was written: of the day, or relative */
	int64_t now_ns;  /* what that was, from the first day on */
	int64_t base_ns; /* where relative times count from: files may have been put together */
	uint32_t n_relative;
	uint32_t n_falls; /* among them */
	bool is_started;
};

/*
 * Takes a packet's number and its time off the front of @line, behind which 32 bytes are readable.
 * Where there is no time nothing is taken but the number; the quality then is ED_TIME_NONE.
 */
void ed_text_clock_cut(struct ed_text_clock *c, struct ed_span *line, struct ed_logtime_read *ret);

#endif
