// A loop that is known to go round a few times only has no poll, nor has a small nest of such loops; one of a thousand has.
// RUN: %points | %FileCheck %s
int few(int seed)
{
    for (int i = 0; i < 10; i++)
        for (int j = 0; j < 4; j++)
            seed = seed * 31 + i * j;
    return seed;
}
// CHECK-LABEL: define {{.*}}@few(
// CHECK-NOT:   poll
// CHECK:       ret i32

int many(int seed)
{
    for (int i = 0; i < 1000; i++)
        seed = seed * 31 + i;
    return seed;
}
// CHECK-LABEL: define {{.*}}@many(
// CHECK:       call void @hlckpt.poll()
// CHECK:       ret i32
