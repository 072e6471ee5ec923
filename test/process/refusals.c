// What cannot be brought back is refused before anything is opened or changed, with the file and the reason.
// RUN: %process-test %s -o %t && rm -rf %t.dir && mkdir -p %t.dir/work
// RUN: cd %t.dir/work && sh -c "%t capture .. >../out; test \$? = 75" && cp data ../data && cp ../out ../out.copy
//
// RUN: rm data && sh -c "%t restore .. 2>%t.log 1<>../out; test \$? = 76" && %FileCheck --check-prefix=GONE %s <%t.log
// GONE: file '{{.*}}/work/data' cannot be opened again: No such file or directory
// RUN: printf 12345 >data && sh -c "%t restore .. 2>%t.log 1<>../out; test \$? = 76" && %FileCheck --check-prefix=SHORT %s <%t.log
// SHORT: file '{{.*}}/work/data' has 5 bytes where 10 are needed
// RUN: rm data && mkdir data && sh -c "%t restore .. 2>%t.log 1<>../out; test \$? = 76" && %FileCheck --check-prefix=KIND %s <%t.log
// KIND: '{{.*}}/work/data' is a directory where a file was open
// RUN: rmdir data && cp ../data data
//
// RUN: sh -c "%t restore .. 2>%t.log >../out; test \$? = 76" && %FileCheck --check-prefix=OUTPUT %s <%t.log
// OUTPUT: standard output has 0 bytes where 6 are needed: open it without cutting it off, as in 1<>FILE
// RUN: mv ../work ../moved && cp ../out.copy ../out
// RUN: sh -c "%t restore .. 2>%t.log 1<>../out; test \$? = 76" && %FileCheck --check-prefix=FOLDER %s <%t.log
// FOLDER: working directory '{{.*}}/work': No such file or directory
// RUN: mv ../moved ../work && cp ../out.copy ../out && cd ../work && %t restore .. 1<>../out
#include <fcntl.h>

#include "program.h"

static void before(void)
{
    FILE *data = pointers[0] = fopen("data", "w");
    fputs("0123456789", data);
    fflush(data);
    CHECK(write(1, "before", 6) == 6);
}

static void after(void)
{
    fputs("more", pointers[0]);
}
