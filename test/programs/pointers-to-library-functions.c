// hop: small
// Pointers to functions of the C library, kept in tables beside the program's own.

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int vowel(int c)
{
    return strchr("aeiouAEIOU", c) != NULL;
}

static const struct test {
    const char *name;
    int (*test)(int);
} tests[] = {{"alpha", isalpha}, {"digit", isdigit}, {"space", isspace}, {"vowel", vowel}, {"upper", isupper}};

int main(void)
{
    const char *text = "The 3 Quick Brown Foxes, all 27 of them; Jumped Over 1 Lazy Dog.";
    int (*change[2])(int) = {toupper, tolower};
    void (*release)(void *) = free;
    void *(*acquire)(size_t) = malloc;
    for (size_t t = 0; t < sizeof tests / sizeof tests[0]; t++) {
        char *copy = acquire(strlen(text) + 1);
        int count = 0;
        for (size_t i = 0; i <= strlen(text); i++) {
            count += text[i] && tests[t].test((unsigned char)text[i]) != 0;
            copy[i] = (char)change[(i + t) % 2]((unsigned char)text[i]);
        }
        printf("%s %d %s\n", tests[t].name, count, copy);
        release(copy);
    }
    return 0;
}
