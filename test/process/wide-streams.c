// Streams of wide characters go on in the locale that the program had set.
// RUN: %process-test %s -o %t && rm -rf %t.dir && mkdir -p %t.dir && cd %t.dir && printf '\303\244\303\266\303\274\n\342\202\254uro\n' >input
// RUN: %t run && mv output expected && sh -c "%t capture .; test \$? = 75" && %t restore . && cmp output expected
// RUN: printf '\303\244\342\202\254\303\244\303\266\342\202\254uro' | cmp - output
#include <locale.h>
#include <wchar.h>

#include "program.h"

static void before(void)
{
    CHECK(setlocale(LC_ALL, "C.UTF-8"));
    FILE *input = pointers[0] = fopen("input", "r"), *output = pointers[1] = fopen("output", "w");
    CHECK(fgetwc(input) == 0xe4);
    fputwc(0xe4, output);
    fputwc(0x20ac, output);
}

static void after(void)
{
    FILE *input = pointers[0], *output = pointers[1];
    CHECK(strcmp(setlocale(LC_CTYPE, NULL), "C.UTF-8") == 0 && fwide(output, 0) > 0);
    fputwc(0xe4, output);
    CHECK(fgetwc(input) == 0xf6 && fgetwc(input) == 0xfc && fgetwc(input) == L'\n' && fgetwc(input) == 0x20ac);
    fputws(L"\u00f6\u20acuro", output);
    CHECK(fgetwc(input) == L'u');
    fclose(output);
}
