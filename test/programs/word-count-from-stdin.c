// hop: stdin=word-count-from-stdin.c
// Counts the words of its standard input, which it reads line by line, and prints the most frequent ones.

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct word {
    struct word *next;
    int count;
    char text[];
};

static struct word *words;
static int different;

static void count(const char *text, size_t length)
{
    struct word **link = &words;
    while (*link && (strncmp((*link)->text, text, length) != 0 || (*link)->text[length] != '\0'))
        link = &(*link)->next;
    if (!*link) {
        struct word *word = malloc(sizeof *word + length + 1);
        word->next = NULL;
        word->count = 0;
        memcpy(word->text, text, length);
        word->text[length] = '\0';
        *link = word;
        different++;
    }
    (*link)->count++;
}

int main(void)
{
    char line[200];
    int lines = 0, total = 0;
    while (fgets(line, sizeof line, stdin)) {
        lines++;
        for (char *at = line; *at;) {
            size_t length = 0;
            while (isalpha((unsigned char)at[length]) || at[length] == '_')
                length++;
            if (length) {
                count(at, length);
                total++;
            }
            at += length ? length : 1;
        }
        if (lines % 10 == 0)
            printf("%d lines, %d words, %d different\n", lines, total, different);
    }
    for (int least = 20; least > 3; least--)
        for (struct word *word = words; word; word = word->next)
            if (word->count == least)
                printf("%d %s\n", least, word->text);
    while (words) {
        struct word *next = words->next;
        free(words);
        words = next;
    }
    return 0;
}
