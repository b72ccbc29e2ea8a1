// One submission on its way through the desk, as the steps hand it on.
import type { SignBody } from '../../contract/wire/sign.ts';
import type { SignerKey } from '../../core/directory/directory.ts';
import type { Finding } from '../../core/request/request.ts';
import type { Lease } from './idempotency.ts';
import type { Caller } from './ports.ts';

/** A submission on its way: what was asked, what was found so far, and what would be signed. */
export interface Submission {
  readonly caller: Caller;
  readonly body: SignBody;
  readonly payload: Uint8Array;
  readonly lease: Lease;
  readonly origin: string;
  readonly key: SignerKey;
  readonly findings: readonly Finding[];
  readonly plan: string;
}
