#include "sandbox.h"

#include <errno.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "config.h"

#ifndef SANITIZE
static int
filter_calls(void)
{
	static const int allowed[] = { SCMP_SYS(read), SCMP_SYS(write),
		SCMP_SYS(writev), SCMP_SYS(poll), SCMP_SYS(ppoll),
		SCMP_SYS(select), SCMP_SYS(pselect6), SCMP_SYS(ioctl),
		SCMP_SYS(close), SCMP_SYS(fcntl), SCMP_SYS(fstat),
		SCMP_SYS(newfstatat), SCMP_SYS(lseek), SCMP_SYS(sendto),
		SCMP_SYS(recvfrom), SCMP_SYS(sendmsg), SCMP_SYS(recvmsg),
		SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mremap),
		SCMP_SYS(mprotect), SCMP_SYS(madvise), SCMP_SYS(brk),
		SCMP_SYS(futex), SCMP_SYS(exit), SCMP_SYS(exit_group),
		SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
		SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack), SCMP_SYS(alarm),
		SCMP_SYS(setitimer), SCMP_SYS(getpid), SCMP_SYS(gettid),
		SCMP_SYS(tgkill), SCMP_SYS(time), SCMP_SYS(gettimeofday),
		SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep),
		SCMP_SYS(nanosleep), SCMP_SYS(restart_syscall),
		SCMP_SYS(getrandom), SCMP_SYS(flock), SCMP_SYS(sched_yield) };
	static const int deadly[] = { SCMP_SYS(execve), SCMP_SYS(execveat),
		SCMP_SYS(ptrace), SCMP_SYS(socket), SCMP_SYS(connect),
		SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev) };
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int err = ctx == NULL ? -ENOMEM : 0;

	for (size_t i = 0; err == 0 && i < sizeof allowed / sizeof *allowed;
	     i++)
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i], 0);
	for (size_t i = 0; err == 0 && i < sizeof deadly / sizeof *deadly; i++)
		err =
		    seccomp_rule_add(ctx, SCMP_ACT_KILL_PROCESS, deadly[i], 0);
	if (err == 0)
		err = seccomp_load(ctx);
	if (ctx != NULL)
		seccomp_release(ctx);
	return -err;
}
#endif

int
sandbox_enter(void)
{
	const struct rlimit none = { 0, 0 };
#ifndef SANITIZE
	const struct rlimit memory = { 256 << 20, 256 << 20 };
#endif

	/* No limit on files: it can open none, and its log may be one. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    setrlimit(RLIMIT_CORE, &none) == -1)
		return errno;
#ifdef SANITIZE /* they take much memory, and trace the process at its end */
	return 0;
#else
	if (setrlimit(RLIMIT_AS, &memory) == -1)
		return errno;
	return filter_calls();
#endif
}
