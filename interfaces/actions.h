/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The actions of polkit/org.bangui.BanGUI1.policy, without their prefix, as the members of an array of text. */

#pragma once

#define BANGUI_ACTIONS \
        "read", "read-sensitive", "ban", "unban", "allow", "control-jail", "control-server", "edit-config", \
                "edit-actions", "manage-blocklists", "manage-settings", "look-up-outside"
