// hop: threads
// Sixteen threads that share everything: a queue of work, a hash table in shards, accounts whose sum never changes, a
// pipeline, readers and writers. What comes out does not depend on who did what when; a checksum of it is printed.
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "work.h"

#define WORKERS   8
#define ACCOUNTS  20
#define SHARDS    8
#define JOBS      400
#define KEYS      97
#define ITEMS     200
#define READINGS  60
#define AUDITS    40

// ---- a queue of jobs

struct job {
    struct job *next;
    unsigned number;
};

static struct {
    pthread_mutex_t lock;
    pthread_cond_t not_empty;
    struct job *first, **last;
    bool is_closed;
} queue = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, NULL, &queue.first, false};

static void put_job(unsigned number)
{
    struct job *job = malloc(sizeof *job);
    *job = (struct job){NULL, number};
    ok(pthread_mutex_lock(&queue.lock));
    *queue.last = job;
    queue.last = &job->next;
    ok(pthread_cond_signal(&queue.not_empty));
    ok(pthread_mutex_unlock(&queue.lock));
}

static struct job *take_job(void)
{
    ok(pthread_mutex_lock(&queue.lock));
    while (!queue.first && !queue.is_closed)
        ok(pthread_cond_wait(&queue.not_empty, &queue.lock));
    struct job *job = queue.first;
    if (job && !(queue.first = job->next))
        queue.last = &queue.first;
    if (job)
        job->next = NULL; // the next job may be gone, and its memory something else, while this one is still held
    ok(pthread_mutex_unlock(&queue.lock));
    return job;
}

static void close_queue(void)
{
    ok(pthread_mutex_lock(&queue.lock));
    queue.is_closed = true;
    ok(pthread_cond_broadcast(&queue.not_empty));
    ok(pthread_mutex_unlock(&queue.lock));
}

// ---- a hash table in shards

struct entry {
    struct entry *next;
    unsigned key;
    unsigned long count;
};

static struct shard {
    pthread_mutex_t lock;
    struct entry *entries;
} shards[SHARDS];

static void count_key(unsigned key)
{
    struct shard *shard = &shards[key % SHARDS];
    ok(pthread_mutex_lock(&shard->lock));
    struct entry *e = shard->entries;
    while (e && e->key != key)
        e = e->next;
    if (!e) {
        e = malloc(sizeof *e);
        *e = (struct entry){shard->entries, key, 0};
        shard->entries = e;
    }
    e->count++;
    ok(pthread_mutex_unlock(&shard->lock));
}

// ---- accounts: money is moved, never made

static struct account {
    pthread_mutex_t lock;
    long balance;
} accounts[ACCOUNTS];

static void transfer(unsigned from, unsigned to, long amount)
{
    if (from == to)
        return;
    struct account *low = &accounts[from < to ? from : to], *high = &accounts[from < to ? to : from];
    ok(pthread_mutex_lock(&low->lock));
    ok(pthread_mutex_lock(&high->lock));
    accounts[from].balance -= amount;
    work((unsigned)amount, 3);
    accounts[to].balance += amount;
    ok(pthread_mutex_unlock(&high->lock));
    ok(pthread_mutex_unlock(&low->lock));
}

static long audit(void)
{
    long sum = 0;
    for (int i = 0; i < ACCOUNTS; i++)
        ok(pthread_mutex_lock(&accounts[i].lock));
    for (int i = 0; i < ACCOUNTS; i++)
        sum += accounts[i].balance;
    for (int i = ACCOUNTS; i-- > 0;)
        ok(pthread_mutex_unlock(&accounts[i].lock));
    return sum;
}

static void *run_worker(void *argument)
{
    unsigned *done = argument;
    for (struct job *job; (job = take_job()); free(job)) {
        unsigned x = work(job->number, 20);
        count_key(x % KEYS);
        transfer(x % ACCOUNTS, x / ACCOUNTS % ACCOUNTS, (long)(x % 50));
        ++*done;
    }
    return done;
}

static void *run_auditor(void *argument)
{
    for (int i = 0; i < AUDITS; i++) {
        must(audit(), ACCOUNTS * 1000L);
        work((unsigned)i, 20);
    }
    return argument;
}

// ---- a pipeline of three stages with a place for one item between two

struct pipe {
    sem_t is_free, is_full;
    uint64_t item;
};

static struct pipe pipes[2];

static void send(struct pipe *p, uint64_t item)
{
    ok(sem_wait(&p->is_free));
    p->item = item;
    ok(sem_post(&p->is_full));
}

static uint64_t receive(struct pipe *p)
{
    ok(sem_wait(&p->is_full));
    uint64_t item = p->item;
    ok(sem_post(&p->is_free));
    return item;
}

static void *run_stage(void *argument)
{
    uint64_t *result = argument;
    int stage = (int)*result;
    for (unsigned i = 0; i < ITEMS; i++) {
        uint64_t item = stage ? receive(&pipes[stage - 1]) : i;
        item = item << 8 ^ work((unsigned)item, 6);
        if (stage < 2)
            send(&pipes[stage], item);
        else
            *result = *result * 31 + item;
    }
    return result;
}

// ---- readers and a writer

static pthread_rwlock_t book_lock;
static unsigned book[16];
static atomic_uint read_pages;

static void *run_reader(void *argument)
{
    for (int i = 0; i < READINGS; i++) {
        ok(pthread_rwlock_rdlock(&book_lock));
        unsigned edition = book[0];
        for (unsigned page = 0; page < 16; page++)
            must(book[page] + 0 * work(page, 2), edition);
        ok(pthread_rwlock_unlock(&book_lock));
        atomic_fetch_add(&read_pages, 16);
    }
    return argument;
}

static void *run_writer(void *argument)
{
    for (int i = 0; i < READINGS; i++) {
        ok(pthread_rwlock_wrlock(&book_lock));
        for (unsigned page = 0; page < 16; page++) {
            book[page]++;
            work(page, 2);
        }
        ok(pthread_rwlock_unlock(&book_lock));
        work((unsigned)i, 30);
    }
    return argument;
}

// ----

static void begin(void)
{
    for (int i = 0; i < SHARDS; i++)
        ok(pthread_mutex_init(&shards[i].lock, NULL));
    for (int i = 0; i < ACCOUNTS; i++) {
        ok(pthread_mutex_init(&accounts[i].lock, NULL));
        accounts[i].balance = 1000;
    }
    for (int i = 0; i < 2; i++) {
        ok(sem_init(&pipes[i].is_free, 0, 1));
        ok(sem_init(&pipes[i].is_full, 0, 0));
    }
    ok(pthread_rwlock_init(&book_lock, NULL));
}

static unsigned table_sum(void)
{
    unsigned sum = 0;
    for (unsigned key = 0; key < KEYS; key++)
        for (struct entry *e = shards[key % SHARDS].entries; e; e = e->next)
            if (e->key == key)
                sum = sum * 31 + key * 7 + (unsigned)e->count;
    return sum;
}

int main(void)
{
    static void *(*const others[])(void *) = {run_auditor, run_reader, run_reader, run_reader, run_writer};
    pthread_t threads[16];
    unsigned done[WORKERS] = {0}, total = 0, checksum = 0;
    uint64_t stages[3] = {0, 1, 2};
    int count = 0;
    begin();
    for (int i = 0; i < WORKERS; i++)
        ok(pthread_create(&threads[count++], NULL, run_worker, &done[i]));
    for (int i = 0; i < 3; i++)
        ok(pthread_create(&threads[count++], NULL, run_stage, &stages[i]));
    for (int i = 0; i < 5; i++)
        ok(pthread_create(&threads[count++], NULL, others[i], &stages[0]));
    for (unsigned i = 0; i < JOBS; i++)
        put_job(i);
    close_queue();
    for (int i = 0; i < count; i++)
        ok(pthread_join(threads[i], NULL));
    for (int i = 0; i < WORKERS; i++)
        total += done[i];
    for (int i = 0; i < ACCOUNTS; i++)
        checksum = checksum * 31 + (unsigned)accounts[i].balance;
    printf("%d threads, %u jobs, table %u, accounts %u, sum %ld\n", count, total, table_sum(), checksum, audit());
    printf("pipeline %llx, pages %u, edition %u\n", (unsigned long long)stages[2], atomic_load(&read_pages), book[15]);
    return 0;
}
