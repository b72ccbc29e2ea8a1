// The second decoder, a process of its own: a payload on stdin, the digest of its view on stdout.
import { viewDigestOf } from './view.ts';

const MOST = 24 * 1024 * 1024;

async function readAll(): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of process.stdin) {
    length += (part as Buffer).length;
    if (length > MOST) throw new Error(`more than ${MOST} bytes`);
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}

function field(asked: unknown, name: string): string {
  const value: unknown =
    typeof asked === 'object' && asked !== null ? (asked as Record<string, unknown>)[name] : undefined;
  if (typeof value !== 'string') throw new Error(`${name} is missing`);
  return value;
}

/** Reads `{version, payloadType, payload}` (payload in base64) and answers `{digest}`; exit 1 and a line on stderr otherwise. */
async function main(): Promise<void> {
  const asked: unknown = JSON.parse((await readAll()).toString('utf8'));
  const payload = Buffer.from(field(asked, 'payload'), 'base64');
  const digest = viewDigestOf(field(asked, 'version'), field(asked, 'payloadType'), payload);
  process.stdout.write(`${JSON.stringify({ digest })}\n`);
}

main().catch((thrown: unknown) => {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exitCode = 1;
});
