// A variadic function may be captured; its twin has no arguments to read, and its va_list is an object of the frame while it is open.
// RUN: %points | %FileCheck %s
#include <stdarg.h>

int sum(int n, ...)
{
    va_list list;
    int total = 0;
    va_start(list, n);
    for (int i = 0; i < n; i++)
        total += va_arg(list, int);
    va_end(list);
    for (int i = 0; i < n; i++)
        total ^= i;
    return total;
}
// CHECK-LABEL: define {{.*}}@sum(
// CHECK:       call void @hlckpt.poll() {{.*}}[ "deopt"(ptr @hlckpt.function.sum, i32 0, {{.*}}ptr %{{[a-z0-9]+}}
// CHECK:       call void @llvm.va_end
// CHECK:       call void @hlckpt.poll() {{.*}}[ "deopt"(ptr @hlckpt.function.sum, i32 1, i32 3, i32 %{{[0-9]+}}, i32 %{{[0-9]+}}, i32 %{{[0-9]+}}) ]
// CHECK-NOT:   poll
// CHECK:       ret i32
// CHECK:       define internal i32 @sum.hlckpt.twin()
