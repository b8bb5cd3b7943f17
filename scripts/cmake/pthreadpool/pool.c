/* In place of pthreadpool's pthreads.c: threads for processors that other programs use too.
 *
 * There the caller waits until every worker has taken notice of its command, also one that has yet to get a processor
 * and will find nothing left to do: two threads were slower than one. Here a command is a gate: workers enter it while
 * it is open, the caller closes it when all work has been begun, and waits only for those that have entered.
 *
 * There threads spin 1,000,000 times before they sleep. Where other programs, or more threads than there are processors,
 * compete for the processors, each spin is time taken from the thread it waits for: training was up to a hundred times
 * slower. Here a thread spins for at most spin_ns, and after its first turns yields its processor at each. Those first
 * turns notice the end of a wait sooner than a system call lets them, which is worth some per cent of a small network's
 * step; they are left out for a while after a yield of more than shared_ns, in which something else ran. A turn of more
 * than contended_ns means that much else runs. Then all threads of the pool sleep at once instead of spinning, because
 * the kernel favours a thread that slept over one that yielded, and spin again after a pause, which doubles each time
 * the processors turn out to be still contended.
 */
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#ifdef __linux__
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#elif defined(__EMSCRIPTEN__)
#include <emscripten/threading.h>
#include <math.h>
#endif

#include "threadpool-common.h"

#include <pthreadpool.h>

#include "threadpool-atomics.h"
#include "threadpool-object.h"
#include "threadpool-utils.h"

/* futex_wait: sleeps while *word is `value`, or for less. futex_wake: wakes all that sleep there. */
#ifdef __linux__
static void futex_wait(_Atomic uint32_t* word, uint32_t value) {
  syscall(SYS_futex, word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, value, NULL);
}
static void futex_wake(_Atomic uint32_t* word) { syscall(SYS_futex, word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, INT_MAX); }
#elif defined(__EMSCRIPTEN__)
static void futex_wait(_Atomic uint32_t* word, uint32_t value) {
  emscripten_futex_wait((volatile void*) word, value, INFINITY);
}
static void futex_wake(_Atomic uint32_t* word) { emscripten_futex_wake((volatile void*) word, INT_MAX); }
#else
static pthread_mutex_t word_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t word_changed = PTHREAD_COND_INITIALIZER;
static void futex_wait(_Atomic uint32_t* word, uint32_t value) {
  pthread_mutex_lock(&word_mutex);
  if (atomic_load(word) == value) pthread_cond_wait(&word_changed, &word_mutex);
  pthread_mutex_unlock(&word_mutex);
}
static void futex_wake(_Atomic uint32_t* word) {
  pthread_mutex_lock(&word_mutex);
  pthread_cond_broadcast(&word_changed);
  pthread_mutex_unlock(&word_mutex);
}
#endif

/* The threads, of all pools, that sleep or are about to: waking them takes a system call even if there are none. That
 * none is overlooked needs sequential consistency: one thread counts itself and then looks at the word, the other
 * changes the word and then looks at the count. */
static _Atomic uint32_t sleepers = 0;

static void sleep_while(_Atomic uint32_t* word, uint32_t value) {
  atomic_fetch_add(&sleepers, 1);
  if (atomic_load(word) == value) futex_wait(word, value);
  atomic_fetch_sub(&sleepers, 1);
}

static void wake_all(_Atomic uint32_t* word) {
  if (atomic_load(&sleepers) != 0) futex_wake(word);
}

static const uint64_t spin_ns = 1000 * 1000;
static const uint64_t shared_ns = 5 * 1000;
static const uint64_t yield_ns = 20 * 1000 * 1000;
static const uint64_t contended_ns = 200 * 1000;
static const uint64_t min_pause_ns = 4 * 1000 * 1000;
static const uint64_t max_pause_ns = 256 * 1000 * 1000;

/* Shared by all pools of the process, as the processors are. Races between threads only blur the pause. */
static _Atomic uint64_t pause_until = 0;
static _Atomic uint64_t pause_ns = 0;
static _Atomic uint64_t yield_until = 0;

#ifdef __EMSCRIPTEN__
static const int first_turns = 0; /* a page cannot yield its processor: all turns are alike */
#else
static const int first_turns = 1000; /* of some 40 ns */
#endif

/* Of the wait that this thread is in. */
static _Thread_local uint64_t wait_start, last_turn;
static _Thread_local int first_turns_left;

static uint64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t) time.tv_sec * 1000000000 + (uint64_t) time.tv_nsec;
}

/* Returns whether to spin. */
static int begin_wait(void) {
  wait_start = last_turn = now_ns();
  const int only_yields = wait_start < atomic_load_explicit(&yield_until, memory_order_relaxed);
  first_turns_left = only_yields ? 0 : first_turns;
  return wait_start < atomic_load_explicit(&pause_until, memory_order_relaxed) ? 0 : 1;
}

static void start_pause(uint64_t now) {
  if (now < atomic_load_explicit(&pause_until, memory_order_relaxed)) return; /* another thread has started one */
  const uint64_t last = atomic_load_explicit(&pause_ns, memory_order_relaxed);
  const int still_contended = now - atomic_load_explicit(&pause_until, memory_order_relaxed) < max_pause_ns / 16;
  uint64_t next = still_contended ? 2 * last : min_pause_ns;
  if (next > max_pause_ns) next = max_pause_ns;
  atomic_store_explicit(&pause_ns, next, memory_order_relaxed);
  atomic_store_explicit(&pause_until, now + next, memory_order_relaxed);
}

/* One turn of spinning; returns whether to go on. */
static int wait_turn(void) {
  if (first_turns_left > 0) {
    pthreadpool_yield();
    if (--first_turns_left == 0) last_turn = now_ns();
    return 1;
  }
  #ifdef __EMSCRIPTEN__
    pthreadpool_yield();
  #else
    sched_yield();
  #endif
  const uint64_t now = now_ns();
  const uint64_t turn = now - last_turn;
  last_turn = now;
  if (turn > shared_ns) atomic_store_explicit(&yield_until, now + yield_ns, memory_order_relaxed);
  if (turn > contended_ns) {
    start_pause(now);
    return 0;
  }
  return now - wait_start <= spin_ns && now >= atomic_load_explicit(&pause_until, memory_order_relaxed);
}

/* Of the pool's members: `command` counts the commands; `has_active_threads` is the gate of the current one, the number
 * of workers in it and this bit while it is open; `active_threads` is the command whose gate it is. A worker that is
 * late may enter the gate of a command that it has not been given yet: it must leave and come again, since no thread may
 * run a command twice (fastpath.c counts how often the ranges are found empty). */
static const uint32_t gate_open = UINT32_C(1) << 31;
static const uint32_t shut_down = UINT32_MAX;

static int enter(struct pthreadpool* pool) {
  uint32_t gate = atomic_load_explicit(&pool->has_active_threads, memory_order_relaxed);
  while (gate & gate_open) {
    if (atomic_compare_exchange_weak_explicit(&pool->has_active_threads, &gate, gate + 1, memory_order_acquire,
                                              memory_order_relaxed))
      return 1;
  }
  return 0;
}

static void leave(struct pthreadpool* pool) {
  const uint32_t before = atomic_fetch_sub(&pool->has_active_threads, 1);
  if (before == 1) wake_all(&pool->has_active_threads);
}

static void close_gate(struct pthreadpool* pool) {
  _Atomic uint32_t* gate = &pool->has_active_threads;
  if (atomic_fetch_and_explicit(gate, ~gate_open, memory_order_acquire) == gate_open) return;
  for (int spins = begin_wait(); spins; spins = wait_turn()) {
    if (atomic_load_explicit(gate, memory_order_acquire) == 0) return;
  }
  for (uint32_t inside; (inside = atomic_load_explicit(gate, memory_order_acquire)) != 0;) sleep_while(gate, inside);
}

static uint32_t wait_for_command(struct pthreadpool* pool, uint32_t last) {
  uint32_t command = atomic_load_explicit(&pool->command, memory_order_acquire);
  if (command != last) return command;
  for (int spins = begin_wait(); spins; spins = wait_turn()) {
    command = atomic_load_explicit(&pool->command, memory_order_acquire);
    if (command != last) return command;
  }
  while ((command = atomic_load_explicit(&pool->command, memory_order_acquire)) == last)
    sleep_while(&pool->command, last);
  return command;
}

static void run(struct pthreadpool* pool, struct thread_info* thread) {
  const thread_function_t function = (thread_function_t) pthreadpool_load_relaxed_void_p(&pool->thread_function);
  const uint32_t flags = pthreadpool_load_relaxed_uint32_t(&pool->flags);
  struct fpu_state saved = {0};
  if (flags & PTHREADPOOL_FLAG_DISABLE_DENORMALS) {
    saved = get_fpu_state();
    disable_fpu_denormals();
  }
  function(pool, thread);
  if (flags & PTHREADPOOL_FLAG_DISABLE_DENORMALS) set_fpu_state(saved);
}

static void* work(void* argument) {
  struct thread_info* thread = argument;
  struct pthreadpool* pool = thread->threadpool;
  for (uint32_t last = 0;;) {
    last = wait_for_command(pool, last);
    if (last == shut_down) return NULL;
    if (!enter(pool)) continue;
    if (pthreadpool_load_relaxed_size_t(&pool->active_threads) == last) run(pool, thread);
    leave(pool);
  }
}

static void give_command(struct pthreadpool* pool, uint32_t command) {
  atomic_store(&pool->command, command);
  wake_all(&pool->command);
}

struct pthreadpool* pthreadpool_create(size_t count) {
  struct pthreadpool* pool = count == 0 ? NULL : pthreadpool_allocate(count);
  if (pool == NULL) return NULL;
  pool->threads_count = fxdiv_init_size_t(count);
  for (size_t i = 0; i < count; ++i) {
    pool->threads[i].thread_number = i;
    pool->threads[i].threadpool = pool;
  }
  pthread_mutex_init(&pool->execution_mutex, NULL);
  /* One that cannot be created is not waited for: the others do its share. */
  for (size_t i = 1; i < count; ++i) {
    struct thread_info* thread = &pool->threads[i];
    if (pthread_create(&thread->thread_object, NULL, work, thread) != 0) thread->threadpool = NULL;
  }
  return pool;
}

PTHREADPOOL_INTERNAL void pthreadpool_parallelize(struct pthreadpool* pool, thread_function_t function,
                                                  const void* params, size_t params_size, void* task, void* context,
                                                  size_t range, uint32_t flags) {
  pthread_mutex_lock(&pool->execution_mutex);
  pthreadpool_store_relaxed_void_p(&pool->thread_function, (void*) function);
  pthreadpool_store_relaxed_void_p(&pool->task, task);
  pthreadpool_store_relaxed_void_p(&pool->argument, context);
  pthreadpool_store_relaxed_uint32_t(&pool->flags, flags);
  if (params_size != 0) memcpy(&pool->params, params, params_size);

  const struct fxdiv_result_size_t each = fxdiv_divide_size_t(range, pool->threads_count);
  size_t start = 0;
  for (size_t i = 0; i < pool->threads_count.value; ++i) {
    struct thread_info* thread = &pool->threads[i];
    const size_t length = each.quotient + (i < each.remainder ? 1 : 0);
    pthreadpool_store_relaxed_size_t(&thread->range_start, start);
    pthreadpool_store_relaxed_size_t(&thread->range_end, start + length);
    pthreadpool_store_relaxed_size_t(&thread->range_length, length);
    start += length;
  }

  uint32_t command = atomic_load_explicit(&pool->command, memory_order_relaxed) + 1;
  if (command == shut_down) command = 0;
  pthreadpool_store_relaxed_size_t(&pool->active_threads, command);
  atomic_store_explicit(&pool->has_active_threads, gate_open, memory_order_release);
  give_command(pool, command);
  run(pool, &pool->threads[0]);  /* its own share, and what nobody else has begun */
  close_gate(pool);
  pthread_mutex_unlock(&pool->execution_mutex);
}

void pthreadpool_destroy(struct pthreadpool* pool) {
  if (pool == NULL) return;
  give_command(pool, shut_down);
  for (size_t i = 1; i < pool->threads_count.value; ++i) {
    if (pool->threads[i].threadpool != NULL) pthread_join(pool->threads[i].thread_object, NULL);
  }
  pthread_mutex_destroy(&pool->execution_mutex);
  pthreadpool_deallocate(pool);
}
