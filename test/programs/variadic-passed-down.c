// hop: small
// A va_list given to other functions, by value and by address, to the library's v-functions, and through recursion.

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static volatile int rounds = 14; // not known to the compiler, so that it keeps the loop as it is

static char *join(const char *format, va_list list)
{
    va_list copy;
    va_copy(copy, list);
    int length = vsnprintf(NULL, 0, format, copy);
    va_end(copy);
    char *text = malloc((size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, list);
    return text;
}

static char *message(int repeat, const char *format, ...)
{
    char *whole = calloc(1, 1);
    for (int i = 0; i < repeat; i++) {
        va_list list;
        va_start(list, format);
        char *part = join(format, list);
        va_end(list);
        whole = realloc(whole, strlen(whole) + strlen(part) + 2);
        strcat(whole, part);
        strcat(whole, ";");
        free(part);
    }
    return whole;
}

static int take_two(va_list *list)
{
    int sum = 0;
    for (int i = 0; i < 2; i++)
        sum = sum * 10 + va_arg(*list, int);
    return sum;
}

static long take_all(va_list *list, int left)
{
    if (left == 0)
        return 0;
    int first = take_two(list);
    long rest = take_all(list, left - 1);
    return rest * 3 + first;
}

static long pairs(int count, ...)
{
    va_list list;
    va_start(list, count);
    long result = take_all(&list, count);
    va_end(list);
    return result;
}

int main(void)
{
    for (int n = 1; n < rounds; n++) {
        char *text = message(n % 4 + 1, "%d-%s-%.2f-%lld-%c", n, &"abc"[n % 3], n / 4.0, n * 10000000000LL, 'a' + n);
        int sum = 0;
        for (const char *c = text; *c; c++)
            sum = sum * 7 % 1009 + *c;
        printf("%s %d %ld\n", text, sum, pairs(6, n, 1, 2, 3, 4, 5, 6, 7, 8, 9, n, n));
        free(text);
    }
    return 0;
}
