// The environment variables that control a program, in one table: the runtime reads its names from here, hlckpt-restore
// and the documentation print it.
#ifndef HLCKPT_ENV_H
#define HLCKPT_ENV_H

// clang-format off: one variable a line
//        identifier       name                  value                 what it does
#define HLCKPT_ENVIRONMENT(V) \
    V(ENV_DIR,        "HLCKPT_DIR",        "FOLDER",             "where images are written (default hlckpt-images)") \
    V(ENV_INTERVAL,   "HLCKPT_INTERVAL",   "200ms|30s|5m|1h",    "capture each time this much time has passed") \
    V(ENV_SIGNAL,     "HLCKPT_SIGNAL",     "NAME|NUMBER",        "capture when this signal arrives") \
    V(ENV_EXIT,       "HLCKPT_EXIT",       "1",                  "the capture asked for by signal or interval ends the program, with status 75") \
    V(ENV_CUT_TIMEOUT, "HLCKPT_CUT_TIMEOUT", "200ms|30s|5m|1h",  "how long threads wait for each other before a capture is put off (default 1s)") \
    V(ENV_KEEP,       "HLCKPT_KEEP",       "N",                  "keep the newest N images (default 2)") \
    V(ENV_COMPRESS,   "HLCKPT_COMPRESS",   "zstd[:LEVEL]",       "compress the sections of an image") \
    V(ENV_LOG,        "HLCKPT_LOG",        "error|info|debug",   "what is reported (default error)") \
    V(ENV_LOG_FILE,   "HLCKPT_LOG_FILE",   "FILE",               "append reports to FILE instead of writing them to standard error") \
    V(ENV_STATS,      "HLCKPT_STATS",      "FILE",               "at exit, append one line of counts to FILE") \
    V(ENV_POLL,       "HLCKPT_POLL",       "N",                  "capture at exactly the N-th poll and exit with status 75; 0 only counts (for tests)") \
    V(ENV_RESTORE,    "HLCKPT_RESTORE",    "IMAGE",              "resume IMAGE instead of starting; set by hlckpt-restore")
// clang-format on

// Exit statuses of the runtime and hlckpt-restore.
#define HLCKPT_STATUS_CAPTURED 75 // the program was captured and left (EX_TEMPFAIL: start it again)
#define HLCKPT_STATUS_REFUSED  76 // an image was refused before anything ran

#endif
