// Inside the machine with uhid: our own driver process, over node-hid, against the key that is plugged into its kernel.
import { randomBytes } from 'node:crypto';
import { clientDataFor, verifyProof } from '../../core/decision/proof.ts';
import { isFault } from '../../core/fault/fault.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import { startDriver, type CallOptions, type ProcessDriver } from '../../ports/driver.ts';

const RP_ID = 'console.signer.test';
const PIN = '4711-correct';
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const withPin = (pin = PIN, more: Partial<CallOptions> = {}): CallOptions => ({
  deadlineMs: 30_000,
  pin: bytes(pin),
  ...more,
});

type Key = ProcessDriver<'security-key'>;

/** Has whoever holds the key do something: `hold`, `touch`, `unplug`, `plug`. */
function hand(command: string): Promise<void> {
  return new Promise((resolve) => {
    const heard = (message: unknown): void => {
      if (message !== command) return;
      process.off('message', heard);
      resolve();
    };
    process.on('message', heard);
    process.send?.(command);
  });
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'nothing';
  } catch (thrown) {
    if (isFault(thrown)) return thrown.code;
    throw thrown;
  }
}

const start = (): Promise<Key> =>
  startDriver({
    driver: 'security-key',
    config: { devices: [], hid: true },
    helloTimeoutMs: 60_000, // the machine may be an emulated one
  });

async function pathOf(driver: Key): Promise<string> {
  const { devices, missing } = await driver.call('list', {}, { deadlineMs: 30_000 });
  const [first] = devices;
  if (!first) throw new Error(`no key is listed: ${missing ?? ''}`);
  return first.path;
}

const wish = (path: string, exclude: Uint8Array[] = []) => ({
  path,
  rpId: RP_ID,
  userId: bytes('ana'),
  userName: 'ana',
  clientDataHash: new Uint8Array(randomBytes(32)),
  exclude,
});

type Made = Awaited<ReturnType<typeof make>>;
const make = (driver: Key, path: string) => driver.call('make-credential', wish(path), withPin());

/** One assertion over a self-test object, checked as every verifier checks it. */
async function asserted(driver: Key, path: string, made: Made, options = withPin()): Promise<string> {
  const object = { _type: 'https://stella.ops/signer/self-test/v1', nonce: randomBytes(16).toString('hex') };
  const clientData = clientDataFor(nodeCrypto, 'self-test', object);
  const allow = [{ id: made.credentialId, publicKey: made.publicKey }];
  const input = { path, rpId: RP_ID, clientDataHash: nodeCrypto.sha256(clientData), allow };
  const { credentialId, authenticatorData, signature } = await driver.call('get-assertion', input, options);
  const text = (value: Uint8Array): string => Buffer.from(value).toString('base64url');
  const device = {
    kind: 'security-key' as const,
    id: 'real',
    key: made.publicKey,
    credentialId: text(made.credentialId),
    aaguid: made.aaguid,
    presence: 'touch' as const,
    attestation: 'none' as const,
  };
  verifyProof(nodeCrypto, RP_ID, device, 'self-test', object, {
    kind: 'webauthn',
    credentialId: text(credentialId),
    authenticatorData: text(authenticatorData),
    clientDataJSON: text(clientData),
    signature: text(signature),
  });
  return 'verified';
}

/** An assertion that waits for a touch which does not come; `then` happens once the key blinks. */
async function waiting(
  driver: Key,
  path: string,
  made: Made,
  then: (stop: AbortController) => void,
): Promise<string> {
  await hand('hold');
  const stop = new AbortController();
  const onKeepalive = (status: string): void => {
    if (status === 'touch') then(stop);
  };
  const code = await codeOf(asserted(driver, path, made, withPin(PIN, { onKeepalive, signal: stop.signal })));
  await hand('touch');
  return code;
}

async function all(driver: Key): Promise<object> {
  const quick = { deadlineMs: 30_000 };
  const { devices } = await driver.call('list', {}, quick);
  const path = await pathOf(driver);
  await driver.call('set-pin', { path }, { deadlineMs: 30_000, pin: bytes(PIN), newPin: bytes(PIN) });
  const wrongPin = await codeOf(driver.call('make-credential', wish(path), withPin('wrong-one')));
  const { pinSet, pinRetries } = await driver.call('info', { path }, quick);
  const made = await make(driver, path);
  const again = await codeOf(driver.call('make-credential', wish(path, [made.credentialId]), withPin()));
  const first = await asserted(driver, path, made);
  const cancelled = await waiting(driver, path, made, (stop) => stop.abort());
  let gone: Promise<void> | undefined;
  const pulledOut = await waiting(driver, path, made, () => void (gone ??= hand('unplug')));
  await gone;
  const after = await driver.call('list', {}, quick);
  const call = await codeOf(driver.call('info', { path }, quick));
  await hand('plug');
  const now = await driver.call('list', {}, quick);
  const back = await asserted(driver, await pathOf(driver), made);
  const same = await pathOf(driver);
  const twoAtOnce = await Promise.all([asserted(driver, same, made), asserted(driver, same, made)]);
  return {
    listed: devices.map(({ product, virtual, serial }) => ({ product, virtual, serial })),
    pinSet,
    wrongPin,
    retriesAfter: pinRetries,
    enrolled: made.fmt.length > 0 ? 'verified' : 'no format',
    again,
    asserted: first,
    cancelled,
    pulledOut,
    whileGone: { listed: after.devices, call },
    back: { listed: now.devices.length, asserted: back },
    twoAtOnce,
  };
}

async function forbidden(driver: Key): Promise<object> {
  const { devices } = await driver.call('list', {}, { deadlineMs: 30_000 });
  const path = await pathOf(driver);
  return {
    listed: devices.length,
    info: await codeOf(driver.call('info', { path }, { deadlineMs: 30_000 })),
  };
}

const driver = await start();
const told = await (process.argv[2] === 'forbidden' ? forbidden(driver) : all(driver));
await driver.close();
process.stdout.write(`${JSON.stringify(told)}\n`);
process.exit(0);
