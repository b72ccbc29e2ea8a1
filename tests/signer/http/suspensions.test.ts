// POST suspensions as strangers meet it: no token, strict, small, and no more than it can look at.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { KeysAnswer } from '../../../contract/wire/verify.ts';
import { Refusal } from '../../../core/fault/fault.ts';
import { canonical } from '../../../core/json/canonical.ts';
import { verifyChain } from '../../../core/trust/chain.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { API } from '../../../signer/http/server.ts';
import { MiniLog } from '../../support/evidence-world.ts';
import { mutants } from '../../support/mutants.ts';
import { orderOf, published, suspendIn, withPublished } from '../../support/suspension.ts';
import { send, startOutside, type Outside } from './setup.ts';

let outside: Outside;
beforeAll(async () => {
  outside = await startOutside();
});
afterAll(() => outside.close());
beforeEach(() => void (outside.told.calls.length = 0));

const order = (change: Parameters<typeof orderOf>[2] = {}) =>
  orderOf(outside.world, outside.world.people.ana, change);
const post = async (body: string | Uint8Array, type = 'application/json') => {
  const path = `${API}/suspensions`;
  const sent = await send(outside.origin, { method: 'POST', path, headers: { 'content-type': type }, body });
  return { status: sent.status, code: sent.json['code'] };
};
const reached = () => outside.told.calls.filter(({ name }) => name === 'suspend').length;

describe('what comes in', () => {
  test('an order reaches the desk as it was sent', async () => {
    const sealed = order();
    expect((await post(canonical(sealed))).status).toBe(200);
    expect(outside.told.calls).toEqual([{ name: 'suspend', args: [sealed] }]);
  });

  test('another form, type or size does not', async () => {
    expect(await post('{"a":1,"a":2}')).toEqual({ status: 400, code: 'body_malformed' });
    expect(await post(canonical(order()), 'text/plain')).toEqual({ status: 415, code: 'type_unsupported' });
    expect(await post(canonical(order({ reason: 'x'.repeat(2001) })))).toEqual({
      status: 400,
      code: 'schema_invalid',
    });
    expect(await post(`"${'x'.repeat(70_000)}"`)).toEqual({ status: 413, code: 'too_large' });
    expect(await post(`[${'1,'.repeat(1200)}1]`)).toEqual({ status: 413, code: 'too_large' });
    const wrong = [...mutants(structuredClone(order()), '')].filter(
      ([where]) => where.endsWith('unknown member') || where.endsWith('removed'),
    );
    for (const [, mutant] of wrong.slice(0, 12)) expect((await post(canonical(mutant))).status).toBe(400);
    expect(reached()).toBe(0);
  });

  test.each([
    ['suspension_invalid', 403],
    ['suspension_over', 409],
    ['store_tampered', 500],
  ] as const)('what the desk says of it is told: %s', async (code, status) => {
    outside.told.fault = new Refusal(code, 'why');
    try {
      expect(await post(canonical(order()))).toEqual({ status, code: status === 500 ? 'internal' : code });
    } finally {
      outside.told.fault = undefined;
    }
  });

  test('an address that does not stop is told to wait', async () => {
    const answers: number[] = [];
    for (let n = 0; n < 40; n++) answers.push((await post(canonical(order()))).status);
    expect(answers.at(-1)).toBe(429);
  });
});

test('GET keys tells of a suspension: by whom, why, until when', async () => {
  const { world } = outside;
  const log = new MiniLog(world);
  const at = new Date().toISOString();
  const sealed = order({ machine: world.people.ana.machine.id });
  const one = published(log, sealed, suspendIn(log, sealed, at));
  const trust = verifyChain(nodeCrypto, withPublished(world.chain, one), world.pin);
  const other = await startOutside({ trust: () => trust });
  try {
    const { keys } = KeysAnswer.parse((await send(other.origin, { path: `${API}/keys` })).json);
    const told = Object.fromEntries(keys.map(({ name, suspended }) => [name, suspended]));
    expect(told['file:release']).toMatchObject({
      officer: 'ana',
      reason: sealed.suspension.reason,
      from: at,
    });
    expect(told['file:release-approved']).toBeNull();
  } finally {
    await other.close();
  }
});
