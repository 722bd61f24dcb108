/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "client/rest/http/framing.h"

/* In one piece, and byte by byte. */
static void is(gboolean good, const char *text) {
        Framing whole = {}, pieces = {};
        gboolean passed = TRUE;

        for (const char *at = text; *at && passed; at++)
                passed = framing_feed(&pieces, at, 1);
        if (framing_feed(&whole, text, strlen(text)) != good || passed != good)
                g_error("\"%s\" is not %s", text, good ? "good" : "bad");
}

static void test_good(void) {
        is(TRUE, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        is(TRUE, "Content-Length: 16\r\n");
        is(TRUE, "content-length:0 \t\r\n\r\n folded body\n");
        is(TRUE, "Transfer-Encoding:  Chunked\n");
        is(TRUE, "X-Content-Length: abc\r\nX: Content-Length: abc\r\n");
        is(TRUE, "Content-Length : abc\r\n"); /* which libsoup takes for no header */
        is(TRUE, "Content-Length: abc");      /* it is not over yet */
        is(TRUE, "X: a\r\n b\r\n");
}

static void test_bad(void) {
        is(FALSE, "Content-Length: \r\n");
        is(FALSE, "Content-Length: 1a\r\n");
        is(FALSE, "CONTENT-LENGTH: -1\n");
        is(FALSE, "Content-Length: 1\r2\n");
        is(FALSE, "Content-Length: 1\r\n\t2\r\n");
        is(FALSE, "Content-Length:\r\n 2\r\n");
        is(FALSE, "Transfer-Encoding: gzip, chunked\r\n");
        is(FALSE, "Transfer-Encoding: chunked, gzip\r\n");
        is(FALSE, "Transfer-Encoding: chunkedx\r\n");
        is(FALSE, "Transfer-Encoding: chunked\r\n identity\r\n");
        is(FALSE, "GET / HTTP/1.1\r\n\r\nPOST / HTTP/1.1\r\ntransfer-encoding: identity\r\n");
        is(FALSE, "Content-Length: 1                                                                              2\n");
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/rest-framing/good", test_good);
        g_test_add_func("/rest-framing/bad", test_bad);
        return g_test_run();
}
