// One officer in front of the acts: a real Console over a fake link, a real driver process with a virtual key, fake pages.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Act, Phase } from '../../contract/ipc/act.ts';
import type { VirtualKeySeat } from '../../contract/demo/world.ts';
import type { ConsoleEvent, OpenReview } from '../../main/app/console.ts';
import type { ConsoleOptions } from '../../main/app/options.ts';
import { Acts } from '../../main/app/acts/acts.ts';
import type { ActsPorts } from '../../main/app/acts/ports.ts';
import type { DirectoryDraft } from '../../main/app/directory.ts';
import { acting } from '../../main/app/wire-acts.ts';
import { VirtualKeys } from '../../main/app/acts/virtual-keys.ts';
import type { Request } from '../../core/request/request.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import { keepDriver, startDriver, type KeptDriver, type ProcessDriver } from '../../ports/driver.ts';
import type { FakeSigner } from './fake-signer.ts';
import { FakeShell, type FakePage } from './fake-shell.ts';
import { newFolder, openSeat, until, type Seat } from './seat.ts';
import { intoSilicon, PRINTED } from './silicon.ts';
import { softHand, softHsmDriver, type SoftHand } from './soft-drivers.ts';
import { samplePayload, type Person } from './world.ts';

export { PRINTED } from './silicon.ts';

export interface Desk {
  readonly signer: FakeSigner;
  readonly seat: Seat;
  readonly shell: FakeShell;
  readonly acts: Acts;
  readonly keys: VirtualKeys;
  readonly key: VirtualKeySeat;
  readonly events: ConsoleEvent[];
  readonly enrolled: DirectoryDraft[];
  readonly defects: unknown[];
  readonly hand: SoftHand;
  readonly driver: () => ProcessDriver<'security-key'> | undefined;
  /** The authorize page, and what it shows. */
  page(): FakePage;
  act(): Promise<Act>;
  /** Waits for the act to stand in this phase, and gives it. */
  at<A extends Phase['at']>(at: A): Promise<Extract<Phase, { at: A }>>;
  begin(verdict: 'approve' | 'deny' | null, reason?: string, device?: string | null): Promise<void>;
  pin(text?: string): Promise<Uint8Array>;
  /** Presses the virtual key once it blinks. */
  press(): Promise<void>;
  plug(plugged: boolean): Promise<void>;
  tries(): Promise<number | undefined>;
  /** A hold, reviewed. */
  reviewed(
    overrides?: Partial<Request>,
    payload?: Uint8Array,
  ): Promise<{ request: Request; review: OpenReview }>;
  /** Reads: lets the arming time pass. */
  read(): void;
  close(): Promise<void>;
}

const sits = new Set<Desk>();

/** Closes every desk that a test left open. */
export async function clearDesks(): Promise<void> {
  for (const desk of sits) await desk.close();
}

/** Signs in by itself unless `signIn` is false. */
export async function deskFor(
  signer: FakeSigner,
  who: Person,
  { signIn = true, console: overrides = {} }: { signIn?: boolean; console?: Partial<ConsoleOptions> } = {},
): Promise<Desk> {
  const folder = newFolder();
  const key = intoSilicon(who, folder);
  const shell = new FakeShell();
  const events: ConsoleEvent[] = [];
  const enrolled: DirectoryDraft[] = [];
  const defects: unknown[] = [];
  const hand: SoftHand = { ...softHand(), hsm: { pin: 'hsm-pin', tries: 3 } };
  const look: ActsPorts['look'] = () => ({ appearance: 'light', language: 'en' });
  const held: { seat?: Seat; driver?: ProcessDriver<'security-key'> } = {};
  const seatOf = (): Seat => {
    if (!held.seat) throw new Error('too early');
    return held.seat;
  };
  const plug = (path: string, plugged: boolean) => seatOf().console.care.plug(path, plugged);
  const seats = [key];
  const keys = new VirtualKeys({ shell, seats, tokens: [], officer: who.id, look, plug });
  const acts = new Acts({
    shell,
    console: () => acting(seatOf().console),
    crypto: nodeCrypto,
    now: () => seatOf().clock.now,
    officer: who.id,
    machine: who.machine.id,
    signer: signer.world.pin,
    device: who.key.device.id,
    words: (digest) => [digest.slice(7, 11), digest.slice(11, 15)],
    difference: () => ({ baseline: false, changes: [], count: 0 }),
    look,
    enrol: async (path, deviceId, signal) =>
      void enrolled.push(await seatOf().console.enrolSecurityKey({ path, deviceId }, signal)),
    onError: (thrown) => defects.push(thrown),
    virtualKeys: keys,
  });
  const securityKeys: KeptDriver<'security-key'> = keepDriver(
    async () => {
      held.driver = await startDriver({ driver: 'security-key', config: { devices: keys.config() } });
      return held.driver;
    },
    { clock: () => performance.now(), sleep: (ms) => sleep(ms) },
  );
  const hsm = who.hsm.device.kind === 'hsm' ? who.hsm.device.uri : '';
  const heldKey = signer.world.keys[signer.world.held];
  const tokens = {
    [hsm]: who.hsm.soft,
    ...(who.id === 'ana' && heldKey ? { [signer.world.held]: heldKey } : {}),
  };
  held.seat = await openSeat(signer.world, signer, who, folder, {
    drivers: { securityKeys, modules: [softHsmDriver(tokens, hand)] },
    ui: acts.ui,
    sessions: acts.sessions,
    onEvent: (event) => {
      events.push(event);
      acts.take(event);
    },
    ...overrides,
  });
  const seat = held.seat;
  const page = (): FakePage => shell.page('authorize');
  const act = (): Promise<Act> => page().call('act/read', {});
  const desk: Desk = {
    signer,
    seat,
    shell,
    acts,
    keys,
    key,
    events,
    enrolled,
    defects,
    hand,
    driver: () => held.driver,
    page,
    act,
    async at(at) {
      let found: Phase = { at: 'reading' };
      await until(() => {
        const last = shell.pages.findLast(({ frame }) => frame === 'authorize');
        const value = last?.sent.findLast(({ name }) => name === 'act/changed')?.value as Act | undefined;
        if (value) found = value.phase;
        return found.at === at;
      }, `phase ${at}`).catch((cause: unknown) => {
        throw new Error(`phase ${at} did not come: ${JSON.stringify(found)}`, { cause });
      });
      return found as never;
    },
    async begin(verdict, reason = '', device = null) {
      await page().call('act/begin', { act: (await act()).act, verdict, reason, device });
    },
    async pin(text = PRINTED) {
      const bytes = new Uint8Array(Buffer.from(text));
      await page().call('act/pin', { act: (await act()).act, bytes });
      return bytes;
    },
    async press() {
      await until(() => {
        const shown = shell.pages.findLast((one) => one.frame === 'virtual-key' && !one.isClosed);
        const value = shown?.sent.at(-1)?.value as { waiting?: boolean } | undefined;
        return value?.waiting === true;
      }, 'the blinking');
      await shell.page('virtual-key').call('virtual-key/press', {});
    },
    async plug(plugged) {
      await shell.page('virtual-key').call('virtual-key/plug', { plugged });
    },
    tries: async () => (await seat.console.care.info(key.path)).pinRetries,
    async reviewed(overrides = {}, payload = samplePayload()) {
      const request = signer.hold(payload, overrides);
      await until(() => seat.console.queue().some((q) => q.requestId === request.id), 'the hold');
      return { request, review: await seat.console.review(request.id) };
    },
    read: () => void (seat.clock.now = new Date(seat.clock.now.getTime() + 1500)),
    async close() {
      if (!sits.delete(desk)) return;
      await acts.close();
      await seat.console.close();
    },
  };
  sits.add(desk);
  if (signIn) await acts.autoSignIn();
  return desk;
}

/** Opened with approve chosen, read, begun. */
export async function begun(at: Desk, verdict: 'approve' | 'deny' = 'approve', reason = '') {
  const opened = await at.reviewed();
  await at.acts.openDecide(opened.review, verdict);
  at.read();
  await at.begin(verdict, reason);
  return opened;
}

/** The names of what the journal holds. */
export const journal = (at: Desk): string[] =>
  at.seat.console.journal.records().map(({ entry }) => entry.event);
/** What the Signer recorded on a request. */
export const decisions = (at: Desk, id: string) => at.signer.row(id).decisions;
