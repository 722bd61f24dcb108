/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The decoder against captured replies
 *
 * captures DIR             decodes each NAME.resp and compares it with NAME.json (value-json.h); reads each NAME.req;
 *                          replies of any server can be given to it
 * captures --hostile DIR   does with each NAME.resp what DIR/EXPECT.tsv says: NAME, a tab, what is expected in words
 *
 * Prints "FAIL name: why" for each that is otherwise, and at the end "N passed, N failed".
 *
 * How the words are understood:
 *   reject ...                         the decoder refuses it
 *   reject or ..., ... reject ...      it may also decode
 *   string of N bytes [with NUL]       decodes to a text of N bytes
 *   ... replace                        decodes, and is shown with U+FFFD
 *   ... accessor ..., ... typed ...    decodes, and reading it as a jail's status fails as FAIL2BAN_PROTOCOL
 *   ... error, ... failure             decodes, and is no value: an error
 *   anything else                      decodes, or is refused; whatever it is, it is survived
 */

#include <string.h>

#include "core/error.h"
#include "fail2ban/commands.h"
#include "fail2ban/pickle.h"
#include "fail2ban/reply.h"
#include "tests/value-json.h"
#include "tests/value-walk.h"

#define STEPS_MAX 1000000

typedef struct Tally {
        guint passed;
        guint failed;
} Tally;

static void tally_add(Tally *self, const char *name, const char *why) {
        if (why) {
                self->failed++;
                g_print("FAIL %s: %s\n", name, why);
        } else {
                self->passed++;
        }
}

/* A message without its end marker, decoded and walked. NULL with *ret_refusal: cleanly refused; NULL with
 * *ret_why: not to be read, or refused as what it is not. */
static ValueTree *read_message(const char *path, char **ret_why, char **ret_refusal) {
        g_autoptr(ValueTree) tree = NULL;
        g_autoptr(GError) error = NULL;
        g_autofree char *data = NULL;
        guint steps = STEPS_MAX;
        gsize length;

        *ret_why = *ret_refusal = NULL;
        if (!g_file_get_contents(path, &data, &length, &error)) {
                *ret_why = g_strdup(error->message);
                return NULL;
        }
        if (length >= strlen(PICKLE_END_MARKER) &&
            memcmp(data + length - strlen(PICKLE_END_MARKER), PICKLE_END_MARKER, strlen(PICKLE_END_MARKER)) == 0)
                length -= strlen(PICKLE_END_MARKER);

        tree = pickle_read((const guint8 *) data, length, &error);
        (void) pickle_is_cut_off((const guint8 *) data, length);
        if (tree) {
                value_walk(value_tree_root(tree), &steps);
                return g_steal_pointer(&tree);
        }
        if (g_error_matches(error, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_PROTOCOL))
                *ret_refusal = g_strdup(error->message);
        else
                *ret_why = g_strdup_printf("refused as another error than FAIL2BAN_PROTOCOL: %s", error->message);
        return NULL;
}

/* (0, value) is a value, (1, exception) is an error of fail2ban's, and whatever else is an error too. */
static char *check_meaning(const ValueTree *tree, JsonNode *json) {
        g_autoptr(GError) error = NULL;
        const Value *value = fail2ban_reply_value(tree, &error);
        JsonArray *pair = JSON_NODE_HOLDS_ARRAY(json) ? json_node_get_array(json) : NULL;
        JsonNode *code = pair && json_array_get_length(pair) == 2 ? json_array_get_element(pair, 0) : NULL;
        gboolean has_code = code && json_node_get_value_type(code) == G_TYPE_INT64;

        if (value)
                return has_code && json_node_get_int(code) == 0 ? NULL : g_strdup("is taken for a value");
        if (has_code && json_node_get_int(code) == 0)
                return g_strdup_printf("is a value, and taken for an error: %s", error->message);
        if (has_code && json_node_get_int(code) == 1 &&
            g_error_matches(error, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_PROTOCOL))
                return g_strdup_printf("is fail2ban's refusal, and not understood: %s", error->message);
        return NULL;
}

static char *check_reply(const char *reply_path, const char *json_path) {
        g_autoptr(ValueTree) tree = NULL;
        g_autoptr(JsonNode) json = NULL;
        g_autoptr(GError) error = NULL;
        g_autofree char *text = NULL, *refusal = NULL;
        char *why;
        gsize length;

        if (!g_file_get_contents(json_path, &text, &length, &error))
                return g_strdup(error->message);
        json = value_json_parse(text, length, &error);
        if (!json)
                return g_strdup(error->message);

        tree = read_message(reply_path, &why, &refusal);
        if (!tree)
                return why ? why : g_steal_pointer(&refusal);
        why = value_json_difference(value_tree_root(tree), json);
        return why ? why : check_meaning(tree, json);
}

/* A request, or a further message of the server's for one request: whatever it is, it is read or cleanly refused. */
static char *check_survival(const char *path) {
        g_autofree char *refusal = NULL;
        char *why;
        g_autoptr(ValueTree) tree = read_message(path, &why, &refusal);

        return tree ? NULL : why;
}

static int compare_names(gconstpointer a, gconstpointer b) {
        return strcmp(*(const char *const *) a, *(const char *const *) b);
}

static GPtrArray *list_folder(const char *folder, GError **error) {
        g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GDir) dir = g_dir_open(folder, 0, error);
        const char *name;

        if (!dir)
                return NULL;
        while ((name = g_dir_read_name(dir)))
                g_ptr_array_add(names, g_strdup(name));
        g_ptr_array_sort(names, compare_names);
        return g_steal_pointer(&names);
}

static void check_capture(Tally *tally, const char *folder, const char *name) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_autofree char *why = NULL;

        if (g_str_has_suffix(name, ".resp")) {
                g_autofree char *stem = g_strndup(path, strlen(path) - strlen(".resp"));
                g_autofree char *json = g_strconcat(stem, ".json", NULL);

                why = check_reply(path, json);
                tally_add(tally, name, why);
        } else if (g_str_has_suffix(name, ".req") || strstr(name, ".resp")) {
                why = check_survival(path);
                if (why)
                        tally_add(tally, name, why);
        }
}

static void check_captures(Tally *tally, const char *folder) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GPtrArray) names = list_folder(folder, &error);

        for (guint i = 0; names && i < names->len; i++)
                check_capture(tally, folder, names->pdata[i]);
        if (!names || tally->passed + tally->failed == 0)
                tally_add(tally, folder, error ? error->message : "holds no .resp file");
}

static char *expect_text(const Value *root, const char *expected) {
        gsize length, wanted = (gsize) g_ascii_strtoull(expected + strlen("string of "), NULL, 10);
        gboolean wants_nul = strstr(expected, "NUL") != NULL;
        const char *data;

        if (value_type(root) != VALUE_TEXT)
                return g_strdup_printf("decodes to a %s", value_type_name(value_type(root)));
        data = value_data(root, &length);
        if (length != wanted || wants_nul != !!memchr(data, 0, length))
                return g_strdup_printf("decodes to %zu bytes", length);
        return NULL;
}

static char *expect_replaced(const Value *root) {
        g_autofree char *text = value_text_for_display(root);

        return strstr(text, "\357\277\275") ? NULL : g_strdup_printf("is shown as \"%s\"", text);
}

static char *expect_no_counters(const ValueTree *tree) {
        g_autoptr(GError) error = NULL;
        const Value *value = fail2ban_reply_value(tree, &error);
        Fail2banCounters counters;

        if (value && fail2ban_parse_counters(value, &counters, &error))
                return g_strdup("is taken for a jail's status");
        if (g_error_matches(error, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_PROTOCOL))
                return NULL;
        return g_strdup_printf("fails as another error than FAIL2BAN_PROTOCOL: %s", error->message);
}

static char *expect_no_value(const ValueTree *tree) {
        g_autoptr(GError) error = NULL;

        return fail2ban_reply_value(tree, &error) ? g_strdup("is taken for a value") : NULL;
}

static char *expect_decoded(const ValueTree *tree, const char *expected) {
        if (g_str_has_prefix(expected, "string of "))
                return expect_text(value_tree_root(tree), expected);
        if (strstr(expected, "replace"))
                return expect_replaced(value_tree_root(tree));
        if (strstr(expected, "accessor") || strstr(expected, "typed"))
                return expect_no_counters(tree);
        if (strstr(expected, "error") || strstr(expected, "failure"))
                return expect_no_value(tree);
        return NULL;
}

static gboolean may_be_refused(const char *expected) {
        return strstr(expected, "reject") || strstr(expected, "must not") || strstr(expected, "refuse");
}

static gboolean may_decode(const char *expected) {
        return !g_str_has_prefix(expected, "reject") || strstr(expected, " or ");
}

static char *check_hostile(const char *path, const char *expected) {
        static const char *const decoding[] = { "decodes", "string", "replace", "accessor", "error", "failure" };
        g_autofree char *refusal = NULL;
        char *why;
        g_autoptr(ValueTree) tree = read_message(path, &why, &refusal);

        if (why)
                return why;
        if (tree && !may_decode(expected))
                return g_strdup_printf("was decoded; expected: %s", expected);
        if (tree)
                return expect_decoded(tree, expected);

        for (guint i = 0; i < G_N_ELEMENTS(decoding); i++)
                if (strstr(expected, decoding[i]) && !may_be_refused(expected))
                        return g_strdup_printf("was refused (%s); expected: %s", refusal, expected);
        return NULL;
}

static void check_hostile_row(Tally *tally, const char *folder, char **fields) {
        g_autofree char *file = g_strconcat(fields[0], ".resp", NULL);
        g_autofree char *path = g_build_filename(folder, file, NULL);
        g_autofree char *why = check_hostile(path, fields[1]);

        tally_add(tally, fields[0], why);
}

/* Files that no row speaks of. */
static void check_others(Tally *tally, const char *folder, GHashTable *seen) {
        g_autoptr(GPtrArray) names = list_folder(folder, NULL);

        for (guint i = 0; names && i < names->len; i++) {
                const char *name = names->pdata[i];
                g_autofree char *path = g_build_filename(folder, name, NULL);
                g_autofree char *why = NULL;

                if (!g_str_has_suffix(name, ".resp") || g_hash_table_contains(seen, name))
                        continue;
                why = check_survival(path);
                tally_add(tally, name, why);
        }
}

static void check_hostile_folder(Tally *tally, const char *folder) {
        g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        g_autofree char *path = g_build_filename(folder, "EXPECT.tsv", NULL);
        g_autoptr(GError) error = NULL;
        g_autofree char *text = NULL;
        g_auto(GStrv) lines = NULL;

        if (!g_file_get_contents(path, &text, NULL, &error)) {
                tally_add(tally, folder, error->message);
                return;
        }

        lines = g_strsplit(text, "\n", -1);
        for (guint i = 0; lines[i]; i++) {
                g_auto(GStrv) fields = g_strsplit(lines[i], "\t", 2);

                if (g_strv_length(fields) < 2)
                        continue;
                check_hostile_row(tally, folder, fields);
                g_hash_table_add(seen, g_strconcat(fields[0], ".resp", NULL));
        }
        check_others(tally, folder, seen);
}

int main(int argc, char **argv) {
        gboolean hostile = argc == 3 && strcmp(argv[1], "--hostile") == 0;
        Tally tally = { 0 };

        if (argc != 2 && !hostile) {
                g_printerr("Usage: captures [--hostile] DIR\n");
                return 2;
        }

        if (hostile)
                check_hostile_folder(&tally, argv[2]);
        else
                check_captures(&tally, argv[1]);
        g_print("%u passed, %u failed\n", tally.passed, tally.failed);
        return tally.failed > 0;
}
