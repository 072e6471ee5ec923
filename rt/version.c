// The runtime's version, for logs and for tools that look into a program.
const char hlckpt_version[] = "0.1.0";
