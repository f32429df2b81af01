"""What the sides in Python share: they read one JSON object per line and answer with one."""

import json
import sys
import time


def timed(count, action, wait=lambda: None):
    """Mean seconds of `action` over `count` calls; `wait` ends when what was started is done."""
    wait()
    start = time.perf_counter()
    for _ in range(count):
        action()
    wait()
    return (time.perf_counter() - start) / count


def answer(hello, calls):
    """Says `hello`, then answers each call by name until the input ends."""
    print(json.dumps(hello), flush=True)
    for line in sys.stdin:
        ask = json.loads(line)
        call = ask.pop("call")
        try:
            print(json.dumps({"value": calls[call](**ask)}), flush=True)
        except Exception as error:  # a side that runs out of memory is left out; the others continue
            print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)
