// In f() + g() the result of f is live while g runs, though no variable holds it.
// RUN: %points | %FileCheck %s
int f(void), g(void);

int add(void)
{
    return f() + g();
}
// CHECK-LABEL: define {{.*}}@add(
// CHECK:       %[[F:.*]] = call i32 @f() [ "deopt"(ptr @hlckpt.function.add, i32 1, i32 0) ]
// CHECK:       store i32 %[[F]], ptr %[[SLOT:.*]],
// CHECK:       %[[SAVED:.*]] = load i32, ptr %[[SLOT]]
// CHECK-NEXT:  call i32 @g() [ "deopt"(ptr @hlckpt.function.add, i32 {{[0-9]+}}, i32 1, i32 %[[SAVED]]) ]
