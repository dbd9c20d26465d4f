#pragma once

// Asks for the cache line at an address, which need not be a valid one. Swift has no name for this.
static inline void wavefront_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

// The same for one that will be written: no other core keeps a copy, which would have to be taken from it later. The compiler
// has the instruction for processors only that it knows to have it; on all others it does nothing.
static inline void wavefront_prefetch_for_writing(const void *address) {
#if defined(__x86_64__)
  __asm__ volatile("prefetchw %0" : : "m"(*(const char *)address));
#else
  __builtin_prefetch(address, 1, 3);
#endif
}
