// SPDX-License-Identifier: LGPL-2.1-or-later

import './browser';
import './addresses.test';
import './filters.test';
import './format.test';
import './charts.test';
import './fuzzy.test';
import './match.test';
import './series.test';
import './words.test';
import './zone.test';
