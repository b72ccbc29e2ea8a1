// Rechecks: what this Console can find out by itself of what a gate says it saw. Pure; a finding that fails locks approving.
import type { Directory } from '../../core/directory/directory.ts';
import { Refusal, isFault } from '../../core/fault/fault.ts';
import { heldKeys } from '../../core/request/derive.ts';
import type { Finding, Request } from '../../core/request/request.ts';
import type { Lock } from '../../core/stage/stages.ts';

/** `verified`: worked out again here, and the same. `failed`: another; `why` says what. */
export type Recheck =
  | { readonly here: 'verified' | 'could-not-verify'; readonly why: null }
  | { readonly here: 'failed'; readonly why: Lock };

type Step = (finding: Finding, request: Request, directory: Directory) => Recheck;

const verified: Recheck = { here: 'verified', why: null };
const unknown: Recheck = { here: 'could-not-verify', why: null };

function failed(request: Request, what: string): Recheck {
  return { here: 'failed', why: { code: 'request_differs', detail: `${request.id}: ${what}` } };
}

/** The token is never shown to a Console; but what the gate read in it must be what the request says of its requester. */
const optok: Step = ({ facts }, request) => {
  const { subject, jkt } = request.requester;
  const said = { subject, jkt, tenant: request.tenant };
  for (const [name, value] of Object.entries(said))
    if (facts[name] !== undefined && facts[name] !== value)
      return failed(request, `optok names another ${name}`);
  return unknown;
};

/** The keys that sign follow from the key that was asked for, and from the directory alone. */
const policy: Step = ({ code, facts }, request, directory) => {
  const asked = facts['asked'];
  if (code !== 'key_chosen' || asked === undefined) return unknown;
  const keys = heldKeys(directory, [asked]);
  const same = keys.length === request.keys.length && keys.every((key, at) => key === request.keys[at]);
  return same ? verified : failed(request, `${asked} does not lead to the keys that would sign`);
};

/** What a gate asked of others (licensing, an allowlist, its own counters) leaves nothing here to check it against. */
const elsewhere: Step = () => unknown;

const steps: Readonly<Record<Finding['gate'], Step>> = {
  optok,
  policy,
  poe: elsewhere,
  quota: elsewhere,
  release: elsewhere,
};

/** What this Console finds of one finding. `directory` is the version that the request names. */
export function recheck(finding: Finding, request: Request, directory: Directory): Recheck {
  try {
    return steps[finding.gate](finding, request, directory);
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    return { here: 'failed', why: { code: thrown.code, detail: thrown.detail } };
  }
}

/** Throws the first failed recheck as the Refusal that locks approving. */
export function checkRechecks(request: Request, directory: Directory): void {
  for (const finding of request.findings) {
    const { why } = recheck(finding, request, directory);
    if (why) throw new Refusal('request_differs', `${finding.gate}: ${why.code} ${why.detail}`);
  }
}
