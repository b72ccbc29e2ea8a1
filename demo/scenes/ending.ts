// How every scene ends: the pipeline fetches what there is, writes it down, and strangers check it.
import { parseEvidence, type Evidence } from '../../core/evidence-file/evidence.ts';
import type { StatusAnswer } from '../../contract/wire/sign.ts';
import type { OpenReview } from '../../main/app/console.ts';
import { checkBundle } from '../check/bundle.ts';
import { checkDecisions } from '../check/decisions.ts';
import { stellaRefuses, stellaVerify, verifyArgs, type StellaFiles } from '../check/stella.ts';
import { PartFailed } from '../crew/failed.ts';
import { status, untilEnded } from '../pipeline/submit.ts';
import { writeResult, type Result } from '../result.ts';
import type { Held, Stage } from './stage.ts';

const WAIT_MS = 20_000;

/** Polls until the request has ended in this state. Rejects with PartFailed when it ends otherwise. */
export async function untilEnd(stage: Stage, held: Held, wanted: 'signed' | 'denied'): Promise<StatusAnswer> {
  const ended = await untilEnded(stage.client, held.statusUrl, WAIT_MS);
  if (ended.state !== wanted)
    throw new PartFailed(
      'signer',
      `the request ended ${ended.state}${ended.code === null ? '' : `, ${ended.code}`}`,
    );
  return ended;
}

async function fetchEvidence({ client, signer }: Stage, ended: StatusAnswer): Promise<Evidence> {
  if (ended.evidence === null) throw new PartFailed('signer', 'it names no evidence');
  const answer = await client.send('GET', new URL(ended.evidence, signer.url).href);
  if (answer.status !== 200) throw new PartFailed('signer', `evidence: status ${answer.status}`);
  return parseEvidence(answer.body);
}

async function checkSigned(
  stage: Stage,
  result: Result,
  files: StellaFiles & { readonly bundle: string },
): Promise<void> {
  const { crew, narrator } = stage;
  await checkBundle(crew, { bundle: files.bundle, publicKey: result.publicKey, artifact: result.artifact });
  narrator.step(
    'stranger',
    '@sigstore/verify and openssl dgst accept the signature over the PAE.',
    'Neither shares a line with what signed it.',
  );
  await stellaRefuses(crew, files);
  narrator.step(
    'stranger',
    'stella verify refuses the bundle without its evidence (approval_missing).',
    'This key signs only what officers decided: a signature alone is not enough.',
  );
}

/** Runs every check. Rejects with PartFailed that names the one that failed. */
async function check(stage: Stage, result: Result): Promise<void> {
  const { crew, installation, narrator } = stage;
  const { bundle, artifact, directory, evidence } = result;
  const files = { bundle, artifact, directory, evidence };
  if (bundle !== null) await checkSigned(stage, result, { ...files, bundle });
  const said = await checkDecisions(crew, { evidence, directory });
  narrator.step(
    'stranger',
    `openssl accepts what the device signed: ${said.join(', ')}.`,
    'Who decided what can be shown with the directory alone.',
  );
  const verdict = await stellaVerify(crew, files, installation.trust.pin);
  narrator.step('stranger', 'stella verify, offline: good.', verdict);
}

function tellFiles({ narrator, out }: Stage, result: Result): void {
  const { artifact, bundle, directory, evidence } = result;
  const args = verifyArgs({ bundle, artifact, directory, evidence }).map((arg) =>
    /\s/.test(arg) ? `'${arg}'` : arg,
  );
  narrator.plain('', `The files are in ${out}. To check them yourself, without any network:`);
  narrator.plain(`  npm run -s stella -- verify ${args.join(' ')}`);
}

/** Fetches the evidence, writes the files, checks them, and says where they are. */
export async function finish(
  stage: Stage,
  held: Held,
  ended: StatusAnswer,
  review: OpenReview,
): Promise<Result> {
  const { artifact, client, installation, narrator, out } = stage;
  const evidence = await fetchEvidence(stage, ended);
  const { chain, directory } = installation.trust;
  const { view, viewDigest } = review.rebuilt;
  const bundle = ended.result?.bundle ?? null;
  const shown = { version: view.version, digest: viewDigest };
  const stood = await status(client, held.statusUrl);
  if (stood.payloadDigest !== evidence.request.payloadDigest)
    throw new PartFailed('signer', 'the evidence speaks of another payload');
  narrator.step('pipeline', 'It fetches what the Signer made, and everything a stranger needs to check it.');
  const result = await writeResult(out, {
    evidence,
    bundle,
    chain,
    directory,
    artifact,
    view: shown,
    held: true,
  });
  await check(stage, result);
  tellFiles(stage, result);
  return { ...result, verified: true };
}
