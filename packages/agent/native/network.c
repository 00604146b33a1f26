// SPDX-License-Identifier: Apache-2.0
//
// Gives running sandboxes an Ethernet interface: one end of a pair inside, the other on a bridge of the agent. See helper.h
// for how the agent speaks with it. It runs in the host's network namespace. The fields of a record after the first three:
//   name of the outer interface, name of the bridge, address inside as a.b.c.d/length, gateway as a.b.c.d or nothing
// Nothing has to be taken away: the pair goes with the network namespace of the sandbox.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sys/socket.h>

#define FIELDS 7
#define BUFFER_SIZE 4096
#define NAMESPACE "net"
#define NAMESPACE_KIND CLONE_NEWNET
#include "helper.h"

#define INNER_NAME "eth0"
// The loopback interface is the first of every namespace.
#define INNER_INDEX 2

struct request {
  const char *outer;
  const char *bridge;
  struct in_addr address;
  unsigned char prefix;
  int has_gateway;
  struct in_addr gateway;
};

struct message {
  struct nlmsghdr header;
  char body[1024];
};

static int host_netlink = -1;

static void *begin(struct message *message, int type, int flags, size_t fixed) {
  memset(message, 0, sizeof *message);
  message->header.nlmsg_len = NLMSG_LENGTH(fixed);
  message->header.nlmsg_type = (unsigned short)type;
  message->header.nlmsg_flags = (unsigned short)(NLM_F_REQUEST | NLM_F_ACK | flags);
  return NLMSG_DATA(&message->header);
}

// All that is added is of a bounded size: the records are short and the names were checked.
static struct rtattr *add(struct message *message, int type, const void *data, size_t length) {
  struct rtattr *attribute = (struct rtattr *)((char *)message + NLMSG_ALIGN(message->header.nlmsg_len));
  attribute->rta_type = (unsigned short)type;
  attribute->rta_len = (unsigned short)RTA_LENGTH(length);
  if (length > 0) memcpy(RTA_DATA(attribute), data, length);
  message->header.nlmsg_len = NLMSG_ALIGN(message->header.nlmsg_len) + RTA_ALIGN(attribute->rta_len);
  return attribute;
}

static void end(struct message *message, struct rtattr *attribute) {
  attribute->rta_len = (unsigned short)((char *)message + message->header.nlmsg_len - (char *)attribute);
}

// 0 or an error number.
static int talk(int netlink, struct message *message) {
  struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
  char answer[8192];
  if (sendto(netlink, message, message->header.nlmsg_len, 0, (struct sockaddr *)&kernel, sizeof kernel) < 0)
    return errno;
  for (;;) {
    ssize_t length = recv(netlink, answer, sizeof answer, 0);
    if (length < 0 && errno == EINTR) continue;
    if (length < 0) return errno;
    const struct nlmsghdr *header = (const struct nlmsghdr *)answer;
    if (!NLMSG_OK(header, (size_t)length) || header->nlmsg_type != NLMSG_ERROR) return EPROTO;
    return -((const struct nlmsgerr *)NLMSG_DATA(header))->error;
  }
}

static int open_netlink(void) {
  return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
}

// IPv6 is disabled at both ends: no IPv6 address is assigned and the rules do not cover them.
static void disable_ipv6(const char *interface) {
  char path[128];
  snprintf(path, sizeof path, "/proc/sys/net/ipv6/conf/%s/disable_ipv6", interface);
  int file = open(path, O_WRONLY | O_CLOEXEC);
  // A kernel without version 6 has no such file.
  if (file < 0) return;
  if (write(file, "1", 1) != 1) _exit(EXIT_UNABLE);
  close(file);
}

static int make_pair(const struct request *request, int space, unsigned bridge, struct failure *failure) {
  struct message message;
  begin(&message, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, sizeof(struct ifinfomsg));
  add(&message, IFLA_IFNAME, request->outer, strlen(request->outer) + 1);
  add(&message, IFLA_MASTER, &bridge, sizeof bridge);
  struct rtattr *info = add(&message, IFLA_LINKINFO, NULL, 0);
  add(&message, IFLA_INFO_KIND, "veth", 4);
  struct rtattr *data = add(&message, IFLA_INFO_DATA, NULL, 0);
  struct ifinfomsg inner = {.ifi_index = INNER_INDEX};
  struct rtattr *peer = add(&message, VETH_INFO_PEER, &inner, sizeof inner);
  add(&message, IFLA_IFNAME, INNER_NAME, sizeof INNER_NAME);
  add(&message, IFLA_NET_NS_FD, &space, sizeof space);
  end(&message, peer);
  end(&message, data);
  end(&message, info);
  int error = talk(host_netlink, &message);
  return error == 0 ? 0 : fail(failure, "make-pair", error);
}

// An isolated port reaches the bridge itself and ports that are not isolated, never another sandbox.
static int isolate(unsigned outer, struct failure *failure) {
  struct message message;
  unsigned char on = 1;
  struct ifinfomsg *link = begin(&message, RTM_SETLINK, 0, sizeof *link);
  link->ifi_family = AF_BRIDGE;
  link->ifi_index = (int)outer;
  struct rtattr *port = add(&message, IFLA_PROTINFO | NLA_F_NESTED, NULL, 0);
  add(&message, IFLA_BRPORT_ISOLATED, &on, sizeof on);
  end(&message, port);
  int error = talk(host_netlink, &message);
  return error == 0 ? 0 : fail(failure, "isolate", error);
}

static int bring_up(int netlink, unsigned interface, struct failure *failure) {
  struct message message;
  struct ifinfomsg *link = begin(&message, RTM_NEWLINK, 0, sizeof *link);
  link->ifi_index = (int)interface;
  link->ifi_flags = link->ifi_change = IFF_UP;
  int error = talk(netlink, &message);
  return error == 0 ? 0 : fail(failure, "up", error);
}

static int set_address(int netlink, const struct request *request, struct failure *failure) {
  struct message message;
  struct ifaddrmsg *address = begin(&message, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, sizeof *address);
  address->ifa_family = AF_INET;
  address->ifa_prefixlen = request->prefix;
  address->ifa_index = INNER_INDEX;
  add(&message, IFA_LOCAL, &request->address, sizeof request->address);
  add(&message, IFA_ADDRESS, &request->address, sizeof request->address);
  int error = talk(netlink, &message);
  return error == 0 ? 0 : fail(failure, "address", error);
}

static int set_gateway(int netlink, const struct request *request, struct failure *failure) {
  struct message message;
  int interface = INNER_INDEX;
  struct rtmsg *route = begin(&message, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, sizeof *route);
  route->rtm_family = AF_INET;
  route->rtm_table = RT_TABLE_MAIN;
  route->rtm_protocol = RTPROT_STATIC;
  route->rtm_scope = RT_SCOPE_UNIVERSE;
  route->rtm_type = RTN_UNICAST;
  add(&message, RTA_GATEWAY, &request->gateway, sizeof request->gateway);
  add(&message, RTA_OIF, &interface, sizeof interface);
  int error = talk(netlink, &message);
  return error == 0 ? 0 : fail(failure, "route", error);
}

// A netlink socket speaks to the namespace in which it was opened, wherever its owner goes.
static int enter_and_open(int space, struct failure *failure) {
  if (setns(space, NAMESPACE_KIND) < 0) return fail(failure, "enter", errno);
  disable_ipv6(INNER_NAME);
  int netlink = open_netlink();
  int error = errno;
  leave();
  return netlink >= 0 ? netlink : fail(failure, "netlink", error);
}

static void remove_pair(unsigned outer) {
  struct message message;
  struct ifinfomsg *link = begin(&message, RTM_DELLINK, 0, sizeof *link);
  link->ifi_index = (int)outer;
  talk(host_netlink, &message);
}

static int configure(const struct request *request, int space, unsigned outer, struct failure *failure) {
  disable_ipv6(request->outer);
  if (isolate(outer, failure) < 0) return -1;
  int netlink = enter_and_open(space, failure);
  if (netlink < 0) return -1;
  int result = set_address(netlink, request, failure);
  if (result == 0) result = bring_up(host_netlink, outer, failure);
  if (result == 0) result = bring_up(netlink, INNER_INDEX, failure);
  if (result == 0 && request->has_gateway) result = set_gateway(netlink, request, failure);
  close(netlink);
  return result;
}

static int is_interface_name(const char *text) {
  size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");
  return length > 0 && length < IFNAMSIZ && text[length] == '\0';
}

static int parse_address(const char *text, struct request *request) {
  char address[INET_ADDRSTRLEN];
  unsigned long long prefix = 0;
  const char *slash = strchr(text, '/');
  if (slash == NULL || (size_t)(slash - text) >= sizeof address) return -1;
  memcpy(address, text, (size_t)(slash - text));
  address[slash - text] = '\0';
  if (parse_number(slash + 1, 30, &prefix) < 0 || prefix < 8) return -1;
  request->prefix = (unsigned char)prefix;
  return inet_pton(AF_INET, address, &request->address) == 1 ? 0 : -1;
}

static int parse_request(const char *const fields[FIELDS], struct request *request) {
  request->outer = fields[3];
  request->bridge = fields[4];
  if (!is_interface_name(request->outer) || !is_interface_name(request->bridge)) return -1;
  if (parse_address(fields[5], request) < 0) return -1;
  request->has_gateway = fields[6][0] != '\0';
  return !request->has_gateway || inet_pton(AF_INET, fields[6], &request->gateway) == 1 ? 0 : -1;
}

static int serve(const char *const fields[FIELDS], struct failure *failure) {
  struct subject subject = subject_of(fields);
  struct request request;
  if (parse_request(fields, &request) < 0) _exit(EXIT_PROTOCOL);
  unsigned bridge = if_nametoindex(request.bridge);
  if (bridge == 0) return fail(failure, "find-bridge", errno);
  int space = open_namespace(&subject, failure);
  if (space < 0) return -1;
  int result = make_pair(&request, space, bridge, failure);
  if (result == 0) {
    unsigned outer = if_nametoindex(request.outer);
    result = outer == 0 ? fail(failure, "find-pair", errno) : configure(&request, space, outer, failure);
    if (result < 0 && outer != 0) remove_pair(outer);
  }
  close(space);
  return result;
}

static int check_machine(struct failure *failure) {
  const unsigned kept = 1u << CAP_SYS_ADMIN | 1u << CAP_SYS_PTRACE | 1u << CAP_NET_ADMIN;
  if (settle(kept, failure) < 0) return -1;
  host_netlink = open_netlink();
  return host_netlink < 0 ? fail(failure, "netlink", errno) : 0;
}
