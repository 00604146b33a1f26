// SPDX-License-Identifier: Apache-2.0
//
// The way from the agent to the first program of a sandbox. Where the machine allows it, this program makes the whole
// sandbox:
//   launch make FILES PROCESSES UID GID JOIN... -- PLAN STARTED REPORTS COMMAND...
// Limits, groups and user, then the sandbox of the plan on descriptor PLAN (see plan.h), then COMMAND in it; REPORTS is
// "yes" when the launcher reports on descriptor STARTED, "no" when COMMAND does. It can also be made before it is needed:
//   launch wait FILES PROCESSES UID GID JOIN... -- PLAN STARTED
// Then PLAN is a socket. The first part of the plan comes on it; one byte goes back when the sandbox is made; the second
// part, with the command, comes when the agent needs a sandbox. Elsewhere bubblewrap makes it, and the
// agent runs this program twice for each start, in one chain of execs without a process of its own:
//   launch enter FILES PROCESSES UID GID JOIN... -- COMMAND...   outside: limits, groups, user, then bubblewrap
//   launch start OWN STARTED COMMAND...                          inside: reports on descriptor STARTED, then the runtime
// UID "-": stay; PROCESSES 0: no limit. OWN is the descriptor through which the agent shows this program inside, where no
// path leads to it. Both are closed before COMMAND is executed.
//
// It trusts its arguments: all are the agent's, except for COMMAND after `start`, which already runs as the function.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

// As a shell reports them.
enum { EXIT_LAUNCH = 125, EXIT_NO_EXEC = 126, EXIT_NOT_FOUND = 127 };

_Noreturn static void end(int code, const char *what, const char *why) {
  struct iovec parts[] = {{"cannot launch: ", 15},
                          {(char *)what, strlen(what)},
                          {": ", 2},
                          {(char *)why, strlen(why)},
                          {"\n", 1}};
  // The exit code reports it too.
  if (writev(STDERR_FILENO, parts, 5) < 0) _exit(code);
  _exit(code);
}

_Noreturn static void end_by_error(const char *what) {
  end(EXIT_LAUNCH, what, strerror(errno));
}

static unsigned long number(const char *text, unsigned long most) {
  size_t length = strspn(text, "0123456789");
  if (length == 0 || length > 10 || text[length] != '\0') end(EXIT_LAUNCH, text, "not a number");
  unsigned long value = strtoul(text, NULL, 10);
  if (value > most) end(EXIT_LAUNCH, text, "too large");
  return value;
}

_Noreturn static void execute(char **command) {
  if (command[0] == NULL) end(EXIT_LAUNCH, "command", "missing");
  execvp(command[0], command);
  end(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_NO_EXEC, command[0], strerror(errno));
}

static void limit(int resource, const char *name, rlim_t value) {
  const struct rlimit both = {value, value};
  if (setrlimit(resource, &both) < 0) end_by_error(name);
}

// Its own single thread: see the cgroups of the agent.
static void join(const char *file) {
  int group = open(file, O_WRONLY | O_CLOEXEC);
  if (group < 0 || write(group, "0", 1) != 1) end_by_error(file);
  close(group);
}

// No program that is executed later inherits a capability: like setpriv --inh-caps=-all.
static void drop_inheritable(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2];
  if (syscall(SYS_capget, &header, data) < 0) end_by_error("capget");
  data[0].inheritable = data[1].inheritable = 0;
  if (syscall(SYS_capset, &header, data) < 0) end_by_error("capset");
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 && errno != EINVAL) end_by_error("ambient");
}

static void become(uid_t uid, gid_t gid) {
  uid_t real = 0, effective = 0, saved = 0;
  drop_inheritable();
  if (setgroups(0, NULL) < 0) end_by_error("setgroups");
  if (setresgid(gid, gid, gid) < 0) end_by_error("setresgid");
  if (setresuid(uid, uid, uid) < 0) end_by_error("setresuid");
  if (getresuid(&real, &effective, &saved) < 0 || real != uid || effective != uid || saved != uid)
    end(EXIT_LAUNCH, "user", "unchanged");
}

#include "plan.h"
#include "sandbox.h"

// Only root may raise it; the first program gets its limit later.
static void make_room_for(rlim_t files) {
  struct rlimit now;
  if (getrlimit(RLIMIT_NOFILE, &now) < 0) end_by_error("files");
  if (now.rlim_max >= files) return;
  now.rlim_max = files;
  if (setrlimit(RLIMIT_NOFILE, &now) < 0) end_by_error("files");
}

// Everything before the sandbox but the limit of files; returns what follows "--".
static char **prepare(char **arguments, int count) {
  if (count < 5) end(EXIT_LAUNCH, "launch", "too few arguments");
  limit(RLIMIT_CORE, "core", 0);
  make_room_for(number(arguments[0], INT_MAX));
  rlim_t processes = number(arguments[1], INT_MAX);
  if (processes > 0) limit(RLIMIT_NPROC, "processes", processes);
  char **next = arguments + 4;
  for (; *next != NULL && strcmp(*next, "--") != 0; next++) join(*next);
  if (*next == NULL) end(EXIT_LAUNCH, "launch", "no command");
  if (strcmp(arguments[2], "-") != 0) {
    uid_t uid = (uid_t)number(arguments[2], UINT_MAX - 1);
    gid_t gid = (gid_t)number(arguments[3], UINT_MAX - 1);
    if (uid == 0 || gid == 0) end(EXIT_LAUNCH, "user", "root");
    become(uid, gid);
  }
  return next + 1;
}

_Noreturn static void enter(char **arguments, int count) {
  char **command = prepare(arguments, count);
  limit(RLIMIT_NOFILE, "files", number(arguments[0], INT_MAX));
  execute(command);
}

// The limit of files is the first program's: what the sandbox shows is open while it is made.
_Noreturn static void make(char **arguments, int count) {
  static struct plan plan;
  char **next = prepare(arguments, count);
  int left = count - (int)(next - arguments);
  if (left < 4) end(EXIT_LAUNCH, "make", "too few arguments");
  struct first_program first = {.command = next + 3,
                                .started = (int)number(next[1], MAX_DESCRIPTOR),
                                .reports = strcmp(next[2], "yes") == 0,
                                .files = number(arguments[0], INT_MAX)};
  read_plan((int)number(next[0], MAX_DESCRIPTOR), &plan);
  make_sandbox(&plan, &first);
}

_Noreturn static void make_waiting(char **arguments, int count) {
  static struct plan plan;
  char **next = prepare(arguments, count);
  if (count - (int)(next - arguments) != 2) end(EXIT_LAUNCH, "wait", "wrong number of arguments");
  struct first_program first = {.started = (int)number(next[1], MAX_DESCRIPTOR),
                                .reports = true,
                                .files = number(arguments[0], INT_MAX)};
  read_first_part((int)number(next[0], MAX_DESCRIPTOR), &plan);
  make_sandbox(&plan, &first);
}

_Noreturn static void start(char **arguments, int count) {
  if (count < 3) end(EXIT_LAUNCH, "start", "too few arguments");
  int own = (int)number(arguments[0], INT_MAX);
  int started = (int)number(arguments[1], INT_MAX);
  if (write(started, ".", 1) != 1) end_by_error("started");
  if (close(started) < 0 || close(own) < 0) end_by_error("close");
  execute(arguments + 2);
}

int main(int count, char **arguments) {
  const char *mode = count > 1 ? arguments[1] : "";
  if (strcmp(mode, "make") == 0) make(arguments + 2, count - 2);
  if (strcmp(mode, "wait") == 0) make_waiting(arguments + 2, count - 2);
  if (strcmp(mode, "enter") == 0) enter(arguments + 2, count - 2);
  if (strcmp(mode, "start") == 0) start(arguments + 2, count - 2);
  end(EXIT_LAUNCH, "launch", "unknown mode");
}
