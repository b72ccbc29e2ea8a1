// The demo's virtual security keys and software tokens as things on a desk: each a small window of its own with its PIN on it.
import type { Act, VirtualKey } from '../../../contract/ipc/act.ts';
import type { Handlers } from '../../../contract/ipc/calls.ts';
import type { TokenSeat, VirtualKeySeat } from '../../../contract/demo/world.ts';
import type { AskTouch } from '../../../contract/driver/messages.ts';
import type { VirtualKeyConfig } from '../../../contract/driver/security-key.ts';
import { Refusal } from '../../../core/fault/fault.ts';
import type { Page, Shell } from '../../shell/shell.ts';

const SIZE = { width: 340, height: 460 } as const;
const TOUCH_MS = 60_000;

export interface VirtualKeysPorts {
  readonly shell: Pick<Shell, 'open'>;
  readonly seats: readonly VirtualKeySeat[];
  readonly tokens: readonly TokenSeat[];
  readonly officer: string;
  /** Keys of other people: not here until `lend`. */
  readonly guests?: readonly { readonly officer: string; readonly seat: VirtualKeySeat }[];
  readonly look: () => Pick<Act, 'appearance' | 'language'>;
  /** Pulls a key out of the driver's machine, or plugs it in. */
  readonly plug: (path: string, plugged: boolean) => Promise<void>;
}

/** One thing on the desk. `waits` are the touches that the driver asked for and nobody has given yet. */
interface Key {
  readonly kind: VirtualKey['kind'];
  readonly seat: VirtualKeySeat;
  /** Ids in the directory, or names of keys, that it serves. */
  readonly serves: readonly string[];
  /** Whose it is. */
  readonly officer: string;
  readonly waits: Set<(given: boolean) => void>;
  plugged: boolean;
  revision: number;
  opening: Promise<Page> | undefined;
}

export class VirtualKeys {
  readonly #ports: VirtualKeysPorts;
  readonly #keys: ReadonlyMap<string, Key>;

  constructor(ports: VirtualKeysPorts) {
    this.#ports = ports;
    const thing = (
      kind: Key['kind'],
      seat: VirtualKeySeat,
      serves: readonly string[],
      officer = ports.officer,
      plugged = true,
    ): [string, Key] => [
      seat.path,
      { kind, seat, serves, officer, waits: new Set(), plugged, revision: 0, opening: undefined },
    ];
    const guests = (ports.guests ?? []).flatMap(({ officer, seat }) =>
      seat.enrolled === null ? [] : [thing('security-key', seat, [seat.enrolled], officer, false)],
    );
    this.#keys = new Map([
      ...guests,
      ...ports.seats.map((seat) =>
        thing('security-key', seat, seat.enrolled === null ? [] : [seat.enrolled]),
      ),
      ...ports.tokens.map(({ label, pin, serves }) =>
        thing(
          'token',
          { path: `token:${label}`, store: label, name: label, serial: 'SoftHSM', pin, enrolled: null },
          serves,
        ),
      ),
    ]);
  }

  /** For the driver, whenever it is started: a key that is pulled out stays out. */
  config(): VirtualKeyConfig[] {
    const keys = [...this.#keys.values()].filter(({ kind }) => kind === 'security-key');
    return keys.map(({ seat: { path, store, name, serial }, plugged }) => ({
      kind: 'virtual',
      path,
      store,
      name,
      serial,
      touch: 'ask',
      touchTimeoutMs: TOUCH_MS,
      plugged,
    }));
  }

  /** The PIN that is printed on the key that is enrolled under this id, as bytes that the caller zeroes. */
  printedPin(device: string): Uint8Array | undefined {
    const key = this.#find(device);
    return key?.kind === 'security-key' ? new TextEncoder().encode(key.seat.pin) : undefined;
  }

  /** Whether the thing that is known by this id, path or name of a key is drawn here, so that its PIN can be read. */
  isDrawn(device: string): boolean {
    return this.#find(device) !== undefined;
  }

  /** Plugs in the key that is enrolled under this id, if it is one of somebody else's that was brought here. */
  async lend(device: string): Promise<void> {
    const key = this.#find(device);
    if (key && key.kind === 'security-key' && key.officer !== this.#ports.officer && !key.plugged)
      await this.#plug(key, true);
  }

  /** Takes the keys away that others brought. */
  async giveBack(): Promise<void> {
    for (const key of this.#keys.values()) {
      if (key.officer === this.#ports.officer || !key.plugged) continue;
      await this.#plug(key, false);
      (await key.opening)?.close();
    }
  }

  /** Puts the key with this path, or enrolled under this id, on the screen; what is no virtual key is left alone. */
  async show(device: string): Promise<void> {
    const key = this.#find(device);
    if (key) (await this.#open(key)).focus();
  }

  /** Blinks until the button is pressed (true), the key is pulled out, or the driver no longer waits. */
  async touch({ path }: Pick<AskTouch, 'path'>, signal: AbortSignal): Promise<boolean> {
    const key = this.#keys.get(path);
    if (!key || signal.aborted) return false;
    const pressed = new Promise<boolean>((resolve) => {
      const end = (given: boolean): void => {
        key.waits.delete(end);
        signal.removeEventListener('abort', over);
        this.#changed(key);
        resolve(given);
      };
      const over = (): void => end(false);
      key.waits.add(end);
      signal.addEventListener('abort', over);
    });
    this.#changed(key);
    await this.#open(key);
    return pressed;
  }

  /** The appearance or the language changed. */
  changed(): void {
    for (const key of this.#keys.values()) this.#changed(key);
  }

  async close(): Promise<void> {
    for (const { opening } of this.#keys.values()) (await opening?.catch(() => undefined))?.close();
  }

  #find(device: string): Key | undefined {
    return this.#keys.get(device) ?? [...this.#keys.values()].find(({ serves }) => serves.includes(device));
  }

  /** Its page, opened when it is needed first, and again after somebody closed it. */
  #open(key: Key): Promise<Page> {
    key.opening ??= this.#opened(key);
    return key.opening;
  }

  async #opened(key: Key): Promise<Page> {
    try {
      const title = `VIRTUAL ${key.seat.name}`;
      const options = { title, size: SIZE, resizable: false, beside: 'authorize' } as const; // its PIN is to be read
      const page = await this.#ports.shell.open('virtual-key', this.#handlers(key), options);
      void page.closed.then(() => (key.opening = undefined));
      return page;
    } catch (thrown) {
      key.opening = undefined;
      throw thrown;
    }
  }

  #handlers(key: Key): Handlers<'virtual-key'> {
    return {
      'virtual-key/read': () => this.#snapshot(key),
      'virtual-key/press': () => (this.#press(key), {}),
      'virtual-key/plug': async ({ plugged }) => {
        await this.#plug(key, plugged);
        return {};
      },
    };
  }

  /** A press answers everything that waits on this key; a key that waits for nothing is not pressed in advance. */
  #press(key: Key): void {
    if (!key.plugged) throw new Refusal('act_phase', 'it is not plugged in');
    if (key.waits.size === 0) throw new Refusal('act_phase', 'it waits for nothing');
    for (const end of key.waits) end(true);
  }

  async #plug(key: Key, plugged: boolean): Promise<void> {
    if (key.kind === 'token') throw new Refusal('act_phase', 'a token has no plug');
    if (key.plugged === plugged) return;
    await this.#ports.plug(key.seat.path, plugged);
    key.plugged = plugged;
    if (!plugged) for (const end of key.waits) end(false);
    this.#changed(key);
  }

  #snapshot({ kind, seat, officer, plugged, waits, revision }: Key): VirtualKey {
    const { path, name, serial, pin } = seat;
    return {
      revision,
      kind,
      path,
      name,
      serial,
      officer,
      printedPin: pin,
      plugged,
      waiting: plugged && waits.size > 0,
      ...this.#ports.look(),
    };
  }

  #changed(key: Key): void {
    key.revision += 1;
    const snapshot = this.#snapshot(key);
    void key.opening?.then(
      (page) => page.send('virtual-key/changed', snapshot),
      () => undefined, // the page never came; whoever opened it hears of that
    );
  }
}
