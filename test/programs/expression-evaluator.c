// An evaluator of arithmetic expressions by recursive descent, with variables, functions and errors by status.

#include <ctype.h>
#include <stdio.h>
#include <string.h>

struct parser {
    const char *text;
    long variables[26];
    int errors;
};

static long expression(struct parser *p);

static char peek(struct parser *p)
{
    while (*p->text == ' ')
        p->text++;
    return *p->text;
}

static int accept(struct parser *p, char c)
{
    if (peek(p) != c)
        return 0;
    p->text++;
    return 1;
}

static long function(struct parser *p, const char *name, int length)
{
    long result = 0, count = 0;
    while (peek(p) && !accept(p, ')')) {
        long value = expression(p);
        if (strncmp(name, "max", (size_t)length) == 0)
            result = count == 0 || value > result ? value : result;
        else if (strncmp(name, "sum", (size_t)length) == 0)
            result += value;
        else
            p->errors++;
        count++;
        accept(p, ',');
    }
    return result;
}

static long primary(struct parser *p)
{
    long value = 0;
    if (accept(p, '(')) {
        value = expression(p);
        p->errors += !accept(p, ')');
    } else if (accept(p, '-')) {
        value = -primary(p);
    } else if (isdigit((unsigned char)peek(p))) {
        while (isdigit((unsigned char)*p->text))
            value = value * 10 + (*p->text++ - '0');
    } else if (islower((unsigned char)peek(p))) {
        const char *name = p->text;
        while (islower((unsigned char)*p->text))
            p->text++;
        int length = (int)(p->text - name);
        value = length > 1 && accept(p, '(') ? function(p, name, length) : p->variables[*name - 'a'];
    } else {
        p->errors++;
        p->text += *p->text != '\0';
    }
    return value;
}

static long term(struct parser *p)
{
    long value = primary(p);
    for (;;) {
        if (accept(p, '*')) {
            value = value * primary(p) % 1000003;
        } else if (accept(p, '/')) {
            long by = primary(p);
            p->errors += by == 0;
            value = by ? value / by : 0;
        } else {
            return value;
        }
    }
}

static long expression(struct parser *p)
{
    long value = term(p);
    while (peek(p) == '+' || peek(p) == '-')
        value = *p->text++ == '+' ? value + term(p) : value - term(p);
    return value;
}

int main(void)
{
    static const char *const lines[] = {"a = 3 + 4 * (2 - 7)",
                                        "b = (a * a - 1) / 3 * -2",
                                        "c = max(a, b, 7, sum(1, 2, 3))",
                                        "d = ((((((1 + a) * 2) + b) * 3) + c) * 4)",
                                        "e = e + sum(a, b, c, d) / (a - a)",
                                        "f = f * 3 + max(e, f, -sum(a, (b + c) * d)) - (2",
                                        "g = what(1, 2)"};
    struct parser parser = {0};
    for (int round = 0; round < 6; round++)
        for (int i = 0; i < 7; i++) {
            parser.text = lines[i] + 3;
            parser.errors = 0;
            long value = expression(&parser);
            parser.variables[lines[i][0] - 'a'] = value % 100003;
            printf("%c = %ld, %d errors\n", lines[i][0], value, parser.errors);
        }
    return 0;
}
