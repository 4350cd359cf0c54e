"""What both Python clients are tried with."""

import json
import os

# `url`, `key`, `repository`, `branch`, `model` and `script` of a running server; see run.ts.
TRIAL = json.loads(os.environ["TALKCODY_TRIAL"])
REASON = "Not this file."
ANSWER = {"colour": "Red"}
BYTES = bytes(range(256)) * 40
UNKNOWN = "ses_" + "7" * 26


def passed(step):
    print(f"passed: {step}", flush=True)


def expect(is_so, what):
    if not is_so:
        raise AssertionError(what)


def expect_diff(patch):
    expect("+# Better" in patch, patch)
    expect("unwanted" not in patch, patch)
    passed("diff")
