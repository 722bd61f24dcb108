#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# install.sh DIST FOLDER: puts the built page into FOLDER below the prefix, in place of an older one, whose files have
# other names.
set -eu

to=$MESON_INSTALL_DESTDIR_PREFIX/$2
rm -rf "$to"
mkdir -p "$to"
cp -R "$1/." "$to"
chmod -R u=rwX,go=rX "$to"
