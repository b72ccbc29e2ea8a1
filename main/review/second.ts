// Asks the second decoder: a process of its own, which shares no code with core.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { toBase64 } from '../../core/bytes/base64.ts';
import { fromUtf8, utf8 } from '../../core/bytes/bytes.ts';
import { Refusal } from '../../core/fault/fault.ts';
import { Digest } from '../../core/json/digest.ts';

/** The digest of a payload's view as the second decoder sees it. Refusal `second_decoder` when it gives none. */
export type SecondView = (version: string, payloadType: string, payload: Uint8Array) => Promise<string>;

/** `command`: the program that runs `entry` (this Node unless given). `timeoutMs`: 60,000 unless given. */
export interface SecondOptions {
  readonly command?: string;
  readonly entry?: string;
  readonly timeoutMs?: number;
}

const MOST_OUTPUT = 4096;
/** The entry in a checkout; a build passes its own. */
const checkoutEntry = (): string => fileURLToPath(new URL('../../second/main.ts', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function run({ command, entry, timeoutMs }: Required<SecondOptions>, input: string): Promise<Ended> {
  return new Promise((resolve, reject) => {
    // No environment of ours: the decoder needs none, and nothing in it can change what it says.
    const child = spawn(command, [entry], {
      env: {},
      stdio: 'pipe',
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (part: Buffer) => (out = (out + part.toString('utf8')).slice(0, MOST_OUTPUT)));
    child.stderr.on('data', (part: Buffer) => (err = (err + part.toString('utf8')).slice(0, MOST_OUTPUT)));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
    child.stdin.on('error', () => undefined); // a decoder that died early says so by its exit code
    child.stdin.end(input);
  });
}

function digestIn(out: string): string {
  const answer: unknown = JSON.parse(out);
  const digest =
    typeof answer === 'object' && answer !== null && 'digest' in answer ? answer.digest : undefined;
  return Digest.parse(digest);
}

function refusedBy(cause: unknown): Refusal {
  return new Refusal(
    'second_decoder',
    cause instanceof Error ? cause.message.slice(0, 300) : 'no answer',
    cause,
  );
}

/** A second decoder over whatever runs it: its request goes in as bytes, its answer comes out. */
export function secondOver(ask: (input: Uint8Array) => Promise<Uint8Array>): SecondView {
  return async (version, payloadType, payload) => {
    try {
      const out = await ask(utf8(JSON.stringify({ version, payloadType, payload: toBase64(payload) })));
      return digestIn(fromUtf8(out.subarray(0, MOST_OUTPUT)));
    } catch (cause) {
      throw refusedBy(cause);
    }
  };
}

/** A second decoder that runs anew for each payload. */
export function runSecond(options: SecondOptions = {}): SecondView {
  const { command = process.execPath, entry = checkoutEntry(), timeoutMs = 60_000 } = options;
  const whole = { command, entry, timeoutMs };
  return async (version, payloadType, payload) => {
    try {
      const { code, out, err } = await run(
        whole,
        JSON.stringify({ version, payloadType, payload: toBase64(payload) }),
      );
      if (code !== 0) throw new Error(`exit ${String(code)}: ${err.trim()}`);
      return digestIn(out);
    } catch (cause) {
      throw refusedBy(cause);
    }
  };
}
