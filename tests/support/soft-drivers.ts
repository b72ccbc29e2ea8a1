// Software devices behind the interface of a driver, for tests of what stands above the drivers.
import type { CallOptions, Driver, KeptDriver } from '../../ports/driver.ts';
import type { Token } from '../../contract/driver/pkcs11.ts';
import type { KeyInfo } from '../../contract/driver/security-key.ts';
import type { DriverName } from '../../contract/driver/messages.ts';
import { DeviceFault } from '../../core/fault/fault.ts';
import type { SoftKey } from './keys.ts';
import { authenticatorData } from './soft-devices.ts';

/** What a test may see and set. `touch` runs before each signature: throw there to fail the touch. */
export interface SoftHand {
  touches: number;
  touch: () => Promise<void> | void;
  after: () => Promise<void> | void;
  /** The HSM's PIN, and wrong ones left; without it no PIN is asked for. */
  hsm?: { readonly pin: string; tries: number };
  /** The tokens are pulled out: they are listed no more. */
  tokensGone?: boolean;
}

/** Nothing here ever exits. */
function never(): Promise<never> {
  return new Promise((resolve) => {
    void resolve;
  });
}

type Handler = (name: string, input: never, options?: CallOptions) => unknown;

function kept<D extends DriverName>(driver: D, handle: Handler): KeptDriver<D> {
  const running = {
    driver,
    exited: never(),
    call: async (name: string, input: never, options?: CallOptions) => handle(name, input, options),
    close: async () => undefined,
  } as unknown as Driver<D>;
  return { get: async () => running, close: async () => undefined };
}

/** What such a key says of itself. */
const softInfo = (aaguid: string): KeyInfo => ({
  versions: ['FIDO_2_1'],
  extensions: [],
  aaguid,
  options: { clientPin: true, rk: false },
  pinProtocols: [2],
  transports: ['usb'],
  maxMsgSize: 1200,
  minPinLength: 4,
  pinSet: true,
  forcePinChange: false,
  alwaysUv: false,
  canWink: true,
  pinRetries: 8,
  replugFirst: false,
});

/** Whether a credential is among those that a driver is asked about. */
const holdsIn = (input: object, credentialId: string): boolean =>
  'allow' in input &&
  (input.allow as Uint8Array[]).some((id) => Buffer.from(id).toString('base64url') === credentialId);

/** A security key whose credential is signed by `soft`. */
export function softKeyDriver(
  device: { credentialId: string; aaguid: string },
  soft: Pick<SoftKey, 'sign'>,
  hand: SoftHand,
): KeptDriver<'security-key'> {
  return kept('security-key', async (name, input: { rpId: string; clientDataHash: Uint8Array }) => {
    if (name === 'list') return { devices: [{ path: 'soft', product: 'soft key', virtual: true }] };
    if (name === 'info') return softInfo(device.aaguid);
    if (name === 'wink') return {};
    if (name === 'holds') return { holds: holdsIn(input, device.credentialId) };
    if (name !== 'get-assertion') throw new DeviceFault('call_invalid', name);
    await hand.touch();
    hand.touches += 1;
    const data = authenticatorData(input.rpId);
    const signature = soft.sign(Buffer.concat([data, input.clientDataHash]));
    await hand.after();
    return {
      credentialId: Buffer.from(device.credentialId, 'base64url'),
      authenticatorData: data,
      signature,
      counter: 1,
    };
  });
}

/** Asks for the PIN as a driver does, while `pin` is set: a wrong one costs a try and the call. */
async function checkPin({ hsm }: SoftHand, options: CallOptions | undefined): Promise<void> {
  if (!hsm || typeof options?.pin !== 'function') return;
  const wanted = { type: 'pin-wanted', id: 1, purpose: 'current', minLength: 4 } as const;
  const over = new AbortController();
  options.signal?.addEventListener('abort', () => over.abort());
  const bytes = await options.pin({ ...wanted, finalTry: hsm.tries === 1 }, over.signal);
  const right = Buffer.from(bytes).toString('utf8') === hsm.pin;
  bytes.fill(0);
  if (right) return;
  hsm.tries -= 1;
  throw new DeviceFault(hsm.tries > 0 ? 'pin_invalid' : 'pin_blocked', 'HSM');
}

/** What such a token says of itself. */
const softToken = (label: string): Token => ({
  label,
  serial: label,
  manufacturer: 'soft',
  model: 'soft HSM',
  firmware: '1.0',
  loginRequired: true,
  userPinInitialized: true,
  pinCountLow: false,
  pinFinalTry: false,
  pinLocked: false,
  protectedAuthPath: false,
});

/** An HSM that holds these keys, by their URIs. */
export function softHsmDriver(keys: Readonly<Record<string, SoftKey>>, hand: SoftHand): KeptDriver<'pkcs11'> {
  return kept('pkcs11', async (name, input: { key: string; message: Uint8Array }, options) => {
    if (name === 'tokens') {
      if (hand.tokensGone) return { tokens: [] };
      const labels = new Set(Object.keys(keys).map((uri) => /token=([^;]+)/.exec(uri)?.[1] ?? ''));
      return { tokens: [...labels].map(softToken) };
    }
    if (name !== 'sign') throw new DeviceFault('call_invalid', name);
    const key = keys[input.key];
    if (!key) throw new DeviceFault('key_not_found', input.key);
    await checkPin(hand, options);
    await hand.touch();
    hand.touches += 1;
    const signature = key.sign(input.message);
    await hand.after();
    return { signature, publicKey: key.key };
  });
}

export const softHand = (): SoftHand => ({ touches: 0, touch: () => undefined, after: () => undefined });
