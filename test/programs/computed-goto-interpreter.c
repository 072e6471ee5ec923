// A bytecode interpreter with computed gotos: a static table of labels, label addresses in the heap and in a local.

#include <stdio.h>
#include <stdlib.h>

enum { PUSH, ADD, MULTIPLY, MODULO, COPY, SWAP, DROP, JUMP_IF, PRINT, HALT };

static const int program[] = {PUSH, 1,       PUSH,   400, // accumulator, counter
                              SWAP, PUSH,    31,     MULTIPLY, PUSH,    7,
                              ADD,                                          // loop: accumulator = accumulator * 31 + 7
                              PUSH, 10007,   MODULO,                        //       modulo 10007
                              SWAP, PUSH,    -1,     ADD,                   //       counter--
                              COPY, PUSH,    50,     MODULO,   JUMP_IF, 28, //       every 50th time:
                              SWAP, COPY,    PRINT,  SWAP,                  //           print
                              COPY, JUMP_IF, 4,      HALT};

static int run(const int *code)
{
    static void *const labels[] = {&&push, &&add,  &&multiply, &&modulo, &&copy,
                                   &&swap, &&drop, &&jump_if,  &&print,  &&halt};
    int stack[16], *top = stack;
    const int *next = code;
    long steps = 0;
    void **threaded = malloc(2 * sizeof *threaded), *other = &&drop;
    threaded[0] = &&print;
    threaded[1] = &&halt;
#define NEXT goto *(steps++, labels[*next++])
    NEXT;
push:
    *top++ = *next++;
    NEXT;
add:
    top--;
    top[-1] += top[0];
    NEXT;
multiply:
    top--;
    top[-1] *= top[0];
    NEXT;
modulo:
    top--;
    top[-1] %= top[0];
    NEXT;
copy:
    *top = top[-1];
    top++;
    NEXT;
swap:
    *top = top[-1];
    top[-1] = top[-2];
    top[-2] = *top;
    NEXT;
drop:
    top--;
    NEXT;
jump_if:
    next = *--top ? code + *next : next + 1;
    NEXT;
print:
    printf("%d %ld\n", top[-1], steps);
    goto *other;
halt:
    if (steps < 0)
        goto *threaded[steps & 1];
    free(threaded);
    return stack[0];
}

int main(void)
{
    int result = run(program);
    printf("%d\n", result);
    return 0;
}
