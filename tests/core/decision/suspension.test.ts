// An order to suspend a key: any officer, any enrolled device; and everything that is none.
import { describe, expect, test } from 'vitest';
import {
  SealedSuspension,
  stillStands,
  verifySuspension,
  type Suspension,
} from '../../../core/decision/suspension.ts';
import { signable, type Signable } from '../../../core/decision/signable.ts';
import type { Directory } from '../../../core/directory/directory.ts';
import { canonical } from '../../../core/json/canonical.ts';
import { digestOf } from '../../../core/json/digest.ts';
import { parseStrict } from '../../../core/json/parse.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { mutants } from '../../support/mutants.ts';
import { makeOrder, orderOf, sealOrder } from '../../support/suspension.ts';
import { makeWorld, successor, type Person } from '../../support/world.ts';
import '../../support/matchers.ts';

const world = makeWorld();
const { ana, ben, dan } = world.people;
const verify = (sealed: SealedSuspension, directory: Directory = world.directory) =>
  verifySuspension(nodeCrypto, world.pin, directory, sealed);
const order = (who: Person, overrides: Partial<Suspension> = {}) => orderOf(world, who, overrides);
const refused = (sealed: SealedSuspension, code: string) => {
  const check = () => verify(sealed);
  expect(check).toThrowCode('suspension_invalid');
  expect(check).toThrow(new RegExp(`^suspension_invalid: ${code}`));
};

describe('an order', () => {
  test('by any officer, an auditor too, by key, HSM, terminal and Console', () => {
    for (const who of [ana, dan]) {
      verify(order(who));
      verify(order(who, { device: who.hsm.device.id }));
      verify(order(who, { machine: who.machine.id }));
    }
    verify(order(ana, { key: world.held }));
  });

  test('of another Signer, another version, for no release key, by nobody', () => {
    const elsewhere = makeWorld();
    refused(order(ana, { signer: elsewhere.pin }), 'signer_mismatch');
    refused(order(ana, { directory: elsewhere.pin }), 'directory_invalid');
    refused(order(ana, { key: 'file:other' }), 'key_unknown');
    refused(order(ana, { key: 'file:log' }), 'key_use');
    refused(order(ana, { key: 'file:attestation' }), 'key_use');
    refused(order(ana, { officer: 'eve' }), 'officer_unknown');
  });

  test("with another officer's device, or in another's name", () => {
    const mine = makeOrder(world, ana);
    refused({ ...sealOrder(ana, mine), proof: ben.key.prove('suspension', mine) }, 'device_proof');
    refused(order(ana, { device: ben.key.device.id }), 'device_unknown');
    refused({ ...sealOrder(ana, mine), suspension: { ...mine, officer: 'ben' } }, 'device_unknown');
    refused({ ...sealOrder(ana, mine), suspension: { ...mine, key: world.held } }, 'device_proof');
  });

  test('with a proof that was made for any other row of the table', () => {
    const mine = makeOrder(world, ana);
    for (const name of Object.keys(signable) as Signable[]) {
      if (name === 'suspension') continue;
      for (const device of [ana.key, ana.hsm]) {
        const wanted = { ...mine, device: device.device.id };
        const proof = device.prove(name, { ...wanted, _type: signable[name].type });
        refused({ suspension: wanted, proof, countersignature: null }, 'device_proof');
      }
      const other = { ...sealOrder(ana, mine), suspension: { ...mine, _type: signable[name].type } };
      expect(SealedSuspension.safeParse(other).success).toBe(false);
    }
  });

  test("a machine's signature can be neither added, taken off, nor another's", () => {
    const bare = order(ana);
    const counted = order(ana, { machine: ana.machine.id });
    refused({ ...bare, countersignature: counted.countersignature }, 'machine_proof');
    refused({ ...counted, countersignature: null }, 'machine_proof');
    refused(
      { ...counted, countersignature: order(ana, { machine: ana.machine.id }).countersignature },
      'machine_proof',
    );
    refused(order(ana, { machine: 'nowhere' }), 'machine_unknown');
  });

  test('without a reason is none, nor with one that is too long', () => {
    for (const reason of ['', ' \n ', 'x'.repeat(2001)])
      expect(SealedSuspension.safeParse(order(ana, { reason })).success).toBe(false);
    expect(SealedSuspension.safeParse(order(ana, { reason: 'x'.repeat(2000) })).success).toBe(true);
  });

  test('nothing in it goes unchecked', () => {
    for (const sealed of [order(ana), order(ana, { machine: ana.machine.id, device: ana.hsm.device.id })]) {
      for (const [where, mutant] of mutants(structuredClone(sealed), '')) {
        const parsed = SealedSuspension.safeParse(parseStrict(canonical(mutant)));
        if (parsed.success && where.includes('__proto__')) continue;
        if (parsed.success && digestOf(nodeCrypto, parsed.data) === digestOf(nodeCrypto, sealed)) continue;
        if (parsed.success) expect(() => verify(parsed.data), where).toThrowCode('suspension_invalid');
      }
    }
  });
});

describe('an order under a newer version', () => {
  const after = (change: (next: Directory) => void) =>
    successor(world.chain, change, [ana, ben]).versions.at(-1)!.directory;
  const stands = (now: Directory, overrides: Partial<Suspension> = {}) =>
    stillStands(world.directory, now, makeOrder(world, ana, overrides));

  test('stands while officer, device and key do', () => {
    stands(after((next) => (next.issuedAt = '2026-11-24T12:00:00Z')));
    stands(after((next) => (next.officers = next.officers.filter(({ id }) => id !== 'dan'))));
  });

  test('is none when officer or device was taken out, or the device has another key', () => {
    const gone = after((next) => {
      next.officers = next.officers.filter(({ id }) => id !== 'ana');
      next.keys = next.keys.filter(({ holder }) => holder !== 'ana');
    });
    expect(() => stands(gone)).toThrow(/officer_unknown/);
    const bare = after((next) => void next.officers[0]!.devices.shift());
    expect(() => stands(bare)).toThrow(/device_unknown/);
    const swapped = after(
      (next) => void (next.officers[0]!.devices[0]!.key = makeWorld().people.ana.key.device.key),
    );
    expect(() => stands(swapped)).toThrow(/device_unknown/);
  });
});
