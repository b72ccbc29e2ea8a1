// What an officer is shown before deciding, told line by line: headline, findings, flags, digests, match number.
import type { OpenReview } from '../../main/app/console.ts';
import type { Narrator } from '../narrator/narrator.ts';

const MOST_CLAIMS = 3;

/** Tells a review as the Console shows it. */
export function show(narrator: Narrator, review: OpenReview): void {
  const { headline, rebuilt, hold, match } = review;
  const { request, view, viewDigest } = rebuilt;
  const subject = headline.subjects.map(({ name, sha256 }) => `${name} sha256:${sha256}`).join(', ');
  narrator.fact('authorizing signs', `a statement (${headline.document}) about ${subject}`);
  narrator.fact('asked by', `${headline.requester} of tenant ${headline.tenant}; kind ${headline.kind}`);
  narrator.fact('signing key', headline.keys.join(', '));
  for (const { gate, result, code } of request.findings) narrator.fact(`gate ${gate}`, `${result}, ${code}`);
  const flags = view.flags.map(({ severity, code }) => `${severity} ${code}`).join(', ');
  narrator.fact('flags', flags === '' ? 'none' : flags);
  const shown = view.claims
    .slice(0, MOST_CLAIMS)
    .map(({ path, value }) => `${path} = ${JSON.stringify(value)}`);
  narrator.fact('claims', `${view.claims.length}, of them ${shown.join('; ')}`);
  narrator.fact('not rendered', `${headline.notRenderedBytes} bytes`);
  narrator.fact('payload', request.payloadDigest);
  narrator.fact('view', `version ${view.version}, ${viewDigest}`);
  narrator.fact('quorum', `${request.quorum.approvals} to approve, ${hold.decisions.length} decided so far`);
  narrator.fact('match number', match);
}
