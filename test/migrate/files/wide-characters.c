// Streams of wide characters, in a locale that the program sets; glibc's files for it fit targets of one byte order.
// RUN: %hop --targets x86_64,i386,armhf --opt=-O0 --every-point --max-points 12 %s
#include <locale.h>
#include <stdio.h>
#include <wchar.h>

static volatile int rounds = 20; // not known to the compiler, so that it keeps the loop as it is

int main(void)
{
    if (!setlocale(LC_ALL, "C.UTF-8"))
        return 1;
    FILE *file = fopen("text", "w+");
    for (int i = 0; i < rounds; i++)
        fwprintf(file, L"%d %lc%lc\n", i, (wint_t)(0xe4 + i), (wint_t)(0x20ac + i));
    rewind(file);
    long sum = 0;
    int lines = 0;
    for (wint_t c; (c = fgetwc(file)) != WEOF; sum += (long)c)
        lines += c == L'\n';
    printf("%d lines, %ld\n", lines, sum);
    return fclose(file);
}
