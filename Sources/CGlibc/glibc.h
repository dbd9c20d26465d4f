#pragma once

// What Swift's own import of glibc leaves out.
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>

// Declared by glibc only where _GNU_SOURCE is defined, which Swift does not do.
extern int sched_getcpu(void);
extern int pthread_getaffinity_np(pthread_t thread, size_t size, cpu_set_t *cores);
extern int pthread_setaffinity_np(pthread_t thread, size_t size, const cpu_set_t *cores);
extern int pthread_attr_setaffinity_np(pthread_attr_t *attributes, size_t size, const cpu_set_t *cores);
