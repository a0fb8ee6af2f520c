/* SPDX-License-Identifier: Apache-2.0 */
/* Once confined, a process can read its input, write its output and end; every other act ends it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "worker/confine.h"

enum { NOT_CONFINED = 99, ALLOWED = 7 };

static char byte = 'x';

static void act_open(void)
{
	(void)open("/etc/passwd", O_RDONLY);
}

static void act_create(void)
{
	(void)open("/tmp/earthdog-confined", O_WRONLY | O_CREAT, 0600);
}

static void act_stat(void)
{
	struct stat st;

	(void)stat("/", &st);
}

static void act_unlink(void)
{
	(void)unlink("/nonexistent/earthdog");
}

static void act_socket(void)
{
	(void)socket(AF_INET, SOCK_DGRAM, 0);
}

static void act_connect(void)
{
	const struct sockaddr_in a = { .sin_family = AF_INET };

	(void)connect(STDOUT_FILENO, (const struct sockaddr *)&a, sizeof(a));
}

static void act_fork(void)
{
	(void)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

static void act_exec(void)
{
	char *none[] = { NULL };

	(void)execve("/bin/true", none, none);
}

static void act_kill(void)
{
	(void)kill(getppid(), SIGTERM);
}

static void act_mmap(void)
{
	(void)mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		   0);
}

static void act_mprotect(void)
{
	(void)mprotect((void *)((uintptr_t)&byte & ~(uintptr_t)4095), 4096, PROT_READ | PROT_EXEC);
}

static void act_ptrace(void)
{
	(void)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static void act_prctl(void)
{
	(void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static void act_rlimit(void)
{
	struct rlimit r;

	(void)getrlimit(RLIMIT_AS, &r);
}

static void act_dup(void)
{
	(void)dup2(STDIN_FILENO, STDERR_FILENO);
}

static void act_ioctl(void)
{
	(void)syscall(SYS_ioctl, STDIN_FILENO, 0, 0);
}

static void act_write_elsewhere(void)
{
	(void)syscall(SYS_write, STDIN_FILENO, &byte, 1);
}

static void act_read_elsewhere(void)
{
	(void)syscall(SYS_read, STDOUT_FILENO, &byte, 1);
}

/* A descriptor whose low half is the right one. */
static void act_write_wide(void)
{
	(void)syscall(SYS_write, (uint64_t)1 << 32 | STDOUT_FILENO, &byte, 1);
}

static void act_writev(void)
{
	struct iovec v = { .iov_base = &byte, .iov_len = 1 };

	(void)syscall(SYS_writev, STDOUT_FILENO, &v, 1);
}

static void act_setuid(void)
{
	(void)syscall(SYS_setuid, 0);
}

static void act_unshare(void)
{
	(void)unshare(CLONE_NEWUSER);
}

static void act_unknown(void)
{
	(void)syscall(100000);
}

static void act_nothing(void)
{
}

static void act_allowed(void)
{
	if (write(STDOUT_FILENO, &byte, 1) != 1 || read(STDIN_FILENO, &byte, 1) != 0)
		ed_confined_exit(1);
}

/* How a child ends that confines itself and then does @act. */
static int end_of(void (*act)(void))
{
	int status, null = open("/dev/null", O_RDWR | O_CLOEXEC);
	pid_t pid;

	assert_true(null >= 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)dup2(null, STDIN_FILENO);
		(void)dup2(null, STDOUT_FILENO);
		if (ed_confine() < 0)
			_exit(NOT_CONFINED);
		act();
		ed_confined_exit(ALLOWED);
	}
	assert_int_equal(close(null), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void test_what_is_allowed(void **state)
{
	static void (*const acts[])(void) = { act_nothing, act_allowed };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		int status = end_of(acts[i]);

		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), ALLOWED);
	}
}

static void test_what_is_forbidden(void **state)
{
	static const struct {
		const char *name;
		void (*act)(void);
	} acts[] = {
		{ "open", act_open },
		{ "create", act_create },
		{ "stat", act_stat },
		{ "unlink", act_unlink },
		{ "socket", act_socket },
		{ "connect", act_connect },
		{ "fork", act_fork },
		{ "exec", act_exec },
		{ "kill", act_kill },
		{ "mmap", act_mmap },
		{ "mprotect", act_mprotect },
		{ "ptrace", act_ptrace },
		{ "prctl", act_prctl },
		{ "getrlimit", act_rlimit },
		{ "dup2", act_dup },
		{ "ioctl", act_ioctl },
		{ "write to the input", act_write_elsewhere },
		{ "read from the output", act_read_elsewhere },
		{ "write with a wide descriptor", act_write_wide },
		{ "writev", act_writev },
		{ "setuid", act_setuid },
		{ "unshare", act_unshare },
		{ "an unknown call", act_unknown },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		int status = end_of(acts[i].act);

		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
			fail_msg("%s: status %#x", acts[i].name, (unsigned)status);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_allowed),
		cmocka_unit_test(test_what_is_forbidden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
