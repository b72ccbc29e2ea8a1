// Two officers' Consoles and a Signer over a real link: a second key is enrolled, signed into the directory, and approves.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WireFault } from '../../../core/fault/fault.ts';
import { openLink } from '../../../main/link/link.ts';
import type { Console } from '../../../main/app/console.ts';
import { keepDriver, startDriver, type Driver, type KeptDriver } from '../../../ports/driver.ts';
import { enrolmentOf, nextOf, proposalOf, secondKey, signatureOf } from '../../support/change.ts';
import { FakeSigner } from '../../support/fake-signer.ts';
import { newFolder, openSeat, until, type Seat } from '../../support/seat.ts';
import { softHand, softKeyDriver } from '../../support/soft-drivers.ts';
import { softSecurityKey } from '../../support/soft-devices.ts';
import { makeWorld, type Person, type World } from '../../support/world.ts';
import { body, held, openHouse, seatOf, stateOf, tearDown, type House } from '../../signer/desk/house.ts';
import { startRig, type Rig } from '../../signer/feed/rig.ts';

const PIN = '4711-correct';
const NEW = 'virtual:new';
/** Both keys are of one model: the person touches the one that is meant. */
const meant = { path: 'soft' };
let world: World;
let house: House;
let rig: Rig<House['desk']>;
const open: Console[] = [];
const drivers: KeptDriver<'security-key'>[] = [];

beforeEach(async () => {
  world = makeWorld();
  house = await openHouse(world);
  rig = await startRig({ world, desk: house.desk, standing: house.standing });
});
afterEach(async () => {
  for (const console of open.splice(0)) await console.close();
  for (const driver of drivers.splice(0)) await driver.close();
  await rig.close();
  await tearDown(house);
});

/** A Console on the link of this Signer. */
async function seated(
  who: Person,
  dataDir = newFolder(),
  more: Parameters<typeof openSeat>[4] = {},
): Promise<Seat> {
  const timings = { backoffFirst: 5, backoffMost: 20 };
  const over = { openLink, signerUrl: rig.url, timings, ...more };
  const seat = await openSeat(world, new FakeSigner(world), who, dataDir, over);
  open.push(seat.console);
  await seat.console.signIn();
  return seat;
}

/** The officer's own software key, and beside it a virtual key in a driver process of its own: new, with a PIN. */
async function withNewKey(who: Person): Promise<KeptDriver<'security-key'>> {
  meant.path = 'soft';
  const device = {
    kind: 'virtual' as const,
    path: NEW,
    store: join(newFolder(), 'new.json'),
    touch: 'auto' as const,
  };
  const start = () => startDriver({ driver: 'security-key', config: { devices: [device] } });
  const kept = keepDriver<'security-key'>(start, {
    clock: () => performance.now(),
    sleep: (ms) => sleep(ms),
  });
  drivers.push(kept);
  const real = await kept.get();
  const pin = () => new Uint8Array(Buffer.from(PIN));
  await real.call('set-pin', { path: NEW }, { deadlineMs: 10_000, newPin: pin(), pin: pin() });
  if (who.key.device.kind !== 'security-key') throw new Error('unexpected device');
  const soft = await softKeyDriver(who.key.device, who.key.soft, softHand()).get();
  const call = async (name: string, input: { path?: string }, options: never): Promise<unknown> => {
    const at = (driver: Driver<'security-key'>) =>
      (driver.call as (...args: unknown[]) => Promise<unknown>)(name, input, options);
    if (name === 'select') return { path: meant.path };
    if (name !== 'list') return at(input.path === NEW ? real : soft);
    const both = (await Promise.all([at(soft), at(real)])) as { devices: object[] }[];
    return { devices: both.flatMap(({ devices }) => devices) };
  };
  const running = { ...soft, call } as unknown as Driver<'security-key'>;
  return { get: async () => running, close: async () => undefined };
}

const ui = (pin = PIN) => ({
  pin: async () => new Uint8Array(Buffer.from(pin)),
  phase: () => undefined,
  touch: async () => true,
});
const eventsOf = (seat: Seat, begin: string) =>
  seat.console.journal.records().flatMap(({ entry }) => (entry.event.startsWith(begin) ? [entry.event] : []));
const version = (seat: Seat) => seat.console.trusted()?.latest.version;

test('a second key: enrolled, proposed, signed by two officers, in force on every Console, and it approves', async () => {
  const { ana, ben, cai } = world.people;
  const mine = await seated(ana, newFolder(), {
    drivers: { securityKeys: await withNewKey(ana), modules: [] },
    ui: ui(),
  });
  const other = await seated(ben);
  const third = await seated(cai);
  const early = await held(house);
  const draft = await mine.console.enrolSecurityKey({ path: NEW, deviceId: 'ana-second' });
  expect(draft.changes.filter(({ what }) => what !== 'heading')).toMatchObject([
    { what: 'device-added', officer: 'ana', device: { id: 'ana-second', attestation: 'none' } },
  ]);
  expect(house.standing.trust.latest.version).toBe(1);
  const digest = await mine.console.proposeDirectory(draft, 'ana-key');
  expect(digest).toBe(draft.digest);
  await until(() => other.console.proposals().length === 1, 'the proposal');
  const [proposal] = other.console.proposals();
  expect(proposal).toMatchObject({ digest, problem: null, signedHere: false, state: { missing: 1 } });
  expect(proposal!.state!.changes).toEqual(draft.changes);
  expect(await other.console.signDirectory(digest, 'ben-key')).toEqual({ state: 'sent' });
  for (const seat of [mine, other, third]) {
    await until(() => version(seat) === 2 && seat.console.proposals().length === 0, 'version 2');
    await until(() => seat.events.some(({ event }) => event === 'directory'), 'its event');
    expect(seat.events).toContainEqual({ event: 'directory', version: 2, digest });
    expect(seat.console.link?.state).toBe('online');
  }
  await until(() => eventsOf(other, 'directory').includes('directory-ended'), 'the end of the proposal');
  expect(eventsOf(mine, 'enrol')).toEqual(['enrol-intent', 'enrol-outcome']);
  expect(eventsOf(other, 'directory').slice(0, 3)).toEqual([
    'directory-intent',
    'directory-outcome',
    'directory-sent',
  ]);
  await expect(
    mine.console.authorize(await mine.console.review(early), {
      verdict: 'approve',
      reason: '',
      device: 'ana-second',
    }),
  ).toRejectCode('device_unknown'); // before a touch: it was held under version 1
  const id = await held(house, body('later.tgz'));
  await until(() => mine.console.queue().some((q) => q.requestId === id), 'the hold');
  const review = await mine.console.review(id);
  meant.path = NEW;
  const { delivery } = await mine.console.authorize(review, {
    verdict: 'approve',
    reason: '',
    device: 'ana-second',
  });
  expect(delivery.state).toBe('evidenced');
  await house.desk.settled();
  expect(await stateOf(house, id)).toBe('signed');
  await expect(mine.console.enrolSecurityKey({ path: NEW, deviceId: 'ana-third' })).toRejectCode(
    'credential_excluded',
  );
});

describe('enrolling', () => {
  test('a wrong PIN, a taken name, a cancelled touch: nothing is proposed, and it is on record', async () => {
    const { ana } = world.people;
    const securityKeys = await withNewKey(ana);
    const seat = await seated(ana, newFolder(), {
      drivers: { securityKeys, modules: [] },
      ui: ui('wrong-one'),
    });
    await expect(seat.console.enrolSecurityKey({ path: NEW, deviceId: 'x' })).toRejectCode('pin_invalid');
    await expect(seat.console.enrolSecurityKey({ path: NEW, deviceId: 'ben-key' })).toRejectCode(
      'directory_invalid',
    );
    await expect(seat.console.enrolSecurityKey({ path: NEW, deviceId: 'Ä' })).toRejectCode(
      'directory_invalid',
    );
    await expect(
      seat.console.enrolSecurityKey({ path: NEW, deviceId: 'y' }, AbortSignal.abort()),
    ).toRejectCode('cancelled');
    expect(eventsOf(seat, 'enrol')).toEqual(['enrol-intent', 'enrol-failed', 'enrol-intent', 'enrol-failed']);
    expect((await house.desk.directory.proposals()).open).toEqual([]);
  });
});

describe('signing a next version', () => {
  test('a device is taken away: its session ends, the other device goes on', async () => {
    const { ana, ben } = world.people;
    const mine = await seated(ana);
    const other = await seated(ben);
    const draft = mine.console.draftRemoval('ana-key');
    expect(draft.changes).toContainEqual(expect.objectContaining({ what: 'device-removed', officer: 'ana' }));
    await mine.console.proposeDirectory(draft, 'ana-key');
    await until(() => other.console.proposals().length === 1, 'the proposal');
    await other.console.signDirectory(draft.digest, 'ben-hsm');
    await until(() => version(other) === 2, 'version 2');
    await until(() => mine.console.link?.state === 'signed-out', 'the end of the session');
    expect(other.console.link?.state).toBe('online');
    expect(rig.feed.counts().seated).toBe(1);
  });

  test('an HSM signs where the rule lets its PIN count, an auditor never, and not twice', async () => {
    const { ana, ben, dan } = world.people;
    const made = secondKey(house.standing.trust, ana);
    const auditor = await seated(dan);
    const mine = await seated(ana);
    await house.desk.directory.propose(seatOf(ana), made.proposal);
    await until(
      () => auditor.console.proposals().length === 1 && mine.console.proposals().length === 1,
      'it',
    );
    await expect(auditor.console.signDirectory(made.digest, 'dan-key')).toRejectCode('officer_role');
    await expect(mine.console.signDirectory(made.digest, 'ana-key')).toRejectCode('officer_decided');
    expect(mine.console.proposals()[0]!.signedHere).toBe(true);
    const other = await seated(ben);
    await until(() => other.console.proposals().length === 1, 'the proposal');
    await other.console.signDirectory(made.digest, 'ben-hsm');
    await until(() => version(auditor) === 2, 'version 2');
  });

  test('what a lying Signer tells is shown with its problem, and never signed', async () => {
    const { ben, ana } = world.people;
    const seat = await seated(ben);
    const key = softSecurityKey('evil-key');
    const { trust } = house.standing;
    const next = nextOf(trust, (d) => void d.officers[0]!.devices.push(key.device));
    const proposal = proposalOf(ana, next, [enrolmentOf(trust, ana, softSecurityKey('evil-key'))]);
    const digest = `sha256:${'1'.repeat(64)}`;
    const honest = secondKey(trust, ana);
    const lie = async () => ({
      open: [
        { digest: honest.digest, proposal },
        { digest, proposal: honest.proposal },
      ],
      ended: [],
    });
    Object.assign(house.desk.directory, { proposals: lie });
    rig.feed.directoryChanged();
    await until(() => seat.console.proposals().length === 2, 'the lies');
    expect(seat.console.proposals().map(({ problem }) => problem?.code)).toEqual([
      'enrolment_missing',
      'request_mismatch',
    ]);
    expect(seat.console.proposals()[0]!.state).toBeNull();
    const touches = seat.hand.touches;
    await expect(seat.console.signDirectory(honest.digest, 'ben-key')).toRejectCode('enrolment_missing');
    await expect(seat.console.signDirectory(digest, 'ben-key')).toRejectCode('request_mismatch');
    await expect(seat.console.signDirectory(`sha256:${'2'.repeat(64)}`, 'ben-key')).toRejectCode(
      'proposal_unknown',
    );
    expect(seat.hand.touches).toBe(touches);
  });

  test('cancelled at the touch: on record, and nothing leaves; then the same proposal can be signed', async () => {
    const { ana, ben } = world.people;
    const made = secondKey(house.standing.trust, ana);
    await house.desk.directory.propose(seatOf(ana), made.proposal);
    const seat = await seated(ben);
    await until(() => seat.console.proposals().length === 1, 'the proposal');
    const stop = new AbortController();
    seat.hand.after = () => stop.abort();
    await expect(seat.console.signDirectory(made.digest, 'ben-key', stop.signal)).toRejectCode('cancelled');
    expect(eventsOf(seat, 'directory')).toEqual(['directory-intent', 'directory-failed']);
    expect(house.standing.trust.latest.version).toBe(1);
    seat.hand.after = () => undefined;
    await seat.console.signDirectory(made.digest, 'ben-key');
    await until(() => version(seat) === 2, 'version 2');
  });

  test('signed while the Signer is away, it leaves after a restart without a second touch', async () => {
    const { ana, ben } = world.people;
    const made = secondKey(house.standing.trust, ana);
    await house.desk.directory.propose(seatOf(ana), made.proposal);
    const first = await seated(ben);
    await until(() => first.console.proposals().length === 1, 'the proposal');
    const real = house.desk.directory.sign.bind(house.desk.directory);
    Object.assign(house.desk.directory, { sign: () => Promise.reject(new WireFault('timed_out')) });
    expect(await first.console.signDirectory(made.digest, 'ben-key')).toMatchObject({ state: 'waiting' });
    await first.console.close();
    open.splice(open.indexOf(first.console), 1);
    Object.assign(house.desk.directory, { sign: real });
    const second = await seated(ben, first.dataDir);
    await until(() => version(second) === 2, 'version 2');
    expect(second.hand.touches).toBe(1); // the session's
  });

  test('a withdrawn proposal goes from every list, and its end is on record where it was signed', async () => {
    const { ana, ben } = world.people;
    const mine = await seated(ana);
    const other = await seated(ben);
    const draft = mine.console.draftDirectory({
      officers: mine.console
        .trusted()!
        .latest.officers.map((o) => (o.id === 'dan' ? { ...o, roles: [] } : o)),
    });
    const digest = await mine.console.proposeDirectory(draft, 'ana-key');
    await until(() => other.console.proposals().length === 1, 'the proposal');
    await expect(other.console.withdrawProposal(digest)).toRejectCode('proposal_unknown');
    await mine.console.withdrawProposal(digest);
    await until(() => other.console.proposals().length === 0, 'the end');
    await until(() => eventsOf(mine, 'directory').includes('directory-ended'), 'its record');
    await expect(other.console.signDirectory(digest, 'ben-key')).toRejectCode('proposal_unknown');
  });

  test('a Console that was away finds the new version, and what is open, at its welcome', async () => {
    const { ana, ben, cai } = world.people;
    const seat = await seated(cai);
    await seat.console.close();
    open.splice(open.indexOf(seat.console), 1);
    const made = secondKey(house.standing.trust, ana);
    await house.desk.directory.propose(seatOf(ana), made.proposal);
    await house.desk.directory.sign(seatOf(ben), made.digest, signatureOf(ben, made.next));
    const another = secondKey(house.standing.trust, ben);
    await house.desk.directory.propose(seatOf(ben), another.proposal);
    const back = await seated(cai, seat.dataDir);
    await until(() => version(back) === 2 && back.console.proposals().length === 1, 'both');
    expect(back.console.proposals()[0]).toMatchObject({ digest: another.digest, problem: null });
  });
});
