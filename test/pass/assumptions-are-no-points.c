// The compiler's assumptions are calls with bundles of their own, and stay calls.
//
// RUN: %hlckpt-cc -O0 -S -emit-llvm -o - %s | %FileCheck %s
// RUN: %hlckpt-cc -O2 -c -o %t.o %s
// CHECK-NOT: invoke {{.*}}@llvm.assume
// CHECK: call void @llvm.assume(i1 true) [ "align"(
int main(int count, char **names)
{
    int total = 0;
    char *name = __builtin_assume_aligned(names[0], 4);
    for (int i = 0; i < 1000 * count; i++)
        total += name[i % 4];
    return total;
}
