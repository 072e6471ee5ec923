#include "parts.h"

static int counter = -10;

static int step(int by)
{
    static int calls = 7;
    for (int i = 0; i < by; i++)
        counter -= ++calls % 7;
    return counter;
}

int right_step(int by)
{
    int sum = 0;
    while (by-- > 0)
        sum += step(by);
    return sum;
}

struct part *right_part(void)
{
    static struct part part = {"right", 5, 0};
    return &part;
}
