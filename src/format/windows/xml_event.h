/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One <Event> of a Windows event log in XML, as wevtutil, event collectors, Splunk, EVTX readers
 * and Sysmon for Linux write it:
 *	<Event xmlns='...'><System><Provider Name='Microsoft-Windows-Sysmon' Guid='{...}'/>
 *	<EventID>22</EventID>...</System><EventData><Data Name='QueryName'>www.example.net</Data>
 *	...</EventData></Event>
 *
 * A strict subset of XML is read, the one that these writers use: elements, attributes in either
 * quotes, text, the five named entities and numbers. Comments, CDATA, processing instructions and
 * declarations do not occur within an event and make it malformed, so there is nothing to expand
 * and no second way to write a "<": what a program puts into a value can neither end it nor begin
 * another.
 */
#ifndef ED_FORMAT_WINDOWS_XML_EVENT_H
#define ED_FORMAT_WINDOWS_XML_EVENT_H

#include "format/json/text.h"

enum {
	ED_XML_DEPTH_MAX = 16,
	ED_XML_SLACK_BYTES = 32, /* readable behind the bytes that are read */
};

enum ed_xml_verdict {
	ED_XML_EVENT,
	ED_XML_BROKEN, /* no event, or not of this subset */
	ED_XML_OPEN,   /* the bytes end within it */
};

/* Names to slots, and memory for values with entities. */
struct ed_xml_reader {
	struct ed_json_keys system; /* elements and attributes of <System>: "EventID", "Provider" */
	struct ed_json_keys data;   /* Name of <Data> */
	uint8_t *room;              /* as many bytes as an event has, and slack */
};

/* Fills @r but for its room. */
void ed_xml_reader_init(struct ed_xml_reader *r);

/* Where the next <Event> begins in @s, from @from on; s.n: nowhere. */
size_t ed_xml_event_start(struct ed_span s, size_t from);

/*
 * Reads the event at the front of @s into the slots of event.h; @value is empty before.
 * @ret_n: the bytes it takes, or those after which another may be looked for.
 */
enum ed_xml_verdict ed_xml_event_read(struct ed_xml_reader *r, struct ed_span s,
				      struct ed_span *value, size_t *ret_n);

#endif
