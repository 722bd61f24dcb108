/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Reading a reply's value strictly
 *
 * Each function gives what was expected or says FAIL2BAN_PROTOCOL with `what` it was asked for, what was expected
