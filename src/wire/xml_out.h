/* SPDX-License-Identifier: Apache-2.0 */
/*
 * XML text on one line, written into memory of the caller. What comes in is hostile, what goes out
 * is well-formed: markup is escaped, line ends become character references, and what XML 1.0
 * cannot hold (control characters, lone surrogates) becomes U+FFFD.
 */
#ifndef ED_WIRE_XML_OUT_H
#define ED_WIRE_XML_OUT_H

#include "base/span.h"

/* Never allocates. Past the end nothing more is written and `full` stays set. */
struct ed_xml_out {
	uint8_t *p; /* borrowed */
	size_t n;
	size_t cap;
	bool full;
};

/* Markup as it is. */
void ed_xml_put(struct ed_xml_out *o, const void *p, size_t n);
void ed_xml_puts(struct ed_xml_out *o, const char *s);

/* Text: UTF-16 in little endian (an odd last byte is left out); bytes as ISO 8859-1. */
void ed_xml_utf16(struct ed_xml_out *o, struct ed_span text);
void ed_xml_latin1(struct ed_xml_out *o, struct ed_span text);

/* The name of an element or attribute; what cannot stand in one becomes '_'. */
void ed_xml_name(struct ed_xml_out *o, struct ed_span utf16);

#endif
