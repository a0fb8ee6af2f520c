/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The typed values of Windows binary XML to the text that Windows writes for them. Types and their
 * layout: [MS-EVEN6] 2.2.12 and [MS-DTYP]. Text: as wevtutil prints it.
 */
#ifndef ED_WIRE_BINXML_VALUE_H
#define ED_WIRE_BINXML_VALUE_H

#include "wire/xml_out.h"

enum ed_binxml_type {
	ED_BINXML_NULL = 0x00,
	ED_BINXML_STRING = 0x01, /* UTF-16, little endian */
	ED_BINXML_ANSI = 0x02,
	ED_BINXML_I8 = 0x03,
	ED_BINXML_U8 = 0x04,
	ED_BINXML_I16 = 0x05,
	ED_BINXML_U16 = 0x06,
	ED_BINXML_I32 = 0x07,
	ED_BINXML_U32 = 0x08,
	ED_BINXML_I64 = 0x09,
	ED_BINXML_U64 = 0x0a,
	ED_BINXML_F32 = 0x0b,
	ED_BINXML_F64 = 0x0c,
	ED_BINXML_BOOL = 0x0d, /* four bytes */
	ED_BINXML_BINARY = 0x0e,
	ED_BINXML_GUID = 0x0f,
	ED_BINXML_SIZE = 0x10, /* four or eight bytes */
	ED_BINXML_FILETIME = 0x11,
	ED_BINXML_SYSTEMTIME = 0x12,
	ED_BINXML_SID = 0x13,
	ED_BINXML_HEX32 = 0x14,
	ED_BINXML_HEX64 = 0x15,
	ED_BINXML_NESTED = 0x21, /* binary XML itself; not for ed_binxml_value */
	ED_BINXML_ARRAY = 0x80,  /* or-ed to one of the above */
};

/* Appends one value. A value that is not as long as its type demands is written in hexadecimal. */
void ed_binxml_value(struct ed_xml_out *o, unsigned type, struct ed_span bytes);

/* Takes the first item off an array of @type (without ED_BINXML_ARRAY); @rest is not empty. */
struct ed_span ed_binxml_item(unsigned type, struct ed_span *rest);

#endif
