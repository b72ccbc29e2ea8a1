// An open node-hid device behind the three-method connection: one read at a time, and closed only when none is pending.
import { access, constants } from 'node:fs/promises';
import { DeviceFault } from '../../core/fault/fault.ts';
import type { HidConnection } from '../ctaphid/connection.ts';
import type { HidBinding, Opened } from './binding.ts';

/** The longest that closing waits for a read that was begun, in milliseconds; reads end by themselves long before. */
const CLOSING_MS = 2000;

/** Wraps a device that is open. Closing under a pending read is what node-hid's threads cannot take: it waits for it. */
export function connectionOver(device: Opened): HidConnection {
  const pending = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;
  function during<T>(io: () => Promise<T>): Promise<T> {
    if (closing) return Promise.reject(new DeviceFault('device_gone', 'closed'));
    const running = io();
    const settled = running.then(
      () => undefined,
      () => undefined, // whoever waits for it hears of it
    );
    pending.add(settled);
    void settled.then(() => pending.delete(settled));
    return running;
  }
  async function close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSING_MS);
    });
    await Promise.race([Promise.all(pending), late]);
    clearTimeout(timer);
    await device.close();
  }
  return {
    write: (report) => during(() => device.write(Buffer.from(report))),
    read: (timeoutMs) => during(() => device.read(timeoutMs)),
    close: () => (closing ??= close()),
  };
}

/** Why a path cannot be opened, as far as the system tells. */
async function whyNot(path: string, cause: unknown): Promise<DeviceFault> {
  const said = cause instanceof Error ? cause.message : '';
  const code = await access(path, constants.R_OK | constants.W_OK).then(
    () => '',
    (thrown: unknown) => (thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''),
  );
  if (code === 'EACCES' || code === 'EPERM' || /permission denied|access is denied|not permitted/i.test(said))
    return new DeviceFault('device_forbidden', path, undefined, cause);
  if (/busy|exclusive|in use/i.test(said)) return new DeviceFault('device_busy', path, undefined, cause);
  return new DeviceFault('device_gone', `${path} cannot be opened`, undefined, cause);
}

/** Opens a device. Throws DeviceFault `device_forbidden`, `device_busy` or `device_gone`. */
export async function openHid(binding: HidBinding, path: string): Promise<HidConnection> {
  try {
    return connectionOver(await binding.open(path));
  } catch (cause) {
    throw await whyNot(path, cause);
  }
}
