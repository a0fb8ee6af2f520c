/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first message of TLS: whom the client says it wants to talk to (RFC 8446 §4.1.2, server name:
 * RFC 6066 §3). Only what lies in one segment is read; the name is mostly among the first
 * extensions, and a hello of several segments may have it behind the first.
 */
#ifndef ED_WIRE_TLS_HELLO_H
#define ED_WIRE_TLS_HELLO_H

#include "base/span.h"

/*
 * True when @segment, the payload of a TCP segment, begins with a ClientHello. @ret_name is the
 * server's name as text, borrowed; empty: there is none, or not in these bytes.
 */
bool ed_tls_hello_read(struct ed_span segment, struct ed_span *ret_name);

#endif
