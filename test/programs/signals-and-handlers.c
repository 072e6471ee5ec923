// hop: small
// Signal handlers set before and between loops, raised by the program itself, blocked for a while and then let through.

#include <signal.h>
#include <stdio.h>
#include <string.h>

static volatile sig_atomic_t caught[3];

static void on_user(int number)
{
    caught[number == SIGUSR1 ? 0 : 1]++;
}

static void on_terminate(int number)
{
    (void)number;
    caught[2]++;
}

int main(void)
{
    struct sigaction action;
    sigset_t blocked, before;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_user;
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGUSR2, &action, NULL);
    signal(SIGTERM, on_terminate);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR2);
    for (int i = 0; i < 40; i++) {
        raise(i % 3 ? SIGUSR1 : SIGTERM);
        if (i % 8 == 2) {
            sigprocmask(SIG_BLOCK, &blocked, &before);
            raise(SIGUSR2);
        }
        if (i % 8 == 6)
            sigprocmask(SIG_SETMASK, &before, NULL);
        if (i == 20)
            signal(SIGTERM, SIG_IGN);
        printf("%d %d %d %d\n", i, (int)caught[0], (int)caught[1], (int)caught[2]);
    }
    return 0;
}
