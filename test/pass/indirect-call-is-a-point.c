// What a call through a pointer leads to is not known: it may be captured, and may lead back here.
// RUN: %points | %FileCheck %s
int apply(int (*function)(int), int x)
{
    return function(x) + x;
}
// CHECK-LABEL: define {{.*}}@apply(
// CHECK:       call void @hlckpt.poll() {{.*}}"deopt"(ptr @hlckpt.function.apply, i32 0,
// CHECK:       call i32 %{{.*}}(i32 {{.*}}) [ "deopt"(ptr @hlckpt.function.apply, i32 1, i32 1, i32 %{{.*}}) ]
