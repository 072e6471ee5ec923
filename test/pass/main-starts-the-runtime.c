// The pass puts a `main` before the program's, which does nothing but hand it to the runtime; also where the program's has no parameters.
// RUN: %lowered | %FileCheck %s
int main(void)
{
    volatile int n = 100;
    while (n > 0)
        n--;
    return n;
}
// CHECK:       define internal i32 @main.hlckpt.program()
// CHECK:       define i32 @main(i32 %0, ptr %1, ptr %2)
// CHECK-NEXT:    %[[STATUS:.*]] = call i32 @hlckpt_run(i32 %0, ptr %1, ptr %2, ptr @main.hlckpt.program, ptr @hlckpt.function.main)
// CHECK-NEXT:    ret i32 %[[STATUS]]
// CHECK:       define internal void @hlckpt.register()
// CHECK-NEXT:    call void @hlckpt_register(ptr @hlckpt.module)
