/*
 * sandbox.h - what a process that talks to a modem cannot do.
 *
 * libGammu decodes what strangers send, and its decoder is not memory safe.
 * Whoever takes the process over has its device, its socket and memory, and
 * no more: it opens no file, makes no socket and runs no program.
 */
#ifndef SANDBOX_H
#define SANDBOX_H

/*
 * From here on, for good: no core, no new privileges, little memory and a list
 * of system calls; the others fail with EPERM, or kill the process where only
 * an attacker would call them.  (Under sanitizers neither of the last two.)
 * 0, or a positive errno: there is no filter.
 */
int sandbox_enter(void);

#endif
