// POST verify/dsse: the verdict of core/verify on a bundle, against the newest directory. A convenience: `stella verify` needs nobody.
import type { FastifyInstance } from 'fastify';
import { VerifyBody, type VerifyAnswer } from '../../../contract/wire/verify.ts';
import { fromHex } from '../../../core/bytes/hex.ts';
import { Evidence } from '../../../core/evidence-file/evidence.ts';
import { Refusal } from '../../../core/fault/fault.ts';
import { canonical } from '../../../core/json/canonical.ts';
import { parseAs } from '../../../core/json/schema.ts';
import type { Trust } from '../../../core/trust/chain.ts';
import { verifyByDirectory } from '../../../core/verify/verify.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { API } from '../asked.ts';
import { bodyAs } from '../body.ts';
import type { Context } from '../context.ts';

function judge(trust: Trust, { bundle, artifact, evidence }: VerifyBody): VerifyAnswer {
  const parts = evidence === undefined ? null : parseAs(Evidence, evidence);
  const sha256 = fromHex(artifact.slice('sha256:'.length));
  const verdict = verifyByDirectory(nodeCrypto, canonical(bundle), sha256, trust, parts);
  if (verdict.says === 'signature') throw new Refusal('key_unknown', verdict.keyid);
  const { says, keyid, key } = verdict;
  const asOf =
    says === 'directory'
      ? { directory: verdict.directory, checkpoint: null }
      : asOfEvidence(verdict.evidence);
  return { verdict: 'good', says, keyid, key, asOf };
}

const asOfEvidence = ({ directory, checkpoint }: { directory: number; checkpoint: number }) => ({
  directory,
  checkpoint,
});

/** 200 with either verdict; only a body of another form is 400. */
export function verifyRoutes(app: FastifyInstance, { options }: Context): void {
  app.post(`${API}/verify/dsse`, (request): VerifyAnswer => {
    const body = bodyAs(VerifyBody, request.body);
    const trust = options.trust();
    try {
      return judge(trust, body);
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      const asOf = { directory: trust.latest.version, checkpoint: null };
      return { verdict: 'refused', code: thrown.code, detail: thrown.detail, asOf };
    }
  });
}
