/* See memory.h. */
#include "base/memory.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { array_first_capacity = 64 };

#ifndef NDEBUG
static atomic_uint_least64_t allocations; /* orders nothing */
static void count_allocation(void) { atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed); }
uint64_t memory_allocations(void) { return atomic_load_explicit(&allocations, memory_order_relaxed); }
#else
static void count_allocation(void) {}
uint64_t memory_allocations(void) { return 0; }
#endif

void *mem_alloc(size_t count, size_t size) {
  count_allocation();
  return calloc(count ? count : 1, size ? size : 1);
}

void *mem_resize(void *old, size_t count, size_t size) {
  size_t bytes;
  count_allocation();
  if (__builtin_mul_overflow(count, size, &bytes)) return NULL;
  return realloc(old, bytes ? bytes : 1);
}

void mem_free(void *memory) { free(memory); }

char *mem_copy_text(const char *text, size_t length) {
  char *copy = mem_alloc(length + 1, 1);
  if (copy && length) memcpy(copy, text, length);
  return copy;
}

khop_status array_reserve(void *array_pointer, size_t *capacity, size_t needed, size_t element_size,
                          const char *purpose, khop_error *err) {
  if (needed <= *capacity) return KHOP_OK;
  size_t grown = *capacity ? *capacity : array_first_capacity;
  while (grown < needed) {
    if (__builtin_mul_overflow(grown, (size_t)2, &grown)) return error_memory(err, needed, purpose);
  }
  void **array = array_pointer;
  void *moved = mem_resize(*array, grown, element_size);
  if (!moved) return error_memory(err, grown * element_size, purpose);
  *array = moved;
  *capacity = grown;
  return KHOP_OK;
}

/* Address space that starts on a huge page, so that all of it can be made of them. Nothing is reserved:
 * pages cost memory when they are touched. */
static void *map_aligned(size_t bytes) {
  const size_t huge_page = 2 << 20;
  size_t room;
  if (__builtin_add_overflow(bytes, huge_page, &room)) return NULL;
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
  char *start = mmap(NULL, room, PROT_READ | PROT_WRITE, flags, -1, 0);
  if (start == MAP_FAILED) return NULL;
  size_t head = (huge_page - (uintptr_t)start % huge_page) % huge_page;
  size_t page = (size_t)sysconf(_SC_PAGESIZE), end = (head + bytes + page - 1) / page * page;
  if (head) munmap(start, head);
  if (end < room) munmap(start + end, room - end);
  madvise(start + head, bytes, MADV_HUGEPAGE); /* advice only: refused on kernels without it */
  return start + head;
}

khop_status region_map(region *r, size_t bytes, const char *purpose, khop_error *err) {
  *r = (region){0};
  if (bytes == 0) return KHOP_OK;
  void *data = map_aligned(bytes);
  if (!data) return error_memory(err, bytes, purpose);
  *r = (region){.data = data, .bytes = bytes};
  return KHOP_OK;
}

khop_status region_map_sparse(region *r, size_t bytes, const char *purpose, khop_error *err) {
  *r = (region){0};
  if (bytes == 0) return KHOP_OK;
  void *data = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (data == MAP_FAILED) return error_memory(err, bytes, purpose);
  madvise(data, bytes, MADV_NOHUGEPAGE);
  *r = (region){.data = data, .bytes = bytes};
  return KHOP_OK;
}

khop_status region_resize(region *r, size_t bytes, const char *purpose, khop_error *err) {
  if (!r->data) return region_map(r, bytes, purpose, err);
  if (bytes == 0) {
    region_unmap(r);
    return KHOP_OK;
  }
  void *data = mremap(r->data, r->bytes, bytes, MREMAP_MAYMOVE);
  if (data == MAP_FAILED) return error_memory(err, bytes, purpose);
  madvise(data, bytes, MADV_HUGEPAGE);
  *r = (region){.data = data, .bytes = bytes};
  return KHOP_OK;
}

void region_unmap(region *r) {
  if (r->data) munmap(r->data, r->bytes);
  *r = (region){0};
}

/* The number after `key` in a /proc file of "Key:   123 kB" lines, in bytes; 0 when absent. */
static uint64_t proc_bytes(const char *path, const char *key) {
  FILE *file = fopen(path, "re");
  if (!file) return 0;
  char line[256];
  uint64_t kib = 0;
  size_t key_length = strlen(key);
  while (fgets(line, sizeof line, file)) {
    if (strncmp(line, key, key_length) == 0) {
      kib = strtoull(line + key_length, NULL, 10);
      break;
    }
  }
  fclose(file);
  return kib * 1024;
}

void memory_give_back(const void *bytes, size_t length) {
  const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  uintptr_t first = ((uintptr_t)bytes + page - 1) / page * page, last = ((uintptr_t)bytes + length) / page * page;
  if (first < last) madvise((void *)first, last - first, MADV_DONTNEED); /* advice only */
}

uint64_t memory_peak_bytes(void) { return proc_bytes("/proc/self/status", "VmHWM:"); }

uint64_t memory_available_bytes(void) { return proc_bytes("/proc/meminfo", "MemAvailable:"); }
