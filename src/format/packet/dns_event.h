/* SPDX-License-Identifier: Apache-2.0 */
/* A DNS message in wire form to the DNS part of an event: shared by all formats that carry
 * messages. */
#ifndef ED_FORMAT_PACKET_DNS_EVENT_H
#define ED_FORMAT_PACKET_DNS_EVENT_H

#include "record/event.h"

/*
 * Reads @msg into @ev, which comes from ed_batch_peek: kind, the name behind the event, everything
 * from txid to answers, and their bits in `has`. Time, addresses, ports and transport are the
 * caller's.
 * @wire_n >= msg.n is the size of the message as it was sent; when larger, the end of it was not
 * recorded, and what lies there stays unknown. 0, or ED_DNS_MALFORMED (wire/dns.h): header or
 * question cannot be read.
 */
int ed_dns_event_read(struct ed_span msg, size_t wire_n, struct ed_event *ev);

#endif
