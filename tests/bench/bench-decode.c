/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * bench-decode SOCKET JAIL [ROUNDS]: decoding a jail's full status against reading it from a real fail2ban
 *
 * Each round asks, reads in pieces of 64 KiB, and decodes what came, so that both see the same machine. Prints rows
 * of name, decoding, reading, ratio, limit (tabs between): against reading the reply, as long as a caller waits for
 * it, which is what the limit is about; and, to be known, against the kernel's share of that, from the first piece to
 * the last, which leaves out the time that fail2ban needs to answer.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fail2ban/pickle.h"

#define ROUNDS 15
#define PIECE (64 * 1024)

typedef struct Figures {
        GArray *read_ms;
        GArray *transfer_ms;
        GArray *decode_ms;
        gsize length;
} Figures;

static void fail(const char *what) {
        fprintf(stderr, "bench-decode: %s: %s\n", what, g_strerror(errno));
        exit(1);
}

static int connect_to(const char *path) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

        g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
        if (fd < 0 || connect(fd, (struct sockaddr *) &address, sizeof(address)) < 0)
                fail(path);
        return fd;
}

static gboolean is_complete(const GByteArray *bytes) {
        gsize length = strlen(PICKLE_END_MARKER);

        return bytes->len >= length && memcmp(bytes->data + bytes->len - length, PICKLE_END_MARKER, length) == 0;
}

static void add_since(GArray *figures, gint64 start) {
        double milliseconds = (double) (g_get_monotonic_time() - start) / 1000;

        g_array_append_val(figures, milliseconds);
}

static void read_reply(int fd, GByteArray *reply, GArray *transfer_ms) {
        gint64 first = 0;

        g_byte_array_set_size(reply, 0);
        while (!is_complete(reply)) {
                gsize length = reply->len;
                ssize_t n;

                g_byte_array_set_size(reply, (guint) length + PIECE);
                n = read(fd, reply->data + length, PIECE);
                if (n <= 0)
                        fail("read");
                if (first == 0)
                        first = g_get_monotonic_time();
                g_byte_array_set_size(reply, (guint) (length + (gsize) n));
        }
        add_since(transfer_ms, first);
}

static void decode(const GByteArray *reply, GArray *decode_ms) {
        g_autoptr(GError) error = NULL;
        gint64 start = g_get_monotonic_time();
        ValueTree *tree = pickle_read(reply->data, reply->len - strlen(PICKLE_END_MARKER), &error);

        if (!tree) {
                fprintf(stderr, "bench-decode: %s\n", error->message);
                exit(1);
        }
        value_tree_free(tree);
        add_since(decode_ms, start);
}

static void run_round(int fd, const GByteArray *request, GByteArray *reply, Figures *figures) {
        gint64 start = g_get_monotonic_time();

        if (send(fd, request->data, request->len, MSG_NOSIGNAL) != (ssize_t) request->len)
                fail("send");
        read_reply(fd, reply, figures->transfer_ms);
        add_since(figures->read_ms, start);
        decode(reply, figures->decode_ms);
        figures->length = reply->len;
}

static int compare_doubles(gconstpointer a, gconstpointer b) {
        double x = *(const double *) a, y = *(const double *) b;

        return (x > y) - (x < y);
}

static double median(GArray *figures) {
        g_array_sort(figures, compare_doubles);
        return g_array_index(figures, double, figures->len / 2);
}

int main(int argc, char **argv) {
        const char *arguments[] = { "status", argc > 2 ? argv[2] : "", NULL };
        g_autoptr(GByteArray) request = NULL, reply = g_byte_array_sized_new(4 * 1024 * 1024);
        guint rounds = argc > 3 ? (guint) g_ascii_strtoull(argv[3], NULL, 10) : ROUNDS;
        Figures figures = { g_array_new(FALSE, FALSE, sizeof(double)), g_array_new(FALSE, FALSE, sizeof(double)),
                            g_array_new(FALSE, FALSE, sizeof(double)), 0 };
        double decoding, reading, transfer;
        int fd;

        if (argc < 3) {
                fprintf(stderr, "Usage: bench-decode SOCKET JAIL [ROUNDS]\n");
                return 2;
        }

        request = pickle_write_command(arguments, NULL);
        fd = connect_to(argv[1]);
        for (guint i = 0; i < MAX(rounds, 1); i++)
                run_round(fd, request, reply, &figures);
        close(fd);

        decoding = median(figures.decode_ms);
        reading = median(figures.read_ms);
        transfer = median(figures.transfer_ms);
        printf("decode %.1f MB / asking and reading it\t%.2f ms\t%.2f ms\t%.3f\t<= 1.0\n",
               (double) figures.length / 1e6, decoding, reading, decoding / reading);
        printf("  the same / its transfer alone\t%.2f ms\t%.2f ms\t%.3f\t\n", decoding, transfer, decoding / transfer);
        g_array_unref(figures.read_ms);
        g_array_unref(figures.transfer_ms);
        g_array_unref(figures.decode_ms);
        return 0;
}
