/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Addresses that mean the same place for everybody. */

#pragma once

#include "core/address.h"

/* FALSE for private, local, reserved and documentation addresses (the special-purpose registries of IANA): no service
 * outside knows anything of them, and they are nobody's business. */
gboolean geo_is_public(const Address *address);
