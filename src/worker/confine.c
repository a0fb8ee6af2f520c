/* SPDX-License-Identifier: Apache-2.0 */
/* Confinement; see confine.h. The filter is made by hand: a dozen instructions need no library. */
#include "worker/confine.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define CONFINE_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define CONFINE_ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define CONFINE_ARCH AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define CONFINE_ARCH AUDIT_ARCH_PPC64LE
#else
#error "name the audit architecture of this machine"
#endif

/* Where the low and the high half of the first argument lie; all machines above are little-endian.
 */
enum {
	ARGUMENT_LOW = offsetof(struct seccomp_data, args),
	ARGUMENT_HIGH = ARGUMENT_LOW + 4,
};

enum {
	MEMORY_MAX_BYTES = 64 << 20, /* of address space; none is taken after the start anyway */
	CPU_MAX_S = 3600,
};

/* Every allowed call by number; read and write for one descriptor each. */
static const struct sock_filter rules[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CONFINE_ARCH, 0, 11),
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 8, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_read, 0, 2),
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ARGUMENT_LOW),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, STDIN_FILENO, 3, 6),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_write, 0, 5),
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ARGUMENT_LOW),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, STDOUT_FILENO, 0, 3),
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ARGUMENT_HIGH),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
};

static int limit(int what, rlim_t most)
{
	const struct rlimit r = { .rlim_cur = most, .rlim_max = most };

	return setrlimit(what, &r) < 0 ? -errno : 0;
}

static int limit_all(void)
{
	int r = limit(RLIMIT_CORE, 0);

	if (r == 0)
		r = limit(RLIMIT_CPU, CPU_MAX_S);
	if (r == 0)
		r = limit(RLIMIT_FSIZE, 0);
	if (r == 0)
		r = limit(RLIMIT_NPROC, 0);
#ifndef ED_SANITIZED
	/* a sanitizer's shadow memory is terabytes of address space */
	if (r == 0)
		r = limit(RLIMIT_AS, MEMORY_MAX_BYTES);
#endif
	return r;
}

int ed_confine(void)
{
	const struct sock_fprog program = {
		.len = sizeof(rules) / sizeof(rules[0]),
		.filter = (struct sock_filter *)(uintptr_t)rules,
	};
	int r;

	if (close_range(STDERR_FILENO, ~0U, 0) < 0)
		return -errno;
	r = limit_all();
	if (r < 0)
		return r;
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0)
		return -errno;
	return 0;
}

void ed_confined_exit(int status)
{
	for (;;)
		(void)syscall(SYS_exit_group, status);
}
