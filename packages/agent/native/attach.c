// SPDX-License-Identifier: Apache-2.0
//
// Mounts folders read-only inside running sandboxes; see helper.h for how the agent speaks with it. It runs in the
// agent's mount namespace. The fields of a record after the first three: a root, names below it or nothing, target, and
// "make" or "find". The root is in the rules of the agent; no file below it is trusted. With "find" the target exists, below
// the folder of the function. With "make" no program of a function has run in the sandbox yet: its own user makes the
// target and the folders on the way, as the launcher would.
#define _GNU_SOURCE
#include <linux/mount.h>
#include <linux/openat2.h>

#define FIELDS 7
#define BUFFER_SIZE (3 * PATH_MAX + 256)
#define NAMESPACE "mnt"
#define NAMESPACE_KIND CLONE_NEWNS
#include "helper.h"
#include <sys/fsuid.h>

#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif
#ifndef MS_PRIVATE
#define MS_PRIVATE (1 << 18)
#endif

#define TARGET_ROOT "/opt/function/"
// Targets that may be made.
static const char *const made_below[] = {TARGET_ROOT, "/home/snuser/", "/run/funcgraph/"};

static int open_exactly(int folder, const char *path, unsigned long long resolve) {
  struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = resolve};
  return (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
}

static int open_source(const char *root, const char *below, struct failure *failure) {
  int folder = open_exactly(AT_FDCWD, root, RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
  if (folder < 0) return fail(failure, "open-root", errno);
  if (below[0] == '\0') return folder;
  int source = open_exactly(folder, below, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
  int error = errno;
  close(folder);
  return source < 0 ? fail(failure, "open-source", error) : source;
}

// A detached copy of the mount at the source, read-only with all mounts below it.
static int clone_tree(const char *root, const char *below, struct failure *failure) {
  int folder = open_source(root, below, failure);
  if (folder < 0) return -1;
  int tree = (int)syscall(SYS_open_tree, folder, "",
                          AT_EMPTY_PATH | AT_RECURSIVE | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  int error = errno;
  close(folder);
  if (tree < 0) return fail(failure, "open-tree", error);
  struct mount_attr attributes = {
      .attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
      .propagation = MS_PRIVATE,
  };
  if (syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attributes, sizeof attributes) < 0) {
    error = errno;
    close(tree);
    return fail(failure, "mount-setattr", error);
  }
  return tree;
}

static int make_place(const char *target, int is_folder) {
  static char part[PATH_MAX];
  for (const char *slash = strchr(target + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
    memcpy(part, target, (size_t)(slash - target));
    part[slash - target] = '\0';
    if (mkdir(part, 0700) < 0 && errno != EEXIST) return -1;
  }
  if (is_folder) return mkdir(target, 0755) < 0 && errno != EEXIST ? -1 : 0;
  int file = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0444);
  if (file < 0) return errno == EEXIST ? 0 : -1;
  return close(file);
}

// With the rights of the user who owns the root of the sandbox, and no others.
static int make_as_owner(const char *target, int tree) {
  struct stat root, shown;
  if (stat("/", &root) < 0 || fstat(tree, &shown) < 0) return -1;
  mode_t mask = umask(0);
  setfsgid(root.st_gid);
  setfsuid(root.st_uid);
  int result = make_place(target, S_ISDIR(shown.st_mode));
  int error = errno;
  setfsuid(0);
  setfsgid(0);
  umask(mask);
  errno = error;
  return result;
}

static int move_into(int space, int tree, const char *target, int makes, struct failure *failure) {
  if (setns(space, NAMESPACE_KIND) < 0) return fail(failure, "enter", errno);
  const char *step = "open-target";
  int error = 0;
  if (makes && make_as_owner(target, tree) < 0) {
    error = errno;
    leave();
    return fail(failure, "make-target", error);
  }
  int place = open_exactly(AT_FDCWD, target, RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_IN_ROOT);
  if (place < 0) {
    error = errno;
  } else if (syscall(SYS_move_mount, tree, "", place, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0) {
    step = "move-mount";
    error = errno;
  }
  close_if_open(place);
  leave();
  return error == 0 ? 0 : fail(failure, step, error);
}

// Names without empty, "." and ".." ones among them.
static int is_plain(const char *names) {
  if (strlen(names) >= PATH_MAX) return 0;
  for (const char *part = names;; part += strcspn(part, "/") + 1) {
    size_t length = strcspn(part, "/");
    if (length == 0 || (length == 1 && part[0] == '.') || (length == 2 && part[0] == '.' && part[1] == '.')) return 0;
    if (part[length] == '\0') return 1;
  }
}

static int is_plain_path(const char *path) {
  return path[0] == '/' && is_plain(path + 1);
}

static int is_below(const char *target, const char *const *folders, size_t count) {
  for (size_t at = 0; at < count; at++)
    if (strncmp(target, folders[at], strlen(folders[at])) == 0) return 1;
  return 0;
}

static int serve(const char *const fields[FIELDS], struct failure *failure) {
  struct subject subject = subject_of(fields);
  const char *root = fields[3], *below = fields[4], *target = fields[5];
  if (!is_plain_path(root) || !is_plain_path(target)) _exit(EXIT_PROTOCOL);
  if (below[0] != '\0' && !is_plain(below)) _exit(EXIT_PROTOCOL);
  int makes = strcmp(fields[6], "make") == 0;
  if (!makes && strcmp(fields[6], "find") != 0) _exit(EXIT_PROTOCOL);
  if (!is_below(target, made_below, makes ? sizeof made_below / sizeof *made_below : 1)) _exit(EXIT_PROTOCOL);
  int tree = clone_tree(root, below, failure);
  if (tree < 0) return -1;
  int space = open_namespace(&subject, failure);
  int result = space < 0 ? -1 : move_into(space, tree, target, makes, failure);
  close_if_open(space);
  close(tree);
  return result;
}

static int check_machine(struct failure *failure) {
  const unsigned search = right_to_search();
  if (search == 0) return fail(failure, "search", EPERM);
  const unsigned kept =
      1u << CAP_SYS_ADMIN | 1u << CAP_SYS_CHROOT | 1u << CAP_SYS_PTRACE | search | 1u << CAP_SETUID | 1u << CAP_SETGID;
  if (settle(kept, failure) < 0) return -1;
  int tree = clone_tree("/proc", "", failure);
  if (tree < 0) return -1;
  close(tree);
  return 0;
}
