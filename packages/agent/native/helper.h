// SPDX-License-Identifier: Apache-2.0
//
// Shared code of the agent's helpers. A helper is started once by the agent, as root, and reads from standard input
// records of FIELDS fields, each ended by a NUL byte; the first is a sequence number. Where a record is about a process, the
// next two are its process id and its start time (field 22 of /proc/<pid>/stat). It writes first "ready" or "no <step> <errno>" (and the end), then for each record, in order, one line:
//   "<sequence> ok" or "<sequence> no <step> <errno>"
//
// The agent is trusted; code in a sandbox is not. A record that cannot be parsed ends the program, because the start of
// the next record is unknown; so does a namespace that cannot be left, because all later requests would run there.
//
// A helper defines FIELDS, BUFFER_SIZE, NAMESPACE (a name in /proc/<pid>/ns) and NAMESPACE_KIND (its CLONE_NEW… flag),
// includes this file, then defines `check_machine` and `serve`.
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
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

enum { EXIT_UNABLE = 1, EXIT_PROTOCOL = 2, EXIT_STRAY = 3 };

struct failure {
  const char *step;
  int error;
};

// The process that a record is about.
struct subject {
  pid_t pid;
  unsigned long long start_time;
};

// Tries every call that needs a new kernel or a right, so that the agent learns now and not at the first request.
static int check_machine(struct failure *failure);
// Does what a record asks for; -1 with `failure` when it could not. Ends the program when the record makes no sense.
static int serve(const char *const fields[FIELDS], struct failure *failure);

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

__attribute__((unused)) static void leave(void) {
  if (setns(host_namespace, NAMESPACE_KIND) < 0) _exit(EXIT_STRAY);
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

// The namespace of the intended process: not of a later process with the same id, and never our own.
__attribute__((unused)) static int open_namespace(const struct subject *subject, struct failure *failure) {
  char path[64];
  struct stat identity;
  unsigned long long start_time = 0;
  int process = (int)syscall(SYS_pidfd_open, subject->pid, 0);
  if (process < 0) return fail(failure, "pidfd-open", errno);
  snprintf(path, sizeof path, "/proc/%d/ns/" NAMESPACE, subject->pid);
  int space = open(path, O_RDONLY | O_CLOEXEC);
  int known = space >= 0 && read_start_time(subject->pid, &start_time) == 0 && fstat(space, &identity) == 0;
  // Data read by process id belongs to this process only if it is still alive.
  struct pollfd ended = {.fd = process, .events = POLLIN};
  int error = 0;
  if (!known || poll(&ended, 1, 0) != 0 || start_time != subject->start_time) error = ESRCH;
  else if (identity.st_ino == host_identity.st_ino && identity.st_dev == host_identity.st_dev) error = EXDEV;
  close(process);
  if (error == 0) return space;
  close_if_open(space);
  return fail(failure, "find-process", error);
}

static int parse_number(const char *text, unsigned long long most, unsigned long long *value) {
  size_t length = strspn(text, "0123456789");
  if (length == 0 || length > 19 || text[length] != '\0') return -1;
  *value = strtoull(text, NULL, 10);
  return *value <= most ? 0 : -1;
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

__attribute__((unused)) static struct subject subject_of(const char *const fields[FIELDS]) {
  struct subject subject;
  unsigned long long pid = 0;
  if (parse_number(fields[1], INT_MAX, &pid) < 0 || pid < 1) _exit(EXIT_PROTOCOL);
  if (parse_number(fields[2], ULLONG_MAX, &subject.start_time) < 0) _exit(EXIT_PROTOCOL);
  subject.pid = (pid_t)pid;
  return subject;
}

static void answer(const char *const fields[FIELDS]) {
  struct failure failure = {"", 0};
  unsigned long long sequence = 0;
  char line[128];
  if (parse_number(fields[0], ULLONG_MAX, &sequence) < 0) _exit(EXIT_PROTOCOL);
  if (serve(fields, &failure) == 0) snprintf(line, sizeof line, "%llu ok\n", sequence);
  else snprintf(line, sizeof line, "%llu no %s %d\n", sequence, failure.step, failure.error);
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

// Keeps what the helper's work in the namespace of another user needs, and nothing else. All of them are below 32.
static int drop_capabilities(unsigned kept) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2];
  if (syscall(SYS_capget, &header, data) < 0) return -1;
  data[0].effective = data[0].permitted &= kept;
  data[1].effective = data[1].permitted = 0;
  data[0].inheritable = data[1].inheritable = 0;
  return (int)syscall(SYS_capset, &header, data);
}

// The right to enter folders of every user. Containers often have the wider one only, which also lets write there; 0 with
// neither.
__attribute__((unused)) static unsigned right_to_search(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2];
  if (syscall(SYS_capget, &header, data) < 0) return 0;
  unsigned narrow = data[0].permitted & 1u << CAP_DAC_READ_SEARCH;
  return narrow != 0 ? narrow : data[0].permitted & 1u << CAP_DAC_OVERRIDE;
}

// What every helper does before its own checks.
static int settle_here(unsigned capabilities, struct failure *failure) {
  host_namespace = open("/proc/self/ns/" NAMESPACE, O_RDONLY | O_CLOEXEC);
  if (host_namespace < 0 || fstat(host_namespace, &host_identity) < 0) return fail(failure, "open-own", errno);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
    return fail(failure, "prctl", errno);
  if (drop_capabilities(capabilities) < 0) return fail(failure, "capset", errno);
  int process = (int)syscall(SYS_pidfd_open, getpid(), 0);
  if (process < 0) return fail(failure, "pidfd-open", errno);
  close(process);
  return 0;
}

// Of a helper that enters namespaces itself and returns from them.
__attribute__((unused)) static int settle(unsigned capabilities, struct failure *failure) {
  if (settle_here(capabilities, failure) < 0) return -1;
  return setns(host_namespace, NAMESPACE_KIND) == 0 ? 0 : fail(failure, "enter", errno);
}

int main(void) {
  static char buffer[BUFFER_SIZE];
  size_t length = 0;
  struct failure failure = {"", 0};
  // The pipe also closes when the agent dies; this signal works during a long system call too.
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
