// The hand at a terminal, over a real driver process: which device is meant, PIN and touch, and every way in which it does not sign.
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openHands, type Hands } from '../../cli/hand/hand.ts';
import { handsAt, reachOf } from '../../cli/hand/options.ts';
import { askHidden, type Terminal } from '../../cli/hand/terminal.ts';
import { terminalPerson } from '../../cli/hand/person.ts';
import { signable } from '../../core/decision/signable.ts';
import { verifyProof } from '../../core/decision/proof.ts';
import type { Directory } from '../../core/directory/directory.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import { tokenStore, USER_PIN } from '../native/softhsm-token.ts';
import { needs, softhsm } from '../support/needs.ts';
import { intoSilicon, PRINTED } from '../support/silicon.ts';
import { RP_ID } from '../support/soft-devices.ts';
import { makeWorld } from '../support/world.ts';

const world = makeWorld();
const { ana, ben } = world.people;
const drill = () => ({ _type: signable.drill.type, nonce: randomBytes(32).toString('base64url') });

let folder: string;
let input: PassThrough;
let said: string;
let terminal: Terminal;
let open: Hands[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hand-'));
  input = new PassThrough();
  said = '';
  terminal = {
    input: input as unknown as NodeJS.ReadStream,
    say: (text) => void (said += text),
    interrupt: () => undefined,
  };
});
afterEach(async () => {
  for (const hands of open.splice(0)) await hands.close();
  rmSync(folder, { recursive: true, force: true });
});

function pinFile(pin: string): string {
  const file = join(folder, 'pin');
  writeFileSync(file, `${pin}\n`, { mode: 0o600 });
  return file;
}

/** A folder of virtual keys with ana's and ben's, and a terminal whose PIN is in a file unless told otherwise. */
async function hands(pin: string | null = PRINTED, directory: Directory = world.directory): Promise<Hands> {
  const keys = mkdtempSync(join(folder, 'keys-'));
  intoSilicon(ana, keys);
  intoSilicon(ben, keys);
  const args = { virtual: keys, ...(pin === null ? {} : { 'pin-file': pinFile(pin) }) };
  const opened = await handsAt(terminal, directory, args);
  open.push(opened);
  return opened;
}

describe('a security key at a terminal', () => {
  test('signs what it is asked for, with the credential of the officer who is meant', async () => {
    const opened = await hands();
    for (const who of [ana, ben, ana]) {
      const object = drill();
      input.write('\n');
      const hand = opened.of(who.id);
      const proof = await hand.sign('drill', object);
      verifyProof(nodeCrypto, RP_ID, who.key.device, 'drill', object, proof);
      expect(() => verifyProof(nodeCrypto, RP_ID, who.key.device, 'self-test', object, proof)).toThrowCode(
        'wrong_type',
      );
    }
    expect(said).toContain('press Enter to touch it');
    expect(said).not.toContain(PRINTED);
  });

  test('a terminal whose input ends touches nothing', async () => {
    const opened = await hands();
    input.end();
    await expect(opened.of('ana').sign('drill', drill())).toRejectCode('cancelled');
  });

  test('Ctrl-C while it waits cancels, and nothing was signed', async () => {
    const opened = await hands();
    const over = new AbortController();
    const signing = opened.of('ana').sign('drill', drill(), over.signal);
    await expect.poll(() => said, { timeout: 20_000 }).toContain('press Enter');
    over.abort();
    await expect(signing).toRejectCode('cancelled');
    input.write('\n');
    await expect(opened.of('ana').sign('drill', drill(), AbortSignal.abort())).toRejectCode('cancelled');
  });

  test('a wrong PIN in a file is not tried again by itself', async () => {
    const opened = await hands('1111-1111');
    input.write('\n');
    await expect(opened.of('ana').sign('drill', drill())).toRejectCode('pin_invalid');
    await expect(opened.of('ana').sign('drill', drill())).toRejectCode('pin_invalid');
  });

  test('a PIN that is piped in is not taken, and a file that others may read is refused', async () => {
    const piped = await hands(null);
    input.write(`${PRINTED}\n`);
    await expect(piped.of('ana').sign('drill', drill())).toRejectCode('usage');
    const opened = await hands();
    chmodSync(join(folder, 'pin'), 0o644);
    await expect(opened.of('ana').sign('drill', drill())).toRejectCode('file_malformed');
  });

  test('another type than the table names for the object never reaches the device', async () => {
    const opened = await hands();
    await expect(opened.of('ana').sign('decision', drill())).toRejectCode('wrong_type');
    expect(said).toBe('');
  });
});

describe('which device is meant', () => {
  test('an officer or a device that the directory has not', async () => {
    const opened = await hands();
    expect(() => opened.of('eve')).toThrowCode('officer_unknown');
    expect(() => opened.of('ana', 'ben-key')).toThrowCode('usage');
    expect(() => opened.of('ana', 'ana-hsm')).toThrowCode('usage');
    expect(opened.of('ana', 'ana-key').device.id).toBe('ana-key');
  });

  test('of two that are reached one must be named', async () => {
    const opened = await openHands({
      directory: world.directory,
      reach: { hid: true, virtual: null, modules: [{ module: '/nowhere/lib.so' }] },
      person: terminalPerson(terminal, { file: null }),
      asksAgain: false,
      say: terminal.say,
    });
    open.push(opened);
    expect(() => opened.of('ana')).toThrowCode('usage');
    const { device } = ana.hsm;
    expect(opened.of('ana', device.kind === 'hsm' ? device.uri : '').device.id).toBe('ana-hsm');
  });

  test("virtual keys are for a demo's directory only, and their folder must be there", async () => {
    await expect(hands(PRINTED, { ...world.directory, environment: 'production' })).toRejectCode('usage');
    await expect(handsAt(terminal, world.directory, { virtual: join(folder, 'nothing') })).toRejectCode(
      'file_missing',
    );
    expect(() => reachOf({ module: 'lib.so' })).toThrowCode('usage');
  });
});

describe('a secret at a terminal', () => {
  const never = new AbortController().signal;
  const asked = async (typed: string) => {
    const answer = askHidden(terminal, 'PIN: ', never);
    input.write(typed);
    return Buffer.from(await answer).toString();
  };
  test('backspace takes back, and what follows Enter answers the next question', async () => {
    expect(await asked('12\u007f3\rnext\n')).toBe('13');
    expect(Buffer.from(await askHidden(terminal, 'again: ', never)).toString()).toBe('next');
  });
  test('Ctrl-C and Ctrl-D answer nothing', async () => {
    let interrupted = 0;
    terminal = { ...terminal, interrupt: () => void (interrupted += 1) };
    await expect(asked('12\u0003')).toRejectCode('cancelled');
    await expect(asked('12\u0004')).toRejectCode('cancelled');
    expect(interrupted).toBe(1);
  });
});

needs('softhsm', softhsm)('an HSM at a terminal', () => {
  test('signs by its URI with the PIN of a file', async () => {
    const store = tokenStore();
    try {
      store.token('officer');
      store.tool('officer', '--keypairgen', '--key-type', 'EC:prime256v1', '--id', '01', '--label', 'ana');
      const { startDriver } = await import('../../ports/driver.ts');
      const driver = await startDriver({
        driver: 'pkcs11',
        config: { module: store.library },
        env: store.env,
      });
      const [token] = (await driver.call('tokens', {}, { deadlineMs: 5000 })).tokens;
      const { keys } = await driver.call('keys', { token: token!.serial }, { deadlineMs: 5000 });
      await driver.close();
      const directory = structuredClone(world.directory);
      const [, hsm] = directory.officers[0]!.devices;
      if (hsm?.kind !== 'hsm') throw new Error('no HSM');
      hsm.key = keys[0]!.publicKey;
      hsm.uri = keys[0]!.uri;
      const opened = await openHands({
        directory,
        reach: { hid: false, virtual: null, modules: [{ module: store.library, env: store.env }] },
        person: terminalPerson(terminal, { file: pinFile(USER_PIN) }),
        asksAgain: false,
        say: terminal.say,
      });
      open.push(opened);
      const object = drill();
      const proof = await opened.of('ana').sign('drill', object);
      verifyProof(nodeCrypto, RP_ID, hsm, 'drill', object, proof);
      expect(readdirSync(folder)).toContain('pin');
    } finally {
      store.remove();
    }
  });
});
