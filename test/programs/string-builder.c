// hop: small
// Strings that grow by realloc, with pointers into them that are made again after each move.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct builder {
    char *text, *end;
    size_t capacity;
    char **lines;
    int line_count;
};

static void append(struct builder *b, const char *text)
{
    size_t used = (size_t)(b->end - b->text), more = strlen(text);
    if (used + more + 1 > b->capacity) {
        b->capacity = (used + more + 1) * 3 / 2;
        b->text = realloc(b->text, b->capacity);
        b->end = b->text + used;
    }
    while ((*b->end = *text++) != '\0')
        b->end++;
}

static void index_lines(struct builder *b)
{
    b->line_count = 0;
    for (char *line = b->text; line && *line; line++) {
        b->lines = realloc(b->lines, (size_t)(b->line_count + 1) * sizeof *b->lines);
        b->lines[b->line_count++] = line;
        line = strchr(line, '\n');
        if (!line)
            break;
    }
}

int main(void)
{
    struct builder b = {0};
    b.end = b.text = malloc(1);
    b.capacity = 1;
    *b.text = '\0';
    for (int i = 0; i < 26; i++) {
        char word[16];
        snprintf(word, sizeof word, "word%d%c", i * i, i % 5 == 4 ? '\n' : ' ');
        append(&b, word);
        index_lines(&b);
        printf("%d %d %d\n", i, (int)(b.end - b.text), b.line_count);
    }
    for (int i = 0; i < b.line_count; i++)
        printf("%d: %.*s\n", i, (int)strcspn(b.lines[i], "\n"), b.lines[i]);
    free(b.lines);
    free(b.text);
    return 0;
}
