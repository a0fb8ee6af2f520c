/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Confinement of a program that decodes hostile bytes: from then on it can read its standard input,
 * write its standard output and end. Everything else kills it: no file can be opened, no memory
 * taken, no process started, no connection made. Linux, by seccomp.
 */
#ifndef ED_WORKER_CONFINE_H
#define ED_WORKER_CONFINE_H

/* 0, or -errno and the process is to end. Memory must have been taken before. */
int ed_confine(void);

/* Ends the process, and nothing else: exit handlers, and what sanitizers do before a call that does
 * not return, are forbidden. */
void ed_confined_exit(int status);

#endif
