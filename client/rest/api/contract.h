/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The contract as the bridge reads it: method signatures, argument names and types of options, out of the interface XML
 * that is compiled in. Nothing of it is written twice.
 */

#pragma once

#include <gio/gio.h>

typedef struct Contract Contract;

Contract *contract_new(void);
void contract_free(Contract *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Contract, contract_free)

/* `interface` without prefix ("History"). NULL: there is none. Borrowed. */
const GDBusMethodInfo *contract_method(const Contract *self, const char *interface, const char *method);
const GDBusInterfaceInfo *contract_interface(const Contract *self, const char *interface);

/* The options of a method as the annotation has them, "limit:x cursor:s"; NULL: it takes none at all. */
const char *contract_options(const GDBusMethodInfo *method);

/* The type of an option of a method by the annotation org.bangui.BanGUI1.Options, such as "x" or "as"; NULL: not an
 * option of it. An option of type "v" may be of any. */
const char *contract_option_type(const GDBusMethodInfo *method, const char *option);

/* "CurrentlyBanned" -> "currently_banned"; to be freed. */
char *contract_snake_case(const char *name);
