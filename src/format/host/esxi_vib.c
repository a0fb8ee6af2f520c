/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes of ESXi's software; see esxi_vib.h.
 *	esxcli software vib install -d /tmp/x.zip -n net-x --force
 */
#include "format/host/esxi_vib.h"

#include "format/text/logline.h"

enum verb { VERB_NONE, VERB_INSTALL, VERB_REMOVE, VERB_SET };

/* What may stand in quotes is taken out of them; a word with a blank inside is no name of a VIB. */
static bool next_word(struct ed_span *rest, struct ed_span *ret)
{
	if (!ed_logline_word(rest, ret))
		return false;
	while (ret->n > 0 && (ret->p[0] == '"' || ret->p[0] == '\'' || ret->p[0] == '('))
		*ret = ed_span_from(*ret, 1);
	while (ret->n > 0 && memchr("\"';|&)", ret->p[ret->n - 1], 6))
		ret->n--;
	return true;
}

/* "--vibname=x" or "-n x" or "--vibname x": the value of the option @word. */
static bool option(struct ed_span word, struct ed_span *rest, const char *const names[2],
		   struct ed_span *ret)
{
	for (unsigned i = 0; i < 2; i++) {
		size_t n = strlen(names[i]);

		if (ed_span_is(word, names[i]))
			return next_word(rest, ret);
		if (ed_span_starts(word, names[i]) && word.p[n] == '=') {
			*ret = ed_span_from(word, n + 1);
			return true;
		}
	}
	return false;
}

static bool is_esxcli(struct ed_span word)
{
	const uint8_t *slash = word.n > 0 ? memrchr(word.p, '/', word.n) : NULL;

	if (slash)
		word = ed_span_from(word, (size_t)(slash - word.p) + 1);
	return ed_span_is(word, "esxcli") || ed_span_is(word, "localcli");
}

static enum verb verb_of(struct ed_span object, struct ed_span word)
{
	bool package = ed_span_is(object, "vib") || ed_span_is(object, "component");

	if (ed_span_is(object, "acceptance"))
		return ed_span_is(word, "set") ? VERB_SET : VERB_NONE;
	if (!package && !ed_span_is(object, "profile"))
		return VERB_NONE;
	if (ed_span_is(word, "install") || ed_span_is(word, "update") || ed_span_is(word, "apply"))
		return VERB_INSTALL;
	return package && ed_span_is(word, "remove") ? VERB_REMOVE : VERB_NONE;
}

/* Moves @rest behind "esxcli software <object> <verb>", wherever in a script it stands. */
static enum verb find_verb(struct ed_span *rest, struct ed_span *ret_object)
{
	struct ed_span word;

	while (next_word(rest, &word)) {
		enum verb verb;

		if (!is_esxcli(word))
			continue;
		/* options of esxcli itself stand before the namespace */
		while (next_word(rest, &word) && word.n > 0 && word.p[0] == '-')
			;
		if (!ed_span_is(word, "software") || !next_word(rest, ret_object) ||
		    !next_word(rest, &word))
			continue;
		verb = verb_of(*ret_object, word);
		if (verb != VERB_NONE)
			return verb;
	}
	return VERB_NONE;
}

static bool is_force(struct ed_span word)
{
	return ed_span_is(word, "-f") || ed_span_is(word, "--force") ||
	       ed_span_is(word, "--no-sig-check");
}

static void take_options(struct ed_span rest, struct ed_esxi_vib *ret)
{
	static const char *const name[2] = { "-n", "--vibname" };
	static const char *const url[2] = { "-v", "--viburl" };
	static const char *const level[2] = { "-l", "--level" };
	struct ed_span word, value;

	while (next_word(&rest, &word)) {
		if (is_force(word))
			ret->package.is_forced = true;
		else if (ret->package.action == ED_PACKAGE_LEVEL_SET) {
			if (option(word, &rest, level, &value))
				ret->package.acceptance = (uint8_t)ed_vib_acceptance(value);
		} else if (ret->vib.name.n == 0 && (option(word, &rest, name, &value) ||
						    option(word, &rest, url, &value))) {
			ed_vib_from_id(value, &ret->vib);
		}
	}
}

bool ed_esxi_vib_command(struct ed_span command, struct ed_esxi_vib *ret)
{
	struct ed_span rest = command, object;
	enum verb verb = VERB_NONE;

	memset(ret, 0, sizeof(*ret));
	if (command.n < 20 || !memmem(command.p, command.n, "cli", 3))
		return false;
	verb = find_verb(&rest, &object);
	if (verb == VERB_NONE)
		return false;
	ret->package.action = verb == VERB_SET    ? ED_PACKAGE_LEVEL_SET :
			      verb == VERB_REMOVE ? ED_PACKAGE_REMOVED :
						    ED_PACKAGE_INSTALLED;
	take_options(rest, ret);
	ret->vib.acceptance = ret->package.acceptance;
	/* Of an image profile nothing is told but its name, and what is in it comes with the
	 * message about its end; that checks were switched off is told here. */
	return !ed_span_is(object, "profile") || ret->package.is_forced;
}

/* -------------------------------------------------------------- messages */

/* "Host acceptance level changed from A to B" */
static bool read_level(struct ed_span s, struct ed_package *ret)
{
	struct ed_span from, to, word;

	if (!ed_logline_take(&s, "Host acceptance level changed from ") ||
	    !ed_logline_word(&s, &from) || !ed_logline_word(&s, &to) || !ed_span_is(to, "to") ||
	    !ed_logline_word(&s, &word))
		return false;
	ret->action = ED_PACKAGE_LEVEL_SET;
	ret->acceptance = (uint8_t)ed_vib_acceptance(word);
	return true;
}

/* Warnings about checks that were switched off. */
static bool read_warning(struct ed_span s, struct ed_package *ret)
{
	if (!ed_span_starts(s, "Attempting to install an image profile ") &&
	    !ed_span_starts(s, "SECURITY ALERT: Installing image profile "))
		return false;
	ret->action = ED_PACKAGE_INSTALLED;
	ret->is_forced = true;
	return true;
}

bool ed_esxi_vib_message(struct ed_span message, struct ed_esxi_software *ret)
{
	memset(ret, 0, sizeof(*ret));
	while (message.n > 0 && message.p[0] == ' ')
		message = ed_span_from(message, 1);
	ret->is_single = read_level(message, &ret->package) || read_warning(message, &ret->package);
	if (ret->is_single)
		return true;
	if (ed_logline_take(&message, "VIBs Installed: "))
		ret->package.action = ED_PACKAGE_INSTALLED;
	else if (ed_logline_take(&message, "VIBs Removed: "))
		ret->package.action = ED_PACKAGE_REMOVED;
	else
		return false;
	ret->ids = message;
	return true;
}

bool ed_esxi_vib_next(struct ed_esxi_software *s, struct ed_esxi_vib *ret)
{
	struct ed_span word = { .n = 0 };

	memset(ret, 0, sizeof(*ret));
	ret->package = s->package;
	ret->vib.acceptance = s->package.acceptance;
	if (s->is_single) {
		s->is_single = false;
		return true;
	}
	while (ed_logline_word(&s->ids, &word)) {
		while (word.n > 0 && word.p[word.n - 1] == ',')
			word.n--;
		if (word.n == 0)
			continue;
		ed_vib_from_id(word, &ret->vib);
		return true;
	}
	return false;
}
