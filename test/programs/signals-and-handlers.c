// hop: small
// Signal handlers set before and between loops, raised by the program itself, blocked for a while and then let through.

#include <signal.h>
#include <stdio.h>
#include <string.h>

static volatile int rounds = 40; // not known to the compiler, so that it keeps the loop as it is

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

static void catch (int number)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_user;
    sigaction(number, &action, NULL);
}

static void change_mask(int how, int number)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    sigprocmask(how, &set, NULL);
}

int main(void)
{
    catch (SIGUSR1);
    catch (SIGUSR2);
    signal(SIGTERM, on_terminate);
    for (int i = 0; i < rounds; i++) {
        raise(i % 3 ? SIGUSR1 : SIGTERM);
        if (i % 8 == 2) {
            change_mask(SIG_BLOCK, SIGUSR2);
            raise(SIGUSR2);
        }
        if (i % 8 == 6)
            change_mask(SIG_UNBLOCK, SIGUSR2);
        if (i == 20)
            signal(SIGTERM, SIG_IGN);
        printf("%d %d %d %d\n", i, (int)caught[0], (int)caught[1], (int)caught[2]);
    }
    return 0;
}
