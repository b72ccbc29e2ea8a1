// The second decoder, a process of its own: a payload on stdin, the digest of its view on stdout.
import { answer, MOST_INPUT } from './answer.ts';

async function readAll(): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of process.stdin) {
    length += (part as Buffer).length;
    if (length > MOST_INPUT) throw new Error(`more than ${MOST_INPUT} bytes`);
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}

/** Exit 1 and a line on stderr when there is no answer. */
async function main(): Promise<void> {
  process.stdout.write(answer(await readAll()));
}

main().catch((thrown: unknown) => {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exitCode = 1;
});
