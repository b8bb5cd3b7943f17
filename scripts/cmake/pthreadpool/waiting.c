/* pthreadpool's pthreads.c with another way of waiting.
 *
 * A waiting thread of the pool spins 1,000,000 times before it sleeps. Where other programs, or more threads than there
 * are processors, compete for the processors, each spin is time taken from the thread it waits for: training was up to
 * a hundred times slower. Here a thread spins for at most spin_ns, and after its first turns yields its processor at
 * each. Those first turns notice the end of a wait sooner than a system call lets them, which is worth some per cent of
 * a small network's step. They are left out for a while after a yield that took longer than shared_ns, since something
 * else ran meanwhile. A turn longer than contended_ns means that much else runs. Then all threads of the pool sleep at
 * once instead of spinning, because the kernel favours a thread that slept over one that yielded, and spin again after
 * a pause, which doubles each time the processors turn out to be still contended.
 */
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <time.h>

#include "threadpool-common.h"
#include "threadpool-atomics.h"

static const uint64_t spin_ns = 1000 * 1000;
static const uint64_t shared_ns = 5 * 1000;
static const uint64_t contended_ns = 200 * 1000;
static const uint64_t yield_only_ns = 20 * 1000 * 1000;
static const uint64_t min_pause_ns = 4 * 1000 * 1000;
static const uint64_t max_pause_ns = 256 * 1000 * 1000;

/* Shared by all pools of the process, as the processors are. Races between threads only blur the pause. */
static _Atomic uint64_t pause_until = 0;
static _Atomic uint64_t pause_ns = 0;
static _Atomic uint64_t yield_only_until = 0;

#ifdef __EMSCRIPTEN__
/* A page cannot yield its processor: all turns are alike. */
static const uint32_t first_turns = 0;
#else
static const uint32_t first_turns = 1000; /* of some 40 ns */
#endif

/* Of the wait that this thread is in. */
static _Thread_local uint64_t wait_start, last_turn;
static _Thread_local uint32_t first_turns_left;

static uint64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t) time.tv_sec * 1000000000 + (uint64_t) time.tv_nsec;
}

/* The number of turns to spin. */
static uint32_t begin_wait(void) {
  wait_start = last_turn = now_ns();
  const int yields_only = wait_start < atomic_load_explicit(&yield_only_until, memory_order_relaxed);
  first_turns_left = yields_only ? 0 : first_turns;
  return wait_start < atomic_load_explicit(&pause_until, memory_order_relaxed) ? 0 : UINT32_MAX;
}

static void start_pause(uint64_t now) {
  const uint64_t last = atomic_load_explicit(&pause_ns, memory_order_relaxed);
  const int still_contended = now - atomic_load_explicit(&pause_until, memory_order_relaxed) < max_pause_ns / 16;
  uint64_t next = still_contended ? 2 * last : min_pause_ns;
  if (next > max_pause_ns) next = max_pause_ns;
  atomic_store_explicit(&pause_ns, next, memory_order_relaxed);
  atomic_store_explicit(&pause_until, now + next, memory_order_relaxed);
}

/* One turn of a loop that has `turns` left, this one included; returns 1 to make it the last. */
static uint32_t wait_turn(uint32_t turns) {
  if (first_turns_left > 0) {
    pthreadpool_yield();
    if (--first_turns_left == 0) last_turn = now_ns();
    return turns;
  }
  #ifdef __EMSCRIPTEN__
    pthreadpool_yield();
  #else
    sched_yield();
  #endif
  const uint64_t now = now_ns();
  const uint64_t turn = now - last_turn;
  last_turn = now;
  if (turn > shared_ns) atomic_store_explicit(&yield_only_until, now + yield_only_ns, memory_order_relaxed);
  if (turn > contended_ns) {
    start_pause(now);
    return 1;
  }
  return now - wait_start > spin_ns ? 1 : turns;
}

/* pthreads.c spins in two loops of the form
 *   for (uint32_t i = PTHREADPOOL_SPIN_WAIT_ITERATIONS; i != 0; i--) { pthreadpool_yield(); ... } */
#undef PTHREADPOOL_SPIN_WAIT_ITERATIONS
#define PTHREADPOOL_SPIN_WAIT_ITERATIONS begin_wait()
#define pthreadpool_yield() (i = wait_turn(i))

#include "pthreads.c"
