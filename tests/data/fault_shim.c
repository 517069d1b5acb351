/* Makes the n-th change of a file below a folder fail or kill the process: preloaded into a child of the tests.
 *
 *   fault_watch(folder)          which files count
 *   fault_arm(n, action, sticky) action: 0 count only, 1 SIGKILL, 2 EIO, 3 ENOSPC; sticky: all later ones fail too
 *   fault_count()                changes since fault_arm
 *
 * Counted: write, writev, pwrite64, linkat, link, rename, renameat, unlink, unlinkat, fsync, fdatasync, ftruncate64.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static char watched[4096];
static atomic_int seen, at, action, sticky;

void fault_watch(const char *folder) { snprintf(watched, sizeof watched, "%s", folder); }

void fault_arm(int n, int what, int stays) {
    atomic_store(&seen, 0);
    atomic_store(&at, n);
    atomic_store(&action, what);
    atomic_store(&sticky, stays);
}

int fault_count(void) { return atomic_load(&seen); }

static int fails_path(const char *path) {
    if (!watched[0] || !path || !strstr(path, watched)) return 0;
    int number = atomic_fetch_add(&seen, 1) + 1;
    int first = atomic_load(&at);
    if (!first || (number != first && !(atomic_load(&sticky) && number > first))) return 0;
    switch (atomic_load(&action)) {
    case 1: kill(getpid(), SIGKILL); for (;;) pause();
    case 2: errno = EIO; return 1;
    case 3: errno = ENOSPC; return 1;
    }
    return 0;
}

static int fails(int descriptor) {
    char link[64], path[4096];
    if (!watched[0]) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return fails_path(path);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *data, size_t size) { return fails(fd) ? -1 : REAL(write)(fd, data, size); }
ssize_t writev(int fd, const struct iovec *parts, int count) { return fails(fd) ? -1 : REAL(writev)(fd, parts, count); }
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) {
    return fails(fd) ? -1 : REAL(pwrite64)(fd, data, size, offset);
}
int ftruncate64(int fd, off64_t size) { return fails(fd) ? -1 : REAL(ftruncate64)(fd, size); }
int fsync(int fd) { return fails(fd) ? -1 : REAL(fsync)(fd); }
int fdatasync(int fd) { return fails(fd) ? -1 : REAL(fdatasync)(fd); }
int link(const char *from, const char *to) { return fails_path(to) ? -1 : REAL(link)(from, to); }
int linkat(int a, const char *from, int b, const char *to, int flags) {
    return fails_path(to) ? -1 : REAL(linkat)(a, from, b, to, flags);
}
int rename(const char *from, const char *to) { return fails_path(to) ? -1 : REAL(rename)(from, to); }
int renameat(int a, const char *from, int b, const char *to) {
    return fails_path(to) ? -1 : REAL(renameat)(a, from, b, to);
}
int unlink(const char *path) { return fails_path(path) ? -1 : REAL(unlink)(path); }
int unlinkat(int folder, const char *path, int flags) { return fails_path(path) ? -1 : REAL(unlinkat)(folder, path, flags); }
