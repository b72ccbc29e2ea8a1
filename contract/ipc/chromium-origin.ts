// Where the pages live when Chromium shows them: a host for each kind of page, under a name that never resolves (RFC 6761).
import type { Frame } from './names.ts';

/** Scheme and host, as `location.origin` spells it. Main answers these from disk; no packet ever leaves for them. */
export const chromiumOrigin = (frame: Frame): string => `https://${frame}.signer-console.invalid`;
