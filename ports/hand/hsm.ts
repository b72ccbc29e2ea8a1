// HSMs: finds the module whose token a key's URI names, and has it sign one message.
import { DeviceFault } from '../../core/fault/fault.ts';
import type { KeptDriver } from '../driver.ts';
import type { Person } from './person.ts';
import { QUICK_MS, withPerson } from './security-key.ts';
import type { Turns } from './turns.ts';

/** Each PKCS#11 module has a driver process of its own. */
export interface Hsms {
  readonly drivers: readonly KeptDriver<'pkcs11'>[];
  readonly person: Person;
  readonly turns: Turns;
}

/** One attribute of a PKCS#11 URI's path (RFC 7512, 2.3), decoded; undefined where it has none. */
export function attributeOf(uri: string, name: string): string | undefined {
  const path = uri.replace(/^pkcs11:/, '').split('?')[0] ?? '';
  const found = path.split(';').find((part) => part.startsWith(`${name}=`));
  if (found === undefined) return undefined;
  try {
    return decodeURIComponent(found.slice(name.length + 1));
  } catch (cause) {
    throw new DeviceFault('call_invalid', `${name} of the key's URI`, undefined, cause);
  }
}

/** Whether a token is the one that the URI names, by serial and label as far as it names them. */
async function hasToken(driver: KeptDriver<'pkcs11'>, uri: string, signal?: AbortSignal): Promise<boolean> {
  const serial = attributeOf(uri, 'serial');
  const label = attributeOf(uri, 'token');
  const running = await driver.get();
  const { tokens } = await running.call('tokens', {}, { deadlineMs: QUICK_MS, signal });
  return tokens.some(
    (token) => (serial ?? token.serial) === token.serial && (label ?? token.label) === token.label,
  );
}

async function driverFor(
  { drivers }: Hsms,
  uri: string,
  signal?: AbortSignal,
): Promise<KeptDriver<'pkcs11'>> {
  const [only, ...others] = drivers;
  if (!only) throw new DeviceFault('driver_missing', 'no PKCS#11 module is configured');
  if (others.length === 0) return only;
  for (const driver of drivers) if (await hasToken(driver, uri, signal)) return driver;
  throw new DeviceFault('device_not_found', attributeOf(uri, 'token') ?? 'token');
}

/** A signature (DER) over the whole message with the key of a PKCS#11 URI. Rejects with DeviceFault; never repeated. */
export async function signWith(
  hsms: Hsms,
  uri: string,
  message: Uint8Array,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const { person, turns } = hsms;
  person.phase(uri, 'looking');
  return turns.take(
    `pkcs11 ${attributeOf(uri, 'serial') ?? attributeOf(uri, 'token') ?? ''}`,
    async () => {
      const running = await (await driverFor(hsms, uri, signal)).get();
      const input = { key: uri, message, algorithm: 'ecdsa-p256-sha256' as const };
      const { signature } = await running.call('sign', input, withPerson(person, uri, signal));
      person.phase(uri, 'done');
      return signature;
    },
    signal,
  );
}
