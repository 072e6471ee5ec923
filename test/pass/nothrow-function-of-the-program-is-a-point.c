// A header of the program may promise that its functions throw nothing, as glibc's do. They may be captured all the same.
//
// RUN: %hlckpt-cc -O2 -S -emit-llvm -o - %s | %FileCheck %s
__attribute__((nothrow)) int step(int x);
int abs(int x);

// CHECK-LABEL: define {{.*}}@main
// CHECK: invoke {{.*}}@step(
int main(int count, char **names)
{
    return names[0] ? step(count) + step(abs(count)) : 0;
}
