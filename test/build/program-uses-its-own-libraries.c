// A program that carries the runtime may define names that the runtime's third-party libraries define too.
//
// RUN: %hlckpt-cc -O2 %s -o %t && %t

extern const char hlckpt_version[];

int ZSTD_compress(void)
{
    return 1;
}

int ffi_call(void)
{
    return 2;
}

int msgpack_version_major(void)
{
    return 3;
}

int main(void)
{
    return ZSTD_compress() + ffi_call() + msgpack_version_major() == 6 && hlckpt_version[0] ? 0 : 1;
}
