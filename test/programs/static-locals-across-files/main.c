// hop: small
// Three translation units, each with a static variable, a static function and a static local of the same name.

#include "parts.h"

#include <stdio.h>

static int counter = 100;
int shared_total;
struct part *registered[4];

static int step(int by)
{
    static int calls;
    for (int i = 0; i < by; i++)
        counter += ++calls % 3;
    return counter;
}

int main(void)
{
    const int *remote = left_counter();
    for (int i = 0; i < 30; i++) {
        int left = left_step(i % 4), right = right_step(i % 5), own = step(i % 3);
        registered[i % 4] = i % 2 ? left_part() : right_part();
        registered[i % 4]->uses++;
        shared_total += left - right + own;
        printf("%d %d %d %d %d %d %s\n", i, left, right, own, shared_total, *remote,
               registered[(i * 3) % 4] ? registered[(i * 3) % 4]->name : "none");
    }
    printf("%d %d\n", left_part()->uses, right_part()->uses);
    return 0;
}
