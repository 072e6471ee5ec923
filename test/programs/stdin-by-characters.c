// hop: small stdin=bit-fields.c
// Standard input by getchar, ungetc, scanf and fread in turns.

#include <stdio.h>

static int skip_blanks(void)
{
    int c, count = 0;
    while ((c = getchar()) == ' ' || c == '\n')
        count++;
    if (c != EOF)
        ungetc(c, stdin);
    return count;
}

int main(void)
{
    char word[32], block[20];
    for (int i = 0; !feof(stdin); i++) {
        int blanks = skip_blanks();
        if (scanf("%31[A-Za-z_]", word) == 1)
            printf("%d word %s\n", blanks, word);
        else if (i % 5 == 0)
            printf("%d block of %d\n", blanks, (int)fread(block, 1, sizeof block, stdin));
        else
            printf("%d character %d\n", blanks, getchar());
        if (i > 60)
            break;
    }
    return 0;
}
