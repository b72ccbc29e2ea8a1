// A Console in a process of its own, which kills itself at a named point; its Signer is the test, over IPC.
import { createPrivateKey, sign } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JournalEntry } from '../../../contract/stored/console-journal.ts';
import type { Device } from '../../../core/directory/directory.ts';
import {
  CallerFault,
  Refusal,
  WireFault,
  type AnyFault,
  type RefusalCode,
} from '../../../core/fault/fault.ts';
import type { Arrival } from '../../../core/stage/stages.ts';
import { openConsole, type Console } from '../../../main/app/console.ts';
import { openMachineKeys } from '../../../main/app/machine-keys.ts';
import { Journal } from '../../../main/audit/journal.ts';
import { Outbox } from '../../../main/evidence/outbox.ts';
import type { Link, LinkOptions, LinkState } from '../../../main/link/link.ts';
import { softHand, softKeyDriver } from '../../support/soft-drivers.ts';

/** What the test tells its child. `point`: where it dies; empty for a run to the end. */
export interface Orders {
  readonly dataDir: string;
  readonly pin: string;
  readonly officer: string;
  readonly machine: string;
  readonly device: Extract<Device, { kind: 'security-key' }>;
  readonly deviceKey: string;
  readonly keysDir: string;
  readonly requestId: string;
  readonly verdict: 'approve' | 'deny';
  readonly point: string;
  readonly now: string;
}

/** From the child: a call of the link's. To the child: its answer, or an arrival. */
export type Asked = { readonly id: number; readonly call: string; readonly input: readonly unknown[] };
export type Told =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly fault: { readonly kind: string; readonly code: string } }
  | { readonly arrival: Arrival };

const orders = JSON.parse(process.argv[2] ?? '{}') as Orders;
const hand = softHand();

function at(point: string): void {
  if (point !== '' && orders.point === point) process.kill(process.pid, 'SIGKILL');
}

/** Puts a point of death before and after a method. */
function around<T extends object>(
  owner: T,
  name: keyof T,
  points: (input: never[]) => readonly [string, string],
): void {
  const method = owner[name] as (...input: never[]) => Promise<unknown>;
  owner[name] = async function (this: T, ...input: never[]) {
    const [before, after] = points(input);
    at(before);
    const done = await Reflect.apply(method, this, input);
    at(after);
    return done;
  } as T[keyof T];
}

function patch(): void {
  around(Journal.prototype, 'append', ([entry]) => {
    const { event } = entry as unknown as JournalEntry;
    return [`before ${event}`, `after ${event}`];
  });
  around(Outbox.prototype, 'put', () => ['before the outbox', 'after the outbox']);
  around(Outbox.prototype, 'remove', () => ['before the outbox is cleared', '']);
  hand.touch = () => at('before the touch');
  hand.after = () => at('after the touch');
}

const waiting = new Map<number, { resolve(value: unknown): void; reject(fault: AnyFault): void }>();
let last = 0;

function ask(call: string, ...input: unknown[]): Promise<never> {
  last += 1;
  const id = last;
  process.send?.({ id, call, input } satisfies Asked);
  return new Promise<unknown>((resolve, reject) => {
    waiting.set(id, { resolve, reject });
  }) as Promise<never>;
}

function faultOf({ kind, code }: { kind: string; code: string }): AnyFault {
  return kind === 'refusal' ? new Refusal(code as RefusalCode) : new CallerFault('not_found', code);
}

function linkOf(options: LinkOptions): Link {
  let state: LinkState = { state: 'connecting' };
  const become = (next: LinkState): void => {
    state = next;
    options.onState?.(next);
  };
  let turn = Promise.resolve();
  process.on('message', (told: Told) => {
    if ('arrival' in told) turn = turn.then(() => options.inbox.receive(told.arrival)).catch(() => undefined);
    else if ('fault' in told) waiting.get(told.id)?.reject(faultOf(told.fault));
    else waiting.get(told.id)?.resolve(told.value);
  });
  const seat = async (): Promise<void> => {
    const welcome = (await ask('welcome')) as Parameters<NonNullable<LinkOptions['onWelcome']>>[0];
    options.onWelcome?.(welcome);
    become({ state: 'online', session: welcome.session, expires: '2026-11-23T20:00:00.000Z' });
    await ask('subscribe');
  };
  void Promise.resolve().then(seat);
  return {
    get state() {
      return state;
    },
    signIn: () => undefined,
    close: async () => become({ state: 'closed' }),
    challengeFor: (id) => ask('challengeFor', id),
    decide: async (sealed) => {
      at('before the send');
      const answer = await ask('decide', sealed);
      at('after the send');
      return answer;
    },
    ask: (challenge) => ask('ask', challenge),
    suspendKey: () => Promise.reject(new WireFault('unreachable')),
    revokeGrant: (grant, reason) => ask('revokeGrant', grant, reason),
    signature: () => Promise.reject(new WireFault('unreachable')),
    cosign: async () => undefined,
    directory: {
      propose: () => Promise.reject(new WireFault('unreachable')),
      sign: () => Promise.reject(new WireFault('unreachable')),
      withdraw: () => Promise.reject(new WireFault('unreachable')),
    },
    fetchPayload: async (id) => Buffer.from(await ask('fetchPayload', id), 'base64'),
    fetchEvidence: () => Promise.reject(new WireFault('unreachable')),
    fetchChain: () => ask('fetchChain'),
    fetchPolicy: () => ask('fetchPolicy'),
    fetchCheckpoint: () => ask('fetchCheckpoint'),
    fetchInclusion: (leaf, size) => ask('fetchInclusion', leaf, size),
    fetchConsistency: (old, size) => ask('fetchConsistency', old, size),
  };
}

async function open(): Promise<Console> {
  const soft = createPrivateKey(orders.deviceKey);
  const key = { sign: (message: Uint8Array) => sign('sha256', message, soft) };
  return openConsole({
    dataDir: orders.dataDir,
    signerUrl: 'http://127.0.0.1:1',
    ca: null,
    pin: orders.pin,
    officer: orders.officer,
    machine: orders.machine,
    device: orders.device.id,
    keys: await openMachineKeys({ dir: orders.keysDir, name: orders.machine, store: null }),
    drivers: { securityKeys: softKeyDriver(orders.device, key, hand), modules: [] },
    ui: { pin: async () => new Uint8Array(4), phase: () => undefined, touch: async () => true },
    build: 'test',
    language: 'en',
    now: () => new Date(orders.now),
    reserveBytes: 64 * 1024,
    openLink: linkOf,
    second: async (_, __, payload) =>
      (await import('../../../second/view.ts')).viewDigestOf('1', 'application/vnd.in-toto+json', payload),
  });
}

/** What is owed goes first; only what was never decided is decided now. */
async function run(): Promise<void> {
  patch();
  const officer = await open();
  await officer.signIn();
  await officer.deliver();
  const { requestId, verdict } = orders;
  const done = officer.journal.records().some(({ entry }) => entry.event === 'evidenced');
  if (!done) {
    for (let tries = 0; tries < 400 && !officer.queue().some((q) => q.requestId === requestId); tries++)
      await sleep(5);
    const review = await officer.review(requestId);
    await officer.authorize(review, { verdict, reason: 'because', device: orders.device.id });
  }
  process.send?.({
    id: 0,
    call: 'done',
    input: [{ touches: hand.touches, outbox: officer.outbox().length }],
  } satisfies Asked);
  await officer.close();
  process.disconnect();
}

run().catch((thrown: unknown) => {
  process.stderr.write(`${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}\n`);
  process.exit(1);
});
