/* SPDX-License-Identifier: Apache-2.0 */
/*
 * measure: runs a command several times and writes the median of what each run cost.
 *
 *	measure -t
 *	measure [-n RUNS] [-m MOST] [-f FASTEST] -o FILE -- COMMAND [ARGUMENT...]
 *
 * The one idea: the numbers are the kernel's own, from wait4(), for exactly one child. FILE gets
 * one line: user seconds, system seconds, wall seconds, peak resident KiB, nanoseconds a turn, exit
 * status. Each of the first five is the median of its column; the status is the worst seen (128 +
 * signal if killed). What a turn is, see turn_ns(); its column is the mean over the run. -t prints
 * the fastest of many.
 *
 * Runs during which a turn took more than a tenth longer than FASTEST had to share the core. Then
 * there are more runs, up to MOST, and the RUNS with the fastest turns count, whatever they cost.
 *
 * Pin with taskset outside: the child inherits it and the pinning costs nothing that is counted.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUNS_MAX 1000

#define TURNS 400000
#define PROBES 10000

/* Between two probes during a run, so that they take a hundredth of its wall time. */
#define PAUSE_NS 20000000

enum column { USER_S, SYSTEM_S, WALL_S, PEAK_KB, TURN_NS, COLUMN_N };

struct plan {
	int n_runs, n_most;
	double fastest_ns; /* 0: not known */
	const char *path;
};

static double clock_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static double timeval_s(struct timeval tv)
{
	return (double)tv.tv_sec + (double)tv.tv_usec / 1e6;
}

/*
 * How long the core takes for one turn of the shortest loop there is, now: one cycle when it is ours
 * alone, two when its other hardware thread is as busy, which no account of the guest shows.
 */
static double turn_ns(void)
{
	double start_s = clock_s();

	for (unsigned long n = TURNS; n > 0; n--)
		__asm__ volatile("" : "+r"(n)); /* keeps the loop */
	return (clock_s() - start_s) * 1e9 / TURNS;
}

/*
 * Waits for the child to end and probes the core meanwhile: what others take of it changes from one
 * tenth of a second to the next. Returns the mean.
 */
static double probe_until(const sigset_t *child_ends)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	double sum_ns = turn_ns();
	int n = 1;

	while (sigtimedwait(child_ends, NULL, &pause) < 0) {
		sum_ns += turn_ns();
		n++;
	}
	return sum_ns / n;
}

static pid_t start(char **command, const sigset_t *child_ends)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	(void)sigprocmask(SIG_UNBLOCK, child_ends, NULL);
	execvp(command[0], command);
	perror(command[0]);
	_exit(127);
}

/* Returns the exit status as a shell would say it, or -1 with errno set. */
static int run_once(char **command, double ret[COLUMN_N])
{
	struct rusage usage;
	sigset_t child_ends;
	double start_s;
	int status;
	pid_t pid;

	(void)sigemptyset(&child_ends);
	(void)sigaddset(&child_ends, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &child_ends, NULL);
	start_s = clock_s();
	pid = start(command, &child_ends);
	if (pid < 0)
		return -1;
	ret[TURN_NS] = probe_until(&child_ends);
	ret[WALL_S] = clock_s() - start_s;
	if (wait4(pid, &status, 0, &usage) < 0)
		return -1;
	ret[USER_S] = timeval_s(usage.ru_utime);
	ret[SYSTEM_S] = timeval_s(usage.ru_stime);
	ret[PEAK_KB] = (double)usage.ru_maxrss;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values, int n)
{
	qsort(values, (size_t)n, sizeof(*values), compare);
	return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

static int by_turn(const void *a, const void *b)
{
	return compare((const double *)a + TURN_NS, (const double *)b + TURN_NS);
}

/* The median of a column of the first @n rows. */
static double middle(const double (*rows)[COLUMN_N], int n, enum column c)
{
	static double values[RUNS_MAX];

	for (int i = 0; i < n; i++)
		values[i] = rows[i][c];
	return median(values, n);
}

static int measure(char **command, const struct plan *plan, FILE *out)
{
	static double rows[RUNS_MAX][COLUMN_N];
	int i, status, n_alone = 0, worst = 0;

	for (i = 0; i < plan->n_runs || (i < plan->n_most && n_alone < plan->n_runs); i++) {
		status = run_once(command, rows[i]);
		if (status < 0) {
			perror("measure");
			return 1;
		}
		n_alone += rows[i][TURN_NS] <= plan->fastest_ns * 1.1;
		if (status > worst)
			worst = status;
	}
	qsort(rows, (size_t)i, sizeof(rows[0]), by_turn);
	fprintf(out, "%.6f %.6f %.6f %.0f %.4f %d\n", middle(rows, plan->n_runs, USER_S),
		middle(rows, plan->n_runs, SYSTEM_S), middle(rows, plan->n_runs, WALL_S),
		middle(rows, plan->n_runs, PEAK_KB), middle(rows, plan->n_runs, TURN_NS), worst);
	return 0;
}

static int print_turn(void)
{
	double fastest_ns = turn_ns();

	for (int i = 1; i < PROBES; i++) {
		double ns = turn_ns();

		fastest_ns = ns < fastest_ns ? ns : fastest_ns;
	}
	printf("%.4f\n", fastest_ns);
	return 0;
}

/* False: it cannot be understood. */
static bool plan_of(int argc, char **argv, struct plan *ret)
{
	int c;

	*ret = (struct plan){ .n_runs = 1 };
	while ((c = getopt(argc, argv, "+n:m:f:o:")) != -1) {
		if (c == 'n')
			ret->n_runs = atoi(optarg);
		else if (c == 'm')
			ret->n_most = atoi(optarg);
		else if (c == 'f')
			ret->fastest_ns = atof(optarg);
		else if (c == 'o')
			ret->path = optarg;
		else
			return false;
	}
	return ret->path && optind < argc && ret->n_runs >= 1 && ret->n_runs <= RUNS_MAX &&
	       ret->n_most <= RUNS_MAX;
}

int main(int argc, char **argv)
{
	struct plan plan;
	FILE *out;
	int r;

	if (argc == 2 && strcmp(argv[1], "-t") == 0)
		return print_turn();
	if (!plan_of(argc, argv, &plan)) {
		fprintf(stderr, "usage: measure -t\n"
				"       measure [-n RUNS] [-m MOST] [-f FASTEST] -o FILE -- "
				"COMMAND [ARGUMENT...]\n");
		return 2;
	}
	out = fopen(plan.path, "w");
	if (!out) {
		perror(plan.path);
		return 1;
	}
	r = measure(argv + optind, &plan, out);
	if (fclose(out)) {
		perror(plan.path);
		r = 1;
	}
	return r;
}
