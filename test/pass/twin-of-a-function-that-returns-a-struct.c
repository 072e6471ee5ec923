// A struct that the target returns in memory goes where the caller's twin says; the callee's twin asks for the place first.
// RUN: %points | %FileCheck %s
struct matrix {
    double cells[9];
};
struct matrix identity(int scale);

struct matrix power(int n)
{
    struct matrix m = identity(n);
    for (int i = 0; i < n; i++)
        m.cells[i % 9] *= 2;
    return m;
}
// CHECK-LABEL: define {{.*}}void @power(ptr {{.*}}sret(%struct.matrix) {{.*}}, i32
// CHECK-LABEL: define internal void @power.hlckpt.twin()
// CHECK:       %[[RESULT:.*]] = call ptr @hlckpt_resume_get_result()
// CHECK:       call ptr @hlckpt_resume_enter(
// CHECK:       %[[CALLEE:.*]] = call ptr @hlckpt_resume_callee()
// CHECK-NEXT:  call void @hlckpt_resume_set_result(ptr %[[RESULT]])
// CHECK:       call void %[[CALLEE]]() [ "deopt"(ptr @hlckpt.function.power, {{.*}}ptr %[[RESULT]]
