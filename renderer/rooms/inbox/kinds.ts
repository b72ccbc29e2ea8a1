// The kinds of hold in the order of the chips, as values: the page does not carry core's schemas.
import type { HoldKind } from '../../../core/policy/policy.ts';

export const holdKinds: readonly HoldKind[] = [
  'manual-approval',
  'key-approval',
  'emergency-bypass',
  'ceremony',
];
