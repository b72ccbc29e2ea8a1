// Each decision in an evidence file, checked with OpenSSL alone: did this device sign this verdict on this very payload.
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Crew } from '../crew/crew.ts';
import { PartFailed } from '../crew/failed.ts';
import { pemOf, sha256, sorted } from './json.ts';
import { opensslVerify } from './openssl.ts';
import { encode } from './pae.ts';

const Key = z.looseObject({ spki: z.string() });
const Decision = z.looseObject({
  officer: z.string(),
  device: z.string(),
  verdict: z.string(),
  requestId: z.string(),
  payloadDigest: z.string(),
});
const Webauthn = z.looseObject({
  kind: z.literal('webauthn'),
  authenticatorData: z.string(),
  clientDataJSON: z.string(),
  signature: z.string(),
});
const Dsse = z.looseObject({ kind: z.literal('dsse'), sig: z.string() });
const Evidence = z.looseObject({
  payload: z.string(),
  request: z.looseObject({ id: z.string() }),
  decisions: z
    .array(z.looseObject({ decision: Decision, proof: z.discriminatedUnion('kind', [Webauthn, Dsse]) }))
    .min(1),
});
const Officer = z.looseObject({
  id: z.string(),
  devices: z.array(z.looseObject({ id: z.string(), key: Key })),
});
const Chain = z.looseObject({
  versions: z
    .array(z.looseObject({ directory: z.looseObject({ officers: z.array(Officer), rpId: z.string() }) }))
    .min(1),
});
type Sealed = z.infer<typeof Evidence>['decisions'][number];

const FLAGS_AT = 32;
const PRESENT_AND_VERIFIED = 0x05;

/** What a security key signs: authenticator data, then the hash of client data whose challenge is the decision's digest. */
function webauthnMessage(
  decision: Sealed['decision'],
  proof: z.infer<typeof Webauthn>,
  rpId: string,
): Buffer {
  const clientData = Buffer.from(proof.clientDataJSON, 'base64url');
  const said = z
    .looseObject({ challenge: z.string(), origin: z.string() })
    .parse(JSON.parse(clientData.toString()));
  const digest = Buffer.from(sha256(sorted(decision)), 'hex').toString('base64url');
  if (said.challenge !== digest || said.origin !== 'stella-console:decision')
    throw new Error('another thing was signed');
  const data = Buffer.from(proof.authenticatorData, 'base64url');
  if (data.subarray(0, FLAGS_AT).toString('hex') !== sha256(rpId))
    throw new Error('it was signed for another party');
  if (((data[FLAGS_AT] ?? 0) & PRESENT_AND_VERIFIED) !== PRESENT_AND_VERIFIED)
    throw new Error('nobody was there, or nobody was verified');
  return Buffer.concat([data, Buffer.from(sha256(clientData), 'hex')]);
}

function messageOf({ decision, proof }: Sealed, rpId: string): { message: Buffer; signature: Buffer } {
  if (proof.kind === 'webauthn')
    return {
      message: webauthnMessage(decision, proof, rpId),
      signature: Buffer.from(proof.signature, 'base64url'),
    };
  const message = encode('application/vnd.stella.decision+json', Buffer.from(sorted(decision)));
  return { message, signature: Buffer.from(proof.sig, 'base64') };
}

/** Checks every decision against the directory's device keys. Rejects with PartFailed. Returns `officer: verdict` for each. */
export async function checkDecisions(
  crew: Crew,
  files: { evidence: string; directory: string },
): Promise<string[]> {
  const evidence = Evidence.parse(JSON.parse(await readFile(files.evidence, 'utf8')));
  const { versions } = Chain.parse(JSON.parse(await readFile(files.directory, 'utf8')));
  const directory = versions.at(-1)?.directory;
  const payloadDigest = `sha256:${sha256(Buffer.from(evidence.payload, 'base64'))}`;
  const said: string[] = [];
  for (const sealed of evidence.decisions) {
    const { officer: officerId, device: deviceId, verdict, requestId } = sealed.decision;
    const officer = directory?.officers.find(({ id }) => id === officerId);
    const device = officer?.devices.find(({ id }) => id === deviceId);
    if (
      !directory ||
      !device ||
      requestId !== evidence.request.id ||
      sealed.decision.payloadDigest !== payloadDigest
    )
      throw new PartFailed(
        'check',
        `the decision of ${officerId} does not fit the directory, the request or the payload`,
      );
    const publicKey = pemOf(device.key.spki);
    await opensslVerify(crew, `the decision of ${officerId}`, {
      publicKey,
      ...messageOf(sealed, directory.rpId),
    });
    said.push(`${officerId}: ${verdict} (${deviceId})`);
  }
  return said;
}
