// One history: a script of what happens to Signer, Console and wire, played against the real feed, link and queue.
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { expect } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Head } from '../../../core/log/head.ts';
import type { HoldRow } from '../../../signer/desk/ports.ts';
import type { World } from '../../support/world.ts';
import { ConsoleSide } from './console-side.ts';
import { startLossy, type Lossy, type Mishap, type Whose } from './lossy.ts';

const tenants = ['acme', 'beta'] as const;

export type Happening =
  | { readonly what: 'hold'; readonly tenant: (typeof tenants)[number]; readonly many: number }
  | { readonly what: 'alarm' | 'prune'; readonly tenant: (typeof tenants)[number] }
  | { readonly what: 'withdraw' | 'approve' | 'deny'; readonly place: number }
  | { readonly what: 'kill-console' | 'cut' | 'rest' }
  | { readonly what: 'kill-signer'; readonly when: 'now' | 'before' | 'after' }
  | { readonly what: 'mishaps'; readonly whose: Whose; readonly mishaps: readonly Mishap[] };

const tenant = fc.constantFrom(...tenants);
const place = fc.nat(7);
const mishap = fc.constantFrom<Mishap>('pass', 'pass', 'drop', 'double', 'swap', 'delay', 'cut');

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant('hold' as const),
      tenant,
      many: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ what: fc.constantFrom('approve' as const, 'deny' as const), place }) },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('mishaps' as const),
      whose: fc.constantFrom<Whose>('any', 'events'),
      mishaps: fc.array(mishap, { minLength: 2, maxLength: 16, size: 'max' }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('withdraw' as const), place }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constantFrom('cut' as const, 'rest' as const) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constantFrom('alarm' as const, 'prune' as const), tenant }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('kill-console' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('kill-signer' as const),
      when: fc.constantFrom('now' as const, 'before' as const, 'after' as const),
    }),
  },
);

/** `keeps`: whether the Signer's store keeps sessions, or a restart asks for a touch. */
export interface History {
  readonly keeps: boolean;
  readonly happenings: readonly Happening[];
}

export const history: fc.Arbitrary<History> = fc.record({
  keeps: fc.boolean(),
  happenings: fc.array(happening, { minLength: 8, maxLength: 32, size: 'max' }),
});

const rest = (ms: number) => sleep(ms);

/** The Signer's side, whichever desk it has. Every life of it has one disk. */
export interface SignerSide {
  /** Where the newest life listens. */
  readonly url: string;
  /** Called when a life begins, and when sockets must break. */
  moved: () => void;
  /** The payload that all holds have. */
  readonly payload: Uint8Array;
  logHead(): Promise<Head>;
  hold(tenant: string, many: number): Promise<void>;
  /** Something happens while nobody is connected, and the sequence no longer reaches back to before it. */
  forget(tenant: string): Promise<void>;
  alarm(tenant: string): Promise<void>;
  withdraw(place: number): Promise<void>;
  kill(when: 'now' | 'before' | 'after'): Promise<void>;
  /** No death waits any more, and nothing goes on in the background. */
  calm(): Promise<void>;
  /** How patient a Console of this Signer is: `heartbeat` and `deadline` in milliseconds. */
  readonly pace: { readonly heartbeat: number; readonly deadline: number };
  /** The newest sequence number of each tenant. */
  cursors(): Promise<ReadonlyMap<string, number>>;
  truth(): Promise<Truth>;
  close(): Promise<void>;
}

/** What the Signer has at the end. `decided` counts leaves by challenge. */
export interface Truth {
  readonly open: readonly HoldRow[];
  readonly decided: ReadonlyMap<string, number>;
}

class Play {
  readonly #signer: SignerSide;
  readonly #console: ConsoleSide;
  readonly #lossy: Lossy;

  constructor(signer: SignerSide, lossy: Lossy, console: ConsoleSide) {
    this.#signer = signer;
    this.#lossy = lossy;
    this.#console = console;
    signer.moved = () => {
      lossy.target = signer.url;
      lossy.cut();
    };
  }

  async step(happening: Happening): Promise<void> {
    switch (happening.what) {
      case 'hold':
        return this.#signer.hold(happening.tenant, happening.many);
      case 'alarm':
        return this.#signer.alarm(happening.tenant);
      case 'prune':
        this.#lossy.cut();
        return this.#signer.forget(happening.tenant);
      case 'withdraw':
        return this.#signer.withdraw(happening.place);
      case 'approve':
      case 'deny':
        return this.#console.decide(happening.place, happening.what);
      case 'mishaps':
        return this.#lossy.script(happening.whose, happening.mishaps);
      case 'cut':
        return this.#lossy.cut();
      case 'rest':
        await rest(4);
        return undefined;
      case 'kill-console':
        await this.#console.kill();
        return this.#console.start();
      case 'kill-signer':
        return this.#signer.kill(happening.when);
    }
  }

  /** Everything calms down; then the Console must come to what the Signer has, and no decision may hang. */
  async settle(): Promise<Truth> {
    this.#lossy.calm();
    await this.#signer.calm();
    const late = Date.now() + 30_000;
    for (;;) {
      const cursors = await this.#signer.cursors();
      const have = new Map(this.#console.queue.cursors().map((one) => [one.tenant, one.seq]));
      const same = [...cursors].every(([name, seq]) => (have.get(name) ?? 0) === seq);
      if (same && this.#console.sent.every((one) => one.outcome !== undefined)) return this.#signer.truth();
      if (Date.now() > late)
        throw new Error(
          `not settled: ${JSON.stringify([...have])} of ${JSON.stringify([...cursors])}, ${this.#console.describe()}`,
        );
      await rest(3);
    }
  }
}

function check(console: ConsoleSide, { open, decided }: Truth): void {
  const queued = console.queue
    .list()
    .map((one) => ({ id: one.requestId, tenant: one.tenant, hold: one.hold }));
  const expected = open.map((row) => ({ id: row.request.id, tenant: row.request.tenant, hold: row }));
  expect(queued).toEqual(expected.sort((a, b) => (a.id < b.id ? -1 : 1)));
  for (const { sealed, outcome } of console.sent) {
    const times = decided.get(sealed.decision.challenge) ?? 0;
    expect(times, String(outcome)).toBe(outcome === 'recorded' ? 1 : 0);
    if (outcome !== 'recorded') expect(outcome).toBe('hold_closed');
  }
  expect(decided.size).toBe(console.sent.filter((one) => one.outcome === 'recorded').length);
  checkSteps(console);
}

/** Each step follows the one before, or a note tells of exactly this jump. */
function checkSteps({ steps, notes }: ConsoleSide): void {
  const told = notes.filter((note) => note.note === 'resynced' || note.note === 'rolled-back');
  const jumps = steps.filter(({ from, arrival }) => arrival.stage === 'resynced' && from !== undefined);
  for (const { from, arrival } of steps)
    if (arrival.stage !== 'resynced') expect(arrival.seq).toBe((from ?? 0) + 1);
  for (const { tenant, from, arrival } of jumps) {
    expect(told.some((note) => note.tenant === tenant && note.from === from && note.to === arrival.seq)).toBe(
      true,
    );
  }
}

/** What a history showed, to say at the end what the histories covered. */
export interface Shown {
  readonly recorded: number;
  readonly refused: number;
  readonly gaps: number;
  readonly resyncs: number;
  readonly invalid: number;
}

/** Plays a history against a Signer, which is closed at the end, and checks what it came to. */
export async function play(
  world: World,
  signer: SignerSide,
  happenings: readonly Happening[],
): Promise<Shown> {
  const dir = mkdtempSync(join(tmpdir(), 'history-'));
  const lossy = await startLossy(signer.url);
  const { payload, pace } = signer;
  const who = world.people.ana;
  const console = new ConsoleSide({
    url: lossy.url,
    world,
    who,
    dir,
    payload,
    pace,
    logHead: () => signer.logHead(),
  });
  const played = new Play(signer, lossy, console);
  try {
    await console.start();
    await console.online();
    for (const happening of happenings) {
      await played.step(happening);
      await rest(1);
    }
    check(console, await played.settle());
    const of = (note: string) => console.notes.filter((one) => one.note === note).length;
    const recorded = console.sent.filter((one) => one.outcome === 'recorded').length;
    return {
      recorded,
      refused: console.sent.length - recorded,
      gaps: of('gap'),
      resyncs: of('resynced'),
      invalid: of('peer-invalid'),
    };
  } finally {
    await console.stop();
    await signer.close();
    await lossy.close();
    rmSync(dir, { recursive: true, force: true });
  }
}
