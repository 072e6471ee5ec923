// hop: small targets=64bit+le
// Unions of scalars, told apart by a tag, on the stack, in a global table and in the heap. Only the program knows
// which member is the current one, so that byte order and sizes must stay as they are.

#include <stdio.h>
#include <stdlib.h>

static volatile int rounds = 80; // not known to the compiler, so that it keeps the loop as it is

struct value {
    enum { EMPTY, INTEGER, REAL, LETTER, WIDE } kind;
    union {
        int integer;
        double real;
        char letter;
        unsigned long long wide;
    };
};

static struct value table[10];

static struct value make(int seed)
{
    switch (seed % 5) {
    case 1:
        return (struct value){INTEGER, {.integer = seed * -1001}};
    case 2:
        return (struct value){REAL, {.real = seed / 8.0}};
    case 3:
        return (struct value){LETTER, {.letter = (char)('a' + seed % 26)}};
    case 4:
        return (struct value){WIDE, {.wide = seed * 0x123456789abcULL}};
    default:
        return (struct value){EMPTY, {0}};
    }
}

static void print(const struct value *value)
{
    switch (value->kind) {
    case EMPTY:
        printf(" -");
        break;
    case INTEGER:
        printf(" %d", value->integer);
        break;
    case REAL:
        printf(" %.3f", value->real);
        break;
    case LETTER:
        printf(" %c", value->letter);
        break;
    case WIDE:
        printf(" %llx", value->wide);
        break;
    }
}

int main(void)
{
    struct value last = {EMPTY, {0}};
    struct value *stack = malloc(40 * sizeof *stack);
    int depth = 0;
    for (int i = 0; i < rounds; i++) {
        struct value fresh = make(i);
        table[i % 10] = last;
        stack[depth++] = fresh;
        if (i % 3 == 0)
            last = stack[--depth];
        if (depth > 30)
            depth -= 20;
        printf("%d %d:", i, depth);
        for (int j = 0; j < 10; j += 3)
            print(&table[j]);
        print(&last);
        printf("\n");
    }
    free(stack);
    return 0;
}
