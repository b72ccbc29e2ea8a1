// What a person begins an act with: what was chosen and written on this page.
import type { InputOf } from '../../contract/ipc/calls.ts';

export type Wish = Omit<InputOf<'act/begin'>, 'act'>;
