// The part of node-hid that is used; loaded only where real security keys are wanted, because the package is optional.
import { DeviceFault } from '../../core/fault/fault.ts';

/** One HID interface as node-hid lists it. */
export interface Listed {
  readonly path?: string | undefined;
  readonly product?: string | undefined;
  readonly serialNumber?: string | undefined;
  readonly usagePage?: number | undefined;
  readonly usage?: number | undefined;
}

/** An open device (`HIDAsync`). `read` gives undefined when nothing came within its milliseconds. */
export interface Opened {
  read(timeoutMs: number): Promise<Uint8Array | undefined>;
  write(report: Buffer): Promise<number>;
  close(): Promise<void>;
}

export interface HidBinding {
  devices(): Promise<readonly Listed[]>;
  open(path: string): Promise<Opened>;
}

/** Loads node-hid. Throws DeviceFault `driver_missing` with why it cannot be used: not installed, or no build for this system. */
export async function loadNodeHid(): Promise<HidBinding> {
  try {
    const { HIDAsync, devicesAsync } = await import('node-hid');
    await devicesAsync(); // the addon is loaded by its first use
    return { devices: () => devicesAsync(), open: (path) => HIDAsync.open(path) };
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split('\n')[0] ?? cause.name) : typeof cause;
    throw new DeviceFault('driver_missing', `node-hid: ${why}`.slice(0, 500), undefined, cause);
  }
}
