// n * f(n - 1) and f(n - 1) + f(n - 2) gather their result in a variable of the map's.
// RUN: %points | %FileCheck %s
unsigned factorial(unsigned n)
{
    return n ? n * factorial(n - 1) : 1;
}
// CHECK-LABEL: define {{.*}}@factorial(
// CHECK-NOT:   call {{.*}}@factorial
// CHECK:         %[[GATHERED:.*]] = load i32, ptr %gathered
// CHECK:         call void @hlckpt.poll() {{.*}}[ "deopt"(ptr @hlckpt.function.factorial, i32 0, i32 2, i32 %{{.*}}, i32 %{{.*}}) ]
// CHECK-NOT:   call {{.*}}@factorial
// CHECK:       ret i32

unsigned fibonacci(unsigned n)
{
    return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}
// One of the two calls is left.
// CHECK-LABEL: define {{.*}}@fibonacci(
// CHECK:       call i32 @fibonacci({{.*}}) [ "deopt"(
// CHECK-NOT:   call i32 @fibonacci(
// CHECK:       ret i32
