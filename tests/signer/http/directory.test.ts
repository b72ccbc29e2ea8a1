// POST directory over HTTP: no token, strict, bounded in size and in rate, and every refusal a problem that may be told.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CallerFault, Refusal } from '../../../core/fault/fault.ts';
import { makePace } from '../../../signer/http/pace.ts';
import { API } from '../../../signer/http/server.ts';
import { nextOf, proposalOf } from '../../support/change.ts';
import '../../support/matchers.ts';
import { send, startOutside, type Outside } from './setup.ts';

let outside: Outside;
beforeEach(async () => void (outside = await startOutside()));
afterEach(() => outside.close());

const path = `${API}/directory`;
const headers = { 'content-type': 'application/json' };
const post = (body: string) => send(outside.origin, { method: 'POST', path, headers, body });

const proposal = () => {
  const { ana, ben } = outside.world.people;
  const next = nextOf(outside.world.trust, (d) => void (d.keys[0]!.state = 'retiring'));
  return proposalOf(ana, next, [], [ana, ben]);
};

test('the proposal reaches the desk as it was sent, without a token', async () => {
  const sent = proposal();
  expect(await post(JSON.stringify(sent))).toMatchObject({ status: 200, json: { version: 2 } });
  expect(outside.told.calls).toEqual([{ name: 'publish', args: [sent] }]);
  expect((await send(outside.origin, { path })).status).toBe(200);
});

describe('a body that is no proposal never does', () => {
  test.each<[string, (sent: ReturnType<typeof proposal>) => string, number, string]>([
    ['another member', (p) => JSON.stringify({ ...p, comment: 'please' }), 400, 'schema_invalid'],
    [
      'a member inside',
      (p) => JSON.stringify(p).replace('"version":', '"more":1,"version":'),
      400,
      'schema_invalid',
    ],
    ['another type', (p) => JSON.stringify({ ...p, _type: 'x' }), 400, 'schema_invalid'],
    ['a member twice', (p) => JSON.stringify(p).replace('{', '{"_type":"x",'), 400, 'body_malformed'],
    [
      'too many signatures',
      (p) => JSON.stringify({ ...p, signatures: Array.from({ length: 17 }, () => p.signatures[0]) }),
      400,
      'schema_invalid',
    ],
    ['more than 1 MiB', (p) => JSON.stringify(p) + ' '.repeat(1024 * 1024), 413, 'too_large'],
    ['more than 200,000 values', () => `[${'0,'.repeat(200_000)}0]`, 413, 'too_large'],
  ])('%s', async (_name, made, status, code) => {
    const answer = await post(made(proposal()));
    expect([answer.status, answer.json['code']]).toEqual([status, code]);
    expect(outside.told.calls).toEqual([]);
  });
});

test.each([
  [new Refusal('quorum_incomplete', '1'), 403, 'quorum_incomplete', '1'],
  [new Refusal('proposal_stale', 'x'), 409, 'proposal_stale', 'x'],
  [new Refusal('device_proof', 'ana'), 403, 'proposal_refused', 'device_proof: ana'],
  [new Refusal('directory_skipped', '1 to 3'), 403, 'proposal_refused', 'directory_skipped: 1 to 3'],
  [new Refusal('store_tampered', 'secret'), 500, 'internal', ''],
  [new CallerFault('too_large', 'x'), 413, 'too_large', 'x'],
])('%s is told as it may be', async (fault, status, code, detail) => {
  outside.told.fault = fault;
  const { status: got, json } = await post(JSON.stringify(proposal()));
  expect([got, json['code'], json['detail']]).toEqual([status, code, detail]);
});

test('thirty a minute from one address, then 429 with when to come again; others go on', async () => {
  const answers = [];
  for (let n = 0; n < 31; n++) answers.push(await post('{}'));
  expect(answers.map(({ status }) => status)).toEqual([...Array.from({ length: 30 }, () => 400), 429]);
  const last = answers.at(-1)!;
  expect(last.json['code']).toBe('rate_limited');
  expect(Number(last.headers['retry-after'])).toBeGreaterThan(50);
  expect((await send(outside.origin, { path })).status).toBe(200);
});

test('the pace is of each address, for a minute, and remembers only so many', () => {
  let now = 0;
  const pace = makePace(2, () => now);
  pace('a');
  pace('a');
  expect(() => pace('a')).toThrowCode('rate_limited');
  pace('b');
  now = 59_999;
  expect(() => pace('a')).toThrowCode('rate_limited');
  now = 60_000;
  pace('a');
  for (let n = 0; n < 1000; n++) pace(`other ${n}`);
  pace('a');
  pace('a');
  expect(() => pace('a')).toThrowCode('rate_limited');
});
