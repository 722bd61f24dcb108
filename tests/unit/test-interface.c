/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The tables for sd-bus against the XML that they are made of
 *
 * The XML is read here once more, with GMarkup, into one line for each member; the vtable gives the same lines. Some
 * lines are written out as well, so that both readings cannot be wrong in the same way.
 */

#include "bus/interface.h"

#include <string.h>

static const char *const groups[] = { "Manager", "Server", "Bans", "Jail", "Operation" };

static int on_method(sd_bus_message *message, void *userdata, sd_bus_error *ret_error) {
        g_assert_not_reached();
}

static int on_property(sd_bus *bus, const char *path, const char *interface, const char *property,
                       sd_bus_message *reply, void *userdata, sd_bus_error *ret_error) {
        g_assert_not_reached();
}

static BusInterface *load(const char *group) {
        return bus_interface_new(group, on_method, on_property);
}

/* One member of the XML while it is read. */
typedef struct Reading {
        GPtrArray *methods, *properties, *signals; /* lines */
        char *name, *type;
        GString *in, *out, *in_names, *out_names;
        const char *emits;
} Reading;

static const char *attribute(const char *name, const char **names, const char **values) {
        for (guint i = 0; names[i]; i++)
                if (g_str_equal(names[i], name))
                        return values[i];
        return NULL;
}

static void on_start(GMarkupParseContext *context, const char *element, const char **names, const char **values,
                     gpointer userdata, GError **error) {
        Reading *self = userdata;
        const char *name = attribute("name", names, values);

        if (g_str_equal(element, "arg")) {
                gboolean out = g_strcmp0(attribute("direction", names, values), "out") == 0;

                g_string_append(out ? self->out : self->in, attribute("type", names, values));
                g_string_append_printf(out ? self->out_names : self->in_names, "%s,", name);
        } else if (g_str_equal(element, "annotation")) {
                if (g_str_equal(name, "org.freedesktop.DBus.Property.EmitsChangedSignal"))
                        self->emits = g_intern_string(attribute("value", names, values));
        } else if (g_str_equal(element, "method") || g_str_equal(element, "signal") ||
                   g_str_equal(element, "property")) {
                g_clear_pointer(&self->name, g_free);
                g_clear_pointer(&self->type, g_free);
                self->name = g_strdup(name);
                self->type = g_strdup(attribute("type", names, values));
                g_string_truncate(self->in, 0);
                g_string_truncate(self->out, 0);
                g_string_truncate(self->in_names, 0);
                g_string_truncate(self->out_names, 0);
                self->emits = "true";
        }
}

static void on_end(GMarkupParseContext *context, const char *element, gpointer userdata, GError **error) {
        Reading *self = userdata;

        if (g_str_equal(element, "method"))
                g_ptr_array_add(self->methods,
                                g_strdup_printf("method %s (%s) (%s) %s%s", self->name, self->in->str, self->out->str,
                                                self->in_names->str, self->out_names->str));
        else if (g_str_equal(element, "signal"))
                g_ptr_array_add(self->signals,
                                g_strdup_printf("signal %s (%s) %s", self->name, self->in->str, self->in_names->str));
        else if (g_str_equal(element, "property"))
                g_ptr_array_add(self->properties,
                                g_strdup_printf("property %s %s %s", self->name, self->type, self->emits));
}

static void append(GString *text, GPtrArray *lines) {
        for (guint i = 0; i < lines->len; i++)
                g_string_append_printf(text, "%s\n", (const char *) lines->pdata[i]);
        g_ptr_array_unref(lines);
}

static char *lines_of_xml(const char *group) {
        static const GMarkupParser parser = { .start_element = on_start, .end_element = on_end };
        g_autofree char *path = g_strdup_printf("/org/bangui/BanGUI1/org.bangui.BanGUI1.%s.xml", group);
        g_autoptr(GBytes) xml = g_resources_lookup_data(path, 0, NULL);
        Reading reading = {
                .methods = g_ptr_array_new_with_free_func(g_free),
                .properties = g_ptr_array_new_with_free_func(g_free),
                .signals = g_ptr_array_new_with_free_func(g_free),
                .in = g_string_new(NULL),
                .out = g_string_new(NULL),
                .in_names = g_string_new(NULL),
                .out_names = g_string_new(NULL),
        };
        g_autoptr(GMarkupParseContext) context = g_markup_parse_context_new(&parser, 0, &reading, NULL);
        g_autoptr(GError) error = NULL;
        GString *lines = g_string_new(NULL);

        g_assert_nonnull(xml);
        g_markup_parse_context_parse(context, g_bytes_get_data(xml, NULL), (gssize) g_bytes_get_size(xml), &error);
        g_assert_no_error(error);
        append(lines, reading.methods);
        append(lines, reading.properties);
        append(lines, reading.signals);
        g_free(reading.name);
        g_free(reading.type);
        g_string_free(reading.in, TRUE);
        g_string_free(reading.out, TRUE);
        g_string_free(reading.in_names, TRUE);
        g_string_free(reading.out_names, TRUE);
        return g_string_free(lines, FALSE);
}

/* Names with a NUL after each, and one more: as sd-bus walks them. */
static void append_names(GString *line, const char *names) {
        for (; *names; names += strlen(names) + 1)
                g_string_append_printf(line, "%s,", names);
}

static const char *emits_text(uint64_t flags) {
        switch (flags) {
        case SD_BUS_VTABLE_PROPERTY_CONST:
                return "const";
        case SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE:
                return "true";
        case SD_BUS_VTABLE_PROPERTY_EMITS_INVALIDATION:
                return "invalidates";
        default:
                g_assert_cmpuint(flags, ==, 0);
                return "false";
        }
}

static void append_row(GString *lines, const sd_bus_vtable *row) {
        switch (row->type) {
        case _SD_BUS_VTABLE_METHOD:
                g_assert_true(row->x.method.handler == on_method);
                g_assert_cmpuint(row->x.method.offset, ==, 0);
                g_assert_cmpuint(row->flags, ==, SD_BUS_VTABLE_UNPRIVILEGED);
                g_string_append_printf(lines, "method %s (%s) (%s) ", row->x.method.member, row->x.method.signature,
                                       row->x.method.result);
                append_names(lines, row->x.method.names);
                break;
        case _SD_BUS_VTABLE_PROPERTY:
                g_assert_true(row->x.property.get == on_property);
                g_assert_null(row->x.property.set);
                g_assert_cmpuint(row->x.property.offset, ==, 0);
                g_string_append_printf(lines, "property %s %s %s", row->x.property.member, row->x.property.signature,
                                       emits_text(row->flags));
                break;
        case _SD_BUS_VTABLE_SIGNAL:
                g_assert_cmpuint(row->flags, ==, 0);
                g_string_append_printf(lines, "signal %s (%s) ", row->x.signal.member, row->x.signal.signature);
                append_names(lines, row->x.signal.names);
                break;
        default:
                g_assert_not_reached();
        }
        g_string_append_c(lines, '\n');
}

static char *lines_of_vtable(const BusInterface *interface) {
        GString *lines = g_string_new(NULL);
        const sd_bus_vtable *row = interface->vtable;

        g_assert_cmpint(row->type, ==, _SD_BUS_VTABLE_START);
        g_assert_cmpuint(row->flags, ==, 0);
        for (row++; row->type != _SD_BUS_VTABLE_END; row++)
                append_row(lines, row);
        return g_string_free(lines, FALSE);
}

static void test_as_the_xml(gconstpointer group) {
        g_autoptr(BusInterface) interface = load(group);
        g_autofree char *name = g_strconcat("org.bangui.BanGUI1.", group, NULL);
        g_autofree char *expected = lines_of_xml(group);
        g_autofree char *lines = lines_of_vtable(interface);

        g_assert_cmpstr(interface->name, ==, name);
        g_assert_cmpstr(lines, ==, expected);
        g_assert_true(g_str_has_prefix(lines, "method ") || g_str_has_prefix(lines, "property "));
}

static void test_some_members(void) {
        static const struct {
                const char *group, *line;
        } expected[] = {
                { "Bans", "method Ban (asasa{sv}) (a{sv}) addresses,jails,options,result,\n" },
                { "Bans", "method Dump (a{sv}) (h) options,lines,\n" },
                { "Bans", "property Active u true\n" },
                { "Bans", "signal Banned (ssa{sv}) jail,address,ban,\n" },
                { "Bans", "signal Reset () \n" },
                { "Jail", "property Name s const\n" },
                { "Manager", "method GetStatus () (a{sv}) status,\n" },
                { "Manager", "signal HealthChanged (saa{sv}) state,findings,\n" },
                { "Operation", "method Cancel () () \n" },
                { "Operation", "property Result a{sv} true\n" },
                { "Server", "signal JailChanged (soas) jail,object,properties,\n" },
        };

        for (guint i = 0; i < G_N_ELEMENTS(expected); i++) {
                g_autoptr(BusInterface) interface = load(expected[i].group);
                g_autofree char *lines = lines_of_vtable(interface);

                if (!strstr(lines, expected[i].line))
                        g_error("\"%s\" is not in\n%s", expected[i].line, lines);
        }
}

/* The names of a method without arguments are still an empty list, not nothing. */
static void test_names_end(void) {
        static const char names[] = "addresses\0jails\0options\0result\0";
        g_autoptr(BusInterface) bans = load("Bans");
        g_autoptr(BusInterface) operation = load("Operation");
        const sd_bus_vtable *row = bans->vtable + 1;

        while (!g_str_equal(row->x.method.member, "Ban"))
                row++;
        g_assert_cmpmem(row->x.method.names, sizeof(names), names, sizeof(names));
        row = operation->vtable + 1;
        g_assert_cmpstr(row->x.method.member, ==, "Cancel");
        g_assert_cmpstr(row->x.method.names, ==, "");
        g_assert_cmpstr(row->x.method.signature, ==, "");
}

static void test_property_index(void) {
        for (guint g = 0; g < G_N_ELEMENTS(groups); g++) {
                g_autoptr(BusInterface) interface = load(groups[g]);

                g_assert_cmpuint(interface->n_properties, >, 0);
                g_assert_null(interface->info->properties[interface->n_properties]);
                for (guint i = 0; i < interface->n_properties; i++)
                        g_assert_cmpint(bus_interface_property_index(interface, interface->info->properties[i]->name),
                                        ==, i);
                g_assert_cmpint(bus_interface_property_index(interface, "Nothing"), ==, -1);
                g_assert_cmpint(bus_interface_property_index(interface, ""), ==, -1);
                g_assert_cmpint(bus_interface_property_index(interface, "state"), ==, -1);
        }
}

static void test_signature(void) {
        g_autoptr(BusInterface) bans = load("Bans");
        GDBusMethodInfo *method = g_dbus_interface_info_lookup_method(bans->info, "Lookup");
        g_autofree char *in = bus_interface_signature(method->in_args);
        g_autofree char *out = bus_interface_signature(method->out_args);
        g_autofree char *none = bus_interface_signature(NULL);

        g_assert_cmpstr(in, ==, "sa{sv}");
        g_assert_cmpstr(out, ==, "a{sv}");
        g_assert_cmpstr(none, ==, "");
}

/* sd-bus itself takes the tables. */
static void test_bus_takes_it(void) {
        g_autoptr(sd_bus) bus = NULL;

        g_assert_cmpint(sd_bus_new(&bus), >=, 0);
        for (guint i = 0; i < G_N_ELEMENTS(groups); i++) {
                g_autoptr(BusInterface) interface = load(groups[i]);
                g_autoptr(sd_bus_slot) slot = NULL;

                g_assert_cmpint(sd_bus_add_object_vtable(bus, &slot, "/a", interface->name, interface->vtable, NULL),
                                >=, 0);
        }
}

static void test_unknown_aborts(void) {
        if (g_test_subprocess()) {
                load("Nothing");
                return;
        }
        g_test_trap_subprocess(NULL, 0, 0);
        g_test_trap_assert_failed();
        g_test_trap_assert_stderr("*/org/bangui/BanGUI1/org.bangui.BanGUI1.Nothing.xml*");
}

int main(int argc, char *argv[]) {
        g_test_init(&argc, &argv, NULL);
        for (guint i = 0; i < G_N_ELEMENTS(groups); i++) {
                g_autofree char *path = g_strdup_printf("/bus/interface/as-the-xml/%s", groups[i]);

                g_test_add_data_func(path, groups[i], test_as_the_xml);
        }
        g_test_add_func("/bus/interface/some-members", test_some_members);
        g_test_add_func("/bus/interface/names-end", test_names_end);
        g_test_add_func("/bus/interface/property-index", test_property_index);
        g_test_add_func("/bus/interface/signature", test_signature);
        g_test_add_func("/bus/interface/bus-takes-it", test_bus_takes_it);
        g_test_add_func("/bus/interface/unknown-aborts", test_unknown_aborts);
        return g_test_run();
}
