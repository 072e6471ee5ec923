// A handle that a library returns, declared by the program: iconv_open.
// RUN: %hop --cflags=-I%top/include --targets x86_64,s390x,armhf --opt=-O0 --every-point --max-points 12 %s
// RUN: %hop --cflags=-I%top/include --targets x86_64,powerpc,riscv64 --hops 5 %s
#include <hlckpt.h>
#include <iconv.h>
#include <stdio.h>
#include <string.h>

static volatile int rounds = 6; // not known to the compiler, so that it keeps the loop as it is

HLCKPT_RESOURCE(iconv_open, "p(ss)", iconv_close)

struct converter {
    const char *name;
    iconv_t handle;
};

static unsigned convert(struct converter *c, const char *text)
{
    char out[200], *to = out, *from = (char *)text;
    size_t left = strlen(text), room = sizeof out;
    unsigned sum = 0;
    if (iconv(c->handle, &from, &left, &to, &room) == (size_t)-1)
        return 0;
    for (char *byte = out; byte < to; byte++)
        sum = sum * 31 + (unsigned char)*byte;
    return sum;
}

int main(void)
{
    struct converter all[] = {{"UCS-4LE", NULL}, {"UCS-4BE", NULL}, {"UTF-8", NULL}};
    for (int i = 0; i < 3; i++)
        all[i].handle = iconv_open(all[i].name, "UTF-8");
    iconv_t wrong = iconv_open("NO-SUCH-SET", "UTF-8"), closed = iconv_open("UTF-8", "UTF-8");
    iconv_close(closed);
    for (int round = 0; round < rounds; round++) {
        char text[40];
        snprintf(text, sizeof text, "gr\u00fc\u00df %d \u20ac", round);
        for (int i = 0; i < 3; i++)
            printf("%s %u\n", all[i].name, convert(&all[i], text) % 1000003);
    }
    printf("%d\n", wrong == (iconv_t)-1);
    for (int i = 0; i < 3; i++)
        iconv_close(all[i].handle);
    return 0;
}
