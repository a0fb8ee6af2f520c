/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registered domains as people choose them: words of several languages glued together, made-up
 * brands, abbreviations, digits, family names, transliterations, whole sentences. The lists are
 * this file's own and short on purpose: variety comes from the grammars, so that no list of known
 * names decides how a detector does.
 */
#include "office.h"

#include <stdio.h>
#include <string.h>

#define N_OF(a) ((uint32_t)(sizeof(a) / sizeof((a)[0])))

static const char *const english[] = {
	"apple",   "arrow",   "atlas",   "bake",     "barn",     "beacon",  "bike",     "bird",
	"board",   "bridge",  "bright",  "brook",    "brush",    "cabin",   "candle",   "canvas",
	"castle",  "cedar",   "chart",   "clear",    "clinic",   "clock",   "coach",    "coast",
	"coffee",  "copper",  "corner",  "cotton",   "county",   "craft",   "crystal",  "daily",
	"dental",  "desk",    "dock",    "dream",    "drive",    "eagle",   "early",    "electric",
	"engine",  "estate",  "event",   "exchange", "expert",   "fabric",  "falcon",   "family",
	"farm",    "field",   "finance", "fish",     "fitness",  "flight",  "flower",   "forest",
	"forum",   "fox",     "frame",   "friend",   "garage",   "garden",  "gate",     "gear",
	"ghost",   "glass",   "granite", "grand",    "grape",    "group",   "guard",    "guide",
	"guitar",  "hammer",  "harbor",  "harvest",  "hawk",     "heart",   "heritage", "hotel",
	"hunter",  "island",  "ivory",   "jewel",    "journal",  "jump",    "kitchen",  "knight",
	"ladder",  "lane",    "lawyer",  "leaf",     "learning", "legal",   "lemon",    "letter",
	"library", "light",   "lion",    "living",   "local",    "lodge",   "loyal",    "magazine",
	"maple",   "marine",  "market",  "math",     "meadow",   "medical", "memory",   "mill",
	"mobile",  "money",   "moon",    "motor",    "mountain", "museum",  "nation",   "needle",
	"nest",    "network", "night",   "noble",    "notary",   "nurse",   "oak",      "ocean",
	"office",  "olive",   "orange",  "orbit",    "organic",  "outlet",  "paint",    "paper",
	"park",    "partner", "patrol",  "pearl",    "people",   "pepper",  "phoenix",  "piano",
	"pilot",   "pine",    "planet",  "plaza",    "pocket",   "polar",   "policy",   "pond",
	"press",   "print",   "project", "pulse",    "quick",    "quiet",   "racing",   "rail",
	"rain",    "ranch",   "ready",   "record",   "repair",   "resort",  "ridge",    "rocket",
	"roof",    "root",    "rose",    "safe",     "sail",     "salon",   "sand",     "scholar",
	"school",  "science", "seed",    "senior",   "shade",    "shadow",  "shelter",  "shoe",
	"signal",  "simple",  "sky",     "sleep",    "soap",     "spark",   "spice",    "spring",
	"square",  "stage",   "steel",   "storm",    "story",    "street",  "summit",   "supply",
	"surf",    "table",   "talent",  "team",     "temple",   "thunder", "tiger",    "timber",
	"tool",    "tower",   "toy",     "trade",    "trail",    "train",   "trust",    "union",
	"valley",  "velvet",  "vine",    "voice",    "wagon",    "walk",    "water",    "wedding",
	"whale",   "wheel",   "window",  "winter",   "wolf",     "wonder",  "yard",     "yellow",
	"young",   "zen",
};
static const char *const german[] = {
	"bau",     "haus",    "markt",   "stadt",    "werk",    "garten",  "auto",      "schule",
	"verein",  "holz",    "reise",   "kraft",    "wasser",  "berg",    "feuerwehr", "apotheke",
	"praxis",  "recht",   "anwalt",  "zahnarzt", "baecker", "metzger", "moebel",    "technik",
	"versand", "druck",   "foto",    "sport",    "wetter",  "zeitung", "kinder",    "kirche",
	"bund",    "land",    "kreis",   "spar",     "kasse",   "strom",   "fahrrad",   "gasthof",
	"ferien",  "wohnung", "elektro", "heizung",  "schmidt", "mueller", "huber",     "krueger",
	"weiss",   "schwarz", "nord",    "sued",
};
static const char *const romance[] = {
	"casa",     "jardin",  "maison",      "boutique", "voyage",  "ecole",      "mairie",
	"agence",   "immo",    "boulangerie", "vins",     "chateau", "cuisine",    "meteo",
	"noticias", "diario",  "tienda",      "ropa",     "viajes",  "coches",     "escuela",
	"clinica",  "mercado", "libros",      "musica",   "futbol",  "hogar",      "receitas",
	"loja",     "moveis",  "imoveis",     "saude",    "carros",  "jornal",     "brasil",
	"escola",   "viagens", "casa",        "cidade",   "negozio", "ristorante", "vacanze",
	"scarpe",   "libri",   "donna",       "giornale", "sole",    "azzurro",    "montagne",
	"beaute",   "enfants", "avocat",      "avenir",
};
static const char *const turkish[] = {
	"haber", "kitap", "emlak",  "araba",  "sigorta", "okul",    "yemek",
	"tarif", "moda",  "saglik", "turizm", "pazar",   "ucuz",    "oyun",
	"evim",  "dunya", "gazete", "spor",   "hukuk",   "yazilim",
};
static const char *const slavic[] = {
	"stroy",  "dom",           "avto",    "mebel",    "okna",   "detskiy", "magazin",
	"remont", "novosti",       "gorod",   "zdorovie", "vkus",   "kniga",   "metall",
	"torg",   "master",        "posuda",  "sklad",    "kuhnya", "sport",   "svet",
	"teplo",  "les",           "moda",    "sklep",    "praca",  "zdrowie", "podroze",
	"ogrod",  "nieruchomosci", "kuchnia", "drewno",   "szkola", "auta",
};
static const char *const pinyin_initial[] = { "b",  "p", "m", "f", "d", "t", "n",  "l",
					      "g",  "k", "h", "j", "q", "x", "zh", "ch",
					      "sh", "r", "z", "c", "s", "y", "w" };
static const char *const pinyin_final[] = { "a",   "ai", "an",  "ang", "ao", "e",  "ei",  "en",
					    "eng", "i",  "ian", "iao", "ie", "in", "ing", "iu",
					    "ong", "ou", "u",   "uan", "ui", "un", "uo" };
static const char *const brand_tail[] = { "",    "a",   "o",    "ly", "ify", "io", "ex", "ix", "on",
					  "ium", "era", "ster", "zy", "oo",  "r",  "x",  "q" };
static const char *const service_tail[] = { "hub", "app",   "online", "shop", "24",   "365",
					    "now", "club",  "lab",    "labs", "tech", "soft",
					    "inc", "group", "world",  "web",  "net",  "store",
					    "pro", "plus",  "direct" };

static const char *const tld_world[] = { "com",    "com",  "com",   "com",    "com", "com", "com",
					 "com",    "com",  "net",   "org",    "io",  "co",  "info",
					 "app",    "dev",  "co.uk", "com.au", "us",  "ca",  "biz",
					 "online", "shop", "xyz",   "me",     "tv",  "ai",  "in",
					 "co.za",  "nl",   "eu",    "ie" };
static const char *const tld_german[] = { "de", "de", "de", "de", "at", "ch", "com" };
static const char *const tld_romance[] = { "fr",     "es",     "it", "com.br", "pt",
					   "com.ar", "com.mx", "be", "com",    "com" };
static const char *const tld_turkish[] = { "com.tr", "com", "com", "net", "org.tr" };
static const char *const tld_slavic[] = { "ru",  "ru",     "ru", "pl", "com.ua",
					  "com", "com.pl", "su", "by" };
static const char *const tld_china[] = { "com", "com", "cn", "com.cn", "net", "cc", "com.tw" };
static const char *const tld_japan[] = { "jp", "co.jp", "com", "ne.jp", "co.kr", "com" };

/* One draw a statement: the order of arguments is the compiler's choice. */
#define PICK(r, list) ((list)[below((r), N_OF(list))])

char *lexicon_word(char *out, struct rng *r)
{
	return put(out, "%s", PICK(r, english));
}

static char *syllables(char *out, struct rng *r, unsigned n)
{
	static const char *const onset[] = { "b",  "c",  "d",  "f",  "g",  "k",  "l",  "m",  "n",
					     "p",  "r",  "s",  "t",  "v",  "z",  "tr", "br", "cl",
					     "fl", "sk", "st", "ch", "qu", "sw", "v",  "j",  "" };
	static const char *const coda[] = {
		"", "", "", "", "n", "r", "l", "s", "x", "nd", "rk", "m"
	};

	while (n-- > 0) {
		out = put(out, "%s", PICK(r, onset));
		out = put(out, "%c", "aaeeiioouy"[below(r, 10)]);
		out = put(out, "%s", PICK(r, coda));
	}
	return out;
}

static void english_domain(struct rng *r, char *out)
{
	static const char *const head[] = { "the", "my", "get", "go",   "e",
					    "i",   "we", "all", "best", "try" };
	uint32_t form = below(r, 10);

	if (form == 0)
		out = put(out, "%s", PICK(r, head));
	out = lexicon_word(out, r);
	if (form == 1)
		out = put(out, "-");
	if (form < 7)
		out = lexicon_word(out, r);
	if (form >= 5)
		out = put(out, "%s", PICK(r, service_tail));
	put(out, ".%s", PICK(r, tld_world));
}

static void words_domain(struct rng *r, const char *const *list, uint32_t n, char **out)
{
	uint32_t count = 2 + (below(r, 5) == 0);

	for (uint32_t i = 0; i < count; i++) {
		if (i > 0 && below(r, 3) == 0)
			*out = put(*out, "-");
		*out = put(*out, "%s", list[below(r, n)]);
	}
	if (below(r, 8) == 0)
		*out = put(*out, "%u", below(r, 100));
}

static void pinyin_domain(struct rng *r, char *out)
{
	uint32_t n = 2 + below(r, 3);

	if (below(r, 4) == 0)
		out = put(out, "%u", 1 + below(r, 999));
	while (n-- > 0) {
		out = put(out, "%s", PICK(r, pinyin_initial));
		out = put(out, "%s", PICK(r, pinyin_final));
	}
	if (below(r, 6) == 0)
		out = put(out, "%u", below(r, 1000));
	put(out, ".%s", PICK(r, tld_china));
}

static void japanese_domain(struct rng *r, char *out)
{
	uint32_t n = 2 + below(r, 4);

	while (n-- > 0) {
		out = put(out, "%c", "kstnhmyrwgzdbp"[below(r, 14)]);
		out = put(out, "%c", "aiueo"[below(r, 5)]);
		if (below(r, 7) == 0)
			out = put(out, "n");
	}
	put(out, ".%s", PICK(r, tld_japan));
}

static void short_domain(struct rng *r, char *out)
{
	uint32_t form = below(r, 4);

	if (form == 0) /* digits: 4399, 10086 */
		out = put(out, "%u", 100 + below(r, 99900));
	else
		out = put_digits(out, r, "abcdefghiklmnoprstuvwxz", 2 + below(r, 4));
	if (form == 1)
		out = put(out, "%u", below(r, 400));
	put(out, ".%s", form == 0 ? PICK(r, tld_china) : PICK(r, tld_world));
}

static void long_domain(struct rng *r, char *out)
{
	uint32_t n = 4 + below(r, 4);

	while (n-- > 0) {
		out = lexicon_word(out, r);
		if (n > 0 && below(r, 3) == 0)
			out = put(out, "%s", below(r, 2) ? "and" : "-");
	}
	put(out, ".%s", PICK(r, tld_world));
}

/* A brand: syllables, often with a vowel lost or a letter turned. */
static void brand_text(struct rng *r, char *out)
{
	char *end = syllables(out, r, 1 + below(r, 3)), *v;

	v = strpbrk(out + 1, "aeiou");
	if (v && below(r, 6) == 0 && end - out > 4)
		memmove(v, v + 1, strlen(v));
	if (strlen(out) < 3)
		put(out + strlen(out), "ro");
	put(out + strlen(out), "%s", PICK(r, brand_tail));
}

void lexicon_brand(uint64_t key, char *ret)
{
	static const char *const tld[] = { "com", "com", "com", "net", "io", "cloud" };
	struct rng r = { key };

	brand_text(&r, ret);
	put(ret + strlen(ret), "%s", PICK(&r, service_tail));
	put(ret + strlen(ret), ".%s", PICK(&r, tld));
}

/* Bias adaptation and digits of RFC 3492, section 6. */
static uint32_t punycode_adapt(uint32_t delta, uint32_t n_points, bool first)
{
	uint32_t k = 0;

	delta = first ? delta / 700 : delta / 2;
	delta += delta / n_points;
	for (; delta > 455; k += 36)
		delta /= 35;
	return k + 36 * delta / (delta + 38);
}

static char *punycode_number(char *out, uint32_t delta, uint32_t bias)
{
	static const char digit[] = "abcdefghijklmnopqrstuvwxyz0123456789";

	for (uint32_t k = 36;; k += 36) {
		uint32_t t = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias;

		if (delta < t)
			break;
		*out++ = digit[t + (delta - t) % (36 - t)];
		delta = (delta - t) / (36 - t);
	}
	*out++ = digit[delta];
	*out = '\0';
	return out;
}

static char *punycode(char *out, const uint32_t *points, uint32_t n)
{
	uint32_t done = 0, at = 128, bias = 72, delta = 0, n_basic;

	for (uint32_t i = 0; i < n; i++) {
		if (points[i] < 128)
			out[done++] = (char)points[i];
	}
	n_basic = done;
	out += done;
	if (n_basic > 0)
		*out++ = '-';
	while (done < n) {
		uint32_t least = UINT32_MAX;

		for (uint32_t i = 0; i < n; i++) {
			if (points[i] >= at && points[i] < least)
				least = points[i];
		}
		delta += (least - at) * (done + 1);
		for (uint32_t i = 0; i < n; i++) {
			delta += points[i] < least;
			if (points[i] != least)
				continue;
			out = punycode_number(out, delta, bias);
			bias = punycode_adapt(delta, done + 1, done == n_basic);
			delta = 0;
			done++;
		}
		delta++;
		at = least + 1;
	}
	*out = '\0';
	return out;
}

/* An internationalised label in its ASCII form: umlauts, Cyrillic letter by letter, ideographs. */
static char *idn_label(char *out, struct rng *r)
{
	static const uint16_t cyrillic[26] = { 0x430, 0x431, 0x446, 0x434, 0x435, 0x444, 0x433,
					       0x445, 0x438, 0x439, 0x43a, 0x43b, 0x43c, 0x43d,
					       0x43e, 0x43f, 0x44f, 0x440, 0x441, 0x442, 0x443,
					       0x432, 0x436, 0x44c, 0x44b, 0x437 };
	static const uint16_t umlauts[] = { 0xe4, 0xf6, 0xfc, 0xdf, 0xe9, 0xe7 };
	uint32_t points[40], n = 0, at, form = below(r, 3);
	const char *s = form == 0 ? PICK(r, german) : PICK(r, slavic);

	if (form == 2) {
		for (uint32_t count = 2 + below(r, 4); n < count; n++)
			points[n] = 0x4e00 + below(r, 3000);
	} else if (form == 1) {
		for (; *s; s++)
			points[n++] = cyrillic[*s - 'a'];
	} else {
		for (; *s; s++)
			points[n++] = (uint32_t)*s;
		at = 1 + below(r, n - 1);
		points[at] = PICK(r, umlauts);
		for (s = PICK(r, german); *s; s++)
			points[n++] = (uint32_t)*s;
	}
	return punycode(put(out, "xn--"), points, n);
}

void lexicon_domain(uint64_t key, char *ret)
{
	struct rng r = { key };
	uint32_t kind = below(&r, 100);
	char *out = ret;

	if (kind < 30) {
		english_domain(&r, ret);
	} else if (kind < 42) {
		words_domain(&r, german, N_OF(german), &out);
		put(out, ".%s", PICK(&r, tld_german));
	} else if (kind < 54) {
		words_domain(&r, romance, N_OF(romance), &out);
		put(out, ".%s", PICK(&r, tld_romance));
	} else if (kind < 58) {
		words_domain(&r, turkish, N_OF(turkish), &out);
		put(out, ".%s", PICK(&r, tld_turkish));
	} else if (kind < 65) {
		words_domain(&r, slavic, N_OF(slavic), &out);
		put(out, ".%s", PICK(&r, tld_slavic));
	} else if (kind < 72) {
		pinyin_domain(&r, ret);
	} else if (kind < 76) {
		japanese_domain(&r, ret);
	} else if (kind < 83) {
		short_domain(&r, ret);
	} else if (kind < 86) {
		long_domain(&r, ret);
	} else if (kind < 87) {
		out = idn_label(ret, &r);
		put(out, ".%s", PICK(&r, tld_world));
	} else {
		brand_text(&r, ret);
		put(ret + strlen(ret), ".%s", PICK(&r, tld_world));
	}
}
