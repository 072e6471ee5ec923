// Arguments and the environment come from the image; control variables from whoever resumes.
// RUN: rm -rf %t.dir && mkdir %t.dir && cd %t.dir && %hlckpt-cc -O0 %s -o app
// RUN: sh -c "COLOUR=red HLCKPT_POLL=5 HLCKPT_DIR=hlckpt-images ./app one two >out; test \$? = 75"
// RUN: env COLOUR=blue SHAPE=round HLCKPT_POLL=0 HLCKPT_STATS=stats %restore --exe ./app hlckpt-images/latest 1<>out
// RUN: printf '3 one two red (null) changed stats 0\n' | cmp - out && grep -q polls=5 stats
// RUN: %inspect --raw hlckpt-images/latest >json && ! grep -q hlckpt-images json
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    setenv("ADDED", "changed", 1);
    for (volatile int i = 0; i < 10; i++)
        ;
    printf("%d %s %s %s %s %s %s %s\n", argc, argv[1], argv[2], getenv("COLOUR"), getenv("SHAPE"), getenv("ADDED"),
           getenv("HLCKPT_STATS"), getenv("HLCKPT_POLL"));
    return 0;
}
