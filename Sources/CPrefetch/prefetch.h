#pragma once

// Asks for the cache line at an address, which need not be a valid one. Swift has no name for this.
static inline void wavefront_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }
