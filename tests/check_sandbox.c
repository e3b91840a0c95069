/*
 * What the process that talks to a modem cannot do once it is confined: each
 * attempt in a child of its own, since some of them are its end.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check_main.h"
#include "config.h"
#include "sandbox.h"

#define WORKED 0
#define KILLED 1000 /* by SIGSYS */

static int opened = -1; /* before it is confined */

/* Each returns 0 if it worked, or errno. */
static int
open_to_read(void)
{
	return open("/etc/passwd", O_RDONLY) == -1 ? errno : WORKED;
}

static int
open_to_write(void)
{
	return open("/tmp/smsvault-sandbox", O_WRONLY | O_CREAT, 0600) == -1
		   ? errno
		   : WORKED;
}

static int
remove_file(void)
{
	return unlink("/tmp/smsvault-sandbox-none") == -1 ? errno : WORKED;
}

static int
make_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) == -1 ? errno : WORKED;
}

static int
make_unix_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0) == -1 ? errno : WORKED;
}

static int
run_program(void)
{
	execl("/bin/true", "true", (char *)NULL);
	return errno;
}

static int
trace_parent(void)
{
	return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == -1 ? errno
								  : WORKED;
}

static int
make_process(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid == -1 ? errno : WORKED;
}

static int
end_parent(void)
{
	return kill(getppid(), SIGURG) == -1 ? errno : WORKED;
}

static int
take_memory(void)
{
	return mmap(NULL, (size_t)512 << 20, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
		   ? errno
		   : WORKED;
}

static int
change_user(void)
{
	/* To the one it is: without a filter that always works. */
	return syscall(SYS_setuid, geteuid()) == -1 ? errno : WORKED;
}

static int
use_what_is_open(void)
{
	char c = 'x';

	return write(opened, &c, 1) == 1 ? WORKED : errno;
}

static int
use_memory(void)
{
	char *p = malloc(1 << 20);

	if (p == NULL)
		return errno;
	memset(p, 1, 1 << 20);
	free(p);
	return WORKED;
}

static const struct {
	const char *why;
	int (*attempt)(void);
	int want;
} attempts[] = {
	{ "it opens no file to read", open_to_read, EPERM },
	{ "it makes no file", open_to_write, EPERM },
	{ "it removes no file", remove_file, EPERM },
	{ "it makes no socket of the network", make_socket, KILLED },
	{ "it makes no local socket", make_unix_socket, KILLED },
	{ "it runs no program", run_program, KILLED },
	{ "it traces nobody", trace_parent, KILLED },
	{ "it makes no process", make_process, EPERM },
	{ "it signals nobody", end_parent, EPERM },
	{ "it takes no half gibibyte", take_memory, ENOMEM },
	{ "it becomes nobody else", change_user, EPERM },
	{ "it uses what is open", use_what_is_open, WORKED },
	{ "it has the memory it needs", use_memory, WORKED },
};

static int
confined(int (*attempt)(void))
{
	int status;
	pid_t pid = fork();

	ck_assert_int_ne(pid, -1);
	if (pid == 0) {
		if (sandbox_enter() != 0)
			_exit(255);
		_exit(attempt());
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGSYS ? KILLED : -WTERMSIG(status);
	return WEXITSTATUS(status);
}

START_TEST(an_attempt_ends_as_it_should)
{
	int got;

	opened = open("/dev/null", O_WRONLY);
	ck_assert_int_ne(opened, -1);
	got = confined(attempts[_i].attempt);
	ck_assert_msg(got == attempts[_i].want, "%s: got %d, want %d",
	    attempts[_i].why, got, attempts[_i].want);
	close(opened);
}
END_TEST

/* What /proc says of a process that has stopped itself, confined. */
static int
marks_of(pid_t pid)
{
	char path[64], line[128];
	int seen = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	f = fopen(path, "r");
	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof line, f) != NULL) {
		seen += strcmp(line, "NoNewPrivs:\t1\n") == 0;
		seen += strcmp(line, "Seccomp:\t2\n") == 0;
	}
	fclose(f);
	return seen;
}

START_TEST(privileges_are_given_up)
{
	int status;
	pid_t pid = fork();

	ck_assert_int_ne(pid, -1);
	if (pid == 0) {
		sandbox_enter();
		raise(SIGSTOP);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, WUNTRACED), pid);
	ck_assert(WIFSTOPPED(status));
	ck_assert_int_eq(marks_of(pid), 2);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
}
END_TEST

int
main(void)
{
	Suite *s;
	TCase *tc;

#ifdef SANITIZE
	puts("1..0 # SKIP there is no filter under sanitizers");
	return 0;
#endif
	s = suite_create("sandbox");
	tc = tcase_create("confined");
	tcase_add_loop_test(tc, an_attempt_ends_as_it_should, 0,
	    sizeof attempts / sizeof attempts[0]);
	tcase_add_test(tc, privileges_are_given_up);
	suite_add_tcase(s, tc);
	return check_main(s);
}
