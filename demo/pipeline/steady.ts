// The pipeline of the demo's world: it fills the inbox at once, then submits a document now and then, and never too many.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Crew } from '../crew/crew.ts';
import { ask, askAndKeep, waiting, type Asking, type Outcome } from './asking.ts';
import { documentNames, type DocumentName } from './documents/kinds.ts';
import { randomOf } from './random.ts';

/** `every` is the shortest pause in milliseconds, the longest is three times that. */
export interface SteadyOptions {
  readonly crew: Crew;
  readonly asking: Asking;
  readonly every: number;
  readonly quiet: boolean;
  readonly say: (line: string) => void;
}

/** So many wait at most of what was not asked for by hand. */
export const MOST_WAITING = 12;
/** One in so many comes from a scanner that is trusted, and is signed at once: most traffic asks nobody. */
const ONE_PASSES = 6;
const RETRY_MS = 2000;
/** The pauses follow from the seed too, apart from the documents' own numbers. */
const PAUSES = 1_000_000;

const reason = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

/** Small enough to come by the thousand. */
const light: readonly DocumentName[] = ['vex', 'promotion', 'blind', 'vex', 'promotion', 'keyful'];
const FLOOD_AT_ONCE = 8;

export class Steady {
  readonly #options: SteadyOptions;
  #quiet: boolean;
  #said = '';
  #resting = new AbortController();

  constructor(options: SteadyOptions) {
    this.#options = options;
    this.#quiet = options.quiet;
  }

  /** Runs until the crew ends. */
  async run(): Promise<void> {
    const { crew, every, asking } = this.#options;
    crew.join(() => this.#resting.abort());
    let filled = false;
    for (let turn = 0; !crew.ending; turn++) {
      const pause = every + randomOf(asking.source.seed, PAUSES + turn).int(2 * every + 1);
      try {
        if (!this.#quiet) await (filled ? this.#one() : this.fill());
        filled ||= !this.#quiet;
        this.#said = '';
        await this.#rest(pause);
      } catch (thrown) {
        if (crew.ending) return;
        this.#tell(reason(thrown));
        await this.#rest(RETRY_MS);
      }
    }
  }

  /** Waits; a change of what it is to do, or the crew's end, ends it. */
  async #rest(ms: number): Promise<void> {
    this.#resting = new AbortController();
    if (this.#options.crew.ending) return;
    await sleep(ms, undefined, { signal: this.#resting.signal }).catch(() => undefined);
  }

  /** The same line once, however often it happens. */
  #tell(line: string): void {
    if (line !== this.#said) this.#options.say(line);
    this.#said = line;
  }

  /** One document of each kind that does not wait yet, so that the first window is filled. The SBOM is the largest, and last. */
  async fill(): Promise<void> {
    const { asking } = this.#options;
    const there = await waiting(asking, MOST_WAITING);
    const names = new Set(there.map(({ name }) => name));
    let room = MOST_WAITING - there.length;
    for (const name of documentNames.toReversed()) {
      if (names.has(name) || room-- <= 0) continue;
      await this.submit(name);
    }
  }

  async #one(): Promise<void> {
    const { asking } = this.#options;
    if ((await waiting(asking, MOST_WAITING)).length >= MOST_WAITING) return;
    const n = asking.ledger.take();
    const random = randomOf(asking.source.seed, PAUSES * 2 + n);
    const name = random.pick(documentNames);
    const passes = name !== 'keyful' && random.once(ONE_PASSES);
    const wanted = { name, n, at: new Date(), ...(passes ? { trusted: true } : {}) };
    const outcome = await askAndKeep(asking, wanted);
    if (outcome.outcome === 'refused')
      this.#tell(`the Signer refuses with ${outcome.status} ${outcome.code}`);
  }

  /** Submits this one now, whatever waits. */
  submit(
    name: DocumentName,
    more: { wording?: 'plain' | 'long' | 'hidden'; trusted?: boolean } = {},
  ): Promise<Outcome> {
    const { asking } = this.#options;
    return askAndKeep(asking, { name, n: asking.ledger.take(), at: new Date(), ...more });
  }

  /** Submits so many held requests as quickly as the Signer takes them; returns how many were held. */
  async flood(count: number): Promise<number> {
    const { asking, crew } = this.#options;
    const first = asking.ledger.take(count);
    const held: { id: string; name: DocumentName }[] = [];
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < count && !crew.ending) {
        const at = next++;
        const name = light[at % light.length] ?? 'vex';
        const outcome = await ask(asking, { name, n: first + at, at: new Date() });
        if (outcome.outcome === 'held') held.push({ id: outcome.answer.requestId, name });
      }
    };
    try {
      await Promise.all(Array.from({ length: FLOOD_AT_ONCE }, worker));
    } finally {
      await asking.ledger.add(held);
    }
    return held.length;
  }

  /** Whether it submits by itself. */
  get quiet(): boolean {
    return this.#quiet;
  }

  set quiet(quiet: boolean) {
    this.#quiet = quiet;
    this.#resting.abort();
  }
}
