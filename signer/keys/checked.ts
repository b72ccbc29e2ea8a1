// All providers as one, by key name; no signature leaves here that the directory's public key does not verify.
import { CallerFault, isFault } from '../../core/fault/fault.ts';
import type { Directory } from '../../core/directory/directory.ts';
import { keyNamed } from '../../core/directory/lookup.ts';
import type { Crypto } from '../../core/key/crypto.ts';
import type { KeyProvider } from '../desk/ports.ts';

async function signed(provider: KeyProvider, name: string, message: Uint8Array): Promise<Uint8Array> {
  try {
    return await provider.sign(name, message);
  } catch (cause) {
    if (isFault(cause) && cause.kind === 'caller') throw cause;
    throw new CallerFault('key_unavailable', isFault(cause) ? `${name}: ${cause.code}` : name, cause);
  }
}

/**
 * Signs with whichever provider holds the key. Throws CallerFault `key_unavailable` when none does, when the provider
 * fails (its own fault is the cause), and when its signature does not verify with the key that the directory names.
 */
export function checkedKeys(
  crypto: Crypto,
  directory: () => Directory,
  providers: readonly KeyProvider[],
): KeyProvider {
  return {
    holds: (name) => providers.some((p) => p.holds(name)),
    async sign(name, message) {
      const provider = providers.find((p) => p.holds(name));
      if (!provider) throw new CallerFault('key_unavailable', name);
      const { key } = keyNamed(directory(), name);
      const signature = await signed(provider, name, message);
      if (!crypto.verify(key, message, signature))
        throw new CallerFault('key_unavailable', `${name}: signature_wrong`);
      return signature;
    },
    async close() {
      await Promise.all(providers.map((p) => p.close()));
    },
  };
}
