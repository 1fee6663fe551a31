/* server.c - see server.h */
#include "harness/probe/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/net/stream.h"

enum { POLL_MS = 10, STOP_MS = 2000 };

static void pause_for(int milliseconds)
{
    const struct timespec pause = {.tv_nsec = milliseconds * 1000000L};
    nanosleep(&pause, NULL);
}

static struct sockaddr_in loopback(uint16_t port)
{
    struct sockaddr_in address;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

uint16_t probe_free_port(void)
{
    struct sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0)
        return 0;
    const bool done = bind(fd, (const struct sockaddr *)&address, sizeof address) == 0 &&
                      getsockname(fd, (struct sockaddr *)&address, &length) == 0;
    close(fd);
    return done ? ntohs(address.sin_port) : 0;
}

char *probe_with_port(const char *text, uint16_t port)
{
    static const char mark[] = "{port}";
    const size_t room = strlen(text) * 2 + 8;
    char *out = malloc(room);
    size_t length = 0;
    if (out == NULL)
        abort();
    while (*text != '\0') {
        if (strncmp(text, mark, sizeof mark - 1) == 0) {
            length += (size_t)snprintf(out + length, room - length, "%u", port);
            text += sizeof mark - 1;
        } else {
            out[length++] = *text++;
        }
    }
    out[length] = '\0';
    return out;
}

bool probe_server_start(probe_server *server, const char *command)
{
    memset(server, 0, sizeof *server);
    const pid_t child = fork();
    if (child < 0)
        return false;
    if (child == 0) {
        setpgid(0, 0);
        /* what the server prints must not get into a report on standard output */
        dup2(STDERR_FILENO, STDOUT_FILENO);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    setpgid(child, child); /* whichever of us comes first */
    server->group = (sig_atomic_t)child;
    return true;
}

bool probe_server_alive(void *context)
{
    probe_server *server = context;
    if (server->group == 0)
        return false;
    if (server->ended)
        return false;
    server->ended = waitpid((pid_t)server->group, &server->status, WNOHANG) != 0;
    return !server->ended;
}

static bool listens(const net_target *target, net_deadline end)
{
    net_status status;
    char error[300];
    net_stream *stream = net_connect(target, end, &status, error, sizeof error);
    const bool done = stream != NULL;
    net_free(stream);
    return done;
}

bool probe_server_wait(probe_server *server, const net_target *target, int64_t milliseconds)
{
    const net_deadline end = net_in(milliseconds);
    while (!listens(target, end)) {
        if (!probe_server_alive(server) || net_left(end) == 0)
            return false;
        pause_for(POLL_MS);
    }
    return true;
}

void probe_server_stop(probe_server *server)
{
    const pid_t group = (pid_t)server->group;
    if (group == 0)
        return;
    kill(-group, SIGTERM);
    const net_deadline end = net_in(STOP_MS);
    while (probe_server_alive(server) && net_left(end) > 0)
        pause_for(POLL_MS);
    kill(-group, SIGKILL); /* whoever of the group is left */
    if (!server->ended)
        waitpid(group, &server->status, 0);
    server->group = 0;
}
