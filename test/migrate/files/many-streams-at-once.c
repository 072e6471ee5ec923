// Streams opened and closed in an order of their own, held in a list, some of them for reading what others write.
// RUN: %hop --targets x86_64,s390x,armhf --opt=-O0 --every-point --max-points 12 %s
// RUN: %hop --cflags=-I%top/include --targets x86_64,powerpc,riscv64 --hops 5 %s
#include <stdio.h>
#include <stdlib.h>

static volatile int rounds = 12; // not known to the compiler, so that it keeps the loop as it is

struct channel {
    FILE *out, *in;
    struct channel *next;
    int number;
};

static struct channel *open_channel(int number, struct channel *next)
{
    char name[20];
    struct channel *c = malloc(sizeof *c);
    snprintf(name, sizeof name, "channel-%d", number);
    *c = (struct channel){fopen(name, "w"), NULL, next, number};
    c->in = fopen(name, "r");
    return c;
}

int main(void)
{
    struct channel *all = NULL;
    char line[80];
    for (int i = 0; i < rounds; i++) {
        all = open_channel(i, all);
        for (struct channel *c = all, **link = &all; c; link = &c->next, c = c->next) {
            fprintf(c->out, "round %d\n", i);
            if (i % 2 == 0)
                fflush(c->out);
            clearerr(c->in);
            if (fgets(line, sizeof line, c->in))
                printf("%d: %s", c->number, line);
            if (c->number % 5 == 3 && i > 6 && c != all) {
                fclose(c->out);
                fclose(c->in);
                c->out = c->in = NULL;
                *link = c->next;
                free(c);
                break;
            }
        }
    }
    while (all) {
        struct channel *next = all->next;
        fclose(all->out);
        fclose(all->in);
        free(all);
        all = next;
    }
    return 0;
}
