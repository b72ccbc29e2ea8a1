// What every stand-in's process does: say that it is ready in one line, end when told to, and end when its parent is gone.

/** Prints `ready` as one JSON line on stdout, then runs until SIGINT, SIGTERM, or the end of stdin, which is the parent's death. */
export function standIn(ready: object, close: () => Promise<void>): void {
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    void close().finally(() => process.exit(0));
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  process.stdin.on('end', end).on('close', end).on('error', end).resume();
  process.stdout.on('error', end); // nobody reads us any more
  process.stdout.write(`${JSON.stringify({ ready: true, ...ready })}\n`);
}
