// SPDX-License-Identifier: Apache-2.0
//
// The plan of a sandbox: exactly the options that bubblewrap would get for it, each ended by a NUL byte, so that both make
// the same sandbox. Only options that the agent uses are known, and what `always` lists must be there: a plan can ask
// for other contents, never for less isolation. Every number, count, length and path is checked before anything is made.
//
// The plan of a sandbox that waits comes in two parts. The first is the same for every function; the second, which comes
// when the sandbox is needed, has variables, the folder, what is closed, and after "--" the command. It names nothing of
// the host, and cannot: the host is out of reach by then.
#include <stdbool.h>
#include <stdint.h>

// Longer than the longest request that the agent reads.
#define PLAN_BYTES (5 << 20)
#define MAX_STEPS 512
#define MAX_VARIABLES 2048
#define MAX_DESCRIPTOR 4095
#define MAX_ARGUMENTS 4096

enum kind { SHOW, SHOW_DESCRIPTOR, MEMORY, PROCESSES, DEVICES, CLOSE, LINK, FOLDER };

struct step {
  enum kind kind;
  const char *source;
  const char *target;
  int descriptor;
  bool writable;
  unsigned mode;
  uint64_t size;
  // What was opened for it while the files of the host could still be reached.
  int tree;
};

struct variable {
  const char *name, *value;
};

struct plan {
  uid_t uid;
  gid_t gid;
  const char *hostname;
  const char *folder;
  int filter;
  int status;
  // Where the second part comes from, or -1.
  int rest;
  size_t length;
  size_t step_count, variable_count;
  struct step steps[MAX_STEPS];
  struct variable variables[MAX_VARIABLES];
};

static const char *const always[] = {"--unshare-all",  "--unshare-user", "--disable-userns",
                                     "--new-session",  "--clearenv",     "--die-with-parent"};
enum { ALWAYS = sizeof always / sizeof *always };

struct options {
  const char *next, *end;
};

static const char *take(struct options *options) {
  if (options->next == options->end) end(EXIT_LAUNCH, "plan", "ends too early");
  const char *text = options->next;
  // The last byte of a plan is a NUL.
  options->next += strlen(text) + 1;
  return text;
}

static uint64_t whole_number(const char *text, int base, uint64_t most) {
  size_t length = strspn(text, base == 8 ? "01234567" : "0123456789");
  if (length == 0 || length > 16 || text[length] != '\0') end(EXIT_LAUNCH, text, "not a number");
  uint64_t value = strtoull(text, NULL, base);
  if (value > most) end(EXIT_LAUNCH, text, "too large");
  return value;
}

static int take_descriptor(struct options *options) {
  const char *text = take(options);
  int descriptor = (int)whole_number(text, 10, MAX_DESCRIPTOR);
  if (descriptor == 0 || fcntl(descriptor, F_GETFD) < 0) end(EXIT_LAUNCH, text, "not an open descriptor");
  return descriptor;
}

// Absolute, and without a way up.
static const char *take_path(struct options *options) {
  const char *path = take(options);
  if (path[0] != '/' || strlen(path) >= PATH_MAX) end(EXIT_LAUNCH, path, "not an absolute path");
  for (const char *part = path; part != NULL; part = strchr(part + 1, '/')) {
    if (strncmp(part, "/..", 3) == 0 && (part[3] == '/' || part[3] == '\0')) end(EXIT_LAUNCH, path, "leads up");
  }
  return path;
}

static struct step *add_step(struct plan *plan, enum kind kind) {
  if (plan->step_count == MAX_STEPS) end(EXIT_LAUNCH, "plan", "too many steps");
  struct step *step = &plan->steps[plan->step_count++];
  *step = (struct step){.kind = kind, .mode = 0755, .tree = -1, .descriptor = -1};
  return step;
}

static bool parse_step(struct plan *plan, const char *name, struct options *options) {
  if (strcmp(name, "--ro-bind") == 0 || strcmp(name, "--bind") == 0) {
    struct step *step = add_step(plan, SHOW);
    step->writable = name[2] == 'b';
    step->source = take_path(options);
    step->target = take_path(options);
  } else if (strcmp(name, "--ro-bind-fd") == 0) {
    struct step *step = add_step(plan, SHOW_DESCRIPTOR);
    step->descriptor = take_descriptor(options);
    step->target = take_path(options);
  } else if (strcmp(name, "--symlink") == 0) {
    struct step *step = add_step(plan, LINK);
    step->source = take(options);
    step->target = take_path(options);
  } else if (strcmp(name, "--perms") == 0) {
    // The agent writes both before a file system in memory, and nowhere else.
    struct step *step = add_step(plan, MEMORY);
    step->mode = (unsigned)whole_number(take(options), 8, 07777);
    if (strcmp(take(options), "--size") != 0) end(EXIT_LAUNCH, name, "not followed by --size");
    step->size = whole_number(take(options), 10, UINT64_C(1) << 50);
    if (strcmp(take(options), "--tmpfs") != 0) end(EXIT_LAUNCH, name, "not followed by --tmpfs");
    step->target = take_path(options);
  } else if (strcmp(name, "--proc") == 0) {
    add_step(plan, PROCESSES)->target = take_path(options);
  } else if (strcmp(name, "--dev") == 0) {
    add_step(plan, DEVICES)->target = take_path(options);
  } else if (strcmp(name, "--remount-ro") == 0) {
    add_step(plan, CLOSE)->target = take_path(options);
  } else if (strcmp(name, "--dir") == 0) {
    add_step(plan, FOLDER)->target = take_path(options);
  } else {
    return false;
  }
  return true;
}

static void parse_setting(struct plan *plan, const char *name, struct options *options) {
  if (strcmp(name, "--setenv") == 0) {
    if (plan->variable_count == MAX_VARIABLES) end(EXIT_LAUNCH, "plan", "too many variables");
    struct variable *variable = &plan->variables[plan->variable_count++];
    variable->name = take(options);
    variable->value = take(options);
  } else if (strcmp(name, "--uid") == 0) {
    plan->uid = (uid_t)whole_number(take(options), 10, UINT_MAX - 1);
  } else if (strcmp(name, "--gid") == 0) {
    plan->gid = (gid_t)whole_number(take(options), 10, UINT_MAX - 1);
  } else if (strcmp(name, "--hostname") == 0) {
    plan->hostname = take(options);
  } else if (strcmp(name, "--chdir") == 0) {
    plan->folder = take_path(options);
  } else if (strcmp(name, "--seccomp") == 0) {
    plan->filter = take_descriptor(options);
  } else if (strcmp(name, "--json-status-fd") == 0) {
    plan->status = take_descriptor(options);
  } else if (strcmp(name, "--cap-drop") == 0) {
    // Not among `always`, because it has a value: all are dropped in any case.
    if (strcmp(take(options), "ALL") != 0) end(EXIT_LAUNCH, name, "not ALL");
  } else {
    end(EXIT_LAUNCH, name, "unknown in a plan");
  }
}

static int index_of_always(const char *name) {
  int index = 0;
  while (index < ALWAYS && strcmp(always[index], name) != 0) index++;
  return index;
}

static void check_plan(const struct plan *plan, unsigned seen) {
  if (seen != (1u << ALWAYS) - 1) end(EXIT_LAUNCH, "plan", "asks for too little isolation");
  if (plan->uid == 0 || plan->gid == 0) end(EXIT_LAUNCH, "plan", "has no user");
  bool has_folder = plan->folder != NULL || plan->rest >= 0;
  if (plan->status < 0 || !has_folder || plan->hostname == NULL) end(EXIT_LAUNCH, "plan", "incomplete");
  bool has_processes = false;
  for (size_t at = 0; at < plan->step_count; at++) {
    const struct step *step = &plan->steps[at];
    bool is_root = step->kind == SHOW_DESCRIPTOR && at == 0;
    if (strcmp(step->target, "/") == 0 && step->kind != CLOSE && !is_root)
      end(EXIT_LAUNCH, "plan", "replaces the root");
    if (step->kind != PROCESSES) continue;
    if (has_processes || strcmp(step->target, "/proc") != 0) end(EXIT_LAUNCH, "plan", "shows processes elsewhere");
    has_processes = true;
  }
  if (!has_processes) end(EXIT_LAUNCH, "plan", "without /proc");
}

static char plan_text[PLAN_BYTES];

static size_t read_all(int file, const char *what, char *buffer, size_t size) {
  size_t length = 0;
  for (;;) {
    if (length == size) end(EXIT_LAUNCH, what, "too long");
    ssize_t count = read(file, buffer + length, size - length);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) end_by_error(what);
    if (count == 0) return length;
    length += (size_t)count;
  }
}

static void parse_plan(struct plan *plan) {
  if (plan->length == 0 || plan_text[plan->length - 1] != '\0') end(EXIT_LAUNCH, "plan", "incomplete");
  plan->filter = plan->status = -1;
  struct options options = {plan_text, plan_text + plan->length};
  unsigned seen = 0;
  while (options.next < options.end) {
    const char *name = take(&options);
    int index = index_of_always(name);
    if (index < ALWAYS) seen |= 1u << index;
    else if (!parse_step(plan, name, &options)) parse_setting(plan, name, &options);
  }
  check_plan(plan, seen);
}

static void read_plan(int file, struct plan *plan) {
  plan->rest = -1;
  plan->length = read_all(file, "plan", plan_text, sizeof plan_text);
  close(file);
  parse_plan(plan);
}

// It ends with an empty option. The agent sends the second part only when it is asked for.
static void read_first_part(int file, struct plan *plan) {
  static const char last[] = {'\0', '\0'};
  size_t length = 0;
  while (length < sizeof last || memcmp(plan_text + length - sizeof last, last, sizeof last) != 0) {
    if (length == sizeof plan_text) end(EXIT_LAUNCH, "plan", "too long");
    ssize_t count = read(file, plan_text + length, sizeof plan_text - length);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) end_by_error("plan");
    if (count == 0) end(EXIT_LAUNCH, "plan", "ends too early");
    length += (size_t)count;
  }
  plan->rest = file;
  plan->length = length - 1;
  parse_plan(plan);
}

// Returns the command.
static char **read_second_part(struct plan *plan) {
  static char *command[MAX_ARGUMENTS + 1];
  char *begin = plan_text + plan->length;
  size_t length = read_all(plan->rest, "plan", begin, sizeof plan_text - plan->length);
  if (length == 0 || begin[length - 1] != '\0') end(EXIT_LAUNCH, "plan", "incomplete");
  close(plan->rest);
  struct options options = {begin, begin + length};
  for (const char *name = take(&options); strcmp(name, "--") != 0; name = take(&options)) {
    if (strcmp(name, "--remount-ro") == 0) parse_step(plan, name, &options);
    else if (strcmp(name, "--setenv") == 0 || strcmp(name, "--chdir") == 0) parse_setting(plan, name, &options);
    else end(EXIT_LAUNCH, name, "not allowed in the second part of a plan");
  }
  for (size_t at = 0; options.next < options.end; at++) {
    if (at == MAX_ARGUMENTS) end(EXIT_LAUNCH, "command", "too long");
    command[at] = (char *)take(&options);
  }
  if (plan->folder == NULL) end(EXIT_LAUNCH, "plan", "has no folder");
  return command;
}
