// A stack machine, one switch in a loop: each instruction is a trip of a loop whose body is a jump table.

#include "kernel.h"

enum opcode { PUSH, LOAD, STORE, ADD, SUB, MUL, XOR, SHIFT, LESS, JUMP, JUMP_IF, DUP, SWAP, DROP, HALT };

struct instruction {
    enum opcode opcode;
    int32_t operand;
};

// for (i = 0; i < limit; i++) { a = a * 1664525 + 1013904223; b ^= a >> 7; if (b < a) b += i; }
static const struct instruction program[] = {
    {PUSH, 0},  {STORE, 0},                                                    //  0 i = 0
    {LOAD, 0},  {LOAD, 3},       {LESS, 0},     {JUMP_IF, 7},       {HALT, 0}, // 2 if !(i < limit) halt
    {LOAD, 1},  {PUSH, 1664525}, {MUL, 0},      {PUSH, 1013904223}, {ADD, 0},   {DUP, 0},  {STORE, 1}, //  7 a = ...
    {SHIFT, 7}, {LOAD, 2},       {XOR, 0},      {DUP, 0},           {STORE, 2},                        // 14 b ^= a >> 7
    {LOAD, 1},  {LESS, 0},       {JUMP_IF, 23}, {JUMP, 27},                                            // 19 if (b < a)
    {LOAD, 2},  {LOAD, 0},       {ADD, 0},      {STORE, 2},                                            // 23 b += i
    {LOAD, 0},  {PUSH, 1},       {SWAP, 0},     {ADD, 0},           {STORE, 0}, {JUMP, 2},             // 27 i++
};

static uint32_t run(const struct instruction *code, uint32_t variables[4])
{
    uint32_t stack[16];
    uint32_t executed = 0;
    int top = 0, pc = 0;

    for (;;) {
        const struct instruction *in = &code[pc++];
        executed++;
        switch (in->opcode) {
        case PUSH:
            stack[top++] = (uint32_t)in->operand;
            break;
        case LOAD:
            stack[top++] = variables[in->operand];
            break;
        case STORE:
            variables[in->operand] = stack[--top];
            break;
        case ADD:
            top--;
            stack[top - 1] += stack[top];
            break;
        case SUB:
            top--;
            stack[top - 1] -= stack[top];
            break;
        case MUL:
            top--;
            stack[top - 1] *= stack[top];
            break;
        case XOR:
            top--;
            stack[top - 1] ^= stack[top];
            break;
        case SHIFT:
            stack[top - 1] >>= in->operand;
            break;
        case LESS:
            top--;
            stack[top - 1] = stack[top - 1] < stack[top];
            break;
        case JUMP:
            pc = in->operand;
            break;
        case JUMP_IF:
            if (stack[--top])
                pc = in->operand;
            break;
        case DUP:
            stack[top] = stack[top - 1];
            top++;
            break;
        case SWAP: {
            uint32_t kept = stack[top - 1];
            stack[top - 1] = stack[top - 2];
            stack[top - 2] = kept;
            break;
        }
        case DROP:
            top--;
            break;
        case HALT:
            return executed;
        }
    }
}

int main(int argc, char **argv)
{
    uint32_t variables[4] = {0, 1, 2, 100000};
    uint64_t sum = MIX_START;
    long rounds = amount(argc, argv, 145);

    for (long i = 0; i < rounds; i++) {
        sum = mix(sum, run(program, variables));
        sum = mix(mix(sum, variables[1]), variables[2]);
    }
    print_sum("interpreter", sum);
}
