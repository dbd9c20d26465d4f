#pragma once

// What glibc declares only where _GNU_SOURCE is defined, as it is not in what Swift imports.
#include <pthread.h>
#include <sched.h>
#include <stddef.h>

extern int sched_getcpu(void);
extern int pthread_getaffinity_np(pthread_t thread, size_t size, cpu_set_t *cores);
extern int pthread_setaffinity_np(pthread_t thread, size_t size, const cpu_set_t *cores);
extern int pthread_attr_setaffinity_np(pthread_attr_t *attributes, size_t size, const cpu_set_t *cores);
