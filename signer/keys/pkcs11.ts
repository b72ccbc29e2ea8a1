// Keys in a PKCS#11 token, through the driver in a process of its own: a vendor's library never runs in the Signer.
import { setTimeout as sleep } from 'node:timers/promises';
import { CallerFault, DeviceFault, type DeviceCode } from '../../core/fault/fault.ts';
import { keepDriver, startDriver } from '../../ports/driver.ts';
import type { KeyProvider } from '../desk/ports.ts';
import { readPin } from '../../ports/private-file.ts';

/**
 * One module with one token's PIN, and what it is to sign with: these keys, by their RFC 7512 names, or every key whose
 * name says this token's serial number, one that was made after the start as well.
 */
export interface Pkcs11Options {
  readonly module: string;
  /** SHA-256 of the library in hex; another file is refused. */
  readonly moduleDigest?: string | undefined;
  /** Path of the file with the PIN (0600). */
  readonly pin: string;
  readonly of: { readonly keys: readonly string[] } | { readonly token: string };
  /** The driver's whole environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly onLog?: ((line: string) => void) | undefined;
}

const DEADLINE = 20_000;
const PIN_REFUSED: ReadonlySet<DeviceCode> = new Set([
  'pin_invalid',
  'pin_auth_blocked',
  'pin_blocked',
  'pin_change_required',
  'pin_policy',
]);

/** The serial number in a key's name (RFC 7512, 2.3: percent-encoded UTF-8); undefined for a name without one. */
function serialIn(name: string): string | undefined {
  if (!name.startsWith('pkcs11:')) return undefined;
  const said = name
    .slice('pkcs11:'.length)
    .split(';')
    .filter((part) => part.startsWith('serial='));
  const [only, another] = said;
  if (only === undefined || another !== undefined) return undefined;
  try {
    return decodeURIComponent(only.slice('serial='.length));
  } catch (thrown) {
    if (thrown instanceof URIError) return undefined; // no name of any key here
    throw thrown;
  }
}

/**
 * Opens the token's keys (P-256). The driver starts at the first signature and keeps its login; it is started again, with
 * back-off, when it went away, and what it was signing then fails. A PIN that was refused once is not tried again while
 * the process lives: repeating it would lock the token. `sign` throws DeviceFault.
 */
export function openPkcs11Keys({ module, moduleDigest, pin, of, env, onLog }: Pkcs11Options): KeyProvider {
  const config = { module, keepLogin: true, ...(moduleDigest === undefined ? {} : { moduleDigest }) };
  const kept = keepDriver(() => startDriver({ driver: 'pkcs11', config, env, onLog }), {
    clock: () => performance.now(),
    sleep: (ms) => sleep(ms, undefined, { ref: false }),
  });
  let refused: DeviceFault | undefined;
  const holds = (name: string) => ('keys' in of ? of.keys.includes(name) : serialIn(name) === of.token);
  return {
    holds,
    async sign(name, message) {
      if (!holds(name)) throw new CallerFault('key_unavailable', name);
      if (refused) throw refused;
      const driver = await kept.get();
      const input = { key: name, message, algorithm: 'ecdsa-p256-sha256' as const };
      try {
        const { signature } = await driver.call('sign', input, {
          deadlineMs: DEADLINE,
          pin: () => readPin(pin),
        });
        return signature;
      } catch (thrown) {
        if (thrown instanceof DeviceFault && PIN_REFUSED.has(thrown.code)) refused = thrown;
        throw thrown;
      }
    },
    close: () => kept.close(),
  };
}
