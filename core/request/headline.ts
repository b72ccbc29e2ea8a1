// The facts behind the one sentence that says what authorizing does, from request and view alone.
import type { Request } from './request.ts';
import type { View } from '../review/view.ts';
import { knownPredicates } from '../review/known.ts';

/** What stands at the top of a review: facts for a sentence, in no language. */
export interface Headline {
  readonly kind: Request['kind'];
  readonly document: string;
  readonly predicateType: string;
  readonly subjects: readonly { readonly name: string; readonly sha256: string }[];
  readonly requester: string;
  readonly tenant: string;
  readonly keys: readonly string[];
  readonly failed: readonly string[];
  readonly claims: number;
  readonly notRenderedBytes: number;
  readonly dangers: readonly string[];
}

const SUBJECT = /^(?:\{\}|\[\]|#)?\/subject\/(\d{1,9})(?:\/|$)/;

/**
 * One pass over the claims: a payload may have ten thousand subjects among hundreds of thousands of claims. Each subject
 * makes one claim at least, so that a huge number which is only an object's key counts no further than there are claims.
 */
function subjectsOf(view: View, text: (path: string) => string): Headline['subjects'] {
  let count = 0;
  for (const { path } of view.claims) count = Math.max(count, Number(SUBJECT.exec(path)?.[1] ?? -1) + 1);
  return Array.from({ length: Math.min(count, view.claims.length) }, (_, i) => ({
    name: text(`/subject/${i}/name`),
    sha256: text(`/subject/${i}/digest/sha256`),
  }));
}

/** Works out the headline. `document` is a stable short name, `blind` when no decoder explains the payload. */
export function headlineOf(request: Request, view: View): Headline {
  const values = new Map(view.claims.map(({ path, value }) => [path, value]));
  const text = (path: string): string => {
    const value = values.get(path);
    return typeof value === 'string' ? value : '';
  };
  const predicateType = text('/predicateType');
  const subjects = subjectsOf(view, text);
  return {
    kind: request.kind,
    document: knownPredicates.get(predicateType) ?? 'blind',
    predicateType,
    subjects,
    requester: request.requester.subject,
    tenant: request.tenant,
    keys: request.keys,
    failed: request.findings.filter((f) => f.result !== 'pass').map((f) => `${f.gate}: ${f.code}`),
    claims: view.claims.length,
    notRenderedBytes: view.notRendered.reduce((sum, hole) => sum + hole.length, 0),
    dangers: view.flags.filter((f) => f.severity === 'danger').map((f) => f.code),
  };
}
