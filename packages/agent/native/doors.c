// SPDX-License-Identifier: Apache-2.0
//
// Opens listening sockets inside running sandboxes, on an address of their own loopback interface, and passes each on to the
// agent. A socket stays in the network namespace in which it was made, so the server accepts connections of one sandbox on
// it, and nothing else can reach it. See helper.h for how the agent speaks with it. The fields of a record after the first
// three:
//   id of the sandbox, address as a.b.c.d, ports with commas
// Descriptor 3 is a channel of Node.js: each socket is sent on it with a message that names the sandbox and the port, as a
// bare handle, so that no process on the way accepts connections.
//
// It also works without root: the user who started a sandbox may enter its user namespace. A process that has entered one
// cannot return, so a child makes the sockets of each sandbox.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/nsfs.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define FIELDS 6
#define BUFFER_SIZE 4096
#define NAMESPACE "net"
#define NAMESPACE_KIND CLONE_NEWNET
#include "helper.h"

#define CHANNEL 3
#define BACKLOG 64
#define SEND_SECONDS 2
#define MAX_PORTS 8

struct request {
  const char *id;
  struct in_addr address;
  unsigned short ports[MAX_PORTS];
  int count;
};

static int enter(int space, struct failure *failure) {
  if (setns(space, CLONE_NEWNET) == 0) return 0;
  if (errno != EPERM) return fail(failure, "enter", errno);
  int owner = ioctl(space, NS_GET_USERNS);
  if (owner < 0) return fail(failure, "find-owner", errno);
  if (setns(owner, CLONE_NEWUSER) < 0) return fail(failure, "enter-owner", errno);
  return setns(space, CLONE_NEWNET) == 0 ? 0 : fail(failure, "enter", errno);
}

static int open_door(struct in_addr address, unsigned short port, struct failure *failure) {
  struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = address};
  // The event loop that gets it must never wait in accept(2).
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener < 0) return fail(failure, "socket", errno);
  if (bind(listener, (const struct sockaddr *)&place, sizeof place) < 0) return fail(failure, "bind", errno);
  return listen(listener, BACKLOG) == 0 ? listener : fail(failure, "listen", errno);
}

static int pass_on(const char *id, unsigned port, int listener, struct failure *failure) {
  char text[256], control[CMSG_SPACE(sizeof(int))] = {0};
  int length = snprintf(text, sizeof text,
                        "{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Native\",\"msg\":{\"door\":\"%s\",\"port\":%u}}\n",
                        id, port);
  struct iovec part = {.iov_base = text, .iov_len = (size_t)length};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(sizeof listener);
  memcpy(CMSG_DATA(rights), &listener, sizeof listener);
  for (;;) {
    ssize_t sent = sendmsg(CHANNEL, &message, MSG_NOSIGNAL);
    if (sent == (ssize_t)length) return 0;
    // A message in pieces would be two for the agent: the length is far below what a socket takes at once.
    if (sent >= 0) return fail(failure, "send", EMSGSIZE);
    if (errno != EINTR) return fail(failure, "send", errno);
  }
}

static void make_doors(const struct request *request, int space, struct failure *failure) {
  if (enter(space, failure) < 0) return;
  for (int index = 0; index < request->count; index++) {
    int listener = open_door(request->address, request->ports[index], failure);
    if (listener < 0 || pass_on(request->id, request->ports[index], listener, failure) < 0) return;
    close(listener);
  }
}

// The agent confirms each socket on the channel; its messages have no content for this program.
static void drain_channel(void) {
  char text[4096];
  while (recv(CHANNEL, text, sizeof text, MSG_DONTWAIT) > 0) continue;
}

static int parse_ports(const char *text, struct request *request) {
  for (request->count = 0; request->count < MAX_PORTS; text++) {
    char part[8];
    unsigned long long port = 0;
    size_t length = strcspn(text, ",");
    if (length >= sizeof part) return -1;
    memcpy(part, text, length);
    part[length] = '\0';
    if (parse_number(part, 65535, &port) < 0 || port == 0) return -1;
    request->ports[request->count++] = (unsigned short)port;
    text += length;
    if (*text == '\0') return 0;
  }
  return -1;
}

static int parse_request(const char *const fields[FIELDS], struct request *request) {
  static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  request->id = fields[3];
  size_t length = strspn(request->id, allowed);
  if (length == 0 || length > 64 || request->id[length] != '\0') return -1;
  if (inet_pton(AF_INET, fields[4], &request->address) != 1) return -1;
  return parse_ports(fields[5], request);
}

static int serve(const char *const fields[FIELDS], struct failure *failure) {
  struct subject subject = subject_of(fields);
  struct request request;
  int report[2];
  if (parse_request(fields, &request) < 0) _exit(EXIT_PROTOCOL);
  drain_channel();
  int space = open_namespace(&subject, failure);
  if (space < 0) return -1;
  if (pipe2(report, O_CLOEXEC) < 0) {
    close(space);
    return fail(failure, "pipe", errno);
  }
  pid_t child = fork();
  if (child == 0) {
    struct failure found = {"", 0};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    make_doors(&request, space, &found);
    _exit(write(report[1], &found, sizeof found) == sizeof found ? 0 : EXIT_UNABLE);
  }
  int error = errno;
  close(space);
  close(report[1]);
  // The steps are constants of this program, at the same place in the child.
  if (child < 0) fail(failure, "fork", error);
  else if (read(report[0], failure, sizeof *failure) != sizeof *failure) fail(failure, "child", ECHILD);
  close(report[0]);
  while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR) continue;
  return failure->error == 0 ? 0 : -1;
}

static int check_machine(struct failure *failure) {
  const unsigned kept = 1u << CAP_SYS_ADMIN | 1u << CAP_SYS_PTRACE | 1u << CAP_NET_BIND_SERVICE;
  struct timeval limit = {.tv_sec = SEND_SECONDS};
  if (settle_here(kept, failure) < 0) return -1;
  // A message must fit whole: an agent that does not read is an error, not a wait.
  if (setsockopt(CHANNEL, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) < 0) return fail(failure, "channel", errno);
  int flags = fcntl(CHANNEL, F_GETFL);
  if (flags < 0 || fcntl(CHANNEL, F_SETFL, flags & ~O_NONBLOCK) < 0) return fail(failure, "channel", errno);
  return 0;
}
