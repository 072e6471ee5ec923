// A program may use the names that the runtime uses inside.
// RUN: %hlckpt-cc -O2 %s -o %t && %t
// RUN: %hlckpt-cc -O2 -static %s -o %t && %t
int options, stats, hlckpt;

void fail(void) {}
void log_line(void) {}
void image_open(void) {}

int main(void)
{
    fail();
    log_line();
    image_open();
    return options + stats + hlckpt;
}
