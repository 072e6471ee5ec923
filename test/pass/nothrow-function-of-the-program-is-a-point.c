// A header of the program may promise that its functions throw nothing, as glibc's do. They may be captured all the
// same; and the promise is taken back, as code generation would make plain calls of them.
//
// RUN: %hlckpt-cc -O2 -S -emit-llvm -o - %s | %FileCheck %s
__attribute__((nothrow)) int step(int x);
int abs(int x);

// CHECK-LABEL: define {{.*}}@main
// CHECK: invoke {{.*}}@step(
// CHECK: declare {{.*}}@step({{.*}} #[[STEP:[0-9]+]]
// CHECK-NOT: attributes #[[STEP]] = {{.*}}nounwind
int main(int count, char **names)
{
    return names[0] ? step(count) + step(abs(count)) : 0;
}
