// hop: small
// Thread-local variables: scalars, arrays, structures, pointers from and to them, static in a function.

#include <stdio.h>
#include <stdlib.h>

static volatile int rounds = 120; // not known to the compiler, so that it keeps the loop as it is

struct state {
    unsigned seed;
    int *counter;
    char name[8];
};

static _Thread_local int counter = 3;
static __thread struct state state = {42, NULL, "main"};
_Thread_local long table[10];
_Thread_local int *into_table_owner;
static int *global_to_thread;

static unsigned next(void)
{
    static _Thread_local unsigned calls;
    state.seed = state.seed * 1103515245u + 12345u;
    calls++;
    return (state.seed >> 16 & 0x7fff) + calls;
}

int main(void)
{
    long *cursor = table;
    state.counter = &counter;
    into_table_owner = malloc(sizeof(int));
    *into_table_owner = 1;
    global_to_thread = &counter;
    for (int i = 0; i < rounds; i++) {
        *cursor += next();
        if (++cursor == table + 10)
            cursor = table;
        *state.counter += i % 3;
        *global_to_thread ^= 1;
        *into_table_owner += counter % 5;
        state.name[i % 4] = (char)('a' + i % 26);
        if (i % 12 == 0)
            printf("%d %d %u %s %ld %d\n", i, counter, state.seed, state.name, table[i % 10], *into_table_owner);
    }
    free(into_table_owner);
    return 0;
}
