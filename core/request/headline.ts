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

function claim(view: View, path: string): string {
  const value = view.claims.find((c) => c.path === path)?.value;
  return typeof value === 'string' ? value : '';
}

/** Works out the headline. `document` is a stable short name, `blind` when no decoder explains the payload. */
export function headlineOf(request: Request, view: View): Headline {
  const predicateType = claim(view, '/predicateType');
  const subjects: { name: string; sha256: string }[] = [];
  for (let i = 0; view.claims.some((c) => c.path.startsWith(`/subject/${i}/`)); i++)
    subjects.push({
      name: claim(view, `/subject/${i}/name`),
      sha256: claim(view, `/subject/${i}/digest/sha256`),
    });
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
