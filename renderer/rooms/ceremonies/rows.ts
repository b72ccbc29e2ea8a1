// Which rows of a step are which, by the names that core/ceremony/lines.ts gives them.
import type { CeremonyLine } from '../../../contract/ipc/ceremony.ts';

/** The row's name as the end of a catalogue's key. */
export const lineKey = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');

const said: readonly string[] = ['ceremony is', 'to do', 'see', 'happened', 'reason', 'check words'];
const binding: readonly string[] = ['step', 'act', 'time here', 'signer', 'ceremony', 'script', 'follows'];
const attributes: readonly string[] = [
  'sensitive',
  'always sensitive',
  'extractable',
  'never extractable',
  'made on the token',
  'wraps other keys',
  'unwraps other keys',
  'signs',
  'PIN at each use',
];

/** What the screen says elsewhere, larger. */
export const isSaid = ({ name }: CeremonyLine): boolean => said.includes(name);
/** What binds the step to its ceremony. */
export const isBinding = ({ name }: CeremonyLine): boolean => binding.includes(name);
export const isAttribute = ({ name }: CeremonyLine): boolean => attributes.includes(name);
/** What a device says of itself is its own, a statement is a key's, and nobody reads a long value at a glance: they are framed. */
export const isForeign = (name: string, value: string): boolean =>
  /^(HSM|module) |^module$|^statement$|^reason$|^key label$/.test(name) || value.length > 60;
