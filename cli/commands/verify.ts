// stella verify: the offline verdict on a bundle, or on an evidence file alone.
import { toHex } from '../../core/bytes/hex.ts';
import { LackFault, Refusal } from '../../core/fault/fault.ts';
import { hasSubject, parseStatement } from '../../core/dsse/statement.ts';
import { fromBase64 } from '../../core/bytes/base64.ts';
import { isSignature, isSpend, parseAnyEvidence, type AnyEvidence } from '../../core/evidence-file/any.ts';
import { visible } from '../../core/review/text.ts';
import type { Trust } from '../../core/trust/chain.ts';
import { asOf, verifyEvidence, type EvidenceVerdict } from '../../core/verify/evidence.ts';
import { verifySignature, type SignatureVerdict } from '../../core/verify/signature.ts';
import { verifySpend, type SpendVerdict } from '../../core/verify/spend.ts';
import { verifyByDirectory, verifyByKey, type Verdict } from '../../core/verify/verify.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import { readArgs } from '../args.ts';
import { hashFile, readBytes, readKey, readTrust } from '../files.ts';
import { printJson, printLines, type Command } from '../report.ts';

const HELP = `stella verify --bundle B --artifact A (--key PUB | --directory D [--evidence E]) [--pin DIGEST] [--json]
stella verify --evidence E --directory D [--artifact A] [--pin DIGEST] [--json]

  --bundle B      the sigstore bundle (v0.3)
  --artifact A    the file that it speaks of
  --key PUB       a public key (PEM): checks the signature only
  --directory D   the Signer's directory chain, as you trust it
  --pin DIGEST    the digest of its version 1, when you hold it from elsewhere
  --evidence E    the evidence file of the request; alone it also proves a denial. A key that was
                  replaced, retired or revoked wants the one of its signature
  --json          one JSON object on stdout

Needs no network. Exit status: 0 good, 1 refused, 2 something is lacking.
`;

const options = {
  bundle: { type: 'string' },
  artifact: { type: 'string' },
  key: { type: 'string' },
  directory: { type: 'string' },
  evidence: { type: 'string' },
  pin: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

interface Options {
  readonly bundle?: string | undefined;
  readonly artifact?: string | undefined;
  readonly key?: string | undefined;
  readonly directory?: string | undefined;
  readonly evidence?: string | undefined;
  readonly pin?: string | undefined;
}

function checkUsage(given: Options): void {
  const usage = (why: string) => new LackFault('usage', why);
  if (!given.bundle && !given.evidence) throw usage('give --bundle, or --evidence');
  if (given.bundle && !given.artifact) throw usage('--bundle wants --artifact');
  if (given.key && (given.directory || given.evidence || given.pin))
    throw usage('--key goes with --bundle and --artifact alone');
  if (!given.key && !given.directory) throw new LackFault('directory_missing');
}

async function checkSubject(given: Options, payload: string): Promise<void> {
  if (!given.artifact) return;
  const sha256 = toHex(await hashFile(given.artifact));
  if (!hasSubject(parseStatement(fromBase64(payload)), sha256))
    throw new Refusal('subject_mismatch', `sha256:${sha256}`);
}

async function checkEvidenceAlone(
  given: Options,
  trust: Trust,
  evidence: AnyEvidence,
  json: boolean,
): Promise<void> {
  if (isSpend(evidence)) {
    const spend = verifySpend(nodeCrypto, trust, evidence);
    await checkSubject(given, evidence.bundle.dsseEnvelope.payload);
    return reportSpend(spend, json);
  }
  if (isSignature(evidence)) {
    const signature = verifySignature(nodeCrypto, trust, evidence);
    await checkSubject(given, evidence.bundle.dsseEnvelope.payload);
    return reportSignature(signature, json);
  }
  const verdict = verifyEvidence(nodeCrypto, trust, evidence);
  await checkSubject(given, evidence.payload);
  reportEvidence(verdict, json);
}

function spendLines({ requestId, grant, ordinal, count, evidence }: SpendVerdict): string[] {
  return [`request ${requestId}, ${ordinal} of ${count} under grant ${grant}`, ...evidenceLines(evidence)];
}

function reportSpend(spend: SpendVerdict, json: boolean): void {
  if (json) return printJson({ verdict: 'verified', says: 'granted', spend });
  printLines([
    `Verified: ${spend.key} signed this without the licence, under a bypass grant.`,
    ...spendLines(spend),
  ]);
}

function signatureLines(verdict: SignatureVerdict): string[] {
  const { requestId, leaf, at, state } = verdict;
  return [
    `request ${requestId}, leaf ${leaf} of the log, ${at}: the key was in force there; it is ${state} in the newest directory`,
    `the log's checkpoint is ${witnesses(verdict)}`,
    asOf(verdict),
  ];
}

function reportSignature(signature: SignatureVerdict, json: boolean): void {
  if (json) return printJson({ verdict: 'verified', says: 'logged', signature });
  printLines([`Verified: ${signature.key} signed this.`, ...signatureLines(signature)]);
}

const witnesses = ({ cosigners }: { readonly cosigners: readonly string[] }): string =>
  cosigners.length === 0 ? 'unwitnessed' : `witnessed by ${cosigners.map(visible).join(', ')}`;

function evidenceLines(verdict: EvidenceVerdict): string[] {
  const officers = verdict.officers.map(visible).join(', ');
  return [
    `request ${verdict.requestId}, decided by ${officers}; the log's checkpoint is ${witnesses(verdict)}`,
    asOf(verdict),
  ];
}

function report(verdict: Verdict, json: boolean): void {
  if (json)
    return printJson({ verdict: verdict.says === 'signature' ? 'signature only' : 'verified', ...verdict });
  if (verdict.says === 'signature')
    return printLines([
      `Good, signature only: key ${verdict.keyid} signed this statement about the artifact.`,
      'Who decided it was not checked: that needs --directory and --evidence.',
    ]);
  if (verdict.says === 'directory')
    return printLines([
      `Verified: ${verdict.key} signed this statement about the artifact; it needs no approvals.`,
      `as of directory ${verdict.directory}, no checkpoint`,
    ]);
  if (verdict.says === 'logged')
    return printLines([
      `Verified: ${verdict.key} signed this statement about the artifact; it needs no approvals.`,
      ...signatureLines(verdict.signature),
    ]);
  if (verdict.says === 'granted')
    return printLines([
      `Verified: ${verdict.key} signed this statement about the artifact, without the licence, under a bypass grant.`,
      ...spendLines(verdict.spend),
    ]);
  printLines([
    `Verified: ${verdict.key} signed this statement about the artifact, as officers decided.`,
    ...evidenceLines(verdict.evidence),
  ]);
}

function reportEvidence(verdict: EvidenceVerdict, json: boolean): void {
  if (json) return printJson({ verdict: 'verified', says: verdict.outcome, evidence: verdict });
  const what =
    verdict.outcome === 'denied'
      ? 'Verified: officers denied this request; nothing was signed by this decision.'
      : 'Verified: officers approved this request and it was signed.';
  printLines([what, ...evidenceLines(verdict)]);
}

/** Runs `stella verify`. Refusals and lacks are thrown; the caller turns them into exit codes. */
export const verify: Command = async (argv) => {
  const { values } = readArgs(argv, options);
  if (values.help) return (process.stdout.write(HELP), 0);
  checkUsage(values);
  const json = values.json ?? false;
  if (values.key && values.bundle && values.artifact) {
    const [bundle, artifact, key] = [
      await readBytes(values.bundle),
      await hashFile(values.artifact),
      await readKey(values.key),
    ];
    report(verifyByKey(nodeCrypto, bundle, artifact, key), json);
    return 0;
  }
  if (!values.directory) throw new LackFault('directory_missing');
  const bundle = values.bundle ? await readBytes(values.bundle) : null;
  const evidenceBytes = values.evidence ? await readBytes(values.evidence) : null;
  const artifact = values.artifact ? await hashFile(values.artifact) : null;
  const trust = await readTrust(values.directory, values.pin);
  const evidence = evidenceBytes ? parseAnyEvidence(evidenceBytes) : null;
  const now = new Date().toISOString();
  if (bundle && artifact) report(verifyByDirectory(nodeCrypto, bundle, artifact, trust, evidence, now), json);
  else if (evidence) await checkEvidenceAlone(values, trust, evidence, json);
  return 0;
};
