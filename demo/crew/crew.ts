// Everything that a demo started or made for the time being, so that all of it ends with the demo, however it ends.
import { mkdtempSync, rmSync } from 'node:fs';
import { chmod, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChildProcess } from 'node:child_process';
import { PartFailed } from './failed.ts';

type End = () => Promise<void> | void;

const LONGEST_END_MS = 5000;
/** What was killed a moment ago may still be writing. */
const removal = { recursive: true, force: true, maxRetries: 20, retryDelay: 50 };

/** Kills a process and, where it leads a group of its own (`detached`), everything that it started. */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL'); // it leads no group
  }
}

/** Ends what joined, the latest first. */
export class Crew {
  readonly #ends: End[] = [];
  readonly #children = new Set<ChildProcess>();
  readonly #folders: string[] = [];
  #ending: Promise<void> | undefined;
  #lose: (failed: PartFailed) => void = () => undefined;
  /** Rejects when a part that was needed is gone; whoever waits for anything of the demo waits for this too. */
  readonly lost: Promise<never> = new Promise((_resolve, reject) => {
    this.#lose = reject;
  });

  constructor() {
    this.lost.catch(() => undefined); // nobody may be waiting
  }

  /** True from the first moment of the end: whatever fails from now on fails because of it. */
  get ending(): boolean {
    return this.#ending !== undefined;
  }

  /** Joins something that must be closed. After the end has begun it is closed at once. */
  join(end: End): void {
    if (this.ending) void Promise.resolve(end()).catch(() => undefined);
    else this.#ends.push(end);
  }

  /** A part is gone that was not told to go. */
  lose(failed: PartFailed): void {
    if (!this.ending) this.#lose(failed);
  }

  /** Joins a process; it is killed should its own end not come. */
  joinChild(child: ChildProcess, end: End): void {
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    this.join(end);
  }

  /** A folder for this user alone (0700), gone at the end. Rejects with PartFailed once the end has begun. */
  async folder(): Promise<string> {
    if (this.ending) throw new PartFailed('demo', 'it is ending');
    const path = mkdtempSync(join(tmpdir(), 'signer-demo-'));
    this.#folders.push(path);
    await chmod(path, 0o700);
    return path;
  }

  /** Ends everything, once, in at most five seconds for each part. */
  end(): Promise<void> {
    this.#ending ??= this.#endAll();
    return this.#ending;
  }

  async #endAll(): Promise<void> {
    for (const end of this.#ends.reverse()) {
      const late = new Promise<void>((resolve) => {
        setTimeout(resolve, LONGEST_END_MS).unref();
      });
      await Promise.race([late, Promise.resolve().then(end)]).catch(() => undefined); // the next one must end too
    }
    this.#kill();
    for (const path of this.#folders) await rm(path, removal);
  }

  #kill(): void {
    for (const child of this.#children) killGroup(child);
  }

  /** The last resort, when there is no time left to wait: kills and removes at once. */
  abandon(): void {
    this.#kill();
    for (const path of this.#folders) rmSync(path, removal);
  }
}
