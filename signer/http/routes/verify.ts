// POST verify/dsse: the verdict of core/verify on a bundle, against the newest directory. A convenience: `stella verify` needs nobody.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { VerifyBody, type VerifyAnswer } from '../../../contract/wire/verify.ts';
import { fromHex } from '../../../core/bytes/hex.ts';
import { anyEvidence } from '../../../core/evidence-file/any.ts';
import { CallerFault, Refusal } from '../../../core/fault/fault.ts';
import { canonical } from '../../../core/json/canonical.ts';
import type { Trust } from '../../../core/trust/chain.ts';
import { verifyByDirectory, type Verdict } from '../../../core/verify/verify.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { API } from '../asked.ts';
import { bodyAs, type BodyLimits } from '../body.ts';
import type { Context } from '../context.ts';

function judge(trust: Trust, { bundle, artifact, evidence }: VerifyBody, now: string): VerifyAnswer {
  const parts = evidence === undefined ? null : anyEvidence(evidence);
  const sha256 = fromHex(artifact.slice('sha256:'.length));
  const verdict = verifyByDirectory(nodeCrypto, canonical(bundle), sha256, trust, parts, now);
  if (verdict.says === 'signature') throw new Refusal('key_unknown', verdict.keyid);
  const { says, keyid, key } = verdict;
  return { verdict: 'good', says, keyid, key, asOf: asOf(verdict) };
}

function asOf(verdict: Exclude<Verdict, { says: 'signature' }>): VerifyAnswer['asOf'] {
  if (verdict.says === 'directory') return { directory: verdict.directory, checkpoint: null };
  const { directory, checkpoint } = verdict.says === 'logged' ? verdict.signature : verdict.evidence;
  return { directory, checkpoint };
}

/** How many are read and judged at once, and how many values each may have: nobody says who they are. */
const AT_ONCE = 4;
const config: BodyLimits = { mostValues: 50_000 };

/** 200 with either verdict; only a body of another form is 400. More than a few at once are 503 `busy`. */
export function verifyRoutes(app: FastifyInstance, { options }: Context): void {
  let running = 0;
  async function onRequest(_request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (running >= AT_ONCE) throw new CallerFault('busy', 'verify/dsse', undefined, 1);
    running += 1;
    reply.raw.once('close', () => (running -= 1)); // however it ends, a caller who hung up included
  }
  app.post(`${API}/verify/dsse`, { onRequest, config }, (request): VerifyAnswer => {
    const body = bodyAs(VerifyBody, request.body);
    const trust = options.trust();
    try {
      return judge(trust, body, options.now().toISOString());
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      const asOf = { directory: trust.latest.version, checkpoint: null };
      return { verdict: 'refused', code: thrown.code, detail: thrown.detail, asOf };
    }
  });
}
