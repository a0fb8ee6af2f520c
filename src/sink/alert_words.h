/* SPDX-License-Identifier: Apache-2.0 */
/* What the forms for other tools say alike about an alert: its title, its parts as text that fits
 * their fields, identifiers that are made of its own. */
#ifndef ED_SINK_ALERT_WORDS_H
#define ED_SINK_ALERT_WORDS_H

#include "base/uuid.h"
#include "record/alert.h"
#include "sink/alert_text.h"

enum {
	ED_SUBJECT_TEXT_MAX = ED_NAME_TEXT_MAX + 1,
	ED_ACTOR_TEXT_MAX = ED_CLEAN_GROWTH * ED_TEXT_COMMAND_MAX + 1,
	ED_SUMMARY_TEXT_MAX = ED_CLEAN_GROWTH * ED_ALERT_SUMMARY_MAX + 1,
};

/* A few words by the verdict: "DNS tunnel: more information than the ceiling allows". Static. */
const char *ed_alert_title(const struct ed_alert *a);

/* The domain, else the server, else "". Returns the length. */
size_t ed_alert_text_subject(const struct ed_alert *a, char ret[static ED_SUBJECT_TEXT_MAX]);

/* A text of the program behind it, printable; "" when it is not known. Returns the length. */
size_t ed_alert_text_actor(const struct ed_alert *a, enum ed_text id,
			   char ret[static ED_ACTOR_TEXT_MAX]);

/* The sentence, printable. Returns the length. */
size_t ed_alert_text_summary(const struct ed_alert *a, char ret[static ED_SUMMARY_TEXT_MAX]);

/* The port of the server that it is about: 443 and 853 for encrypted lookups, else 53. */
unsigned ed_alert_server_port(const struct ed_alert *a);

/* Milliseconds since 1970. */
int64_t ed_alert_ms(int64_t time_ns);

/*
 * True when @name is what other tools take for a host name: two labels or more of letters, digits
 * and '-', none with '-' at an end. Anything else may be a name in DNS and is none for them.
 */
bool ed_alert_is_host(const struct ed_name *name);

/* "<what>:<id of the alert>" as a UUID in a space of ours: the same at every run. @a may be NULL,
 * then of @what alone. */
void ed_alert_uuid(const struct ed_alert *a, const char *what, char ret[static ED_UUID_TEXT]);

/* For a file with several: begin with ed_alert_uuid(NULL, ...), then add each that is in it. The
 * same alerts give the same UUID. */
void ed_alert_uuid_add(const struct ed_alert *a, char io_uuid[static ED_UUID_TEXT]);

/* The first analytic's number, 1121; 0 when there is none. */
unsigned ed_alert_analytic_number(const struct ed_alert *a);

#endif
