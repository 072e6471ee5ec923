// hop: small
// Label addresses that outlive a step: in a local array, in a structure, in a heap block, as a stack of returns.

#include <stdio.h>
#include <stdlib.h>

struct machine {
    void *state;
    void **returns;
    int depth;
    long output;
};

int main(void)
{
    struct machine machine = {0};
    int input = 0;
    void *here[3] = {&&even, &&odd, &&both};
    machine.returns = calloc(8, sizeof(void *));
    machine.state = here[0];
next:
    if (++input > 120)
        goto finish;
    goto *machine.state;
even:
    machine.output = machine.output * 3 + input;
    machine.state = here[1 + input % 2];
    machine.returns[machine.depth++] = &&after_even;
    goto call;
after_even:
    machine.output ^= 5;
    goto next;
odd:
    machine.output -= input;
    machine.state = here[(input / 3) % 3];
    machine.returns[machine.depth++] = &&after_odd;
    goto call;
after_odd:
    machine.output += 1;
    goto next;
both:
    for (int i = 0; i < 3; i++)
        machine.output += i * input;
    machine.state = here[0];
    goto next;
call:
    machine.output %= 100003;
    if (input % 10 == 0)
        printf("%d %ld\n", input, machine.output);
    goto *machine.returns[--machine.depth];
finish:
    printf("%ld\n", machine.output);
    free(machine.returns);
    return 0;
}
