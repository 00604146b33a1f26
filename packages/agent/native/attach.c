// SPDX-License-Identifier: Apache-2.0
//
// Mounts folders read-only inside running sandboxes. Started once by the agent, as root, in the agent's mount namespace.
//
// Standard input: records of five fields, each ended by a NUL byte:
//   sequence number, process id, start time of that process (field 22 of /proc/<pid>/stat), source, target
// Standard output: first "ready" or "no <step> <errno>" (and the end), then for each record, in order, one line:
//   "<sequence> ok" or "<sequence> no <step> <errno>"
//
// The agent is trusted; what runs in a sandbox is not. A record that cannot be parsed ends the program, because what
// follows it cannot be told apart; so does a namespace that cannot be left, because everything after would happen there.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif
#ifndef MS_PRIVATE
#define MS_PRIVATE (1 << 18)
#endif

#define TARGET_ROOT "/opt/function/"
#define FIELDS 5
#define BUFFER_SIZE (2 * PATH_MAX + 256)

enum { EXIT_UNABLE = 1, EXIT_PROTOCOL = 2, EXIT_STRAY = 3 };

struct request {
  unsigned long long seq;
  pid_t pid;
  unsigned long long start_time;
  const char *source;
  const char *target;
};

struct failure {
  const char *step;
  int error;
};

static int host_namespace = -1;
static struct stat host_identity;

static int fail(struct failure *failure, const char *step, int error) {
  failure->step = step;
  failure->error = error;
  return -1;
}

static void close_if_open(int descriptor) {
  if (descriptor >= 0) close(descriptor);
}

static int open_exactly(const char *path, unsigned long long resolve) {
  struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = resolve};
  return (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
}

// A detached copy of what is mounted at `source`, read-only with all that is mounted below it.
static int clone_tree(const char *source, struct failure *failure) {
  int folder = open_exactly(source, RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
  if (folder < 0) return fail(failure, "open-source", errno);
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

static int read_start_time(pid_t pid, unsigned long long *start_time) {
  char path[64], text[2048];
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return -1;
  ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  if (length <= 0) return -1;
  text[length] = '\0';
  // The second field is the command in brackets, which may hold brackets and spaces.
  char *field = strrchr(text, ')');
  for (int number = 2; field != NULL && number < 22; number++) {
    field = strchr(field, ' ');
    if (field != NULL) field++;
  }
  if (field == NULL || *field < '0' || *field > '9') return -1;
  *start_time = strtoull(field, NULL, 10);
  return 0;
}

// A descriptor of the process that was meant: not of one that got its number later, and not of one beside us.
static int open_process(const struct request *request, struct failure *failure) {
  int process = (int)syscall(SYS_pidfd_open, request->pid, 0);
  if (process < 0) return fail(failure, "pidfd-open", errno);
  unsigned long long start_time = 0;
  char path[64];
  struct stat identity;
  snprintf(path, sizeof path, "/proc/%d/ns/mnt", request->pid);
  int known = read_start_time(request->pid, &start_time) == 0 && stat(path, &identity) == 0;
  // What was read by number is of this process only if it still lives.
  struct pollfd ended = {.fd = process, .events = POLLIN};
  int error = 0;
  if (!known || poll(&ended, 1, 0) != 0 || start_time != request->start_time) error = ESRCH;
  else if (identity.st_ino == host_identity.st_ino && identity.st_dev == host_identity.st_dev) error = EXDEV;
  if (error == 0) return process;
  close(process);
  return fail(failure, "find-process", error);
}

static int move_into(int process, int tree, const char *target, struct failure *failure) {
  if (setns(process, CLONE_NEWNS) < 0) return fail(failure, "enter", errno);
  const char *step = "open-target";
  int error = 0;
  int place = open_exactly(target, RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_IN_ROOT);
  if (place < 0) {
    error = errno;
  } else if (syscall(SYS_move_mount, tree, "", place, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0) {
    step = "move-mount";
    error = errno;
  }
  close_if_open(place);
  if (setns(host_namespace, CLONE_NEWNS) < 0) _exit(EXIT_STRAY);
  return error == 0 ? 0 : fail(failure, step, error);
}

static int attach(const struct request *request, struct failure *failure) {
  int tree = clone_tree(request->source, failure);
  if (tree < 0) return -1;
  int process = open_process(request, failure);
  int result = process < 0 ? -1 : move_into(process, tree, request->target, failure);
  close_if_open(process);
  close(tree);
  return result;
}

static int parse_number(const char *text, unsigned long long most, unsigned long long *value) {
  size_t length = strspn(text, "0123456789");
  if (length == 0 || length > 19 || text[length] != '\0') return -1;
  *value = strtoull(text, NULL, 10);
  return *value <= most ? 0 : -1;
}

// Absolute, without empty, "." and ".." parts.
static int is_plain_path(const char *path) {
  if (path[0] != '/' || strlen(path) >= PATH_MAX) return 0;
  for (const char *part = path + 1;; part += strcspn(part, "/") + 1) {
    size_t length = strcspn(part, "/");
    if (length == 0 || (length == 1 && part[0] == '.') || (length == 2 && part[0] == '.' && part[1] == '.')) return 0;
    if (part[length] == '\0') return 1;
  }
}

static int parse_request(const char *const fields[FIELDS], struct request *request) {
  unsigned long long pid = 0;
  if (parse_number(fields[0], ULLONG_MAX, &request->seq) < 0) return -1;
  if (parse_number(fields[1], INT_MAX, &pid) < 0 || pid < 1) return -1;
  if (parse_number(fields[2], ULLONG_MAX, &request->start_time) < 0) return -1;
  request->pid = (pid_t)pid;
  request->source = fields[3];
  request->target = fields[4];
  if (!is_plain_path(request->source) || !is_plain_path(request->target)) return -1;
  return strncmp(request->target, TARGET_ROOT, strlen(TARGET_ROOT)) == 0 ? 0 : -1;
}

static void say(const char *text) {
  size_t length = strlen(text);
  for (size_t done = 0; done < length;) {
    ssize_t written = write(STDOUT_FILENO, text + done, length - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) _exit(EXIT_UNABLE);
    done += (size_t)written;
  }
}

static void answer(const char *const fields[FIELDS]) {
  struct request request;
  struct failure failure = {"", 0};
  char line[128];
  if (parse_request(fields, &request) < 0) _exit(EXIT_PROTOCOL);
  if (attach(&request, &failure) == 0) snprintf(line, sizeof line, "%llu ok\n", request.seq);
  else snprintf(line, sizeof line, "%llu no %s %d\n", request.seq, failure.step, failure.error);
  say(line);
}

// Takes complete records from the front of the buffer; returns how many bytes they were.
static size_t take_records(const char *buffer, size_t length) {
  size_t taken = 0;
  for (;;) {
    const char *fields[FIELDS];
    size_t at = taken;
    for (int index = 0; index < FIELDS; index++) {
      const char *end = memchr(buffer + at, '\0', length - at);
      if (end == NULL) return taken;
      fields[index] = buffer + at;
      at = (size_t)(end - buffer) + 1;
    }
    answer(fields);
    taken = at;
  }
}

// Keeps what mounting in the namespace of another user needs, and nothing else.
static int drop_capabilities(void) {
  const unsigned kept = 1u << CAP_SYS_ADMIN | 1u << CAP_SYS_CHROOT | 1u << CAP_SYS_PTRACE | 1u << CAP_DAC_READ_SEARCH;
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2];
  if (syscall(SYS_capget, &header, data) < 0) return -1;
  data[0].effective = data[0].permitted &= kept;
  data[1].effective = data[1].permitted = 0;
  data[0].inheritable = data[1].inheritable = 0;
  return (int)syscall(SYS_capset, &header, data);
}

// Tries every call that needs a new kernel or a right, so that the agent learns now and not at the first request.
static int check_machine(struct failure *failure) {
  host_namespace = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
  if (host_namespace < 0 || fstat(host_namespace, &host_identity) < 0) return fail(failure, "open-own", errno);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
    return fail(failure, "prctl", errno);
  if (drop_capabilities() < 0) return fail(failure, "capset", errno);
  int tree = clone_tree("/proc", failure);
  if (tree < 0) return -1;
  close(tree);
  int process = (int)syscall(SYS_pidfd_open, getpid(), 0);
  if (process < 0) return fail(failure, "pidfd-open", errno);
  close(process);
  if (setns(host_namespace, CLONE_NEWNS) < 0) return fail(failure, "enter", errno);
  return 0;
}

int main(void) {
  static char buffer[BUFFER_SIZE];
  size_t length = 0;
  struct failure failure = {"", 0};
  // The agent's end of the pipe tells of its death too; this does so while a call into the kernel takes its time.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (check_machine(&failure) < 0) {
    char line[128];
    snprintf(line, sizeof line, "no %s %d\n", failure.step, failure.error);
    say(line);
    return EXIT_UNABLE;
  }
  say("ready\n");
  for (;;) {
    if (length == sizeof buffer) return EXIT_PROTOCOL;
    ssize_t received = read(STDIN_FILENO, buffer + length, sizeof buffer - length);
    if (received < 0 && errno == EINTR) continue;
    if (received < 0) return EXIT_UNABLE;
    if (received == 0) return 0;
    length += (size_t)received;
    size_t taken = take_records(buffer, length);
    memmove(buffer, buffer + taken, length - taken);
    length -= taken;
  }
}
