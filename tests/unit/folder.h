/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The end of a test's folder. */

#pragma once

/* Removes it with all that is in it; links are not followed. */
void folder_remove(const char *folder);
