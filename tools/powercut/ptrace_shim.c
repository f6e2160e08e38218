/*
 * Lets user-mode Linux run on processors whose extended state is larger than the buffer UML saves it in (AMX): the
 * kernel refuses a PTRACE_SETREGSET shorter than the whole, and UML panics ("ptrace set fp regs failed").  Loaded
 * by LD_PRELOAD: what UML has goes over what the process has, and the whole is set.
 */
#include <dlfcn.h>
#include <elf.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>

#ifndef NT_X86_XSTATE
#define NT_X86_XSTATE 0x202
#endif

typedef long ptrace_call(enum __ptrace_request request, ...);

static long set_whole(ptrace_call *real, pid_t pid, void *kind, const struct iovec *part)
{
	static __thread char state[16384] __attribute__((aligned(64)));
	struct iovec whole = {state, sizeof(state)};

	if (real(PTRACE_GETREGSET, pid, kind, &whole) != 0)
		return -1;
	memcpy(state, part->iov_base,
		part->iov_len < whole.iov_len ? part->iov_len : whole.iov_len);
	return real(PTRACE_SETREGSET, pid, kind, &whole);
}

long ptrace(enum __ptrace_request request, ...)
{
	static ptrace_call *real;
	void *address, *data;
	va_list args;
	pid_t pid;

	va_start(args, request);
	pid = va_arg(args, pid_t);
	address = va_arg(args, void *);
	data = va_arg(args, void *);
	va_end(args);
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "ptrace");
	if (request == PTRACE_SETREGSET && (unsigned long)address == NT_X86_XSTATE &&
		set_whole(real, pid, address, data) == 0)
		return 0;
	return real(request, pid, address, data);
}
