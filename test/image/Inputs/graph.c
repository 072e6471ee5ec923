// A program with a value of every kind in sight of its polls.
#include <complex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct node {
    struct node *next;
    char name[8];
    double weight;
    unsigned kind : 3;
    union {
        long integer;
        struct node *other;
    };
};

static struct node nodes[4];
static const char *motto = "go on";
static int (*compare)(const char *, const char *) = strcmp;

static int relax(struct node *p, int n)
{
    int steps = 0;
    unsigned char bytes[3] = {1, 2, (unsigned char)n};
    for (int i = 0; i < n; i++) {
        p = p->next;
        p->weight += bytes[i % 3];
        steps += p->kind;
    }
    return steps;
}

int main(int argc, char **argv)
{
    struct node *copy = calloc(2, sizeof *copy);
    double complex turn = 1 + 2 * I;
    __int128 wide = (__int128)argc << 100;
    for (int i = 0; i < 4; i++) {
        nodes[i].next = &nodes[(i + 1) % 4];
        snprintf(nodes[i].name, sizeof nodes[i].name, "node%d", i);
        nodes[i].kind = (unsigned)i;
        nodes[i].other = &copy[1];
    }
    copy[1] = nodes[3];
    for (int round = 0; round < 10; round++)
        printf("%d %g\n", relax(&nodes[1], 4 + round), creal(turn) + (double)(long)wide);
    return compare(motto, argv[0]) == 0 || copy->next;
}
