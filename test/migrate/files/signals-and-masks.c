// Handlers, ignored and blocked signals, one-argument and three-argument; the umask and the working directory.
// RUN: %hop --targets x86_64,s390x,armhf --opt=-O0 --every-point --max-points 12 %s
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static volatile int rounds = 12; // not known to the compiler, so that it keeps the loop as it is

static volatile sig_atomic_t simple, detailed;

static void on_simple(int number)
{
    simple += number == SIGUSR1;
}

static void on_detailed(int number, siginfo_t *info, void *context)
{
    detailed += number == info->si_signo && context;
}

// struct sigaction and sigset_t are laid out by the C library, differently on each target: none of them lives at a
// loop.
static void prepare_signals(void)
{
    struct sigaction action = {.sa_sigaction = on_detailed, .sa_flags = SA_SIGINFO | SA_RESTART};
    sigset_t blocked;
    sigaddset(&action.sa_mask, SIGUSR1);
    sigaction(SIGUSR2, &action, NULL);
    signal(SIGUSR1, on_simple);
    signal(SIGHUP, SIG_IGN);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
}

static int is_pending(int number)
{
    sigset_t pending;
    sigpending(&pending);
    return sigismember(&pending, number);
}

static unsigned mode_of(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? (unsigned)st.st_mode & 0777 : 0;
}

int main(void)
{
    prepare_signals();
    umask(037);
    if (mkdir("inside", 0770) != 0 || chdir("inside") != 0)
        return 1;
    raise(SIGTERM);
    for (int i = 0; i < rounds; i++) {
        char name[20];
        snprintf(name, sizeof name, "file-%d", i);
        close(open(name, O_WRONLY | O_CREAT, 0666));
        raise(i % 2 ? SIGUSR1 : SIGUSR2);
        raise(SIGHUP);
        printf("%d %d %o\n", (int)simple, (int)detailed, mode_of(name));
    }
    printf("pending %d\n", is_pending(SIGTERM));
    return chdir("..");
}
