// hop: small
// Pointers to functions: in locals, tables, structures, arguments, results; called from loops and calling back.

#include <stdio.h>
#include <stdlib.h>

typedef int operation(int, int);

static int add(int a, int b)
{
    return a + b;
}

static int power(int a, int b)
{
    int result = 1;
    for (int i = 0; i < b; i++)
        result = result * a % 10007;
    return result;
}

static int remainder_of(int a, int b)
{
    while (a >= b && b > 0)
        a -= b;
    return a;
}

struct command {
    const char *name;
    operation *run;
    void (*report)(const struct command *, int);
};

static void report(const struct command *command, int value)
{
    printf("%s = %d\n", command->name, value);
}

static const struct command commands[] = {
    {"add", add, report}, {"power", power, report}, {"remainder", remainder_of, 0}};

static operation *choose(int n)
{
    return commands[n % 3].run;
}

static int fold(operation *run, const int *numbers, int count)
{
    int value = 1;
    for (int i = 0; i < count; i++)
        value = run(value, numbers[i]);
    return value;
}

static int apply_twice(operation *(*chooser)(int), int a, int b)
{
    return chooser(a)(chooser(b)(a, b), b);
}

int main(void)
{
    int numbers[] = {2, 3, 5, 7};
    operation *current = NULL, **table = calloc(4, sizeof *table);
    for (int i = 0; i < 24; i++) {
        const struct command *command = &commands[i % 3];
        table[i % 4] = current ? current : add;
        current = choose(i + 1);
        int value = fold(command->run, numbers, 4) + apply_twice(choose, i + 1, 3) + table[i % 4](i, 2);
        if (command->report)
            command->report(command, value);
        else
            printf("%d %d\n", value, current == power);
    }
    free(table);
    return 0;
}
