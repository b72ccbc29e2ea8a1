// Bypasses in a house: raising one, having officers grant it, and asking for signatures under it.
import type { BypassBody } from '../../../contract/wire/bypass.ts';
import type { SignedAnswer } from '../../../contract/wire/sign.ts';
import type { Grant } from '../../../core/predicate/granted.ts';
import type { Caller } from '../../../signer/desk/ports.ts';
import type { Person } from '../../support/world.ts';
import { API, TENANT, TRUSTED, body, caller, decideAs, nextKey, type House } from './house.ts';

export const SBOM = 'https://cyclonedx.org/bom';

export const operator = (overrides: Partial<Caller> = {}): Caller =>
  caller({
    subject: 'ops@acme',
    finding: { gate: 'optok', result: 'pass', code: 'accepted', facts: { subject: 'ops@acme' } },
    ...overrides,
  });

export const bypass = (overrides: Partial<BypassBody> = {}): BypassBody => ({
  tenant: TENANT,
  predicateTypes: [SBOM],
  count: 5,
  minutes: 30,
  cause: 'the licensing service is down',
  poe: { format: 'jwt', value: 'secret' },
  ...overrides,
});

/** Raises a bypass during an outage; resolves with the hold's id. */
export async function raised(house: House, given = bypass(), who = operator()): Promise<string> {
  house.gates.poe = 'unavailable';
  return (await house.desk.raiseBypass(who, given, nextKey(), API)).requestId;
}

/** Raises, has officers approve it, and resolves with the grant that is in force. */
export async function granted(
  house: House,
  officers: readonly Person[] = [house.world.people.ana, house.world.people.ben],
  given = bypass(),
): Promise<Grant> {
  const id = await raised(house, given);
  for (const officer of officers) await decideAs(house, officer, id);
  const grant = (await house.desk.grants(TENANT)).find(({ requestId }) => requestId === id);
  if (!grant) throw new Error(`${id} made no grant`);
  return grant;
}

/** Asks for a signature that nothing but the licence stands in the way of. */
export async function sign(
  house: House,
  name = 'app.tgz',
  key = nextKey(),
  given = body(name, TRUSTED),
): Promise<SignedAnswer> {
  const outcome = await house.desk.submit(caller(), given, key, API);
  if (outcome.kind !== 'signed') throw new Error('it was held');
  return outcome.answer;
}

/** A grant as the Signer shows it now. */
export async function grantNow(house: House, id: string): Promise<Grant> {
  const grant = (await house.desk.grants(TENANT)).find((one) => one.id === id);
  if (!grant) throw new Error(`no grant ${id}`);
  return grant;
}
