/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line of tshark's summary, behind number and time:
 *	192.0.2.10 → 192.0.2.53   DNS 86 Standard query 0x01d0 TXT www.example.net OPT
 *	192.0.2.53 → 192.0.2.10   DNS 104 Standard query response 0x01d0 TXT www.example.net TXT OPT
 *
 * Old versions write "->", and neither the packet's size nor the message's id. Names have their
 * blanks and dots as they are, and U+FFFD in the place of each byte that is no UTF-8.
 */
#ifndef ED_FORMAT_PACKET_TSHARK_LINE_H
#define ED_FORMAT_PACKET_TSHARK_LINE_H

#include "format/packet/text_message.h"

/* As ed_tcpdump_line. */
unsigned ed_tshark_line(struct ed_span line, struct ed_text_message *ret);

#endif
