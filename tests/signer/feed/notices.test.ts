// What a link tells of the directory: the version in force and every open proposal, at the beginning and at each change.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LARGEST_MESSAGE, type FromSigner } from '../../../contract/wire/link.ts';
import { secondKey, signatureOf } from '../../support/change.ts';
import { until } from '../../support/seat.ts';
import { makeWorld, successor, type World } from '../../support/world.ts';
import { openHouse, tearDown, type House } from '../desk/house.ts';
import { connectRaw, seatRaw, startRig, type Notice, type Raw, type Rig } from './rig.ts';

let world: World;
let house: House;
let rig: Rig<House['desk']>;
beforeEach(async () => {
  world = makeWorld();
  house = await openHouse(world);
  rig = await startRig({ world, desk: house.desk, standing: house.standing });
});
afterEach(async () => {
  await rig.close();
  await tearDown(house);
});

const types = (raw: Raw) => raw.notices.map(({ type }) => type);
const last = (raw: Raw) => raw.notices.at(-1);
const followed = async (who = world.people.ana) => {
  const { raw } = await seatRaw(rig, who);
  raw.send({ type: 'subscribe', ref: 2, cursors: [] });
  await until(() => raw.notices.length > 0, 'the first list');
  return raw;
};
async function answered(
  raw: Raw,
  message: { readonly ref: number; readonly [member: string]: unknown },
): Promise<FromSigner> {
  raw.send(message);
  for (;;) {
    const came = await raw.next();
    if ((came.type === 'accepted' || came.type === 'refused') && came.ref === message.ref) return came;
  }
}
const nothing: Notice = { type: 'proposals', open: [], ended: [] };

test('an empty list first, then a proposal whole, its signatures, its end, and the version in force', async () => {
  const raw = await followed();
  expect(raw.notices).toEqual([nothing]);
  const other = await followed(world.people.ben);
  const { proposal, digest, next } = secondKey(house.standing.trust, world.people.ana);
  expect(await answered(raw, { type: 'propose-directory', ref: 3, proposal })).toMatchObject({
    type: 'accepted',
    ref: 3,
  });
  await until(() => other.notices.length === 3, 'the proposal');
  expect(other.notices.slice(1)).toEqual([
    { type: 'proposal', digest, proposal },
    { type: 'proposals', open: [digest], ended: [] },
  ]);
  const late = await followed(world.people.cai);
  expect(late.notices.slice(0, 1)).toEqual([{ type: 'proposal', digest, proposal }]);
  const signature = signatureOf(world.people.ben, next);
  expect(await answered(other, { type: 'sign-directory', ref: 3, digest, signature })).toMatchObject({
    type: 'accepted',
  });
  for (const one of [raw, other, late]) {
    await until(() => last(one)?.type === 'proposals' && types(one).includes('directory'), 'the version');
    expect(one.notices.slice(-2)).toEqual([
      { type: 'directory', digest, version: 2, suspensions: [] },
      { type: 'proposals', open: [], ended: [{ digest, code: null }] },
    ]);
  }
});

test('a heartbeat that finds nothing new tells nothing', async () => {
  const raw = await followed();
  for (let i = 0; i < 5; i++) rig.feed.directoryChanged();
  await answered(raw, { type: 'subscribe', ref: 3, cursors: [] });
  expect(raw.notices).toEqual([nothing]);
});

test('nothing is told, and nothing taken, before sign-in', async () => {
  const raw = connectRaw(rig);
  await raw.until('hello');
  const { proposal } = secondKey(house.standing.trust, world.people.ana);
  raw.send({ type: 'propose-directory', ref: 1, proposal });
  expect((await raw.closed).reason).toBe('message_invalid');
  expect((await house.desk.directory.proposals()).open).toEqual([]);
});

test('refusals are answers, and the link goes on', async () => {
  const raw = await followed();
  const digest = `sha256:${'0'.repeat(64)}`;
  expect(await answered(raw, { type: 'withdraw-proposal', ref: 3, digest })).toMatchObject({
    type: 'refused',
    ref: 3,
    code: 'proposal_unknown',
  });
  const { proposal } = secondKey(house.standing.trust, world.people.ben);
  expect(await answered(raw, { type: 'propose-directory', ref: 4, proposal })).toMatchObject({
    code: 'session_invalid',
  });
  expect(raw.ws.readyState).toBe(raw.ws.OPEN);
});

test.each<[string, (p: Record<string, unknown>) => void]>([
  ['an unknown member', (p) => void (p['comment'] = 'trust me')],
  ['another type', (p) => void (p['_type'] = 'https://stella.ops/signer/directory/v1')],
  ['seventeen signatures', (p) => void (p['signatures'] = Array(17).fill((p['signatures'] as unknown[])[0]))],
  ['no directory', (p) => void (p['directory'] = {})],
  ['more than a message may have', (p) => void (p['comment'] = 'x'.repeat(LARGEST_MESSAGE))],
])('a proposal with %s ends the link and leaves no trace', async (_name, change) => {
  const raw = await followed();
  const proposal = structuredClone(secondKey(house.standing.trust, world.people.ana).proposal);
  change(proposal);
  raw.send({ type: 'propose-directory', ref: 3, proposal });
  expect([4400, 1009, 4413]).toContain((await raw.closed).code);
  expect((await house.desk.directory.proposals()).open).toEqual([]);
});

test('whoever the new version takes out is shown out at once; the others stay', async () => {
  const { ana, ben, cai, dan } = world.people;
  const stays = await followed(ben);
  const goes = await followed(dan);
  const longer = successor(world.chain, (d) => void (d.officers = d.officers.filter((o) => o.id !== 'dan')), [
    ben,
    cai,
  ]);
  const { directory: next, signatures } = longer.versions[1]!;
  const proposal = {
    _type: 'https://stella.ops/signer/directory-proposal/v1',
    directory: next,
    enrolments: [],
    proposedBy: 'ben',
    signatures: [signatures[0]],
  };
  await answered(stays, { type: 'propose-directory', ref: 3, proposal });
  await until(() => types(stays).includes('proposal'), 'the proposal');
  const told = stays.notices.find((one) => one.type === 'proposal')!;
  await house.desk.directory.sign(
    { session: `sha256:${'5'.repeat(64)}`, officer: 'ana', machine: ana.machine.id },
    told.digest,
    signatureOf(ana, next),
  );
  expect((await goes.closed).reason).toBe('session_invalid');
  expect(stays.ws.readyState).toBe(stays.ws.OPEN);
  const back = connectRaw(rig);
  expect((await back.until('hello')).directory).toBe(told.digest);
  back.ws.terminate();
});
