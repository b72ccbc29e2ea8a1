// The HSM of a ceremony over its PKCS#11 driver process; the person beside it types the PIN.
import type { OutputOf as AnswerOf } from '../contract/driver/messages.ts';
import type { OutputOf } from '../core/ceremony/outputs.ts';
import { DeviceFault } from '../core/fault/fault.ts';
import type { Crypto } from '../core/key/crypto.ts';
import { keyId } from '../core/key/keyid.ts';
import type { CallOptions, KeptDriver } from '../ports/driver.ts';
import type { Person } from '../ports/hand/person.ts';
import type { CeremonyHsm } from './ports.ts';

/** `driver` is that of the module in which both keys lie: the new one's token, and the old one's. */
export interface HsmOptions {
  readonly crypto: Crypto;
  readonly driver: KeptDriver<'pkcs11'>;
  readonly person: Person;
}

const QUICK_MS = 20_000;
const PERSON_MS = 180_000;

function withPin(person: Person, what: string, signal: AbortSignal | undefined): CallOptions {
  return {
    deadlineMs: PERSON_MS,
    signal,
    pin: (wanted, over) => {
      person.phase(what, 'pin');
      return person.pin(what, wanted, over);
    },
  };
}

function generated(
  crypto: Crypto,
  { uri, publicKey, attributes }: AnswerOf<'pkcs11', 'generate'>,
): OutputOf<'generate-key'> {
  if (!attributes) throw new DeviceFault('key_unprotected', 'the token does not tell its attributes');
  return {
    act: 'generate-key',
    name: uri,
    key: publicKey,
    keyid: keyId(crypto, publicKey),
    attributes,
  };
}

/** Over a driver that is started when it is first needed. Whoever made the driver closes it. */
export function ceremonyHsm({ crypto, driver, person }: HsmOptions): CeremonyHsm {
  return {
    async check(serial, signal) {
      const running = await driver.get();
      const quick = { deadlineMs: QUICK_MS, signal };
      const { tokens } = await running.call('tokens', {}, quick);
      const found = tokens.filter((token) => token.serial === serial);
      const [token] = found;
      if (!token) throw new DeviceFault('device_not_found', `no token with serial ${serial}`);
      if (found.length > 1) throw new DeviceFault('key_ambiguous', `${found.length} tokens ${serial}`);
      const module = await running.call('module', {}, quick);
      const { label, manufacturer, model, firmware } = token;
      const { description, version, sha256 } = module;
      return {
        act: 'check-hsm',
        serial,
        label,
        manufacturer,
        model,
        firmware,
        module: { manufacturer: module.manufacturer, description, version, digest: `sha256:${sha256}` },
      };
    },
    async find(serial, id, signal) {
      const running = await driver.get();
      const { key } = await running.call(
        'key',
        { token: serial, id },
        withPin(person, `token ${serial}`, signal),
      );
      return key && generated(crypto, key);
    },
    async generate(serial, id, label, signal) {
      const running = await driver.get();
      const input = { token: serial, id, label };
      return generated(
        crypto,
        await running.call('generate', input, withPin(person, `token ${serial}`, signal)),
      );
    },
    async sign(uri, message, signal) {
      const running = await driver.get();
      const input = { key: uri, message, algorithm: 'ecdsa-p256-sha256' as const };
      return (await running.call('sign', input, withPin(person, uri, signal))).signature;
    },
  };
}
