/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The reader's loop
 *
 * A reply that lists 100,000 addresses has 700,000 opcodes, which are one sequence over and over: str (from the memo),
 * text, MEMOIZE, TUPLE1, MEMOIZE, REDUCE, MEMOIZE. From the text on it is done in one step, without making the
 * tuple that nobody looks at. Other common opcodes are done here, inline; the rest is called.
 *
 * Nothing recurses: nesting is counted from the leaves up as containers are filled, and freeing a tree is freeing its
 * blocks.
 */

#include "fail2ban/pickle.h"

#include <string.h>

#include "core/error.h"
#include "fail2ban/pickle-reader.h"

#define PROTOCOL_MAX 5

/* Added to a text in the memo: stands for the tuple of that text, which is made when it is asked for. */
#define LATE_TUPLE 1

/* Opcodes, of a byte each, behind the text of an address. */
#define ADDRESS_REST 5

/* What the reader starts with on its own stack: enough for nearly every reply but a list. */
typedef struct PickleRoom {
        gpointer stack[128];
        gpointer marks[16];
        gpointer memo[256];
} PickleRoom;

void pickle_set_problem(PickleReader *self, const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        g_free(self->problem);
        self->problem = g_strdup_vprintf(format, arguments);
        va_end(arguments);
}

void pickle_set_cut_off(PickleReader *self, guint64 needed) {
        self->cut_off = needed <= PICKLE_SIZE_MAX - (gsize) (self->at - self->start);
        pickle_set_problem(self, "%" G_GUINT64_FORMAT " bytes are needed, %zu are left", needed, pickle_left(self));
}

static gboolean reader_put(PickleReader *self, gsize index) {
        PickleStack *memo = &self->memo;
        Value **top = pickle_top(self, 1);

        if (!top)
                return FALSE;
        if (!pickle_stack_grow(memo, index + 1))
                return pickle_fail(self, "memo index %zu is above %zu", index, memo->limit);

        for (; memo->length <= index; memo->length++)
                memo->items[memo->length] = NULL;
        if (!memo->items[index])
                self->n_memo++;
        memo->items[index] = *top;
        return TRUE;
}

static inline gboolean reader_memoize(PickleReader *self) {
        Value **top;

        if (G_UNLIKELY(self->n_memo != self->memo.length))
                return reader_put(self, self->n_memo);

        top = pickle_top(self, 1);
        if (G_UNLIKELY(!top))
                return FALSE;
        if (G_UNLIKELY(!pickle_stack_push(&self->memo, *top)))
                return pickle_fail(self, "more than %u memo entries", PICKLE_ENTRIES_MAX);
        self->n_memo++;
        return TRUE;
}

static gboolean reader_get_late_tuple(PickleReader *self, gsize index) {
        Value *tuple = pickle_add(self, VALUE_TUPLE);

        if (!tuple)
                return FALSE;
        tuple->length = 1;
        tuple->height = 1;
        tuple->only = (Value *) ((char *) self->memo.items[index] - LATE_TUPLE);
        self->memo.items[index] = tuple;
        return pickle_push(self, tuple);
}

static inline gboolean reader_get(PickleReader *self, gsize index) {
        gpointer entry = index < self->memo.length ? self->memo.items[index] : NULL;

        if (G_UNLIKELY(!entry))
                return pickle_fail(self, "nothing was put at memo index %zu", index);
        if (G_UNLIKELY(GPOINTER_TO_SIZE(entry) & LATE_TUPLE))
                return reader_get_late_tuple(self, index);
        return pickle_push(self, entry);
}

static inline gboolean reader_byte(PickleReader *self, guint8 *ret) {
        if (G_UNLIKELY(self->at == self->end))
                return pickle_cut_off(self, 1);
        *ret = *self->at++;
        return TRUE;
}

static inline gboolean reader_u32(PickleReader *self, guint32 *ret) {
        const guint8 *data;
        guint32 number;

        if (!pickle_take(self, 4, &data))
                return FALSE;
        memcpy(&number, data, sizeof(number));
        *ret = GUINT32_FROM_LE(number);
        return TRUE;
}

/* Eight bytes at a time, the last ones overlapping: an address takes one or two steps. */
static inline gboolean is_ascii(const guint8 *data, gsize length) {
        guint64 word, seen = 0;

        if (length < 8) {
                for (gsize i = 0; i < length; i++)
                        seen |= data[i];
                return (seen & 0x80) == 0;
        }

        for (gsize i = 0; i + 8 <= length; i += 8) {
                memcpy(&word, data + i, 8);
                seen |= word;
        }
        memcpy(&word, data + length - 8, 8);
        return ((seen | word) & G_GUINT64_CONSTANT(0x8080808080808080)) == 0;
}

/* Whether the text that was just read is the argument of str(), as fail2ban pickles an address. */
static inline gboolean reader_is_at_address(const PickleReader *self) {
        static const guint8 rest[ADDRESS_REST] = { PICKLE_MEMOIZE, PICKLE_TUPLE1, PICKLE_MEMOIZE, PICKLE_REDUCE,
                                                   PICKLE_MEMOIZE };
        const Value *class;

        if (pickle_left(self) < sizeof(rest) || memcmp(self->at, rest, sizeof(rest)) != 0 ||
            self->stack.length == self->fence || self->n_memo != self->memo.length)
                return FALSE;
        class = self->stack.items[self->stack.length - 1];
        return class->type == VALUE_OBJECT && class->object->is_str;
}

/* Does ADDRESS_REST opcodes in one: the class on the stack gives way to the text, and the memo gets the text, its
 * tuple and the text again. */
static inline gboolean reader_address(PickleReader *self, const guint8 *data, gsize length) {
        PickleStack *memo = &self->memo;
        Value *text;

        if (G_UNLIKELY(!pickle_stack_grow(memo, memo->length + 3)))
                return pickle_fail(self, "more than %u memo entries", PICKLE_ENTRIES_MAX);

        self->stack.length--;
        if (!pickle_push_data(self, VALUE_TEXT, data, length))
                return FALSE;
        text = self->stack.items[self->stack.length - 1];
        memo->items[memo->length++] = text;
        memo->items[memo->length++] = (char *) text + LATE_TUPLE;
        memo->items[memo->length++] = text;
        self->n_memo = memo->length;
        self->at += ADDRESS_REST;
        return TRUE;
}

static inline gboolean reader_short_text(PickleReader *self) {
        const guint8 *data;
        guint8 length;

        if (!reader_byte(self, &length) || !pickle_take(self, length, &data))
                return FALSE;
        if (G_UNLIKELY(!is_ascii(data, length)) && !pickle_text_is_valid(data, length))
                return pickle_fail(self, "text that is not UTF-8");
        if (reader_is_at_address(self))
                return reader_address(self, data, length);
        return pickle_push_data(self, VALUE_TEXT, data, length);
}

static inline gboolean reader_mark(PickleReader *self) {
        self->fence = self->stack.length;
        if (G_UNLIKELY(!pickle_stack_push(&self->marks, GSIZE_TO_POINTER(self->fence))))
                return pickle_fail(self, "more than %u MARKs", PICKLE_ENTRIES_MAX);
        return TRUE;
}

static gboolean reader_protocol(PickleReader *self) {
        gboolean first = self->opcode == self->start;
        guint8 protocol;

        if (!reader_byte(self, &protocol))
                return FALSE;
        if (!first)
                return pickle_fail(self, "a protocol in the middle");
        if (protocol > PROTOCOL_MAX)
                return pickle_fail(self, "protocol %u is above %d", protocol, PROTOCOL_MAX);
        return TRUE;
}

static gboolean reader_put_indexed(PickleReader *self, guint8 opcode) {
        guint32 long_index;
        guint8 index;

        if (opcode == PICKLE_BINPUT)
                return reader_byte(self, &index) && reader_put(self, index);
        return reader_u32(self, &long_index) && reader_put(self, long_index);
}

static gboolean reader_rare(PickleReader *self, guint8 opcode) {
        const guint8 *frame;
        gboolean known, ok;

        if (opcode == PICKLE_PROTO)
                return reader_protocol(self);
        if (opcode == PICKLE_BINPUT || opcode == PICKLE_LONG_BINPUT)
                return reader_put_indexed(self, opcode);
        /* Only tells a stream how much to read ahead. */
        if (opcode == PICKLE_FRAME)
                return pickle_take(self, 8, &frame);

        ok = pickle_read_scalar(self, opcode, &known);
        if (!known)
                ok = pickle_read_container(self, opcode, &known);
        if (!known)
                return pickle_fail(self, "this is not an opcode that fail2ban uses");
        return ok;
}

static gboolean reader_stop(PickleReader *self) {
        if (self->marks.length > 0)
                return pickle_fail(self, "a MARK is left on the stack");
        if (self->stack.length != 1)
                return pickle_fail(self, "%zu values are left on the stack", self->stack.length);
        if (self->at != self->end)
                return pickle_fail(self, "%zu bytes stand behind the end", pickle_left(self));

        self->tree->root = self->stack.items[0];
        return TRUE;
}

static gboolean reader_run(PickleReader *self) {
        gboolean ok = TRUE;
        guint32 long_index;
        guint8 opcode, index;

        while (ok) {
                self->opcode = self->at;
                if (!reader_byte(self, &opcode))
                        return FALSE;

                switch (opcode) {
                case PICKLE_SHORT_BINUNICODE:
                        ok = reader_short_text(self);
                        break;
                case PICKLE_MEMOIZE:
                        ok = reader_memoize(self);
                        break;
                case PICKLE_BINGET:
                        ok = reader_byte(self, &index) && reader_get(self, index);
                        break;
                case PICKLE_LONG_BINGET:
                        ok = reader_u32(self, &long_index) && reader_get(self, long_index);
                        break;
                case PICKLE_TUPLE1:
                        ok = pickle_tuple(self, 1);
                        break;
                case PICKLE_REDUCE:
                        ok = pickle_reduce(self);
                        break;
                case PICKLE_MARK:
                        ok = reader_mark(self);
                        break;
                case PICKLE_STOP:
                        return reader_stop(self);
                default:
                        ok = reader_rare(self, opcode);
                }
        }
        return FALSE;
}

/* No opcode makes more than one entry of a byte: the length is a bound on all, also on the indices by which a pickle
 * numbers what it puts into its memo. */
static void reader_init(PickleReader *self, PickleRoom *room, ValueTree *tree, const guint8 *data, gsize length) {
        gsize limit = CLAMP(length, G_N_ELEMENTS(room->memo), PICKLE_ENTRIES_MAX);
        ValuePages kind = length >= VALUE_HUGE_INPUT_MIN ? VALUE_PAGES_HUGE : VALUE_PAGES_SMALL;

        *self = (PickleReader) { .tree = tree, .start = data, .at = data, .end = data + length };
        pickle_stack_init(&self->stack, room->stack, G_N_ELEMENTS(room->stack), limit, VALUE_PAGES_SMALL);
        pickle_stack_init(&self->marks, room->marks, G_N_ELEMENTS(room->marks), limit, VALUE_PAGES_SMALL);
        pickle_stack_init(&self->memo, room->memo, G_N_ELEMENTS(room->memo), limit, kind);
}

static gboolean reader_read(PickleReader *self, ValueTree *tree, const guint8 *data, gsize length) {
        PickleRoom room;
        gboolean ok;

        reader_init(self, &room, tree, data, length);
        ok = reader_run(self);
        pickle_stack_clear(&self->stack);
        pickle_stack_clear(&self->marks);
        pickle_stack_clear(&self->memo);
        return ok;
}

static void set_problem(GError **error, const PickleReader *self) {
        gsize offset = (gsize) (self->opcode - self->start);

        if (self->opcode == self->end)
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_PROTOCOL,
                            "fail2ban's reply ends after %zu bytes, before its end", offset);
        else
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_PROTOCOL,
                            "fail2ban's reply cannot be read at offset %zu, opcode 0x%02x: %s", offset, *self->opcode,
                            self->problem);
}

ValueTree *pickle_read(const guint8 *data, gsize length, GError **error) {
        g_autoptr(ValueTree) tree = NULL;
        PickleReader reader;
        guint8 *copy;
        gboolean ok;

        if (length > PICKLE_SIZE_MAX) {
                g_set_error(error, BANGUI_ERROR, BANGUI_ERROR_FAIL2BAN_PROTOCOL,
                            "fail2ban's reply has %zu bytes, at most %u are read", length, PICKLE_SIZE_MAX);
                return NULL;
        }

        tree = value_tree_new(length);
        copy = value_tree_alloc(tree, length);
        if (length > 0)
                memcpy(copy, data, length);

        ok = reader_read(&reader, tree, copy, length);
        if (!ok)
                set_problem(error, &reader);
        g_free(reader.problem);
        return ok ? g_steal_pointer(&tree) : NULL;
}

gboolean pickle_is_cut_off(const guint8 *data, gsize length) {
        g_autoptr(ValueTree) tree = NULL;
        PickleReader reader;
        gboolean ok;

        if (length > PICKLE_SIZE_MAX)
                return FALSE;

        tree = value_tree_new(length);
        ok = reader_read(&reader, tree, data, length);
        g_free(reader.problem);
        return !ok && reader.cut_off;
}
