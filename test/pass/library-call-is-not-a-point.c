// A known library function comes back without running code of the program: no point, and a function with nothing else is left as it was.
// RUN: %points | %FileCheck %s
#include <stdio.h>
#include <string.h>

size_t report(const char *text)
{
    printf("%s\n", text);
    return strlen(text);
}
// CHECK-NOT: hlckpt.function.report
// CHECK:     define dso_local i64 @report(ptr noundef %text) #{{[0-9]+}} !dbg
// CHECK-NOT: deopt
// CHECK-NOT: hlckpt
// CHECK:     ret i64
