// hop: small
// Blocks that the library allocates and the program frees: getline, getdelim, strdup, strndup, asprintf,
// open_memstream.

#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void)
{
    FILE *file = fopen("lines.txt", "w+");
    for (int i = 0; i < 24; i++)
        fprintf(file, "line %d of some length %.*s,more\n", i, i, "abcdefghijklmnopqrstuvwxyz");
    rewind(file);
    char *line = NULL, *kept[24] = {0}, *field = NULL, *all = strdup("");
    size_t size = 0, field_size = 0;
    int count = 0;
    for (ssize_t length; (length = getline(&line, &size, file)) > 0; count++) {
        kept[count] = count % 2 ? strdup(line) : strndup(line, 10);
        char *longer = NULL;
        if (asprintf(&longer, "%s<%d:%s>", all, (int)length, kept[count / 2]) < 0)
            return 1;
        free(all);
        all = longer;
        all[strlen(all) > 200 ? 200 : strlen(all)] = '\0';
        printf("%d %d %d\n", count, (int)length, (int)strlen(all));
    }
    rewind(file);
    int fields = 0;
    while (getdelim(&field, &field_size, ',', file) > 0)
        fields += (int)strlen(field) % 7;
    printf("%d %s\n", fields, all);
    for (int i = 0; i < count; i++)
        free(kept[i]);
    free(all);
    free(line);
    free(field);
    fclose(file);
    return 0;
}
