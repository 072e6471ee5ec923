// Memory of the program that a library fills, declared by the program: regcomp, on the stack and in the heap.
// RUN: %hop --cflags=-I%top/include --targets x86_64,s390x,armhf --opt=-O0 --every-point --max-points 12 %s
#include <hlckpt.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>

static volatile int rounds = 8; // not known to the compiler, so that it keeps the loop as it is

HLCKPT_RESOURCE_OF(regex_t, regcomp, "i(osi)", regfree)

static int count_matches(const regex_t *expression, const char *const *words)
{
    int count = 0;
    for (int i = 0; words[i]; i++)
        count += regexec(expression, words[i], 0, NULL, 0) == 0;
    return count;
}

int main(void)
{
    static const char *const words[] = {"one", "two", "three", "four", "twenty-one", "aab", NULL};
    regex_t on_stack, *in_heap = malloc(sizeof *in_heap);
    char pattern[] = "^t.*[eo]";
    if (regcomp(&on_stack, pattern, REG_EXTENDED) != 0 || regcomp(in_heap, "ONE|(a+b)", REG_EXTENDED | REG_ICASE) != 0)
        return 1;
    pattern[1] = '?';
    for (int i = 0; i < rounds; i++)
        printf("%d: %d %d\n", i, count_matches(&on_stack, words), count_matches(in_heap, words));
    regfree(&on_stack);
    regfree(in_heap);
    if (regcomp(&on_stack, "o", 0) != 0)
        return 1;
    printf("%d\n", count_matches(&on_stack, words));
    regfree(&on_stack);
    free(in_heap);
    return 0;
}
