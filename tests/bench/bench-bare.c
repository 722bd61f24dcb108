/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * bench-bare --bus ADDRESS: the least that a client linked with libsystemd can do
 *
 * Opens the bus, asks the daemon for one property, ends. What of banguictl's time is the machine's, the library's and
 * the bus's.
 */

#include <stdlib.h>
#include <systemd/sd-bus.h>

int main(int argc, char **argv) {
        sd_bus *bus = NULL;
        sd_bus_message *reply = NULL;
        int r = argc < 3 ? -1 : sd_bus_new(&bus);

        if (r >= 0)
                r = sd_bus_set_address(bus, argv[2]);
        if (r >= 0)
                r = sd_bus_set_bus_client(bus, 1);
        if (r >= 0)
                r = sd_bus_start(bus);
        if (r >= 0)
                r = sd_bus_call_method(bus, "org.bangui.BanGUI1", "/org/bangui/BanGUI1",
                                       "org.freedesktop.DBus.Properties", "Get", NULL, &reply, "ss",
                                       "org.bangui.BanGUI1.Bans", "Active");
        sd_bus_message_unref(reply);
        sd_bus_flush_close_unref(bus);
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
