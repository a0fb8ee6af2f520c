/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line of tcpdump behind its time:
 *	IP 192.0.2.10.40000 > 192.0.2.53.53: 464+ [1au] TXT? www.example.net. (44)
 *	IP 192.0.2.53.53 > 192.0.2.10.40000: 464* 1/0/1 TXT "some text" (62)
 *
 * A name is printed with all bytes but control and high ones as they are, blanks and dots
 * included, so it is taken to the size at the end of the line, and nothing in it is searched for.
 * A response does not repeat the question, unless -vv was given. What an answer says is the
 * answerer's: it is read up to the first free text.
 */
#ifndef ED_FORMAT_PACKET_TCPDUMP_LINE_H
#define ED_FORMAT_PACKET_TCPDUMP_LINE_H

#include "format/packet/text_message.h"

/*
 * @line without its time, ED_LOGLINE_SLACK_BYTES behind it readable; @ret is zeroed. Returns
 * ED_TEXT_MESSAGE, an ed_drop for another protocol or a message that cannot be read, or
 * ED_DROP_OTHER_LOG for what is no packet.
 */
unsigned ed_tcpdump_line(struct ed_span line, struct ed_text_message *ret);

/* The first of the two lines of a packet under -v: what was sent is on the second. */
bool ed_tcpdump_line_is_head(struct ed_span line);

#endif
