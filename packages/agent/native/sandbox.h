// SPDX-License-Identifier: Apache-2.0
//
// Makes the sandbox of a plan and runs its first program, as bubblewrap does, in three processes: the monitor on the
// host, which ends with the exit code; the init of the sandbox, which prepares everything; and the first program. All
// files of the host are opened as detached copies of mounts before the root is changed, so no later step can reach
// anything of the host by a path, whatever links an image has. A step that fails ends the init, and with it everything.
#include <linux/filter.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif
#define MNT_DETACH 2
#define ALL_NAMESPACES                                                                                                \
  (CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP)
#define SAFE (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)
// Any folder that every machine has: the new root stands there until it is the root.
#define PLACE "/tmp"

struct first_program {
  char **command;
  int started;
  // Otherwise the program itself reports on `started`.
  bool reports;
  rlim_t files;
};

struct inside {
  struct sock_filter filter[BPF_MAXINSNS];
  unsigned short filter_length;
  int processes;
  int self;
  int most_user_namespaces;
  int monitor_lives;
  mode_t umask;
};

_Noreturn static void end_at(const char *step, const char *path) {
  static char text[PATH_MAX + 64];
  int error = errno;
  snprintf(text, sizeof text, "%s %s", step, path);
  end(EXIT_LAUNCH, text, strerror(error));
}

static void put(int folder, const char *name, const char *text) {
  int file = openat(folder, name, O_WRONLY | O_CLOEXEC);
  if (file < 0 || write(file, text, strlen(text)) != (ssize_t)strlen(text)) end_at("write", name);
  close(file);
}

static void map_user(int self, uid_t uid, uid_t outer_uid, gid_t gid, gid_t outer_gid) {
  char text[64];
  snprintf(text, sizeof text, "%u %u 1\n", uid, outer_uid);
  put(self, "uid_map", text);
  snprintf(text, sizeof text, "%u %u 1\n", gid, outer_gid);
  put(self, "gid_map", text);
}

// The signal is lost by changes of credentials, and comes too late when the monitor has died already.
static void die_with_monitor(int monitor_lives) {
  struct pollfd pipe = {.fd = monitor_lives};
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0) end_by_error("pdeathsig");
  if (poll(&pipe, 1, 0) != 0) _exit(EXIT_LAUNCH);
}

static void restrict_mount(int folder, const char *path, unsigned flags, uint64_t attributes) {
  struct mount_attr attr = {.attr_set = attributes};
  if (syscall(SYS_mount_setattr, folder, path, flags, &attr, sizeof attr) < 0) end_at("restrict", path);
}

static int copy_tree(const char *path, unsigned flags) {
  int tree = (int)syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | flags);
  if (tree < 0) end_at("open", path);
  return tree;
}

static int copy_restricted(const char *path, bool writable) {
  int tree = copy_tree(path, AT_RECURSIVE);
  restrict_mount(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, SAFE | (writable ? 0 : MOUNT_ATTR_RDONLY));
  return tree;
}

// A mount of another namespace cannot be copied by descriptor: by its path, if that still leads to the same file.
static int copy_descriptor(int descriptor) {
  static char path[PATH_MAX];
  char link[32];
  struct stat checked, found;
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path);
  if (length < 0) end_at("read", link);
  if ((size_t)length == sizeof path) end(EXIT_LAUNCH, link, "too long");
  path[length] = '\0';
  int tree = copy_restricted(path, false);
  if (fstat(descriptor, &checked) < 0 || fstat(tree, &found) < 0) end_at("compare", path);
  if (checked.st_dev != found.st_dev || checked.st_ino != found.st_ino) end(EXIT_LAUNCH, path, "was replaced");
  close(descriptor);
  return tree;
}

static int new_file_system(const char *kind, unsigned attributes) {
  int context = (int)syscall(SYS_fsopen, kind, FSOPEN_CLOEXEC);
  // The table of mounts shows the source.
  if (context < 0 || syscall(SYS_fsconfig, context, FSCONFIG_SET_STRING, "source", kind, 0) < 0 ||
      syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
    end_at("create", kind);
  int tree = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, attributes);
  if (tree < 0) end_at("mount", kind);
  close(context);
  return tree;
}

static void attach(int tree, const char *path) {
  if (syscall(SYS_move_mount, tree, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_SYMLINKS) < 0)
    end_at("mount", path);
}

static void mount_new(const char *kind, const char *path, unsigned long flags, const char *data) {
  if (syscall(SYS_mount, kind, path, kind, flags, data) < 0) end_at("mount", path);
}

// As bubblewrap makes folders that the agent asked for, and those on the way to what is shown or linked.
enum { ASKED = 0755, ON_THE_WAY = 0700 };

static void make_parents(const char *path, mode_t mode) {
  static char part[PATH_MAX];
  for (const char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
    memcpy(part, path, (size_t)(slash - path));
    part[slash - path] = '\0';
    if (mkdir(part, mode) < 0 && errno != EEXIST && access(part, F_OK) < 0) end_at("make", part);
  }
}

static void make_folder(const char *path, mode_t of_parents) {
  struct stat found;
  if (stat(path, &found) == 0) {
    if (S_ISDIR(found.st_mode)) return;
    errno = ENOTDIR;
    end_at("make", path);
  }
  make_parents(path, of_parents);
  if (mkdir(path, 0755) < 0 && errno != EEXIST) end_at("make", path);
}

static void make_file(const char *path) {
  struct stat found;
  if (stat(path, &found) == 0) return;
  make_parents(path, ON_THE_WAY);
  int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0444);
  if (file < 0) end_at("make", path);
  close(file);
}

static void make_link(const char *content, const char *path) {
  make_parents(path, ON_THE_WAY);
  if (symlink(content, path) < 0) end_at("link", path);
}

static void attach_made(int tree, const char *path) {
  struct stat shown;
  if (fstat(tree, &shown) < 0) end_at("look at", path);
  if (S_ISDIR(shown.st_mode)) make_folder(path, ON_THE_WAY);
  else make_file(path);
  attach(tree, path);
  close(tree);
}

static const char *const devices[] = {"null", "zero", "full", "random", "urandom", "tty"};
enum { DEVICE_COUNT = sizeof devices / sizeof *devices };
static int device_trees[DEVICE_COUNT];

static void open_devices(void) {
  char path[32];
  for (int at = 0; at < DEVICE_COUNT; at++) {
    snprintf(path, sizeof path, "/dev/%s", devices[at]);
    device_trees[at] = copy_tree(path, 0);
    restrict_mount(device_trees[at], "", AT_EMPTY_PATH, MOUNT_ATTR_NOSUID);
  }
}

// Everything of the host that the sandbox will show.
static void open_sources(struct plan *plan) {
  for (size_t at = 0; at < plan->step_count; at++) {
    struct step *step = &plan->steps[at];
    if (step->kind == SHOW) step->tree = copy_restricted(step->source, step->writable);
    else if (step->kind == SHOW_DESCRIPTOR) step->tree = copy_descriptor(step->descriptor);
    else if (step->kind == DEVICES) open_devices();
  }
}

// The kernel allows a new /proc only where a complete one can be seen.
static void open_processes(struct inside *inside) {
  inside->processes = new_file_system("proc", SAFE | MOUNT_ATTR_NOEXEC);
  inside->self = openat(inside->processes, "self", O_PATH | O_DIRECTORY | O_CLOEXEC);
  inside->most_user_namespaces =
      openat(inside->processes, "sys/user/max_user_namespaces", O_WRONLY | O_CLOEXEC);
  if (inside->self < 0 || inside->most_user_namespaces < 0) end_at("open", "/proc");
}

static void show_processes(int tree) {
  static const char *const covered[] = {"/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus"};
  make_folder("/proc", ASKED);
  attach(tree, "/proc");
  for (size_t at = 0; at < sizeof covered / sizeof *covered; at++) {
    // Only an agent whose user owns such files could write them.
    if (access(covered[at], W_OK) < 0) continue;
    int cover = copy_restricted(covered[at], false);
    attach(cover, covered[at]);
    close(cover);
  }
}

static const char *below(const char *folder, const char *name) {
  static char path[PATH_MAX + 16];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static void show_devices(const char *folder) {
  static const char *const links[][2] = {{"/proc/self/fd/0", "stdin"}, {"/proc/self/fd/1", "stdout"},
                                         {"/proc/self/fd/2", "stderr"}, {"/proc/self/fd", "fd"},
                                         {"/proc/kcore", "core"},       {"pts/ptmx", "ptmx"}};
  make_folder(folder, ASKED);
  mount_new("tmpfs", folder, MS_NOSUID | MS_NODEV, "mode=0755");
  for (int at = 0; at < DEVICE_COUNT; at++) attach_made(device_trees[at], below(folder, devices[at]));
  make_folder(below(folder, "shm"), ASKED);
  make_folder(below(folder, "pts"), ASKED);
  mount_new("devpts", below(folder, "pts"), MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=620");
  for (size_t at = 0; at < sizeof links / sizeof *links; at++) make_link(links[at][0], below(folder, links[at][1]));
}

static void show_memory(const struct step *step) {
  char data[64];
  make_folder(step->target, ASKED);
  snprintf(data, sizeof data, "mode=%#o,size=%llu", step->mode, (unsigned long long)step->size);
  mount_new("tmpfs", step->target, MS_NOSUID | MS_NODEV, data);
}

static void take_step(const struct step *step, const struct inside *inside) {
  switch (step->kind) {
    case SHOW:
    case SHOW_DESCRIPTOR:
      attach_made(step->tree, step->target);
      return;
    case MEMORY:
      show_memory(step);
      return;
    case PROCESSES:
      show_processes(inside->processes);
      return;
    case DEVICES:
      show_devices(step->target);
      return;
    case CLOSE:
      restrict_mount(AT_FDCWD, step->target, 0, MOUNT_ATTR_RDONLY);
      return;
    case LINK:
      make_link(step->source, step->target);
      return;
    case FOLDER:
      make_folder(step->target, ASKED);
  }
}

// Afterwards nothing of the host can be reached by a path.
static void change_root(int root) {
  attach(root, PLACE);
  close(root);
  if (chdir(PLACE) < 0 || syscall(SYS_pivot_root, ".", ".") < 0) end_by_error("pivot-root");
  if (syscall(SYS_umount2, ".", MNT_DETACH) < 0 || chdir("/") < 0) end_by_error("leave the host");
}

static void show_files(struct plan *plan, struct inside *inside) {
  // As in the copy for a namespace of fewer rights already; nothing mounted here may reach the host.
  if (syscall(SYS_mount, NULL, "/", NULL, MS_SLAVE | MS_REC, NULL) < 0) end_by_error("propagation");
  open_sources(plan);
  open_processes(inside);
  bool has_root = plan->steps[0].kind == SHOW_DESCRIPTOR && strcmp(plan->steps[0].target, "/") == 0;
  change_root(has_root ? plan->steps[0].tree : new_file_system("tmpfs", SAFE));
  if (!has_root && chmod("/", 0755) < 0) end_by_error("root");
  for (size_t at = has_root ? 1 : 0; at < plan->step_count; at++) take_step(&plan->steps[at], inside);
  close(inside->processes);
}

// Everything that is the same for every function is made. The agent attaches the rest meanwhile, in the sandbox.
static void wait_for_rest(struct plan *plan, struct inside *inside, struct first_program *first) {
  size_t made = plan->step_count;
  if (write(plan->rest, ".", 1) != 1) end_by_error("wait");
  first->command = read_second_part(plan);
  for (; made < plan->step_count; made++) take_step(&plan->steps[made], inside);
}

static void bring_up_loopback(void) {
  struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
  int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (any < 0 || ioctl(any, SIOCSIFFLAGS, &request) < 0) end_by_error("loopback");
  close(any);
}

static void drop_bounding_set(void) {
  for (unsigned long capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0) end_by_error("bounding set");
}

static void drop_capabilities(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct none[2] = {{0, 0, 0}, {0, 0, 0}};
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 && errno != EINVAL) end_by_error("ambient");
  if (syscall(SYS_capset, &header, none) < 0) end_by_error("capset");
}

// The user of the functions, in a namespace that cannot make another one.
static void become_function(const struct plan *plan, const struct inside *inside) {
  if (write(inside->most_user_namespaces, "1", 1) != 1) end_by_error("user namespaces");
  if (unshare(CLONE_NEWUSER) < 0) end_by_error("second user namespace");
  drop_bounding_set();
  map_user(inside->self, plan->uid, 0, plan->gid, 0);
}

static void filter_calls(struct inside *inside) {
  struct sock_fprog program = {.len = inside->filter_length, .filter = inside->filter};
  if (inside->filter_length > 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0)
    end_by_error("filter");
}

static void close_all_but(int kept) {
  if (kept > 3 && syscall(SYS_close_range, 3u, (unsigned)kept - 1, 0) < 0) end_by_error("close");
  if (syscall(SYS_close_range, kept < 3 ? 3u : (unsigned)kept + 1, ~0u, 0) < 0) end_by_error("close");
}

static void set_environment(const struct plan *plan) {
  if (clearenv() != 0) end_by_error("environment");
  for (size_t at = 0; at < plan->variable_count; at++)
    if (setenv(plan->variables[at].name, plan->variables[at].value, 1) < 0) end_at("set", plan->variables[at].name);
  if (setenv("PWD", plan->folder, 1) < 0) end_by_error("environment");
}

_Noreturn static void run_first(const struct plan *plan, struct inside *inside, const struct first_program *first) {
  umask(inside->umask);
  drop_capabilities();
  limit(RLIMIT_NOFILE, "files", first->files);
  if (chdir(plan->folder) < 0) end_at("enter", plan->folder);
  set_environment(plan);
  filter_calls(inside);
  if (first->reports && write(first->started, ".", 1) != 1) end_by_error("started");
  close_all_but(first->reports ? -1 : first->started);
  execute(first->command);
}

static int code_of(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// Ends with the first program; the kernel then kills what is left of the sandbox.
_Noreturn static void reap_until(pid_t first) {
  for (;;) {
    int status = 0;
    pid_t ended = wait(&status);
    if (ended == first) _exit(code_of(status));
    if (ended < 0 && errno != EINTR) _exit(EXIT_LAUNCH);
  }
}

_Noreturn static void be_init(struct plan *plan, struct inside *inside, struct first_program *first, uid_t uid,
                              gid_t gid) {
  die_with_monitor(inside->monitor_lives);
  inside->umask = umask(0);
  int self = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (self < 0) end_by_error("/proc/self");
  put(self, "setgroups", "deny");
  map_user(self, 0, uid, 0, gid);
  close(self);
  if (sethostname(plan->hostname, strlen(plan->hostname)) < 0) end_by_error("hostname");
  bring_up_loopback();
  show_files(plan, inside);
  if (plan->rest >= 0) wait_for_rest(plan, inside, first);
  become_function(plan, inside);
  if (setsid() < 0) end_by_error("session");
  pid_t child = fork();
  if (child < 0) end_by_error("fork");
  if (child == 0) run_first(plan, inside, first);
  drop_capabilities();
  die_with_monitor(inside->monitor_lives);
  close_all_but(-1);
  filter_calls(inside);
  reap_until(child);
}

static void read_filter(int file, struct inside *inside) {
  // One byte more than allowed, so that a longer one is noticed.
  static char bytes[sizeof inside->filter + 1];
  size_t length = read_all(file, "filter", bytes, sizeof bytes);
  if (length == 0 || length % sizeof *inside->filter != 0) end(EXIT_LAUNCH, "filter", "incomplete");
  memcpy(inside->filter, bytes, length);
  inside->filter_length = (unsigned short)(length / sizeof *inside->filter);
  close(file);
}

// The other end of this descriptor is the agent's.
static void die_with_agent(int status) {
  struct pollfd agent = {.fd = status};
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0) end_by_error("pdeathsig");
  if (poll(&agent, 1, 0) < 0 || (agent.revents & (POLLERR | POLLHUP)) != 0) end(EXIT_LAUNCH, "agent", "has exited");
}

static void report_init(int status, pid_t init) {
  char text[64];
  int length = snprintf(text, sizeof text, "{ \"child-pid\": %d }\n", init);
  if (write(status, text, (size_t)length) != length) end_by_error("status");
}

_Noreturn static void make_sandbox(struct plan *plan, struct first_program *first) {
  static struct inside inside;
  int lives[2];
  int status = 0;
  if (plan->filter >= 0) read_filter(plan->filter, &inside);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) end_by_error("no-new-privileges");
  // A change of the user cleared it; without it a process may not write the map of its own users.
  if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0) end_by_error("dumpable");
  die_with_agent(plan->status);
  if (pipe2(lives, O_CLOEXEC) < 0) end_by_error("pipe");
  inside.monitor_lives = lives[0];
  uid_t uid = geteuid();
  gid_t gid = getegid();
  struct clone_args how = {.flags = ALL_NAMESPACES, .exit_signal = SIGCHLD};
  pid_t init = (pid_t)syscall(SYS_clone3, &how, sizeof how);
  if (init < 0) end_by_error("namespaces");
  if (init == 0) {
    close(lives[1]);
    be_init(plan, &inside, first, uid, gid);
  }
  report_init(plan->status, init);
  close_all_but(lives[1]);
  while (waitpid(init, &status, 0) < 0)
    if (errno != EINTR) end_by_error("wait");
  _exit(code_of(status));
}
