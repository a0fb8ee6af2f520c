/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of programs and the reader of their options; see argv_program.h.
 *	curl -sSo /dev/null --max-time 5 https://www.example.net/
 */
#include "format/linux/argv_program.h"

#include "base/ascii.h"

#include <strings.h>

enum { PROGRAM_MAX = 32 }; /* bytes of the longest program name that matters */

#define CURL_VALUES                                                                             \
	"AbcCdDeEFhHKmoPQrtTuUwxXyYz header data data-raw data-binary data-urlencode form "     \
	"user-agent referer cookie cookie-jar output user proxy connect-timeout max-time cert " \
	"key cacert capath interface resolve connect-to dns-servers retry request url-query "   \
	"upload-file write-out doh-url limit-rate range noproxy"

/* Sorted by nothing but kinship: looked up once for a program start. */
static const struct ed_argv_program programs[] = {
	{ "dig", ED_ARGV_DIG, 0, "bcfkpqtxy" },
	{ "kdig", ED_ARGV_DIG, 0, "bcfkpqtxyE" },
	{ "delv", ED_ARGV_DIG, 0, "abcdpqtx" },
	{ "drill", ED_ARGV_DIG, 0, "kdcfiopwbyr" },
	{ "dog", ED_ARGV_DIG, 0, "qtn query type nameserver class" },
	{ "doggo", ED_ARGV_DIG, 0, "qtnc query type nameserver class" },
	{ "host", ED_ARGV_HOST, 0, "cNRtWmp" },
	{ "nslookup", ED_ARGV_NSLOOKUP, 0, "" },
	{ "getent", ED_ARGV_GETENT, 0, "s" },
	{ "resolvectl", ED_ARGV_RESOLVECTL, 0, "itcp type class interface protocol" },
	{ "systemd-resolve", ED_ARGV_RESOLVECTL, 0, "itcp type class interface protocol" },
	{ "curl", ED_ARGV_URL, 0, CURL_VALUES },
	{ "wget", ED_ARGV_URL, 0,
	  "aBeiloOPQtTUw header post-data post-file user-agent referer output-document "
	  "directory-prefix timeout tries input-file user password proxy-user" },
	{ "wget2", ED_ARGV_URL, 0, "aBeiloOPQtTUw" },
	{ "aria2c", ED_ARGV_URL, 0, "dosxjki dir out split" },
	{ "http", ED_ARGV_URL, 0, "aop auth output session" },
	{ "https", ED_ARGV_URL, 0, "aop auth output session" },
	{ "lynx", ED_ARGV_URL, 0, "" },
	{ "invoke-webrequest", ED_ARGV_URL, 0, "uri" },
	{ "invoke-restmethod", ED_ARGV_URL, 0, "uri" },
	{ "iwr", ED_ARGV_URL, 0, "uri" },
	{ "irm", ED_ARGV_URL, 0, "uri" },
	{ "certutil", ED_ARGV_URL, 0, "" },
	{ "ping", ED_ARGV_PEER, 0, "cIilmMpQsStTwWFnv" },
	{ "ping6", ED_ARGV_PEER, 0, "cIilmMpQsStTwWF" },
	{ "fping", ED_ARGV_PEER, 0, "bBcCfHiIlOprStTx" },
	{ "traceroute", ED_ARGV_PEER, 0, "fgiImNpqsStTwzM" },
	{ "traceroute6", ED_ARGV_PEER, 0, "fgiImNpqsStTwzM" },
	{ "tracert", ED_ARGV_PEER, 0, "hjwR" },
	{ "tracepath", ED_ARGV_PEER, 0, "lmp" },
	{ "mtr", ED_ARGV_PEER, 0, "caCfFgGiIlmoPQsTUxyZ" },
	{ "telnet", ED_ARGV_PEER, 0, "elnbSXk" },
	{ "nc", ED_ARGV_PEER, 0, "IiMmOoPpqsTVWwXxceg" },
	{ "ncat", ED_ARGV_PEER, 0, "cegGidmopqswx exec sh-exec" },
	{ "netcat", ED_ARGV_PEER, 0, "IiMmOoPpqsTVWwXxceg" },
	{ "ssh", ED_ARGV_PEER, 0, "BbcDEeFIiJLlmOopQRSWw" },
	{ "test-connection", ED_ARGV_PEER, 0, "" },
	{ "test-netconnection", ED_ARGV_PEER, 0, "" },
	{ "resolve-dnsname", ED_ARGV_RESOLVE_NAME, 0, "name type server erroraction ea" },
	{ "iodine", ED_ARGV_IODINE, 0, "utdPmMTOLIRzF" },
	{ "iodined", ED_ARGV_IODINE, 0, "utdmlpnbPizF" },
	{ "dnscat", ED_ARGV_DNSCAT, 0, "dshpke dns secret delay steady domain host port exec" },
	{ "dnscat2", ED_ARGV_DNSCAT, 0, "dshpke dns secret delay steady domain host port exec" },
	{ "dns2tcpc", ED_ARGV_ZONE_OPTION, 0, "zrkfldTt" },
	{ "dns2tcpd", ED_ARGV_ZONE_OPTION, 0, "fd" },
	{ "dnstt-client", ED_ARGV_DNSTT, 0, "udp doh dot pubkey pubkey-file utls" },
	{ "dnstt-server", ED_ARGV_DNSTT, 0, "udp privkey privkey-file mtu gen-key" },
	{ "slipstream-client", ED_ARGV_ZONE_OPTION, 0, "dlr domain resolver" },
	{ "slipstream-server", ED_ARGV_ZONE_OPTION, 0, "dlat domain target-address" },
	{ "godoh", ED_ARGV_ZONE_OPTION, 0, "dp domain provider" },
	{ "sudo", ED_ARGV_WRAPPER, 0, "ugpCUhDRrTt user group host prompt" },
	{ "doas", ED_ARGV_WRAPPER, 0, "uC" },
	{ "env", ED_ARGV_WRAPPER, 0, "uCS unset chdir" },
	{ "timeout", ED_ARGV_WRAPPER, 1, "sk signal kill-after" },
	{ "nohup", ED_ARGV_WRAPPER, 0, "" },
	{ "setsid", ED_ARGV_WRAPPER, 0, "" },
	{ "nice", ED_ARGV_WRAPPER, 0, "n" },
	{ "ionice", ED_ARGV_WRAPPER, 0, "cnpPu" },
	{ "stdbuf", ED_ARGV_WRAPPER, 0, "ioe" },
	{ "time", ED_ARGV_WRAPPER, 0, "fo" },
	{ "watch", ED_ARGV_WRAPPER, 0, "n interval" },
	{ "xargs", ED_ARGV_WRAPPER, 0, "nPILsdEa" },
	{ "parallel", ED_ARGV_WRAPPER, 0, "jnNSa" },
	{ "flock", ED_ARGV_WRAPPER, 1, "wE" },
	{ "chroot", ED_ARGV_WRAPPER, 1, "" },
	{ "strace", ED_ARGV_WRAPPER, 0, "abeEIoOpPsSuX" },
	{ "torsocks", ED_ARGV_WRAPPER, 0, "uapP" },
	{ "proxychains", ED_ARGV_WRAPPER, 0, "f" },
	{ "systemd-run", ED_ARGV_WRAPPER, 0, "pMHE unit property description" },
	{ "busybox", ED_ARGV_APPLETS, 0, "" },
	{ "toybox", ED_ARGV_APPLETS, 0, "" },
	{ "sh", ED_ARGV_SHELL, 0, "oO" },
	{ "bash", ED_ARGV_SHELL, 0, "oO" },
	{ "dash", ED_ARGV_SHELL, 0, "oO" },
	{ "ash", ED_ARGV_SHELL, 0, "oO" },
	{ "zsh", ED_ARGV_SHELL, 0, "oO" },
	{ "ksh", ED_ARGV_SHELL, 0, "oO" },
	{ "ksh93", ED_ARGV_SHELL, 0, "oO" },
	{ "fish", ED_ARGV_SHELL, 0, "C" },
	{ "su", ED_ARGV_SHELL, 0, "gGsw" },
	{ "runuser", ED_ARGV_SHELL, 0, "gGuws" },
	{ "cmd", ED_ARGV_CMD, 0, "" },
	{ "powershell", ED_ARGV_POWERSHELL, 0, "" },
	{ "pwsh", ED_ARGV_POWERSHELL, 0, "" },
	{ "python", ED_ARGV_INTERPRETER, 0, "WX" },
	{ "perl", ED_ARGV_INTERPRETER, 0, "IMmF" },
	{ "ruby", ED_ARGV_INTERPRETER, 0, "ICr" },
	{ "php", ED_ARGV_INTERPRETER, 0, "dcz" },
	{ "node", ED_ARGV_INTERPRETER, 0, "r" },
	{ "osascript", ED_ARGV_INTERPRETER, 0, "ls" },
};

bool ed_argv_is(struct ed_span s, const char *text)
{
	return s.n == strlen(text) && strncasecmp((const char *)s.p, text, s.n) == 0;
}

static struct ed_span base_of(struct ed_span path)
{
	for (size_t i = path.n; i > 0; i--) {
		if (path.p[i - 1] == '/' || path.p[i - 1] == '\\')
			return ed_span_from(path, i);
	}
	return path;
}

static const struct ed_argv_program *find_exact(struct ed_span name)
{
	/* the first letter rules most of them out */
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		if (programs[i].name[0] == (char)(name.p[0] | 0x20) &&
		    ed_argv_is(name, programs[i].name))
			return &programs[i];
	}
	return NULL;
}

/* What @name becomes without @tail; unchanged when it has none. */
static bool strip(struct ed_span *name, const char *tail)
{
	size_t n = strlen(tail);

	if (name->n <= n || strncasecmp((const char *)name->p + name->n - n, tail, n) != 0)
		return false;
	name->n -= n;
	return true;
}

/* What systems put behind the name of a program. */
static void strip_kind(struct ed_span *name)
{
	static const char *const tails[] = { ".exe",     ".py",          ".rb", ".pl",
					     ".openbsd", ".traditional", ".db", ".real" };

	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		if (strip(name, tails[i]))
			return;
	}
}

static bool ends_in_version(struct ed_span name)
{
	uint8_t last = name.p[name.n - 1];

	return ed_is_digit(last) || last == '.' || last == '-';
}

const struct ed_argv_program *ed_argv_program_find(struct ed_span path)
{
	struct ed_span name;
	const struct ed_argv_program *p;

	(void)strip(&path, " (deleted)");
	name = base_of(path);
	if (name.n == 0 || name.n > PROGRAM_MAX)
		return NULL;
	if (name.p[0] == '-') /* a login shell */
		name = ed_span_from(name, 1);
	strip_kind(&name);
	p = name.n > 0 ? find_exact(name) : NULL;
	while (!p && name.n > 1 && ends_in_version(name)) {
		name.n--;
		p = find_exact(name);
	}
	return p;
}

/* ------------------------------------------------------------- options */

static bool takes_value_short(const struct ed_argv_program *p, char letter)
{
	const char *end = strchr(p->values, ' ');
	size_t n = end ? (size_t)(end - p->values) : strlen(p->values);

	/* a table row with words alone has no short ones */
	if (p->style == ED_ARGV_DNSTT || p->style == ED_ARGV_RESOLVE_NAME)
		return false;
	return letter != '\0' && memchr(p->values, letter, n);
}

static bool takes_value_long(const struct ed_argv_program *p, struct ed_span name)
{
	const char *at = p->values;

	while (*at) {
		size_t n = strcspn(at, " ");

		if (name.n == n && strncasecmp((const char *)name.p, at, n) == 0)
			return true;
		at += n + (at[n] == ' ');
	}
	return false;
}

static void read_long(struct ed_argv_command *w, const struct ed_argv_program *p,
		      struct ed_span word, struct ed_argv_option *ret)
{
	const uint8_t *mark = NULL;

	if (word.n > 0)
		mark = memchr(word.p, '=', word.n);
	if (!mark && word.n > 0 && p->style == ED_ARGV_RESOLVE_NAME)
		mark = memchr(word.p, ':', word.n);
	ret->name = word;
	if (mark) {
		ret->name.n = (size_t)(mark - word.p);
		ret->value = ed_span_from(word, ret->name.n + 1);
	} else if (w->at < w->n && takes_value_long(p, word)) {
		ret->value = w->w[w->at++];
	}
}

/* True where one dash begins a long option. */
static bool has_single_dash(const struct ed_argv_program *p)
{
	return p->style == ED_ARGV_NSLOOKUP || p->style == ED_ARGV_DNSTT ||
	       p->style == ED_ARGV_RESOLVE_NAME ||
	       (p->style == ED_ARGV_URL && strcmp(p->values, "uri") == 0);
}

/* The next argument; false: there is none. Of several short options in one word the one that takes
 * a value is given, else the first. */
bool ed_argv_option_next(struct ed_argv_command *w, const struct ed_argv_program *p,
			 struct ed_argv_option *ret)
{
	struct ed_span word;
	size_t i = 1;

	*ret = (struct ed_argv_option){ .letter = 0 };
	if (w->at >= w->n)
		return false;
	word = w->w[w->at++];
	if (word.n < 2 || word.p[0] != '-') {
		ret->value = word;
		return true;
	}
	ret->is_option = true;
	if (word.p[1] == '-' || has_single_dash(p)) {
		read_long(w, p, ed_span_from(word, word.p[1] == '-' ? 2 : 1), ret);
		return true;
	}
	ret->letter = (char)word.p[1];
	while (i < word.n && !takes_value_short(p, (char)word.p[i]))
		i++;
	if (i == word.n)
		return true;
	ret->letter = (char)word.p[i];
	if (i + 1 < word.n)
		ret->value = ed_span_from(word, i + 1);
	else if (w->at < w->n)
		ret->value = w->w[w->at++];
	return true;
}

/* The next argument that is no option. */
bool ed_argv_plain_next(struct ed_argv_command *w, const struct ed_argv_program *p,
			struct ed_span *ret)
{
	struct ed_argv_option o;

	while (ed_argv_option_next(w, p, &o)) {
		if (o.is_option)
			continue;
		*ret = o.value;
		return true;
	}
	return false;
}
