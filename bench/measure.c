/* SPDX-License-Identifier: Apache-2.0 */
/*
 * measure: runs a command several times and writes the median of what each run cost.
 *
 *	measure [-n RUNS] -o FILE -- COMMAND [ARGUMENT...]
 *
 * The one idea: the numbers are the kernel's own, from wait4(), for exactly one child. FILE gets
 * one line: user seconds, system seconds, wall seconds, peak resident KiB, nanoseconds a turn, exit
 * status. Each of the first five is the median of its column; the status is the worst seen (128 +
 * signal if killed). What a turn is, see turn_ns().
 * Pin with taskset outside: the child inherits it and the pinning costs nothing that is counted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUNS_MAX 1000

#define TURNS 20000000

enum column { USER_S, SYSTEM_S, WALL_S, PEAK_KB, TURN_NS, COLUMN_N };

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

/* Returns the exit status as a shell would say it, or -1 with errno set. */
static int run_once(char **command, double ret[COLUMN_N])
{
	double start_s = clock_s();
	struct rusage usage;
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return -1;
	if (pid == 0) {
		execvp(command[0], command);
		perror(command[0]);
		_exit(127);
	}
	if (wait4(pid, &status, 0, &usage) < 0)
		return -1;
	ret[WALL_S] = clock_s() - start_s;
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

static int measure(char **command, int n_runs, FILE *out)
{
	static double columns[COLUMN_N][RUNS_MAX];
	double row[COLUMN_N];
	int i, c, status, worst = 0;

	for (i = 0; i < n_runs; i++) {
		double before_ns = turn_ns();

		status = run_once(command, row);
		if (status < 0) {
			perror("measure");
			return 1;
		}
		row[TURN_NS] = (before_ns + turn_ns()) / 2;
		if (status > worst)
			worst = status;
		for (c = 0; c < COLUMN_N; c++)
			columns[c][i] = row[c];
	}
	fprintf(out, "%.6f %.6f %.6f %.0f %.4f %d\n", median(columns[USER_S], n_runs),
		median(columns[SYSTEM_S], n_runs), median(columns[WALL_S], n_runs),
		median(columns[PEAK_KB], n_runs), median(columns[TURN_NS], n_runs), worst);
	return 0;
}

int main(int argc, char **argv)
{
	const char *path = NULL;
	int c, r, n_runs = 1;
	FILE *out;

	while ((c = getopt(argc, argv, "+n:o:")) != -1) {
		if (c == 'n')
			n_runs = atoi(optarg);
		else if (c == 'o')
			path = optarg;
		else
			return 2;
	}
	if (!path || optind >= argc || n_runs < 1 || n_runs > RUNS_MAX) {
		fprintf(stderr, "usage: measure [-n RUNS] -o FILE -- COMMAND [ARGUMENT...]\n");
		return 2;
	}
	out = fopen(path, "w");
	if (!out) {
		perror(path);
		return 1;
	}
	r = measure(argv + optind, n_runs, out);
	if (fclose(out)) {
		perror(path);
		r = 1;
	}
	return r;
}
