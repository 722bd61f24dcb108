/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A set of addresses and networks that is asked what overlaps an address or a network
 *
 * For many questions over a list that does not change meanwhile: adding sorts anew at the next question. One thread at
 * a time.
 */

#pragma once

#include "core/address.h"

typedef struct AddressSet AddressSet;

AddressSet *address_set_new(void);
void address_set_free(AddressSet *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AddressSet, address_set_free)

/* What is added twice is there twice; the one that was added first is found. `tag` is the caller's. */
void address_set_add(AddressSet *self, const Address *address, guint tag);

/* An entry that holds all of `address`, the widest one first, else one that lies inside it. FALSE: there is none. */
gboolean address_set_overlap(AddressSet *self, const Address *address, Address *ret, guint *ret_tag);
