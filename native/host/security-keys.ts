// The security-key driver: a list of devices, one call at a time on each, the calls of its table.
import type { InputOf, OutputOf } from '../../contract/driver/messages.ts';
import type { SecurityKeyConfig, VirtualKeyConfig } from '../../contract/driver/security-key.ts';
import { DeviceFault } from '../../core/fault/fault.ts';
import type { HidDevice } from '../ctaphid/connection.ts';
import { loadNodeHid } from '../hid/binding.ts';
import { HidKeys } from '../hid/devices.ts';
import { SecurityKey, type AskPin, type Summary } from '../ctap2/security-key.ts';
import { presenceOf } from '../virtual/touch.ts';
import { DEFAULT_TOUCH_MS, VirtualKey } from '../virtual/virtual-key.ts';
import type { CallContext, Deps, Driver } from './context.ts';
import type { Handlers } from './handlers.ts';
import { Turns } from './turns.ts';

type Name = 'security-key';

/** Devices by path, whoever uses each of them just now, and whose turn comes next. */
class Keys {
  readonly #devices = new Map<string, HidDevice>();
  readonly #turns = new Turns();
  readonly #users = new Map<string, CallContext>();
  #hid: HidKeys | undefined;
  /** Why real keys cannot be seen although they were asked for. */
  missing: string | undefined;
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  random(length: number): Uint8Array {
    return this.#deps.random(length);
  }

  add(device: HidDevice): void {
    if (this.#devices.has(device.path))
      throw new DeviceFault('call_invalid', `two devices at ${device.path}`);
    this.#devices.set(device.path, device);
  }

  addVirtual(config: VirtualKeyConfig): void {
    const { path, store, touch, touchTimeoutMs = DEFAULT_TOUCH_MS, serial, name, plugged } = config;
    const product = `VIRTUAL ${name ?? 'security key'}`;
    const ask = (signal: AbortSignal): Promise<boolean> => {
      const user = this.#users.get(path);
      if (!user) return Promise.resolve(false);
      return user.askTouch({ path, product, timeoutMs: touchTimeoutMs }, signal).catch(() => false);
    };
    const presence = presenceOf(touch, ask);
    const key = new VirtualKey({ path, store, presence, touchTimeoutMs, serial, name, ...this.#deps });
    if (plugged === false) key.unplug();
    this.add(key);
  }

  /** Real keys from here on; without node-hid the virtual ones are all there is, and `missing` says so. */
  async addHid(): Promise<void> {
    try {
      this.#hid = new HidKeys(await (this.#deps.loadHid ?? loadNodeHid)());
    } catch (thrown) {
      if (!(thrown instanceof DeviceFault)) throw thrown;
      this.missing = thrown.detail;
    }
  }

  /** What is plugged in now. A real key never hides a virtual one of the same path. */
  async present(): Promise<HidDevice[]> {
    const virtual = [...this.#devices.values()].filter(
      (device) => !(device instanceof VirtualKey) || device.plugged,
    );
    const real = (await this.#hid?.scan()) ?? [];
    return [...virtual, ...real.filter(({ path }) => !this.#devices.has(path))];
  }

  find(path: string): HidDevice {
    const device = this.#devices.get(path) ?? this.#hid?.at(path);
    if (!device) throw new DeviceFault('device_not_found', path);
    return device;
  }

  /** The virtual key at this path. `device_unsuitable` for a real one: only a hand pulls that out. */
  virtual(path: string): VirtualKey {
    const device = this.find(path);
    if (device instanceof VirtualKey) return device;
    throw new DeviceFault('device_unsuitable', 'pull it out by hand');
  }

  /** Opens the device for one job, after whatever runs on it has ended. */
  async use<T>(path: string, context: CallContext, job: (key: SecurityKey) => Promise<T>): Promise<T> {
    const device = (await this.present()).find((one) => one.path === path);
    if (!device) throw new DeviceFault('device_not_found', `${path} is not plugged in`);
    return this.#turns.take(path, context.operation, async () => {
      this.#users.set(path, context);
      try {
        return await SecurityKey.use(device, this.#deps.random, context.operation, job);
      } finally {
        this.#users.delete(path);
      }
    });
  }

  /** The first device touched; the others are cancelled, and are closed when this returns. */
  async select(paths: readonly string[], context: CallContext): Promise<string> {
    const { operation } = context;
    const stop = new AbortController();
    const end = (): void => stop.abort();
    operation.signal.addEventListener('abort', end);
    if (operation.signal.aborted) end();
    const each: CallContext = {
      askPin: (wanted) => context.askPin(wanted),
      askTouch: (ask, signal) => context.askTouch(ask, signal),
      operation: { ...operation, signal: stop.signal },
    };
    const blinks = paths.map(async (path) => {
      await this.use(path, each, (key) => key.select(each.operation));
      return path;
    });
    try {
      return await Promise.any(blinks);
    } catch (cause) {
      const [first] = cause instanceof AggregateError ? (cause.errors as unknown[]) : [cause];
      throw first;
    } finally {
      end();
      await Promise.allSettled(blinks);
      operation.signal.removeEventListener('abort', end);
    }
  }
}

function infoOf(summary: Summary): OutputOf<Name, 'info'> {
  const {
    pinRetries,
    uvRetries,
    remainingDiscoverableCredentials: remaining,
    firmwareVersion: firmware,
  } = summary;
  return {
    versions: [...summary.versions],
    extensions: [...summary.extensions],
    aaguid: summary.aaguid,
    options: { ...summary.options },
    pinProtocols: [...summary.pinUvAuthProtocols],
    transports: [...summary.transports],
    maxMsgSize: summary.maxMsgSize,
    minPinLength: summary.minPINLength,
    pinSet: summary.options['clientPin'] === true,
    forcePinChange: summary.forcePINChange,
    alwaysUv: summary.options['alwaysUv'] === true,
    canWink: summary.canWink,
    replugFirst: summary.replugFirst,
    ...(pinRetries === undefined ? {} : { pinRetries }),
    ...(uvRetries === undefined ? {} : { uvRetries }),
    ...(remaining === undefined ? {} : { remainingCredentials: remaining }),
    ...(firmware === undefined ? {} : { firmware }),
  };
}

function handlersOf(keys: Keys): Handlers<Name> {
  const pinOf =
    (context: CallContext): AskPin =>
    (question) =>
      context.askPin(question);
  const done = async (job: Promise<void>): Promise<Record<string, never>> => {
    await job;
    return {};
  };
  return {
    list: async () => ({
      devices: (await keys.present()).map(({ path, product, virtual, serial }) => ({
        path,
        product,
        virtual,
        ...(serial === undefined ? {} : { serial }),
      })),
      ...(keys.missing === undefined ? {} : { missing: keys.missing }),
    }),
    info: ({ path }, context) =>
      keys.use(path, context, async (key) => infoOf(await key.summary(context.operation))),
    'make-credential': (input, context) => {
      const wanted = { ...input, rpName: input.rpName ?? input.rpId, exclude: input.exclude ?? [] };
      return keys.use(input.path, context, (key) =>
        key.makeCredential(wanted, pinOf(context), context.operation),
      );
    },
    'get-assertion': (input: InputOf<Name, 'get-assertion'>, context) =>
      keys.use(input.path, context, (key) => key.getAssertion(input, pinOf(context), context.operation)),
    holds: async ({ path, rpId, allow }, context) => {
      const wanted = { rpId, clientDataHash: keys.random(32), allow: allow.map((id) => ({ id })) };
      const holds = await keys.use(path, context, (key) => key.holds(wanted, context.operation));
      return { holds };
    },
    'set-pin': ({ path }, context) =>
      done(keys.use(path, context, (key) => key.setPin(pinOf(context), context.operation))),
    'change-pin': ({ path }, context) =>
      done(keys.use(path, context, (key) => key.changePin(pinOf(context), context.operation))),
    wink: ({ path }, context) => done(keys.use(path, context, (key) => key.wink(context.operation))),
    select: async ({ paths }, context) => {
      const all = paths ?? (await keys.present()).map(({ path }) => path);
      if (all.length === 0) throw new DeviceFault('device_not_found', 'no security key is plugged in');
      return { path: await keys.select(all, context) };
    },
    unplug: async ({ path }) => {
      keys.virtual(path).unplug();
      return {};
    },
    plug: async ({ path }) => {
      keys.virtual(path).plug();
      return {};
    },
    replug: async ({ path }) => {
      const key = keys.virtual(path);
      key.unplug();
      key.plug();
      return {};
    },
  };
}

/** Opens the driver with its virtual keys, and with real ones where they are wanted and node-hid is there. */
export async function openSecurityKeys(
  config: SecurityKeyConfig,
  deps: Deps,
): Promise<Driver<Handlers<Name>>> {
  const keys = new Keys(deps);
  for (const device of config.devices) keys.addVirtual(device);
  if (config.hid === true) await keys.addHid();
  return { handlers: handlersOf(keys), close: async () => undefined };
}
