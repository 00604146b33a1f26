// SPDX-License-Identifier: Apache-2.0
//
// Makes and unmounts the file systems for `/tmp` of sandboxes, in the place of cp, mount and umount: each of these programs
// reads what the machine has of loop devices and mounts before it does its work. It runs in the agent's mount namespace and
// enters no other; see helper.h for how the agent speaks with it. Every path is the agent's own, in folders that only root
// can enter. The fields of a record after the first:
//   "make", formatted image to copy, path for the copy, path of the mount point: the last two must not exist
//   "unmount", path of the mount point, nothing, nothing
// The copy is removed while it is mounted and its loop device clears itself: nothing is left when the last user is gone.
#define _GNU_SOURCE
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/mount.h>

#define FIELDS 5
#define BUFFER_SIZE (3 * PATH_MAX + 256)
#define NAMESPACE "mnt"
#define NAMESPACE_KIND CLONE_NEWNS
#include "helper.h"

// A formatted image of 10 GiB has 0.3 MiB of data; where holes are not known to the file system, all of it would be.
#define MAX_DATA (16 << 20)
// Between the question for a free device and its use, another program may have taken it.
#define MAX_TRIES 64

static int write_at(int file, const char *bytes, size_t length, off_t offset) {
  for (size_t done = 0; done < length;) {
    ssize_t written = pwrite(file, bytes + done, length - done, offset + (off_t)done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return -1;
    done += (size_t)written;
  }
  return 0;
}

static int copy_range(int from, int to, off_t start, off_t end, struct failure *failure) {
  static char bytes[1 << 16];
  while (start < end) {
    size_t wanted = (size_t)(end - start) < sizeof bytes ? (size_t)(end - start) : sizeof bytes;
    ssize_t length = pread(from, bytes, wanted, start);
    if (length < 0 && errno == EINTR) continue;
    if (length <= 0) return fail(failure, "read-image", length < 0 ? errno : EIO);
    if (write_at(to, bytes, (size_t)length, start) < 0) return fail(failure, "write-image", errno);
    start += length;
  }
  return 0;
}

static int copy_data(int from, int to, struct failure *failure) {
  struct stat image;
  if (fstat(from, &image) < 0) return fail(failure, "read-image", errno);
  if (ftruncate(to, image.st_size) < 0) return fail(failure, "write-image", errno);
  off_t copied = 0, end = 0;
  for (;;) {
    off_t start = lseek(from, end, SEEK_DATA);
    if (start < 0) return errno == ENXIO ? 0 : fail(failure, "find-data", errno);
    end = lseek(from, start, SEEK_HOLE);
    if (end < 0) return fail(failure, "find-hole", errno);
    copied += end - start;
    if (copied > MAX_DATA) return fail(failure, "find-hole", EFBIG);
    if (copy_range(from, to, start, end, failure) < 0) return -1;
  }
}

static int copy_image(const char *formatted, const char *copy, struct failure *failure) {
  int from = open(formatted, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (from < 0) return fail(failure, "open-image", errno);
  int to = open(copy, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  int error = errno;
  if (to < 0) fail(failure, "make-image", error);
  else if (copy_data(from, to, failure) < 0) {
    close(to);
    unlink(copy);
    to = -1;
  }
  close(from);
  return to;
}

// A device without a user clears itself when it is closed.
static int open_loop(int image, char *path, size_t size, struct failure *failure) {
  int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
  if (control < 0) return fail(failure, "open-loop-control", errno);
  int device = -1, error = EBUSY;
  for (int tries = 0; device < 0 && error == EBUSY && tries < MAX_TRIES; tries++) {
    struct loop_config config = {.fd = (unsigned)image, .info.lo_flags = LO_FLAGS_AUTOCLEAR};
    int number = ioctl(control, LOOP_CTL_GET_FREE);
    if (number >= 0) {
      snprintf(path, size, "/dev/loop%d", number);
      device = open(path, O_RDWR | O_CLOEXEC);
    }
    error = errno;
    if (device < 0 || ioctl(device, LOOP_CONFIGURE, &config) == 0) continue;
    error = errno;
    close(device);
    device = -1;
  }
  close(control);
  return device < 0 ? fail(failure, "open-loop", error) : device;
}

static int mount_device(const char *device, const char *point, struct failure *failure) {
  char found[PATH_MAX + 16];
  if (mkdir(point, 0700) < 0) return fail(failure, "make-point", errno);
  if (mount(device, point, "ext4", MS_NOSUID | MS_NODEV, "noinit_itable") < 0) {
    fail(failure, "mount", errno);
  } else {
    snprintf(found, sizeof found, "%s/lost+found", point);
    if (mount(NULL, point, NULL, MS_PRIVATE, NULL) < 0) fail(failure, "make-private", errno);
    else if (rmdir(found) < 0) fail(failure, "empty", errno);
    else return 0;
    umount2(point, MNT_DETACH | UMOUNT_NOFOLLOW);
  }
  rmdir(point);
  return -1;
}

static int make_volume(const char *formatted, const char *copy, const char *point, struct failure *failure) {
  char device[32];
  int image = copy_image(formatted, copy, failure);
  if (image < 0) return -1;
  int loop = open_loop(image, device, sizeof device, failure);
  int result = loop < 0 ? -1 : mount_device(device, point, failure);
  close_if_open(loop);
  close(image);
  unlink(copy);
  return result;
}

static int unmount(const char *point, struct failure *failure) {
  if (umount2(point, MNT_DETACH | UMOUNT_NOFOLLOW) < 0) return fail(failure, "unmount", errno);
  return rmdir(point) < 0 ? fail(failure, "remove-point", errno) : 0;
}

static int serve(const char *const fields[FIELDS], struct failure *failure) {
  for (int index = 2; index < FIELDS; index++)
    if (strlen(fields[index]) >= PATH_MAX) _exit(EXIT_PROTOCOL);
  if (strcmp(fields[1], "make") == 0) return make_volume(fields[2], fields[3], fields[4], failure);
  if (strcmp(fields[1], "unmount") == 0) return unmount(fields[2], failure);
  _exit(EXIT_PROTOCOL);
}

static int check_machine(struct failure *failure) {
  const unsigned search = right_to_search();
  if (search == 0) return fail(failure, "search", EPERM);
  return settle_here(1u << CAP_SYS_ADMIN | search, failure);
}
