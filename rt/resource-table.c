// The constructors that the runtime describes itself, in the terms in which a program describes its own.
//
// At a restore all descriptors come back through `open` and all streams through `fdopen`, whatever made them: what is
// open, where and how, is asked of the kernel and of libc at the capture (descriptor.c, stream.c). That also covers
// what uninstrumented code opened, duplicated or closed. The other rows are here because instrumented modules may
// report these calls.
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "resource.h"

// Files are there already when they are opened again: no mode, so a fixed number of parameters.
static int open_again(const char *path, int flags)
{
    return open(path, flags);
}

//   constructor signature   destructor   called at restore     what is done with the handle afterwards
#define TABLE(V)                                                                                                       \
    V(open, "i(si)", "close", open_again) /* lseek to the offset, ftruncate to the length */                           \
    V(fdopen, "p(is)", "fclose", fdopen)  /* buffering, unread and unwritten bytes, flags */                           \
    V(fopen, "p(ss)", "fclose", fopen)                                                                                 \
    V(freopen, "p(ssh)", "fclose", freopen)                                                                            \
    V(tmpfile, "p()", "fclose", tmpfile)                                                                               \
    V(creat, "i(si)", "close", creat)                                                                                  \
    V(openat, "i(isi)", "close", openat)                                                                               \
    V(dup, "i(i)", "close", dup)                                                                                       \
    V(dup2, "i(ii)", "close", dup2)                                                                                    \
    V(dup3, "i(iii)", "close", dup3)                                                                                   \
    V(setvbuf, "i(hpiz)", "", setvbuf)                                                                                 \
    V(close, "i(i)", "", close)                                                                                        \
    V(fclose, "i(h)", "", fclose)

#define ROW(name, signature, destructor, function)                                                                     \
    const struct hlckpt_resource hlckpt_resource_##name = {#name, signature, destructor, (void (*)(void))function,     \
                                                           NULL};
TABLE(ROW)

int resource_open(const char *path, int flags)
{
    union argument arguments[] = {{.p = (void *)path}, {.i = flags}};
    return resource_call(&hlckpt_resource_open, arguments).i;
}

void *resource_fdopen(int descriptor, const char *mode)
{
    union argument arguments[] = {{.i = descriptor}, {.p = (void *)mode}};
    return resource_call(&hlckpt_resource_fdopen, arguments).p;
}
