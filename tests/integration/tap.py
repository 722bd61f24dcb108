# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs a module's unittest cases and speaks TAP, so that meson counts each case: `tap.main()` at the end of a module.

Words on the command line choose cases by a part of their name. A skip counts as failed: what a test needs is in
dependencies.txt, so a test that could not run has found something missing.
"""

import signal
import sys
import traceback
import unittest


class TapResult(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.number = 0
        self.bad = 0

    def _report(self, test, good, detail=""):
        self.number += 1
        self.bad += not good
        for line in detail.splitlines():
            print("#", line)
        print(f"{'ok' if good else 'not ok'} {self.number} - {test.id().removeprefix('__main__.')}", flush=True)

    def _trace(self, error):
        return "".join(traceback.format_exception(*error))

    def addSuccess(self, test):
        super().addSuccess(test)
        self._report(test, True)

    def addError(self, test, err):
        super().addError(test, err)
        self._report(test, False, self._trace(err))

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._report(test, False, self._trace(err))

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._report(test, False, f"skipped: {reason}")

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err:
            self._report(subtest, False, self._trace(err))

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self._report(test, False, "succeeded, which was not expected")


def _cases(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from _cases(item)
        else:
            yield item


def on_sigterm(number, frame):
    # unittest records any other exception and goes on
    raise KeyboardInterrupt


def main():
    signal.signal(signal.SIGTERM, on_sigterm)
    words = sys.argv[1:]
    every = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    chosen = [case for case in _cases(every) if not words or any(word in case.id() for word in words)]
    result = TapResult()
    print("TAP version 13", flush=True)
    # as a suite, so that setUpClass() and its kin run
    unittest.TestSuite(chosen).run(result)
    print(f"1..{result.number}", flush=True)
    sys.exit(1 if result.bad or not result.number else 0)
