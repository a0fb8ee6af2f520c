/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sources: what the libraries pack comes back whole, whatever the size of the reads; what is cut,
 * damaged or a bomb ends early, says why, and never hands out more than was packed.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <lz4frame.h>
#include <lzma.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/hash.h"
#include "base/span.h"
#include "source/codec.h"
#include "source/source.h"

enum { GOT_MAX = 512 << 10, CHUNK_BYTES = 128 << 10, HELD_MAX = 4096, NOBODY = 65534 };

static char folder[512];
static char path[600];
static uint8_t got[GOT_MAX];

/* What a test allocates lives until its end. */
static void *held[HELD_MAX];
static size_t n_held;

static uint8_t *hold(size_t n)
{
	assert_in_range(n_held, 0, HELD_MAX - 1);
	held[n_held] = calloc(n ? n : 1, 1);
	assert_non_null(held[n_held]);
	return held[n_held++];
}

static int release(void **state)
{
	(void)state;
	while (n_held > 0)
		free(held[--n_held]);
	return 0;
}

/* ---------------------------------------------------------------- packing */

static struct ed_span pack_gzip(struct ed_span in)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)in.p, .avail_in = (uInt)in.n };
	uint8_t *out;
	size_t n;

	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	n = deflateBound(&z, in.n);
	out = hold(n);
	z.next_out = out;
	z.avail_out = (uInt)n;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	n -= z.avail_out;
	assert_int_equal(deflateEnd(&z), Z_OK);
	return ed_span_of(out, n);
}

static struct ed_span pack_zstd(struct ed_span in)
{
	size_t n = ZSTD_compressBound(in.n);
	ZSTD_CCtx *c = ZSTD_createCCtx();
	uint8_t *out = hold(n);

	assert_non_null(c);
	assert_false(ZSTD_isError(ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1)));
	n = ZSTD_compress2(c, out, n, in.p, in.n);
	assert_false(ZSTD_isError(n));
	(void)ZSTD_freeCCtx(c);
	return ed_span_of(out, n);
}

static struct ed_span pack_lz4(struct ed_span in)
{
	const LZ4F_preferences_t prefs = {
		.frameInfo = { .contentChecksumFlag = LZ4F_contentChecksumEnabled },
	};
	size_t n = LZ4F_compressFrameBound(in.n, &prefs);
	uint8_t *out = hold(n);

	n = LZ4F_compressFrame(out, n, in.p, in.n, &prefs);
	assert_false(LZ4F_isError(n));
	return ed_span_of(out, n);
}

static struct ed_span pack_xz(struct ed_span in)
{
	size_t max = lzma_stream_buffer_bound(in.n), n = 0;
	uint8_t *out = hold(max);

	assert_int_equal(lzma_easy_buffer_encode(0, LZMA_CHECK_CRC64, NULL, in.p, in.n, out, &n,
						 max),
			 LZMA_OK);
	return ed_span_of(out, n);
}

static const struct packer {
	const char *name;
	size_t n_magic;
	struct ed_span (*pack)(struct ed_span in);
} packers[] = {
	{ "gzip", 3, pack_gzip },
	{ "zstd", 4, pack_zstd },
	{ "lz4", 4, pack_lz4 },
	{ "xz", 6, pack_xz },
};

enum { N_PACKERS = sizeof(packers) / sizeof(packers[0]) };

/* Half a repeated text, half noise: it packs, but not to nothing. */
static struct ed_span mixed(size_t n, uint64_t seed)
{
	static const char text[] = "a client asks a resolver for a name that nobody knows; ";
	uint8_t *p = hold(n);

	for (size_t i = 0; i < n; i++)
		p[i] = i / 64 % 2 ? (uint8_t)ed_hash_mix(seed + i) :
				    (uint8_t)text[i % (sizeof(text) - 1)];
	return ed_span_of(p, n);
}

static struct ed_span join(struct ed_span a, struct ed_span b)
{
	uint8_t *p = hold(a.n + b.n);

	memcpy(p, a.p, a.n);
	memcpy(p + a.n, b.p, b.n);
	return ed_span_of(p, a.n + b.n);
}

/* ---------------------------------------------------------------- reading */

static void put(struct ed_span bytes)
{
	FILE *f = fopen(path, "wbe");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes.p, 1, bytes.n, f), bytes.n);
	assert_int_equal(fclose(f), 0);
}

/* All of @s into got, in reads of @chunk bytes. It must end, and stay at its end. */
static size_t drain(struct ed_source *s, size_t chunk)
{
	size_t n = 0;
	ssize_t r;

	while ((r = ed_source_read(s, got + n, chunk < GOT_MAX - n ? chunk : GOT_MAX - n)) > 0) {
		assert_in_range(r, 1, chunk);
		n += (size_t)r;
		assert_in_range(n, 0, GOT_MAX - 1);
	}
	assert_int_equal(r, 0);
	assert_int_equal(ed_source_read(s, got + n, 1), 0);
	assert_int_equal(s->n_out, n);
	return n;
}

/* Reads the file that was put; got then holds ret bytes. */
static size_t read_file(size_t chunk, bool *ret_packed, enum ed_source_fault *ret_fault)
{
	struct ed_source s;
	size_t n;

	assert_int_equal(ed_source_open(path, NULL, &s), 0);
	*ret_packed = s.codec != NULL;
	n = drain(&s, chunk);
	*ret_fault = s.fault;
	ed_source_close(&s);
	return n;
}

static void expect(struct ed_span want, size_t chunk, enum ed_source_fault fault)
{
	enum ed_source_fault got_fault;
	bool packed;

	assert_int_equal(read_file(chunk, &packed, &got_fault), want.n);
	assert_memory_equal(got, want.p, want.n);
	assert_int_equal(got_fault, fault);
	assert_int_equal(ed_source_fault_text(got_fault)[0] != '\0', fault != ED_SOURCE_OK);
}

static void test_round_trips(void **state)
{
	static const size_t sizes[] = { 0, 1, 1000, 300000 };
	static const size_t chunks[] = { 1, 7, 4096, GOT_MAX };

	(void)state;
	for (size_t i = 0; i < (size_t)N_PACKERS * 4; i++) {
		struct ed_span plain = mixed(sizes[i % 4], i);

		put(packers[i / 4].pack(plain));
		for (size_t c = 0; c < 4; c++)
			expect(plain, chunks[c], ED_SOURCE_OK);
	}
}

static void test_members_follow_one_another(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_PACKERS; i++) {
		struct ed_span a = mixed(70000, i), b = mixed(900, i + 1000);
		struct ed_span none = packers[i].pack(ed_span_of("", 0));
		struct ed_span packed = join(packers[i].pack(a), none);

		packed = join(join(packed, packers[i].pack(b)), none);
		put(packed);
		expect(join(a, b), 1, ED_SOURCE_OK);
		expect(join(a, b), CHUNK_BYTES, ED_SOURCE_OK);
	}
}

/* Whatever is missing at the end, what comes out is a beginning of what went in, and the fault is
 * told. */
static void test_cut_anywhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_PACKERS; i++) {
		struct ed_span plain = mixed(1500, i);
		struct ed_span packed = packers[i].pack(plain);

		put(packed);
		for (size_t n = packed.n; n-- > 0;) {
			enum ed_source_fault fault;
			size_t n_got;
			bool is_packed;

			assert_int_equal(truncate(path, (off_t)n), 0);
			n_got = read_file(n % 3 ? CHUNK_BYTES : 5, &is_packed, &fault);
			assert_int_equal(is_packed, n >= packers[i].n_magic);
			assert_int_equal(fault, is_packed ? ED_SOURCE_CUT : ED_SOURCE_OK);
			assert_in_range(n_got, 0, is_packed ? plain.n : n);
			assert_memory_equal(got, is_packed ? plain.p : packed.p, n_got);
		}
	}
}

static void test_cut_in_a_later_member(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_PACKERS; i++) {
		struct ed_span a = mixed(500, i), b = mixed(400, i + 1000), plain = join(a, b);
		struct ed_span first = packers[i].pack(a), both = join(first, packers[i].pack(b));

		put(both);
		for (size_t n = both.n - 1; n >= first.n; n--) {
			enum ed_source_fault fault;
			size_t n_got;
			bool is_packed;

			assert_int_equal(truncate(path, (off_t)n), 0);
			n_got = read_file(CHUNK_BYTES, &is_packed, &fault);
			/* less than a magic behind the first: nobody can say what it was to be */
			if (n == first.n)
				assert_int_equal(fault, ED_SOURCE_OK);
			else
				assert_in_range(fault, ED_SOURCE_DAMAGED, ED_SOURCE_CUT);
			assert_in_range(n_got, a.n, a.n + b.n);
			assert_memory_equal(got, plain.p, n_got);
		}
	}
}

/* The checks of the formats are used: a changed byte is told, or it changed nothing that matters.
 */
static void test_damaged_anywhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_PACKERS; i++) {
		struct ed_span plain = mixed(700, i);
		struct ed_span packed = packers[i].pack(plain);
		uint8_t *p = hold(packed.n);

		memcpy(p, packed.p, packed.n);
		for (size_t at = packers[i].n_magic; at < packed.n; at++) {
			enum ed_source_fault fault;
			size_t n_got;
			bool is_packed;

			p[at] = (uint8_t)(p[at] ^ 1U << at % 8);
			put(ed_span_of(p, packed.n));
			p[at] = packed.p[at];
			n_got = read_file(CHUNK_BYTES, &is_packed, &fault);
			assert_true(is_packed);
			if (fault == ED_SOURCE_OK)
				assert_true(ed_span_eq(ed_span_of(got, n_got), plain));
		}
	}
}

static void test_trailing_junk(void **state)
{
	static const char *const junk[] = { "x", "junk", "junk that is longer than any magic" };

	(void)state;
	for (size_t i = 0; i < N_PACKERS; i++) {
		struct ed_span plain = mixed(3000, i);
		struct ed_span packed = packers[i].pack(plain);

		for (size_t j = 0; j < 3; j++) {
			put(join(packed, ed_span_str(junk[j])));
			expect(plain, j == 0 ? 1 : CHUNK_BYTES, ED_SOURCE_DAMAGED);
		}
		/* a frame of another kind is no continuation */
		put(join(packed, packers[(i + 1) % N_PACKERS].pack(plain)));
		expect(plain, CHUNK_BYTES, ED_SOURCE_DAMAGED);
	}
}

/* ------------------------------------------------------------------ bombs */

/* Bytes that @s gave before it ended, which it must do within what the limits allow. */
static uint64_t drain_counting(struct ed_source *s)
{
	uint8_t *chunk = hold(CHUNK_BYTES);
	uint64_t n = 0, limit;
	ssize_t r;

	while ((r = ed_source_read(s, chunk, CHUNK_BYTES)) > 0) {
		n += (uint64_t)r;
		limit = s->n_in * ED_SOURCE_RATIO_MAX;
		if (limit < ED_SOURCE_FREE_BYTES)
			limit = ED_SOURCE_FREE_BYTES;
		assert_true(n <= limit + CHUNK_BYTES + ED_SOURCE_RATIO_MAX);
	}
	assert_int_equal(r, 0);
	return n;
}

static void test_bomb_is_refused(void **state)
{
	const size_t n = 64 << 20;
	struct ed_span zeros = ed_span_of(hold(n), n);

	(void)state;
	for (size_t i = 0; i < N_PACKERS; i++) {
		struct ed_source s;

		put(packers[i].pack(zeros));
		assert_int_equal(ed_source_open(path, NULL, &s), 0);
		assert_in_range(drain_counting(&s), ED_SOURCE_FREE_BYTES, n - 1);
		assert_int_equal(s.fault, ED_SOURCE_BOMB);
		ed_source_close(&s);
	}
}

/* Logs pack well: ten or twenty to one is no bomb, however large the file. */
static void test_large_honest_file_passes(void **state)
{
	const size_t n = 24 << 20;
	uint8_t *p = hold(n);
	struct ed_source s;

	(void)state;
	for (size_t i = 0; i < n; i++)
		p[i] = i % 64 < 4 ? (uint8_t)ed_hash_mix(i) : (uint8_t) "a line of a log"[i % 15];
	for (size_t i = 0; i < 2; i++) {
		put(packers[i].pack(ed_span_of(p, n)));
		assert_int_equal(ed_source_open(path, NULL, &s), 0);
		assert_int_equal(drain_counting(&s), n);
		assert_int_equal(s.fault, ED_SOURCE_OK);
		ed_source_close(&s);
	}
}

/* ------------------------------------------------------------------ plain */

static void test_plain_files(void **state)
{
	static const struct ed_span heads[] = {
		{ (const uint8_t *)"", 0 },
		{ (const uint8_t *)"x", 1 },
		{ (const uint8_t *)"\x1f\x8b\x07 not deflate", 15 },
		{ (const uint8_t *)"\x28\xb5\x2f\xfe", 4 },
		{ (const uint8_t *)"\x04\x22\x4d\x19 lz4?", 9 },
		{ (const uint8_t *)"\xfd"
				   "7zXY\0",
		  6 },
		{ (const uint8_t *)"\xfd"
				   "7zXZ",
		  5 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		struct ed_source s;

		put(heads[i]);
		assert_int_equal(ed_source_open(path, NULL, &s), 0);
		assert_null(s.codec);
		assert_int_equal(s.size_bytes, heads[i].n);
		assert_int_equal(drain(&s, 1), heads[i].n);
		assert_memory_equal(got, heads[i].p, heads[i].n);
		assert_int_equal(s.n_in, heads[i].n);
		assert_int_equal(s.fault, ED_SOURCE_OK);
		ed_source_close(&s);
	}
	put(mixed(300000, 1));
	expect(mixed(300000, 1), 999, ED_SOURCE_OK);
}

/* The magic is believed; what follows it is not data then. */
static void test_magic_and_nothing_behind_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_PACKERS; i++) {
		struct ed_span magic = packers[i].pack(ed_span_of("", 0));
		enum ed_source_fault fault;
		bool is_packed;

		magic.n = packers[i].n_magic;
		put(join(magic,
			 ed_span_str("\xff\xff\xff this is not what it says it is \xff\xff")));
		assert_int_equal(read_file(64, &is_packed, &fault), 0);
		assert_true(is_packed);
		assert_in_range(fault, ED_SOURCE_DAMAGED, ED_SOURCE_CUT);
	}
}

/* --------------------------------------------------------- what is no file */

static void test_cannot_be_opened(void **state)
{
	struct ed_source s;

	(void)state;
	assert_int_equal(ed_source_open("/nonexistent/earthdog", NULL, &s), -ENOENT);
	assert_int_equal(ed_source_open(folder, NULL, &s), -EISDIR);
	put(ed_span_str("secret"));
	assert_int_equal(chmod(path, 0), 0);
	if (geteuid() == 0 && seteuid(NOBODY) != 0)
		skip();
	assert_int_equal(ed_source_open(path, NULL, &s), -EACCES);
	assert_int_equal(seteuid(getuid()), 0);
	assert_int_equal(chmod(path, 0600), 0);
}

/* Standard input, one byte a read: compression is still seen, and the descriptor stays open. */
static void test_standard_input_in_drops(void **state)
{
	struct ed_span plain = mixed(60, 7), packed = pack_gzip(plain);
	int keep = dup(STDIN_FILENO), pair[2];
	struct ed_source s;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	for (size_t i = 0; i < packed.n; i++)
		assert_int_equal(send(pair[0], packed.p + i, 1, MSG_DONTWAIT), 1);
	assert_int_equal(close(pair[0]), 0);
	assert_int_equal(dup2(pair[1], STDIN_FILENO), STDIN_FILENO);
	assert_int_equal(close(pair[1]), 0);
	assert_int_equal(ed_source_open("-", NULL, &s), 0);
	assert_int_equal(s.size_bytes, 0);
	assert_int_equal(drain(&s, 3), plain.n);
	assert_memory_equal(got, plain.p, plain.n);
	assert_int_equal(s.n_in, packed.n);
	ed_source_close(&s);
	assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0);
	assert_int_equal(dup2(keep, STDIN_FILENO), STDIN_FILENO);
	assert_int_equal(close(keep), 0);
}

/* A connection that breaks where a file might have ended is not the end of a file. */
static void test_failed_read_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct ed_span plain = mixed(3000, i), bytes = i ? pack_gzip(plain) : plain;
		int keep = dup(STDIN_FILENO), pair[2];
		struct ed_source s;
		size_t n = 0;
		ssize_t r;

		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
		assert_int_equal(write(pair[0], bytes.p, bytes.n), bytes.n);
		assert_int_equal(write(pair[1], "never read", 10), 10); /* so that closing resets */
		assert_int_equal(close(pair[0]), 0);
		assert_int_equal(dup2(pair[1], STDIN_FILENO), STDIN_FILENO);
		assert_int_equal(close(pair[1]), 0);
		assert_int_equal(ed_source_open("-", NULL, &s), 0);
		while ((r = ed_source_read(&s, got + n, 1000)) > 0)
			n += (size_t)r;
		assert_int_equal(r, -ECONNRESET);
		assert_int_equal(n, plain.n);
		assert_memory_equal(got, plain.p, n);
		ed_source_close(&s);
		assert_int_equal(dup2(keep, STDIN_FILENO), STDIN_FILENO);
		assert_int_equal(close(keep), 0);
	}
}

static int set_up(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	(void)snprintf(folder, sizeof(folder), "%s/earthdog-source-XXXXXX", tmp ? tmp : P_tmpdir);
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/file", folder);
	return chmod(folder, 0755);
}

static int tear_down(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(folder);
}

#define TEST(f) cmocka_unit_test_teardown(f, release)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_round_trips),         TEST(test_members_follow_one_another),
		TEST(test_cut_anywhere),        TEST(test_cut_in_a_later_member),
		TEST(test_damaged_anywhere),    TEST(test_trailing_junk),
		TEST(test_bomb_is_refused),     TEST(test_large_honest_file_passes),
		TEST(test_plain_files),         TEST(test_magic_and_nothing_behind_it),
		TEST(test_cannot_be_opened),    TEST(test_standard_input_in_drops),
		TEST(test_failed_read_is_told),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
