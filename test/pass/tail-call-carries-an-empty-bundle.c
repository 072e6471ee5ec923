// The frame of a tail call holds nothing that is needed: its bundle is empty, so that frames around it are kept when it is inlined, and gone in the end.
// RUN: %points | %FileCheck %s
// RUN: %lowered | %FileCheck --check-prefix=LOWERED %s
void weigh(int);

static void inner(int n)
{
    weigh(n);
    weigh(n + 1);
}

void outer(int n)
{
    inner(n * 2);
}
// CHECK-LABEL:   define {{.*}}@outer(
// CHECK:         tail call void @inner({{.*}}) [ "deopt"() ]
// LOWERED-LABEL: define {{.*}}@outer(
// LOWERED:       tail call void @inner({{[^)]*}}){{( #[0-9]+)?}}, !dbg
// LOWERED-NEXT:  ret void
