// Library functions in which a program is never captured, because they come back without running code of the program.
//
// A function is known if its header promises not to throw (glibc's __THROW: it calls nothing of ours), if LLVM knows it, or if it stands below. Functions that call back
// (qsort, bsearch, ftw ...) may stand here too: while one is active, the stack has a frame without a map, and the capture waits.
#include <string.h>

#include "pass.h"

static const char *const KNOWN[] = {
    // stdio
    "asprintf", "dprintf", "fdopen", "fflush_unlocked", "fgetln", "fmemopen", "fopencookie", "fputc_unlocked", "freopen", "fseeko", "ftello", "getdelim", "getline",
    "getc_unlocked", "getw", "open_memstream", "pclose", "popen", "putw", "setlinebuf", "tmpnam", "vasprintf", "vdprintf", "vfscanf", "vscanf", "vsscanf", "perror",
    "fgetpos", "fsetpos", "getwc", "putwc", "fgetwc", "fputwc", "fgetws", "fputws", "wprintf", "fwprintf", "swprintf", "wscanf", "fwide", "ungetwc", "putwchar", "getwchar",
    "__isoc99_scanf", "__isoc99_fscanf", "__isoc99_sscanf", "__isoc99_vsscanf", "__isoc99_vfscanf", "__isoc99_vscanf", "__overflow", "__uflow",
    // descriptors, files, directories
    "accept", "bind", "chdir", "close", "connect", "copy_file_range", "creat", "epoll_wait", "fcntl", "fdatasync", "fsync", "fts_close", "fts_open", "fts_read", "lockf",
    "msync", "open", "open64", "openat", "opendir", "closedir", "readdir", "poll", "ppoll", "pread", "pread64", "preadv", "pselect", "pwrite", "pwrite64", "pwritev",
    "read", "readv", "recv", "recvfrom", "recvmsg", "select", "send", "sendmsg", "sendto", "splice", "stat", "tcdrain", "write", "writev", "sync", "posix_fallocate",
    "posix_fadvise", "fallocate", "mkstemp", "mkostemp", "mkdtemp", "realpath", "scandir", "glob", "globfree", "isatty", "lseek", "unlink", "rename",
    // processes, time, environment
    "clock_nanosleep", "nanosleep", "pause", "sleep", "usleep", "system", "wait", "wait3", "wait4", "waitid", "waitpid", "sigsuspend", "sigwait", "sigwaitinfo",
    "sigtimedwait", "exit", "_exit", "_Exit", "quick_exit", "abort", "atexit", "mktime", "localtime", "strftime", "getpass", "sysconf", "pathconf", "gethostname", "syslog",
    "execl", "execlp", "execle", "execv", "execvp", "execve", "fexecve", "posix_spawn", "posix_spawnp", "error", "err", "errx", "warn", "warnx", "verr", "vwarn",
    "getopt", "getopt_long", "getopt_long_only", "longjmp", "_longjmp", "siglongjmp", "__assert_fail", "__assert",
    // memory and strings
    "malloc", "calloc", "realloc", "free", "aligned_alloc", "posix_memalign", "memalign", "reallocarray", "valloc", "pvalloc", "malloc_usable_size", "strdup", "strndup",
    "wcsdup", "strcoll", "strxfrm", "regcomp", "regexec", "regerror", "regfree", "iconv_open", "iconv", "iconv_close", "setlocale", "localeconv", "nl_langinfo",
    "dlopen", "dlsym", "dlclose", "dlerror", "getaddrinfo", "freeaddrinfo", "gethostbyname", "getpwnam", "getpwuid", "getgrnam", "wordexp", "wordfree", "fnmatch",
    // threads
    "pthread_create", "pthread_join", "pthread_mutex_lock", "pthread_mutex_unlock", "pthread_mutex_trylock", "pthread_mutex_timedlock", "pthread_cond_wait",
    "pthread_cond_timedwait", "pthread_cond_signal", "pthread_cond_broadcast", "pthread_rwlock_rdlock", "pthread_rwlock_wrlock", "pthread_rwlock_unlock",
    "pthread_barrier_wait", "pthread_exit", "pthread_setcancelstate", "pthread_setcanceltype", "pthread_testcancel", "sem_wait", "sem_timedwait", "thrd_create",
    "thrd_join", "thrd_sleep", "mtx_lock", "mtx_unlock", "cnd_wait", "cnd_timedwait", "thrd_exit",
    // the compiler's own library
    "__mulsc3", "__muldc3", "__mulxc3", "__multc3", "__divsc3", "__divdc3", "__divxc3", "__divtc3", "__powisf2", "__powidf2", "__powixf2", "__powitf2",
    // the runtime itself
    "hlckpt_run", "hlckpt_register", "hlckpt_resource_opened", "hlckpt_resource_closed", "hlckpt_scope_allocate", "hlckpt_scope_release",
};

bool is_known_library_function(LLVMValueRef function)
{
    if (!LLVMIsDeclaration(function))
        return false;
    const char *name = value_name(function);
    if (strncmp(name, "llvm.", 5) == 0 || has_attribute(function, LLVMAttributeFunctionIndex, "nounwind") || extra_is_library_function(function))
        return true;
    for (size_t i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++)
        if (strcmp(name, KNOWN[i]) == 0)
            return true;
    return false;
}
