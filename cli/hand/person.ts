// The officer at a terminal, as drivers ask for them: the PIN from the keyboard or a file, each phase said on stderr.
import type { PinWanted } from '../../contract/driver/messages.ts';
import { LackFault } from '../../core/fault/fault.ts';
import { visible } from '../../core/review/text.ts';
import type { Person, Phase } from '../../ports/hand/person.ts';
import { readPin } from '../../ports/private-file.ts';
import { askHidden, isTty, type Terminal } from './terminal.ts';

/** Where the PIN comes from: a file that only this user may read, or (null) whoever sits at the terminal. */
export interface PinPlace {
  readonly file: string | null;
}

function triesLeft({ retries, countLow, finalTry }: PinWanted): string {
  if (finalTry === true) return ' (LAST try: a wrong one blocks it)';
  if (retries !== undefined) return ` (${retries} tries left)`;
  return countLow === true ? ' (there were wrong ones before)' : '';
}

const said: Partial<Record<Phase, string>> = {
  choosing: 'Several keys fit: touch the one that is meant.',
  touch: 'Touch the device now.',
};

/** Whether a wrong PIN can be typed again. */
export const asksForPin = ({ file }: PinPlace): boolean => file === null;

/**
 * Speaks through a terminal. Without `--pin-file` the PIN must come from a real terminal: one that is piped in would
 * stand in a shell's history. Rejects with LackFault `usage` or `file_*`, DeviceFault `cancelled`.
 */
export function terminalPerson(terminal: Terminal, pin: PinPlace): Person {
  return {
    async pin(device, wanted, signal) {
      if (pin.file !== null) return readPin(pin.file);
      if (!isTty(terminal.input))
        throw new LackFault('usage', 'there is no terminal to type the PIN at: give --pin-file');
      return askHidden(terminal, `PIN of ${visible(device)}${triesLeft(wanted)}: `, signal);
    },
    phase(device, phase) {
      const text = said[phase];
      if (text !== undefined) terminal.say(`${visible(device)}: ${text}\n`);
    },
    async touch({ product }, signal) {
      (await askHidden(terminal, `${visible(product)}: press Enter to touch it. `, signal)).fill(0);
      return true;
    },
  };
}
