// The real security keys that are plugged in now, found by usage page; looked for again each time somebody asks.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { DeviceFault, isFault } from '../../core/fault/fault.ts';
import type { HidDevice } from '../ctaphid/connection.ts';
import { REPORT_SIZE } from '../ctaphid/frame.ts';
import type { HidBinding, Listed } from './binding.ts';
import { openHid } from './connection.ts';
import { FIDO_PAGE, FIDO_USAGE, readDescriptor } from './descriptor.ts';

const LONGEST_LABEL = 200;
const LONGEST_PATH = 512;
const LARGEST_REPORT = 1024;

/** Reads the report descriptor of a path: only Linux keeps it in a file. */
export type ReadDescriptor = (path: string) => Promise<Uint8Array | undefined>;

/** The descriptor that the kernel keeps of `/dev/hidrawN`; undefined for any other path, or when it cannot be read. */
export const linuxDescriptor: ReadDescriptor = async (path) => {
  const name = basename(path);
  if (process.platform !== 'linux' || !/^hidraw\d{1,5}$/.test(name)) return undefined;
  // A device that goes away in this moment is no longer there to be listed.
  return readFile(`/sys/class/hidraw/${name}/device/report_descriptor`).catch(() => undefined);
};

/** A text that a device chose, short and without what would break a line. */
const labelOf = (text: string | undefined, otherwise: string): string =>
  (text ?? '').replace(/\p{C}/gu, '').trim().slice(0, LONGEST_LABEL) || otherwise;

interface Found {
  readonly path: string;
  readonly listed: Listed;
  readonly reportSize: number;
}

/** Real keys. A path keeps its device object as long as it stays plugged in. */
export class HidKeys {
  readonly #binding: HidBinding;
  readonly #descriptor: ReadDescriptor;
  #known = new Map<string, HidDevice>();

  constructor(binding: HidBinding, descriptor: ReadDescriptor = linuxDescriptor) {
    this.#binding = binding;
    this.#descriptor = descriptor;
  }

  /** What is plugged in now. Throws DeviceFault `driver_failed` when the system cannot say. */
  async scan(): Promise<HidDevice[]> {
    let all: readonly Listed[];
    try {
      all = await this.#binding.devices();
    } catch (cause) {
      if (isFault(cause)) throw cause;
      throw new DeviceFault('driver_failed', 'the devices cannot be listed', undefined, cause);
    }
    const found = new Map<string, Found>();
    for (const listed of all) {
      const one = await this.#fido(listed);
      if (one) found.set(one.path, one);
    }
    this.#known = new Map(
      [...found].map(([path, one]) => [path, this.#known.get(path) ?? this.#device(one)]),
    );
    return [...this.#known.values()];
  }

  /** The device at a path as of the last look; undefined where none was. */
  at(path: string): HidDevice | undefined {
    return this.#known.get(path);
  }

  /** By what node-hid says of it, or by its descriptor where node-hid says nothing. */
  async #fido(listed: Listed): Promise<Found | undefined> {
    const { path, usagePage, usage } = listed;
    if (path === undefined || path === '' || path.length > LONGEST_PATH) return undefined;
    const told = (usagePage ?? 0) !== 0;
    if (told && (usagePage !== FIDO_PAGE || (usage ?? FIDO_USAGE) !== FIDO_USAGE)) return undefined;
    const bytes = await this.#descriptor(path);
    const read = bytes && readDescriptor(bytes);
    if (!told && (read?.page !== FIDO_PAGE || read.usage !== FIDO_USAGE)) return undefined;
    const size = read?.outputBytes ?? 0;
    const reportSize = Number.isInteger(size) && size >= 8 && size <= LARGEST_REPORT ? size : REPORT_SIZE;
    return { path, listed, reportSize };
  }

  #device({ path, listed, reportSize }: Found): HidDevice {
    const { product, serialNumber } = listed;
    const serial = labelOf(serialNumber, '');
    return {
      path,
      product: labelOf(product, 'security key'),
      virtual: false,
      serial: serial === '' ? undefined : serial,
      reportSize,
      open: () => openHid(this.#binding, path),
    };
  }
}
