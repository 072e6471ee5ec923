// A variable-length array is a block of the heap, in the list of its function's scope, and is given back where the scope ends.
// RUN: %points | %FileCheck %s
int last(int n)
{
    int result = 0;
    {
        int a[n];
        for (int i = 0; i < n; i++)
            a[i] = i * i;
        result = a[n - 1];
    }
    return result;
}
// CHECK-LABEL: define {{.*}}@last(
// CHECK:       store ptr null, ptr %scope
// CHECK:       %[[MARK:.*]] = load ptr, ptr %scope
// CHECK:       call ptr @hlckpt_scope_allocate(ptr %scope, i64 %{{.*}}, i64 16)
// CHECK:       call void @hlckpt.poll() {{.*}}ptr %scope
// CHECK:       call void @hlckpt_scope_release(ptr %scope,
// CHECK:       ret i32
