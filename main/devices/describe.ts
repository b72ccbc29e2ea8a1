// What is plugged in, each device with what it says of itself; one that does not answer takes nothing from the others.
import type { OutputOf } from '../../contract/driver/messages.ts';
import type { Token } from '../../contract/driver/pkcs11.ts';
import type { Device, KeyInfo } from '../../contract/driver/security-key.ts';
import { isFault, type AnyFault } from '../../core/fault/fault.ts';
import type { CallOptions, KeptDriver } from '../../ports/driver.ts';
import { QUICK_MS } from '../../ports/hand/security-key.ts';

/** A security key; `info` is null where it did not say, and `fault` why. */
export interface DescribedKey {
  readonly device: Device;
  readonly info: KeyInfo | null;
  readonly fault: AnyFault | null;
}

/** Texts are the devices' own: data, never markup. `faults`: drivers that could not even list. */
export interface Described {
  readonly keys: readonly DescribedKey[];
  readonly tokens: readonly Token[];
  readonly faults: readonly AnyFault[];
}

const quick: CallOptions = { deadlineMs: QUICK_MS };

async function faultOf<T>(step: Promise<T>): Promise<T | AnyFault> {
  try {
    return await step;
  } catch (thrown) {
    if (isFault(thrown)) return thrown;
    throw thrown;
  }
}

/**
 * Remembers what each key said, so that looking every two seconds asks nothing of keys that were there before: a key that
 * is being asked all the time cannot be used by others. `forget` when a PIN may have been typed or changed.
 */
export class Describer {
  readonly #keys: KeptDriver<'security-key'> | null;
  readonly #modules: readonly KeptDriver<'pkcs11'>[];
  #known = new Map<string, DescribedKey>();

  constructor(keys: KeptDriver<'security-key'> | null, modules: readonly KeptDriver<'pkcs11'>[]) {
    this.#keys = keys;
    this.#modules = modules;
  }

  forget(): void {
    this.#known.clear();
  }

  async describe(): Promise<Described> {
    const faults: AnyFault[] = [];
    const keys = await faultOf(this.#describeKeys());
    const tokens: Token[] = [];
    for (const module of this.#modules) {
      const found = await faultOf(this.#tokens(module));
      if (isFault(found)) faults.push(found);
      else tokens.push(...found);
    }
    if (!isFault(keys)) return { keys, tokens, faults };
    return { keys: [], tokens, faults: [keys, ...faults] };
  }

  async #describeKeys(): Promise<DescribedKey[]> {
    if (!this.#keys) return [];
    const driver = await this.#keys.get();
    const { devices }: OutputOf<'security-key', 'list'> = await driver.call('list', {}, quick);
    const found: DescribedKey[] = [];
    for (const device of devices) {
      const before = this.#known.get(device.path);
      if (before?.info && before.device.product === device.product) {
        found.push(before);
        continue;
      }
      const info = await faultOf(driver.call('info', { path: device.path }, quick));
      found.push(isFault(info) ? { device, info: null, fault: info } : { device, info, fault: null });
    }
    this.#known = new Map(found.map((one) => [one.device.path, one]));
    return found;
  }

  async #tokens(module: KeptDriver<'pkcs11'>): Promise<Token[]> {
    return (await (await module.get()).call('tokens', {}, quick)).tokens;
  }
}
