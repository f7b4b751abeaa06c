/* See lmdb_page.h. The layout is that of LMDB 0.9 (data version 1) on 64-bit machines:
 *
 *   page   number u64 | pad u16 | flags u16 | lower u16 | upper u16 | node offsets u16...  nodes
 *   node   size or child, low 32 bits | flags (child: bits 32-47) u16 | key size u16 | key | data
 *   tree   pad u32 | flags u16 | depth u16 | 3 page counts u64 | entries u64 | root u64
 *   meta   (pages 0 and 1, behind the 16 bytes of the page header)
 *          magic u32 | version u32 | address u64 | map size u64 | tree x 2 | last page u64 | txn u64
 */
#include "index/lmdb_page.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

enum {
  page_header_bytes = 16,
  node_header_bytes = 8,
  tree_bytes = 48,
  page_bytes_min = 4096,
  page_bytes_max = 32768,
  depth_max = 31, /* LMDB's cursors hold 32 levels */
  flag_branch = 1,
  flag_leaf = 2,
  flag_meta = 8,
  node_big_data = 1,
  node_tree = 2,
  free_tree_flags = 8 /* integer keys */
};
static const uint32_t lmdb_magic = 0xBEEFC0DE;
static const uint64_t page_none = UINT64_MAX;

typedef struct tree_info {
  uint32_t pad;
  uint16_t flags, depth;
  uint64_t branch_pages, leaf_pages, overflow_pages, entries, root;
} tree_info;
_Static_assert(sizeof(tree_info) == tree_bytes, "as on disk");

typedef struct meta_info {
  uint32_t magic, version;
  uint64_t address, map_bytes;
  tree_info free_tree, main_tree;
  uint64_t last_page, transaction;
} meta_info;

typedef struct checker {
  const char *path;
  int fd;
  uint64_t page_count; /* whole pages in the file */
  uint64_t last_page;
  size_t page_bytes;
  uint8_t *seen; /* a bit a page: no page has two parents, so walks end */
  khop_error *err;
} checker;

typedef struct node {
  uint32_t low;
  uint16_t flags, key_size;
  const uint8_t *data; /* behind the key */
} node;

enum { key_bytes_max = 511 };

typedef struct key_copy {
  bool is_set;
  size_t size;
  uint8_t bytes[key_bytes_max];
} key_copy;

/* A look-up believes the order of keys, which no checksum covers together: each follows the one before, and a branch's key is that
 * of the first leaf below it (nothing is ever deleted). */
typedef struct key_order {
  key_copy last, branch;
  uint64_t entries; /* so far, which the tree's record counts too */
} key_order;

static uint16_t load_u16(const uint8_t *bytes) {
  uint16_t number;
  memcpy(&number, bytes, sizeof number);
  return number;
}

static khop_status damaged(checker *c, uint64_t page, const char *fact) {
  return error_set(c->err, KHOP_INPUT, "%s: damaged: page %llu: %s", c->path, (unsigned long long)page, fact);
}

static khop_status read_at(checker *c, uint64_t offset, void *out, size_t size) {
  for (size_t done = 0; done < size;) {
    ssize_t count = pread(c->fd, (char *)out + done, size - done, (off_t)(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return error_system(c->err, errno, c->path);
    if (count == 0) return error_set(c->err, KHOP_INPUT, "%s: cut short while being read", c->path);
    done += (size_t)count;
  }
  return KHOP_OK;
}

/* Marks pages that a tree holds; each may be held once. */
static khop_status claim_pages(checker *c, uint64_t parent, uint64_t first, uint64_t count) {
  if (first < 2 || first > c->last_page) return damaged(c, parent, "points outside the file");
  if (count > c->page_count || first > c->page_count - count) {
    return error_set(c->err, KHOP_INPUT, "%s: cut short: %llu pages, page %llu is missing", c->path,
                     (unsigned long long)c->page_count, (unsigned long long)(first + count - 1));
  }
  for (uint64_t page = first; page < first + count; page++) {
    uint8_t bit = (uint8_t)(1u << page % 8);
    if (c->seen[page / 8] & bit) return damaged(c, parent, "points to a page that is in use elsewhere");
    c->seen[page / 8] |= bit;
  }
  return KHOP_OK;
}

/* The page's header and each node's place; *out_count is its number of nodes. */
static khop_status check_page(checker *c, uint64_t number, const uint8_t *page, bool leaf, size_t *out_count) {
  uint64_t own_number;
  memcpy(&own_number, page, sizeof own_number);
  size_t lower = load_u16(page + 12), upper = load_u16(page + 14);
  if (own_number != number) return damaged(c, number, "carries another page's number");
  if (load_u16(page + 10) != (leaf ? flag_leaf : flag_branch)) return damaged(c, number, "of the wrong kind");
  if (lower < page_header_bytes || lower % 2 || lower > upper || upper > c->page_bytes) {
    return damaged(c, number, "free space out of range");
  }
  size_t count = (lower - page_header_bytes) / 2;
  if (count < (leaf ? 1u : 2u)) return damaged(c, number, "too few nodes");
  for (size_t i = 0; i < count; i++) {
    size_t offset = load_u16(page + page_header_bytes + 2 * i);
    if (offset < upper || offset % 2 || offset + node_header_bytes > c->page_bytes) {
      return damaged(c, number, "node out of range");
    }
    size_t key_size = load_u16(page + offset + 6);
    if (offset + node_header_bytes + key_size > c->page_bytes) return damaged(c, number, "key out of range");
  }
  *out_count = count;
  return KHOP_OK;
}

static node node_at(const uint8_t *page, size_t index) {
  const uint8_t *bytes = page + load_u16(page + page_header_bytes + 2 * index);
  node n = {.flags = load_u16(bytes + 4), .key_size = load_u16(bytes + 6)};
  memcpy(&n.low, bytes, sizeof n.low);
  n.data = bytes + node_header_bytes + n.key_size;
  return n;
}

static int compare_keys(const key_copy *a, const uint8_t *bytes, size_t size) {
  int order = memcmp(a->bytes, bytes, a->size < size ? a->size : size);
  return order ? order : (a->size > size) - (a->size < size);
}

static void copy_key(key_copy *to, const uint8_t *bytes, size_t size) {
  to->is_set = true;
  to->size = size;
  memcpy(to->bytes, bytes, size);
}

static khop_status check_order(checker *c, uint64_t number, key_order *order, const node *n, bool leaf) {
  const uint8_t *key = n->data - n->key_size;
  if (n->key_size > key_bytes_max) return damaged(c, number, "key too long");
  if (leaf && order->last.is_set && compare_keys(&order->last, key, n->key_size) >= 0) return damaged(c, number, "keys out of order");
  if (leaf && order->branch.is_set && compare_keys(&order->branch, key, n->key_size) != 0) return damaged(c, number, "not the key that leads here");
  copy_key(leaf ? &order->last : &order->branch, key, n->key_size);
  if (leaf) order->branch.is_set = false;
  return KHOP_OK;
}

static khop_status walk_tree(checker *c, const tree_info *tree, bool of_trees);

static khop_status check_leaf_node(checker *c, uint64_t number, const uint8_t *page, node n, bool of_trees) {
  size_t room = (size_t)(page + c->page_bytes - n.data);
  if (n.flags == node_big_data && !of_trees) {
    uint64_t first;
    if (room < sizeof first) return damaged(c, number, "value out of range");
    memcpy(&first, n.data, sizeof first);
    return claim_pages(c, number, first, (page_header_bytes - 1 + (uint64_t)n.low) / c->page_bytes + 1);
  }
  if (n.low > room) return damaged(c, number, "value out of range");
  if (n.flags != (of_trees ? node_tree : 0)) return damaged(c, number, "node of an unknown kind");
  if (!of_trees) return KHOP_OK;
  tree_info tree;
  if (n.low != sizeof tree) return damaged(c, number, "tree of the wrong size");
  memcpy(&tree, n.data, sizeof tree);
  return walk_tree(c, &tree, false);
}

static khop_status walk_page(checker *c, uint64_t parent, uint64_t number, unsigned depth, bool of_trees, key_order *order) {
  TRY(claim_pages(c, parent, number, 1));
  uint8_t *page = mem_alloc(1, c->page_bytes);
  if (!page) return error_memory(c->err, c->page_bytes, "a page of the store");
  bool leaf = depth == 1;
  size_t count = 0;
  khop_status status;
  TRY_CLEANUP(read_at(c, number * c->page_bytes, page, c->page_bytes));
  TRY_CLEANUP(check_page(c, number, page, leaf, &count));
  if (leaf) order->entries += count;
  for (size_t i = 0; i < count; i++) {
    node n = node_at(page, i);
    if (leaf || i) TRY_CLEANUP(check_order(c, number, order, &n, leaf)); /* a branch's first key is not looked at */
    if (leaf) TRY_CLEANUP(check_leaf_node(c, number, page, n, of_trees));
    else TRY_CLEANUP(walk_page(c, number, (uint64_t)n.flags << 32 | n.low, depth - 1, of_trees, order));
  }
cleanup:
  mem_free(page);
  return status;
}

/* `of_trees`: the main tree, whose values are the named trees. */
static khop_status walk_tree(checker *c, const tree_info *tree, bool of_trees) {
  if (tree->flags != 0) return damaged(c, 0, "tree with unknown flags");
  if (tree->root == page_none) return tree->depth == 0 ? KHOP_OK : damaged(c, 0, "tree without root");
  if (tree->depth < 1 || tree->depth > depth_max) return damaged(c, 0, "tree depth out of range");
  key_order order = {0};
  TRY(walk_page(c, 0, tree->root, tree->depth, of_trees, &order));
  return order.entries == tree->entries ? KHOP_OK : damaged(c, tree->root, "entries are missing, or too many");
}

static khop_status read_meta(checker *c, unsigned which, size_t page_bytes, meta_info *out) {
  uint8_t bytes[page_header_bytes + sizeof *out];
  TRY(read_at(c, which * page_bytes, bytes, sizeof bytes));
  memcpy(out, bytes + page_header_bytes, sizeof *out);
  uint64_t number;
  memcpy(&number, bytes, sizeof number);
  if (load_u16(bytes + 10) != flag_meta || out->magic != lmdb_magic || out->version != 1) {
    return error_set(c->err, KHOP_INPUT, "%s: not a khop store", c->path);
  }
  if (number != which || out->free_tree.flags != free_tree_flags || out->free_tree.pad < page_bytes_min ||
      out->free_tree.pad > page_bytes_max || out->free_tree.pad & (out->free_tree.pad - 1)) {
    return damaged(c, which, "meta page out of range");
  }
  return KHOP_OK;
}

/* The newer meta page, which must be the one that its transaction number belongs to. */
static khop_status choose_meta(checker *c, uint64_t file_bytes, meta_info *out) {
  meta_info metas[2];
  if (file_bytes < page_bytes_min) return error_set(c->err, KHOP_INPUT, "%s: not a khop store", c->path);
  TRY(read_meta(c, 0, 0, &metas[0]));
  c->page_bytes = metas[0].free_tree.pad;
  if (file_bytes < 2 * c->page_bytes) {
    return error_set(c->err, KHOP_INPUT, "%s: cut short: %llu bytes", c->path, (unsigned long long)file_bytes);
  }
  TRY(read_meta(c, 1, c->page_bytes, &metas[1]));
  unsigned newer = metas[0].transaction < metas[1].transaction;
  if (metas[1].free_tree.pad != c->page_bytes || metas[newer].transaction % 2 != newer) {
    return damaged(c, newer, "meta pages disagree");
  }
  *out = metas[newer];
  if (out->last_page < 1 || out->last_page >= (UINT64_C(1) << 47) / c->page_bytes) {
    return damaged(c, newer, "last page out of range");
  }
  return KHOP_OK;
}

static khop_status check_open_file(checker *c) {
  struct stat info;
  if (fstat(c->fd, &info) != 0) return error_system(c->err, errno, c->path);
  if (!S_ISREG(info.st_mode)) return error_set(c->err, KHOP_INPUT, "%s: not a khop store", c->path);
  meta_info meta;
  TRY(choose_meta(c, (uint64_t)info.st_size, &meta));
  c->page_count = (uint64_t)info.st_size / c->page_bytes;
  c->last_page = meta.last_page;
  c->seen = mem_alloc(c->page_count / 8 + 1, 1);
  if (!c->seen) return error_memory(c->err, c->page_count / 8 + 1, "the page map of the store");
  khop_status status = walk_tree(c, &meta.main_tree, true);
  mem_free(c->seen);
  return status;
}

khop_status lmdb_file_check(const char *path, khop_error *err) {
  checker c = {.path = path, .err = err};
  c.fd = open(path, O_RDONLY | O_CLOEXEC);
  if (c.fd < 0) return error_system(err, errno, path);
  khop_status status = check_open_file(&c);
  close(c.fd);
  return status;
}
