/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sample names read as data: real shapes of names that tunnels send come out as what was put in,
 * ordinary names come out as nothing, and no name, however made, breaks the bounds.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>

#include "alert/decode.h"
#include "base/hash.h"

enum { N = ED_ALERT_SAMPLES_MAX };

static void name(const char *text, struct ed_name *ret)
{
	assert_int_equal(ed_name_from_text(ed_span_str(text), ED_NAME_MASTER, ret), 0);
}

/* Decodes up to N names under @domain ("": no common parent); NULL ends them early. */
static uint32_t decode(const char *const *names, const char *domain, struct ed_decoded *ret)
{
	struct ed_name samples[N], parent = { .n = 0 };
	uint32_t n = 0;

	for (; n < N && names[n]; n++)
		name(names[n], &samples[n]);
	if (*domain)
		name(domain, &parent);
	ed_decode_names(samples, n, &parent, ret);
	return n;
}

static void assert_shows(const struct ed_decoded *d, const char *encoding, const char *bytes,
			 size_t n)
{
	assert_non_null(d->encoding);
	assert_string_equal(d->encoding, encoding);
	assert_int_equal(d->n_bytes, n);
	assert_int_equal(d->n_shown,
			 n < ED_DECODED_SHOWN_MAX_BYTES ? n : ED_DECODED_SHOWN_MAX_BYTES);
	assert_memory_equal(d->shown, bytes, d->n_shown);
}

#define SHOWS(d, encoding, bytes) assert_shows(&(d), encoding, bytes, sizeof(bytes) - 1)

/* dnscat2 without encryption: packet id, type, session id and numbers, then what was typed. */
static void test_dnscat2_hex(void **state)
{
	static const char *const names[N] = {
		"dnscat.7cd501a621c362010a.example",
		"dnscat.b11c01a621c362010a.example",
		"dnscat.b73f01a621c362010a57656c636f6d6520746f.20646e7363617021.example",
	};
	struct ed_decoded d[N];

	(void)state;
	decode(names, "example", d);
	SHOWS(d[0], "hex",
	      "|\xd5\x01\xa6!\xc3"
	      "b\x01\x0a");
	assert_null(d[0].kind);
	SHOWS(d[2], "hex",
	      "\xb7?\x01\xa6!\xc3"
	      "b\x01\x0aWelcome to dnscap!");
	assert_string_equal(d[2].kind, "text");
	assert_true(fabsf(d[2].printable_share - 22.0f / 27) < 0.001f);
}

/* dnscat2 sent straight to a server: no domain stands behind the data. */
static void test_no_common_parent(void **state)
{
	static const char *const bare[N] = {
		"dnscat.a35c00f5005703c8b1b8cd000118b52347.edf0dbda",
		"dnscat.f97c01f5006c798b8d6e990002e3772bc8",
		"dnscat.c08301f5000ebb1f421a030003320a615b",
	};
	static const char *const apart[N] = { "57656c636f6d6520746f2074686520.com",
					      "6d616368696e652c20706c65617365.net",
					      "206c6f6720696e206f7220676f2e0a.org" };
	struct ed_decoded d[N];

	(void)state;
	decode(bare, "", d);
	SHOWS(d[1], "hex", "\xf9|\x01\xf5\x00ly\x8b\x8dn\x99\x00\x02\xe3w+\xc8");
	assert_string_equal(d[0].encoding, "hex");
	assert_int_equal(d[0].n_bytes, 21);
	decode(apart, "", d);
	SHOWS(d[0], "hex", "Welcome to the ");
	SHOWS(d[1], "hex", "machine, please");
	SHOWS(d[2], "hex", " log in or go.\n");
}

static void test_base32(void **state)
{
	/* in two labels, in either case */
	static const char *const rfc[N] = {
		"orugkidrovuw.g2zamjzg653oebtg66banj2w24dtebxxmzls.t.example"
	};
	static const char *const upper[N] = {
		"ORUGKIDROVUW.G2ZAMJZG653OEBTG66BANJ2W24DTEBXXMZLS.T.example"
	};
	static const char *const hex[N] = {
		"ehk6a83helkm6qp0c9p6utre41j6uu10d9qmqs3j41nncpbi.example"
	};
	static const char *const iodine[N] = {
		"orugkidrovuwg0zamjzg431oebtg44banj0w02dtebxxmzls.example"
	};
	struct ed_decoded d[N];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		decode(i ? upper : rfc, "t.example", d);
		SHOWS(d[0], "base32", "the quick brown fox jumps over");
		assert_string_equal(d[0].kind, "text");
		assert_true(d[0].printable_share == 1);
	}
	decode(hex, "example", d);
	SHOWS(d[0], "base32hex", "the quick brown fox jumps over");
	decode(iodine, "example", d);
	SHOWS(d[0], "base32-iodine", "the quick brown fox jumps over");
}

/* dns2tcp: seven bytes of its own, then the first line of SSH; short names and a resource between.
 */
static void test_dns2tcp_base64(void **state)
{
	static const char *const names[N] = {
		"aXrt236eAHNzaA==.=connect.a.friendskaka.com",
		"aXoAAAABBA.a.friendskaka.com",
		"aXoAAAACCFNTSC0yLjAtT3BlblNTSF83LjJwMiBVYnVudHUtNHVidW50dTIuMg0.K.a.friendskaka.com",
		"aXoAAQAEBA.a.friendskaka.com",
	};
	struct ed_decoded d[N];

	(void)state;
	decode(names, "friendskaka.com", d);
	SHOWS(d[0], "base64", "iz\xed\xdb~\x9e\x00ssh");
	SHOWS(d[1], "base64", "iz\x00\x00\x00\x01\x04");
	SHOWS(d[2], "base64", "iz\x00\x00\x00\x02\x08SSH-2.0-OpenSSH_7.2p2 Ubuntu-4ubuntu2.2\r\n");
	assert_string_equal(d[2].kind, "SSH");
	assert_null(d[1].kind);
}

/* Labels that count the chunks are not data. */
static void test_base64url_with_counter(void **state)
{
	static const char *const names[N] = { "1.cm9vdDp4OjA6MDo_Pj8-OnJv.example",
					      "12.L3Jvb3Q6L2Jpbi9iYXNoCg.example" };
	struct ed_decoded d[N];

	(void)state;
	decode(names, "example", d);
	SHOWS(d[0], "base64url", "root:x:0:0:?>?>:ro");
	SHOWS(d[1], "base64url", "/root:/bin/bash\n");
}

static void test_numbers(void **state)
{
	static const char *const base58[N] = { "EFiFWuRtAcBTiDkAAZ5YPoHgTv.example" };
	static const char *const base36[N] = { "17y7juazf1f2zxiheoxwa6qeu0p.example" };
	struct ed_decoded d[N];

	(void)state;
	decode(base58, "example", d);
	SHOWS(d[0], "base58", "Hello World and you");
	decode(base36, "example", d);
	SHOWS(d[0], "base36", "hello world today");
}

static void test_known_bytes(void **state)
{
	static const struct {
		const char *name, *kind;
	} cases[] = {
		{ "1f8b0800000000000003.example", "gzip" },
		{ "504b0304140000000800.example", "zip" },
		{ "7f454c46020101000000.example", "ELF" },
		{ "89504e470d0a1a0a0000.example", "PNG" },
		{ "474554202f20485454.example", "HTTP" },
		{ "0001025353482d322e30.example", "SSH" },
		{ "1603010200010001fc0303.example", "TLS" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *const names[N] = { cases[i].name };
		struct ed_decoded d[N];

		decode(names, "example", d);
		assert_string_equal(d[0].encoding, "hex");
		assert_string_equal(d[0].kind, cases[i].kind);
	}
}

/* Random bytes in an encoding: the alphabet alone says so, and no text is claimed. */
static void test_random_data(void **state)
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
	unsigned named = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 200; seed++) {
		struct ed_name samples[N], domain;
		struct ed_decoded d[N];

		name("example", &domain);
		for (uint32_t i = 0; i < N; i++) {
			char text[64];

			for (size_t k = 0; k < 32; k++)
				text[k] = digits[ed_hash_pair(seed, i * 32 + k) & 31];
			(void)snprintf(text + 32, sizeof(text) - 32, ".example");
			name(text, &samples[i]);
		}
		ed_decode_names(samples, N, &domain, d);
		if (!d[0].encoding)
			continue;
		named++;
		assert_string_equal(d[0].encoding, "base32");
		assert_int_equal(d[0].n_bytes, 20);
		for (uint32_t i = 0; i < N; i++)
			assert_null(d[i].kind);
	}
	assert_true(named >= 190);
}

static void test_ordinary_names(void **state)
{
	static const char *const sets[][N] = {
		{ "www.example", "mail.example", "static.example", "images.example",
		  "api.example" },
		{ "internationalization.example", "telecommunications.example",
		  "characteristically.example", "misunderstanding.example" },
		{ "www.google.com", "cdn.office.net", "login.live.com", "one.one.one" },
		{ "1.2.0.192.in-addr.arpa", "17.2.0.192.in-addr.arpa", "200.2.0.192.in-addr.arpa" },
		{ "20250101120000.example", "20250101120500.example", "20250101121000.example" },
		{ "deadbeef.example" },
		{ "_ldap._tcp.dc._msdcs.example", "_kerberos._tcp.example" },
		{ "Mail-Server-Berlin.example", "File-Server-Hamburg.example",
		  "Print-Server-Dresden.example" },
		{ "." },
		{ "example" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		for (size_t with = 0; with < 2; with++) {
			struct ed_decoded d[N];
			uint32_t n = decode(sets[i], with ? "example" : "", d);

			for (uint32_t k = 0; k < n; k++) {
				assert_null(d[k].encoding);
				assert_int_equal(d[k].n_shown, 0);
			}
		}
	}
}

/* Both cases, and digits that base32 has too: not base32, whatever the letters. */
static void test_mixed_case_is_not_base32(void **state)
{
	static const char *const names[N] = { "L2EAAAABba.t.example", "L2EAaQACba.t.example",
					      "L2EAaGADba.t.example", "L2eAaWAEba.t.example",
					      "l2EAaAAFba.t.example" };
	struct ed_decoded d[N];

	(void)state;
	decode(names, "example", d);
	for (size_t i = 0; i < N; i++)
		assert_true(!d[i].encoding || strcmp(d[i].encoding, "base64") == 0);
}

/* A channel whose case was folded on the way cannot be read as base64, and is not. */
static void test_folded_base64(void **state)
{
	static const char *const names[N] = {
		"axoaaaaccfntsc0yljatt3blblntsf83ljjwmibvynvudhutnhvidw50dtiumg0.k.example",
		"axoaaaadba.example"
	};
	struct ed_decoded d[N];

	(void)state;
	decode(names, "example", d);
	assert_null(d[0].encoding);
}

static void test_entropy(void **state)
{
	static const char *const names[N] = { "aaaa.example", "abab.abab.example",
					      "abcdefgh.example", "example" };
	static const float expected[] = { 0, 1, 3, 0 };
	struct ed_decoded d[N];

	(void)state;
	decode(names, "example", d);
	for (size_t i = 0; i < 4; i++)
		assert_true(fabsf(d[i].entropy_bits - expected[i]) < 1e-6f);
}

static void assert_in_bounds(const struct ed_decoded *d, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		assert_in_range(d[i].n_bytes, 0, ED_NAME_MAX);
		assert_in_range(d[i].n_shown, 0, ED_DECODED_SHOWN_MAX_BYTES);
		assert_true(d[i].n_shown <= d[i].n_bytes);
		assert_true(d[i].printable_share >= 0 && d[i].printable_share <= 1);
		assert_true(d[i].entropy_bits >= 0 && d[i].entropy_bits <= 8);
		assert_true(d[i].encoding || (d[i].n_shown == 0 && !d[i].kind));
	}
}

/* Bytes of every kind, with lengths here and there that may or may not be right. */
static void hostile(uint64_t seed, uint32_t i, struct ed_name *ret)
{
	static const char chars[26] = "abcdef0123456789ABC=+/-_\\";

	ret->n = (uint8_t)ed_hash_pair(seed, 1000 + i);
	for (size_t k = 0; k < ED_NAME_MAX; k++) {
		uint64_t r = ed_hash_pair(seed, i * 256 + k);

		ret->wire[k] = seed % 3 ? (uint8_t)chars[r % 26] : (uint8_t)r;
		if (k % (1 + seed % 64) == 0)
			ret->wire[k] = (uint8_t)(seed % 64);
	}
}

static void test_hostile_bytes(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 3000; seed++) {
		struct ed_name samples[N], domain;
		struct ed_decoded d[N];

		for (uint32_t i = 0; i < N; i++)
			hostile(seed, i, &samples[i]);
		domain = samples[seed % 5 == 0];
		if (seed % 5)
			domain.n = (uint8_t)(seed % 7);
		memset(d, 0xff, sizeof(d));
		ed_decode_names(samples, N, &domain, d);
		assert_in_bounds(d, N);
	}
}

static void test_longest_names(void **state)
{
	static const char fill[] = { 'a', '1', 'Z', '=', 'f', '9', '\0' };

	(void)state;
	for (size_t c = 0; c < sizeof(fill); c++) {
		for (size_t label = 1; label <= ED_LABEL_MAX; label++) {
			struct ed_name s = { .n = 0 }, root = { .n = 1 };
			struct ed_decoded d;

			while (s.n + 1 + label + 1 <= ED_NAME_MAX) {
				s.wire[s.n] = (uint8_t)label;
				memset(s.wire + s.n + 1, fill[c], label);
				s.n = (uint8_t)(s.n + 1 + label);
			}
			s.wire[s.n++] = 0;
			assert_true(ed_name_valid(ed_span_of(s.wire, s.n)));
			ed_decode_names(&s, 1, &root, &d);
			assert_in_bounds(&d, 1);
		}
	}
}

/* A short name with a word in it does not hide what the long ones are; an equal share does. */
static void test_handshake_beside_random_data(void **state)
{
	static const char *const names[N] = {
		"EYlehxl9AgrhdGE.=connect.u.example",
		"grcO7n8aUDm+8H7CNH8GbtCPXcdRJEfjQEMAAmtuVFWUoGVoXWTEmAu41FRK."
		"hyGpmgGtIZ61nPahXvbxWh2DC7fOCda7wATnF1xkPH3ssLWA7De8lxLdLmqu."
		"uUuujS+fopxaKEye91IYKc8QebCA6ddKHBD8q2pC.u.example",
		"Q9M2Vt6+TB7XlkjoVuj5ovWMlfDOSznBW/+tXC37i7ggthGcuo/4h5auWwXy."
		"gKaM7ZO2soyw0bNY5rqrSFVlufSQKNVX15qKDmRR4VxwXBXxc1QbRDiiXPdj."
		"EtTus8IkaHm/ALPPjtE6vxKaMJetlrRC1tG970hQ.u.example",
	};
	static const char *const few[N] = { "EYlehxl9AgrhdGE.=connect.u.example",
					    "grcO7n8aUDm+8H7CNH8Gbt.u.example" };
	struct ed_decoded d[N];

	(void)state;
	decode(names, "example", d);
	assert_string_equal(d[1].encoding, "base64");
	assert_int_equal(d[1].n_bytes, 120);
	assert_memory_equal(d[1].shown, "\x82\xb7\x0e\xee\x7f\x1a\x50\x39", 8);
	assert_int_equal(d[2].n_bytes, 120);
	assert_null(d[2].kind);
	decode(few, "example", d);
	assert_null(d[1].encoding);
}

static void test_nothing(void **state)
{
	const struct ed_name none = { .n = 0 };
	struct ed_decoded d = { .n_bytes = 7 };

	(void)state;
	ed_decode_names(&none, 0, &none, &d);
	assert_int_equal(d.n_bytes, 7);
	ed_decode_names(&none, 1, &none, &d);
	assert_null(d.encoding);
	assert_int_equal(d.n_bytes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dnscat2_hex),
		cmocka_unit_test(test_no_common_parent),
		cmocka_unit_test(test_base32),
		cmocka_unit_test(test_dns2tcp_base64),
		cmocka_unit_test(test_base64url_with_counter),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_known_bytes),
		cmocka_unit_test(test_random_data),
		cmocka_unit_test(test_ordinary_names),
		cmocka_unit_test(test_mixed_case_is_not_base32),
		cmocka_unit_test(test_folded_base64),
		cmocka_unit_test(test_entropy),
		cmocka_unit_test(test_hostile_bytes),
		cmocka_unit_test(test_longest_names),
		cmocka_unit_test(test_handshake_beside_random_data),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
