/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the JSON logs of Linux machines share: arguments as an array of strings, and values as
 * numbers and texts of a record.
 *	"ARGV":["dig","+short","TXT","mfrggzdf.t.example.com"]
 */
#ifndef ED_FORMAT_LINUX_JSON_H
#define ED_FORMAT_LINUX_JSON_H

#include "format/json/log.h"
#include "format/linux/event.h"

/* For element(): the string in @slot is the next argument. They are kept in r->space, which no one
 * else may use then, and counted in r->answers. */
void ed_linux_argv_add(struct ed_json_log_record *r, unsigned slot);

/* All arguments, and the text of the command: they are the same bytes. Returns how many. */
unsigned ed_linux_argv_get(struct ed_json_log_record *r,
			   struct ed_span ret[static ED_ARGV_WORDS_MAX],
			   struct ed_span *ret_command);

/* A number that fits, else 0. */
uint32_t ed_linux_number(struct ed_span text);

/* Where the record lies, and its time; false: @text is no time. */
bool ed_linux_begin(struct ed_json_log_record *r, struct ed_span text, struct ed_linux_record *ret);

/* An address in text; false: it is none, @ret is untouched. */
bool ed_linux_addr(struct ed_span text, struct ed_addr *ret);

/* "udp", "TCP", "IPPROTO_UDP" */
enum ed_transport ed_linux_transport(struct ed_span text);

#endif
