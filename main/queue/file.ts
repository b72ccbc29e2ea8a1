// The queue's files: a whole state replaced atomically, and the arrivals since then in an append-only file.
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { QueueLine, QueueState as StoredState } from '../../contract/stored/queue.ts';
import { concat, equalBytes, utf8 } from '../../core/bytes/bytes.ts';
import { toHex } from '../../core/bytes/hex.ts';
import { isFault, Refusal } from '../../core/fault/fault.ts';
import { parseStrict } from '../../core/json/parse.ts';
import { parseAs } from '../../core/json/schema.ts';
import type { Crypto } from '../../core/key/crypto.ts';
import { openAppend, readIfThere, removeDurable, writeAtomic, type AppendFile } from '../../ports/files.ts';
import { applied, emptyQueue, type QueueArrival, type QueueState } from './state.ts';

const SUM_BYTES = 17; // sixteen hex digits and a space
const LARGEST = 64 * 1024 * 1024;

const stateFile = (dir: string) => join(dir, 'queue.json');
const linesFile = (dir: string, generation: number) => join(dir, `queue-${generation}.lines`);

/** What was read. `lost` says why the files could not be believed; then the queue is empty and the Signer is asked for all of it. */
export interface OpenedFiles {
  readonly state: QueueState;
  readonly generation: number;
  readonly lines: number;
  readonly file: AppendFile;
  readonly torn: number;
  readonly lost: string | null;
}

function checked(crypto: Crypto, body: Uint8Array): Uint8Array {
  return concat(utf8(`${toHex(crypto.sha256(body)).slice(0, SUM_BYTES - 1)} `), body);
}

function unchecked(crypto: Crypto, line: Uint8Array): unknown {
  const body = line.subarray(SUM_BYTES);
  if (!equalBytes(checked(crypto, body), line)) throw new Refusal('journal_broken', 'a line of the queue');
  return parseStrict(body, { maxBytes: LARGEST });
}

/** One line: a checksum, then the arrival as JSON, without what other rooms keep. */
export function lineOf(crypto: Crypto, came: QueueArrival, at: string): Uint8Array {
  const { stage, tenant, seq } = came;
  const arrival =
    stage === 'resynced'
      ? { stage, tenant, seq, holds: came.holds }
      : stage === 'granted'
        ? { stage, tenant, seq }
        : came;
  return checked(crypto, utf8(JSON.stringify({ v: 1, at, arrival })));
}

async function readState(crypto: Crypto, dir: string): Promise<{ state: QueueState; generation: number }> {
  const bytes = await readIfThere(stateFile(dir));
  if (!bytes) return { state: emptyQueue, generation: 0 };
  const stored = parseAs(StoredState, unchecked(crypto, bytes));
  const queued = stored.queued.map(({ tenant, receivedAt, hold }) => {
    const requestId = hold.request.id;
    return [requestId, { stage: 'queued' as const, requestId, tenant, hold, receivedAt }] as const;
  });
  const cursors = new Map(stored.cursors.map(({ tenant, seq }) => [tenant, seq]));
  return { state: { queued: new Map(queued), cursors }, generation: stored.generation };
}

function replay(crypto: Crypto, state: QueueState, lines: readonly Uint8Array[]): QueueState {
  return lines.reduce((before, line) => {
    const { arrival, at } = parseAs(QueueLine, unchecked(crypto, line));
    return applied(before, arrival, at);
  }, state);
}

/** A generation that no file of the directory can have: after a loss nothing old is read again. */
async function begin(crypto: Crypto, dir: string, generation: number, why: string): Promise<OpenedFiles> {
  await writeState(crypto, dir, emptyQueue, generation);
  await removeDurable(linesFile(dir, generation));
  const { file } = await openAppend(linesFile(dir, generation));
  return { state: emptyQueue, generation, lines: 0, file, torn: 0, lost: why };
}

/** Opens the files. Damage never stops the Console: the queue is only a copy of what the Signer can send again. */
export async function openFiles(crypto: Crypto, dir: string, now: Date): Promise<OpenedFiles> {
  let opened: AppendFile | undefined;
  try {
    const { state, generation } = await readState(crypto, dir);
    const { lines, torn, file } = await openAppend(linesFile(dir, generation));
    opened = file;
    return { state: replay(crypto, state, lines), generation, lines: lines.length, file, torn, lost: null };
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    await opened?.close();
    return begin(crypto, dir, now.getTime(), thrown.message);
  }
}

/** Writes a whole state of this generation. */
export async function writeState(
  crypto: Crypto,
  dir: string,
  state: QueueState,
  generation: number,
): Promise<void> {
  const stored = {
    v: 1,
    generation,
    cursors: [...state.cursors].map(([tenant, seq]) => ({ tenant, seq })),
    queued: [...state.queued.values()].map(({ tenant, receivedAt, hold }) => ({ tenant, receivedAt, hold })),
  };
  await writeAtomic(stateFile(dir), checked(crypto, utf8(JSON.stringify(stored))));
}

/**
 * Begins a generation that was never tried before: an empty file of lines, then the whole state that names it. When this
 * throws nobody knows which generation the disk names, so nothing may be appended to the old one any more.
 */
export async function beginGeneration(
  crypto: Crypto,
  dir: string,
  state: QueueState,
  generation: number,
): Promise<AppendFile> {
  const { file } = await openAppend(linesFile(dir, generation));
  try {
    await writeState(crypto, dir, state, generation);
    return file;
  } catch (thrown) {
    await file.close();
    throw thrown;
  }
}

/** Removes the lines of every other generation: what they said is in the state. */
export async function removeOthers(dir: string, generation: number): Promise<void> {
  const keep = basename(linesFile(dir, generation));
  for (const name of await readdir(dir)) {
    if (/^queue-\d+\.lines$/.test(name) && name !== keep) await removeDurable(join(dir, name));
  }
}
