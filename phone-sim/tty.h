/*
 * tty.h - a serial line that is a pty, under a name that stays.
 *
 * The name is a symbolic link to whatever pty there is now.  tty_detach() is a
 * modem pulled out: the name is gone and who has it open reads the end of it;
 * tty_attach() plugs it in again, as another pty.
 */
#ifndef TTY_H
#define TTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_base;
struct tty;

struct tty_host {
	void *ctx;
	void (*input)(void *ctx, const uint8_t *p, size_t n);
	/* The other side has begun anew: opened, closed or flushed the line.
	 * What was on its way to it is dropped already. */
	void (*fresh)(void *ctx);
};

/* NULL after logging why. */
struct tty *
tty_new(struct event_base *base, const char *path, const struct tty_host *host);
/* Detaches first. */
void tty_free(struct tty *t);

int tty_attach(struct tty *t); /* 0, or -1 after logging why */
void tty_detach(struct tty *t);
bool tty_attached(const struct tty *t);
const char *tty_path(const struct tty *t);

/* Octets to the other side.  bits_per_s 0: as fast as they are read. */
void tty_write(struct tty *t, const void *p, size_t n);
void tty_set_speed(struct tty *t, unsigned bits_per_s);
/* Stop taking input while what came is worked on; input() is not called. */
void tty_pause(struct tty *t, bool pause);
size_t tty_unsent(const struct tty *t);

#endif
