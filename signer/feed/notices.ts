// What one Console is told of the directory: the version in force, and every open proposal as it stands, whole.
import { createHash } from 'node:crypto';
import type { Desk } from '../desk/ports.ts';
import type { FeedLog } from './options.ts';
import type { Outgoing } from './outgoing.ts';
import type { Trust } from '../../core/trust/chain.ts';
import { MOST_SUSPENSIONS } from '../../core/trust/suspensions.ts';
import { isFault } from '../../core/fault/fault.ts';

export interface NoticesParts {
  readonly desk: Desk;
  readonly out: Outgoing;
  readonly log: FeedLog;
  readonly trust: () => Trust;
  /** Throws when the session has ended; asked before each message. */
  readonly guard: () => void;
  readonly failed: (thrown: unknown) => void;
}

const markOf = (value: object): string => createHash('sha256').update(JSON.stringify(value)).digest('base64');

/**
 * Levels, not a sequence: each look compares what is with what this connection was told, and tells the difference. So a
 * Console that was away, or a hint that was lost, costs nothing but the next look.
 */
export class Notices {
  readonly #parts: NoticesParts;
  readonly #told = new Map<string, string>();
  #directory: string | undefined;
  /** None was told yet: `welcome` names the directory only. */
  #suspensions = '';
  #list = '';
  #wanted = false;
  #running = false;

  constructor(parts: NoticesParts) {
    this.#parts = parts;
  }

  /** Begins with the first `subscribe`; `welcome` named the directory. */
  begin(directory: string): void {
    this.#directory ??= directory;
    this.look();
  }

  /** Something may have changed. */
  look(): void {
    if (this.#directory === undefined) return;
    this.#wanted = true;
    if (this.#running) return;
    this.#running = true;
    void this.#run();
  }

  async #run(): Promise<void> {
    try {
      while (this.#wanted) {
        this.#wanted = false;
        await this.#tell();
      }
    } catch (thrown) {
      this.#parts.failed(thrown);
    } finally {
      this.#running = false;
    }
  }

  async #tell(): Promise<void> {
    const { desk, out, trust, guard } = this.#parts;
    const { latest, latestDigest, suspensions: all } = trust();
    const suspensions = all.slice(-MOST_SUSPENSIONS).map(({ order }) => order);
    if (latestDigest !== this.#directory || suspensions.join() !== this.#suspensions) {
      guard();
      await out.send({ type: 'directory', digest: latestDigest, version: latest.version, suspensions });
      this.#directory = latestDigest;
      this.#suspensions = suspensions.join();
    }
    const { open, ended } = await desk.directory.proposals();
    const shown: string[] = [];
    for (const one of open) if (await this.#proposal(one)) shown.push(one.digest);
    for (const digest of this.#told.keys()) if (!shown.includes(digest)) this.#told.delete(digest);
    const list = { open: shown, ended: [...ended] };
    if (markOf(list) === this.#list) return;
    guard();
    await out.send({ type: 'proposals', ...list });
    this.#list = markOf(list);
  }

  /** Sends it unless it was sent so before; false when it cannot be sent at all. */
  async #proposal(
    one: Awaited<ReturnType<Desk['directory']['proposals']>>['open'][number],
  ): Promise<boolean> {
    const { digest, proposal } = one;
    const mark = markOf(proposal);
    if (this.#told.get(digest) === mark) return true;
    this.#parts.guard();
    try {
      await this.#parts.out.send({ type: 'proposal', digest, proposal });
    } catch (thrown) {
      if (!isFault(thrown) || thrown.code !== 'message_too_large') throw thrown;
      this.#parts.log.error({ digest }, 'a proposal is larger than a message may be');
      return false;
    }
    this.#told.set(digest, mark);
    return true;
  }
}
