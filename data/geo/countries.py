# SPDX-License-Identifier: LGPL-2.1-or-later
"""countries.py HEADER: the rows of daemon/geo/countries.h as lines CODE<TAB>NAME, for bangui-geo-build."""

import pathlib
import re
import sys

rows = re.findall(r'X\("([A-Z]{2})", "([^"]+)"\)', pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
sys.stdout.buffer.write("".join(f"{code}\t{name}\n" for code, name in rows).encode())
