/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names in command lines; see argv_name.h. A table says how each program reads its arguments
 * (argv_program.c, argv_lookup.c); here is what leads on to other programs: sudo, sh -c, xargs, the
 * strings of a script.
 *	timeout 5 sh -c 'for i in 1 2; do dig +short TXT mfrggzdf.t.example.com; done'
 */
#include "base/ascii.h"
#include "format/linux/argv_program.h"
#include "format/text/base64.h"

enum {
	HOPS_MAX = 6,  /* programs that run programs */
	CALL_MAX = 24, /* bytes of the longest function name that matters */
};

/* Functions of languages whose first argument is a name. */
static const char *const calls[] = {
	"gethostbyname", "gethostbyname_ex", "getaddrinfo",    "gethostaddresses",
	"gethostentry",  "gethostbyname2",   "dns_get_record",
};

static void push(struct ed_argv_reader *r, struct ed_span text, bool is_code, bool is_child)
{
	if (r->n_jobs < ED_ARGV_JOBS_MAX && text.n > 0)
		r->jobs[r->n_jobs++] = (struct ed_argv_job){ text, is_code, is_child };
}

static bool has_blank(struct ed_span s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] <= ' ')
			return true;
	}
	return false;
}

static bool is_script(struct ed_span word)
{
	return has_blank(word) || (word.n > 0 && memchr(word.p, '(', word.n));
}

static bool is_separator(struct ed_span word)
{
	return word.n > 0 && word.n <= 2 &&
	       (word.p[0] == '|' || word.p[0] == '&' || word.p[0] == ';' || word.p[0] == '>');
}

/* ------------------------------------------------- what runs other programs */

/* sh -lc SCRIPT, su USER -c SCRIPT */
static void read_shell(struct ed_argv_reader *r, struct ed_argv_command *w)
{
	for (; w->at < w->n; w->at++) {
		struct ed_span word = w->w[w->at];

		if (word.n < 2 || word.p[0] != '-' || word.p[1] == '-' ||
		    !memchr(word.p, 'c', word.n))
			continue;
		if (w->at + 1 < w->n)
			push(r, w->w[w->at + 1], false, true);
		return;
	}
}

/* True when the words from w->at on are a command of their own; a script in one word is pushed. */
static bool is_command(struct ed_argv_reader *r, struct ed_argv_command *w, bool is_code)
{
	unsigned end = w->at;

	if (w->at >= w->n)
		return false;
	if (is_script(w->w[w->at])) {
		push(r, w->w[w->at], false, !is_code);
		if (is_code)
			push(r, w->w[w->at], true, false);
		return false;
	}
	while (end < w->n && !is_separator(w->w[end]))
		end++;
	w->n = end;
	return true;
}

/* cmd /c WORDS */
static bool enter_cmd(struct ed_argv_reader *r, struct ed_argv_command *w)
{
	for (; w->at < w->n; w->at++) {
		struct ed_span word = w->w[w->at];

		if (word.n < 2 || word.p[0] != '/')
			return false;
		if ((word.p[1] | 0x20) != 'c' && (word.p[1] | 0x20) != 'k')
			continue;
		w->at++;
		r->is_child = true;
		return is_command(r, w, false);
	}
	return false;
}

/* UTF-16 as far as it is ASCII, which commands are. */
static struct ed_span decode_script(struct ed_argv_reader *r, struct ed_span text)
{
	uint8_t *to = r->room.bytes + r->room.used;
	size_t n = ed_base64_decode(text, to, sizeof(r->room.bytes) - r->room.used) / 2;

	for (size_t i = 0; i < n; i++)
		to[i] = to[2 * i + 1] == 0 ? to[2 * i] : '?';
	r->room.used += n;
	return ed_span_of(to, n);
}

/* An abbreviation of @full, as PowerShell takes them, of at least two letters. */
static bool abbreviates(struct ed_span option, const char *full)
{
	size_t n = option.n;
	char head[16] = { 0 };

	if (n < 1 || n >= sizeof(head) || n > strlen(full))
		return false;
	memcpy(head, full, n);
	return ed_argv_is(option, head);
}

/* powershell -NoProfile -Command WORDS | -EncodedCommand BASE64; what it runs itself it also asks
 * itself. */
static bool enter_powershell(struct ed_argv_reader *r, struct ed_argv_command *w)
{
	for (; w->at < w->n; w->at++) {
		struct ed_span word = w->w[w->at];
		struct ed_span option = ed_span_from(word, 1);

		if (word.n < 2 || (word.p[0] != '-' && word.p[0] != '/'))
			return is_command(r, w, true);
		if (abbreviates(option, "command")) {
			w->at++;
			return is_command(r, w, true);
		}
		if (ed_argv_is(option, "ec") || abbreviates(option, "encodedcommand")) {
			struct ed_span script;

			if (w->at + 1 == w->n)
				return false;
			script = decode_script(r, w->w[w->at + 1]);
			r->is_unsure = true;
			push(r, script, false, false);
			push(r, script, true, false);
			return false;
		}
		/* those that take a value: -ExecutionPolicy, -WindowStyle, -Version */
		w->at += abbreviates(option, "executionpolicy") || ed_argv_is(option, "ep") ||
			 abbreviates(option, "windowstyle") || abbreviates(option, "version");
	}
	return false;
}

/* python -c CODE, or a script, which may be a program of the table. */
static bool enter_interpreter(struct ed_argv_reader *r, struct ed_argv_command *w,
			      const struct ed_argv_program *p)
{
	while (w->at < w->n) {
		struct ed_span word = w->w[w->at];

		if (word.n == 0 || word.p[0] != '-')
			return true;
		if (word.n == 2 && (word.p[1] == 'c' || word.p[1] == 'e' || word.p[1] == 'r') &&
		    w->at + 1 < w->n) {
			push(r, w->w[w->at + 1], true, false);
			w->at += 2;
			continue;
		}
		w->at += 1 + (word.n == 2 && strchr(p->values, word.p[1]) != NULL);
	}
	return false;
}

static bool is_assignment(struct ed_span word)
{
	const uint8_t *mark = word.n > 0 ? memchr(word.p, '=', word.n) : NULL;

	return mark && mark > word.p && !memchr(word.p, '/', (size_t)(mark - word.p));
}

/* sudo -u x WORDS, env A=b WORDS, timeout 5 WORDS */
static bool enter_wrapper(struct ed_argv_reader *r, struct ed_argv_command *w,
			  const struct ed_argv_program *p)
{
	unsigned n_skip = p->n_skip;
	struct ed_span word;

	while (ed_argv_plain_next(w, p, &word)) {
		if (is_assignment(word))
			continue;
		if (n_skip > 0) {
			n_skip--;
			continue;
		}
		w->at--;
		r->is_child = true;
		return is_command(r, w, false);
	}
	return false;
}

/* The next program of the command at w->at; false: what there is has been read. */
static bool hop(struct ed_argv_reader *r, struct ed_argv_command *w,
		const struct ed_argv_program *p)
{
	switch (p->style) {
	case ED_ARGV_WRAPPER:
		return enter_wrapper(r, w, p);
	case ED_ARGV_APPLETS:
		return w->at < w->n;
	case ED_ARGV_SHELL:
		read_shell(r, w);
		return false;
	case ED_ARGV_CMD:
		return enter_cmd(r, w);
	case ED_ARGV_POWERSHELL:
		return enter_powershell(r, w);
	case ED_ARGV_INTERPRETER:
		return enter_interpreter(r, w, p);
	default:
		ed_argv_lookup(r, w, p);
		return false;
	}
}

/* @w->at: behind the first program, which is @p. */
static void read_command(struct ed_argv_reader *r, struct ed_argv_command w,
			 const struct ed_argv_program *p)
{
	for (unsigned i = 0; p && i < HOPS_MAX; i++) {
		if (!hop(r, &w, p))
			return;
		p = ed_argv_program_find(w.w[w.at++]);
	}
}

/* -------------------------------------------------------------- scripts */

/* Words that stand before a program in a script. */
static bool is_before(struct ed_span word)
{
	static const char *const words[] = { "do",    "then",  "else",    "elif",    "if",
					     "while", "until", "!",       "exec",    "eval",
					     "time",  "&",     "builtin", "command", "@" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (ed_span_is(word, words[i]))
			return true;
	}
	return is_assignment(word);
}

static void read_script(struct ed_argv_reader *r, const struct ed_argv_job *job)
{
	struct ed_argv_text t = { .rest = job->text, .room = &r->room, .is_script = true };
	struct ed_span words[ED_ARGV_WORDS_MAX];
	unsigned n, at;

	while (ed_argv_words_next(&t, words, ED_ARGV_WORDS_MAX, &n)) {
		at = 0;
		while (at < n && is_before(words[at]))
			at++;
		/* $x = Resolve-DnsName ... */
		if (at + 2 < n && words[at].p[0] == '$' && ed_span_is(words[at + 1], "="))
			at += 2;
		if (at == n)
			continue;
		r->is_child = job->is_child;
		r->is_unsure = t.quoted;
		read_command(r, (struct ed_argv_command){ words, n, at + 1 },
			     ed_argv_program_find(words[at]));
	}
}

/* True when the text up to @at ends in the call of a function that asks. */
static bool is_call(struct ed_span text, size_t at)
{
	size_t end, n = 0;

	while (at > 0 && text.p[at - 1] == ' ')
		at--;
	if (at == 0 || text.p[at - 1] != '(')
		return false;
	end = at - 1;
	while (n < end && n < CALL_MAX && ed_is_word(text.p[end - n - 1]))
		n++;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (ed_argv_is(ed_span_of(text.p + end - n, n), calls[i]))
			return true;
	}
	return false;
}

/* Strings in a program text: the argument of a function that asks, or a command for a shell. */
static void read_code(struct ed_argv_reader *r, const struct ed_argv_job *job)
{
	struct ed_span s = job->text;
	uint8_t no_more = 0;
	size_t i = 0;

	r->is_unsure = true;
	while (i < s.n) {
		uint8_t c = s.p[i];
		uint8_t bit = c == '"' ? 2 : 1;
		const uint8_t *end = NULL;
		struct ed_span text;

		if ((c == '"' || c == '\'') && !(no_more & bit))
			end = memchr(s.p + i + 1, c, s.n - i - 1);
		if (!end) {
			no_more |= c == '"' || c == '\'' ? bit : 0;
			i++;
			continue;
		}
		text = ed_span_of(s.p + i + 1, (size_t)(end - s.p) - i - 1);
		r->is_child = false;
		if (is_call(s, i))
			(void)ed_argv_add(r, text);
		else if (has_blank(text))
			push(r, text, false, true);
		i += text.n + 2;
	}
}

static void read_jobs(struct ed_argv_reader *r)
{
	/* what a script holds comes behind it */
	for (unsigned i = 0; i < r->n_jobs; i++) {
		if (r->jobs[i].is_code)
			read_code(r, &r->jobs[i]);
		else
			read_script(r, &r->jobs[i]);
	}
}

static unsigned read_all(struct ed_argv_reader *r, struct ed_span image, struct ed_argv_command w)
{
	const struct ed_argv_program *p = ed_argv_program_find(image.n > 0 || w.n == 0 ? image :
											 w.w[0]);

	/* the first word of an applet's command line is the applet, or the box itself */
	if (p && p->style == ED_ARGV_APPLETS && w.n > 0 && !ed_argv_program_find(w.w[0]))
		return 0;
	if (p && p->style == ED_ARGV_APPLETS && w.n > 0 &&
	    ed_argv_program_find(w.w[0])->style != ED_ARGV_APPLETS)
		p = ed_argv_program_find(w.w[0]);
	read_command(r, w, p);
	read_jobs(r);
	return r->n;
}

unsigned ed_argv_names(struct ed_span image, const struct ed_span *argv, unsigned n_argv,
		       struct ed_argv_name ret[static ED_ARGV_NAMES_MAX])
{
	struct ed_argv_reader r;

	r.ret = ret;
	r.n = 0;
	r.is_child = r.is_unsure = false;
	r.n_jobs = 0;
	r.room.used = 0;
	if (n_argv > ED_ARGV_WORDS_MAX)
		n_argv = ED_ARGV_WORDS_MAX;
	return read_all(&r, image, (struct ed_argv_command){ argv, n_argv, 1 });
}

unsigned ed_command_names(struct ed_span image, struct ed_span command,
			  struct ed_argv_name ret[static ED_ARGV_NAMES_MAX])
{
	struct ed_span words[ED_ARGV_WORDS_MAX];
	struct ed_argv_text t = { .rest = command };
	struct ed_argv_reader r;
	unsigned n = 0;

	r.ret = ret;
	r.n = 0;
	r.is_child = false;
	r.n_jobs = 0;
	r.room.used = 0;
	t.room = &r.room;
	(void)ed_argv_words_next(&t, words, ED_ARGV_WORDS_MAX, &n);
	r.is_unsure = t.quoted;
	return read_all(&r, image, (struct ed_argv_command){ words, n, 1 });
}
