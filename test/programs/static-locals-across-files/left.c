#include "parts.h"

static int counter = 10;

static int step(int by)
{
    static int calls;
    for (int i = 0; i < by; i++)
        counter += ++calls % 5;
    return counter;
}

int left_step(int by)
{
    return step(by + 1) + shared_total % 2;
}

const int *left_counter(void)
{
    return &counter;
}

struct part *left_part(void)
{
    static struct part part = {"left", 0, 0};
    part.peer = right_part();
    return &part;
}
