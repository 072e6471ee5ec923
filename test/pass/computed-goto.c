// An interpreter's computed goto stays one, and polls before it branches. Its twin, whose state holds the function's labels, translates them.
// RUN: %points | %FileCheck %s
int run(const unsigned char *code)
{
    static void *const table[] = {&&halt, &&add, &&twice};
    int total = 0;
    goto *table[*code++];
add:
    total++;
    goto *table[*code++];
twice:
    total *= 2;
    goto *table[*code++];
halt:
    return total;
}
// CHECK:       @run.table = internal constant [3 x ptr] [ptr blockaddress(@run, %halt), ptr blockaddress(@run, %add), ptr blockaddress(@run, %twice)]
// CHECK:       @hlckpt.labels = internal constant
// CHECK:       @hlckpt.twin_labels = internal constant {{.*}}blockaddress(@run.hlckpt.twin,
// CHECK-LABEL: define {{.*}}@run(
// CHECK-NOT:   hlckpt_resume_label
// CHECK:       call void @hlckpt.poll()
// CHECK:       indirectbr
// CHECK-LABEL: define internal i32 @run.hlckpt.twin()
// CHECK:       %[[LABEL:.*]] = call ptr @hlckpt_resume_label(
// CHECK:       indirectbr ptr
