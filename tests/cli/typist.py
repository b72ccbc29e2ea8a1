"""Runs a command at a terminal of its own and types what it is told to: typist.py SCRIPT COMMAND...

SCRIPT is JSON: a list of [text to wait for, what to type then]. Everything that the terminal showed goes to stdout, and the
command's exit status on a line of its own at the end.
"""
import json
import os
import pty
import select
import sys
import time

script = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
shown = b""


def read_until(text, seconds):
    """Reads until the text is there, from where the last one ended; False when the time is over or the command has ended."""
    global shown
    begin, end = len(shown), time.time() + seconds
    while text.encode() not in shown[begin:]:
        if time.time() > end:
            return False
        if not select.select([terminal], [], [], 0.2)[0]:
            continue
        try:
            part = os.read(terminal, 4096)
        except OSError:
            return False
        if not part:
            return False
        shown += part
    return True


for wanted, typed in script:
    if not read_until(wanted, 60):
        break
    os.write(terminal, typed.encode())
read_until("\0never", 60)
sys.stdout.write(shown.decode())
print("status", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
