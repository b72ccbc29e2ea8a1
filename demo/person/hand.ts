// The officer's part at the hardware: typing the PIN, giving the touch. By script, or by whoever sits at this terminal.
import type { AskTouch, PinWanted } from '../../contract/driver/messages.ts';
import type { Narrator } from '../narrator/narrator.ts';
import { askHidden, type Terminal } from './terminal.ts';

/** What a Console asks of its officer, in the form in which it asks. */
export interface Hand {
  /** The PIN's bytes; whoever gets them zeroes them. */
  pin(device: string, wanted: PinWanted, signal: AbortSignal): Promise<Uint8Array>;
  phase(device: string, phase: string): void;
  /** Whether the touch was given. */
  touch(ask: AskTouch, signal: AbortSignal): Promise<boolean>;
}

/** The PINs that the set-up gave to this officer's devices, by device id or key URI. */
export type Pins = ReadonlyMap<string, string>;

function pinOf(pins: Pins, device: string): string {
  const pin = pins.get(device);
  if (pin === undefined) throw new TypeError(`nobody knows the PIN of ${device}`);
  return pin;
}

const triesLeft = ({ retries }: PinWanted): string =>
  retries === undefined ? '' : ` (${retries} tries left)`;

/** A name that fits a line: a key URI says less to a person than what it is. */
const named = (device: string): string => (device.startsWith('pkcs11:') ? 'the HSM' : device);

/** Types the PIN it was told, and touches at once. */
export function scriptedHand(officer: string, pins: Pins, narrator: Narrator): Hand {
  return {
    pin: (device, wanted) => {
      narrator.step('officer', `${officer} types the PIN of ${named(device)}${triesLeft(wanted)}.`);
      return Promise.resolve(new Uint8Array(Buffer.from(pinOf(pins, device))));
    },
    phase: () => undefined,
    touch: ({ product }) => {
      narrator.step('officer', `${officer} touches the ${product}.`, 'Without the touch it signs nothing.');
      return Promise.resolve(true);
    },
  };
}

/** Asks the person at the terminal. */
export function askingHand(officer: string, pins: Pins, terminal: Terminal): Hand {
  return {
    pin: (device, wanted, signal) => {
      const question = `You are ${officer}. PIN of ${named(device)}${triesLeft(wanted)}; the set-up chose ${pinOf(pins, device)}: `;
      return askHidden(terminal, question, signal);
    },
    phase: () => undefined,
    touch: async ({ product }, signal) => {
      (await askHidden(terminal, `You are ${officer}. Touch the ${product}: press Enter `, signal)).fill(0);
      return true;
    },
  };
}
