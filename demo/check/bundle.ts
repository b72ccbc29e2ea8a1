// The bundle, checked by sigstore's own verifier and by OpenSSL, and its statement by hand: sigstore compares no subject.
import { createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { bundleFromJSON, isBundleWithDsseEnvelope } from '@sigstore/bundle';
import { toSignedEntity, Verifier } from '@sigstore/verify';
import { z } from 'zod';
import type { Crew } from '../crew/crew.ts';
import { PartFailed } from '../crew/failed.ts';
import { sha256 } from './json.ts';
import { opensslVerify } from './openssl.ts';
import { encode } from './pae.ts';

/** Paths of what was handed out. */
export interface BundleFiles {
  readonly bundle: string;
  readonly publicKey: string;
  readonly artifact: string;
}

const Statement = z.looseObject({
  subject: z.array(z.looseObject({ digest: z.looseObject({ sha256: z.string() }) })).length(1),
  predicateType: z.literal('https://cyclonedx.org/bom'),
  predicate: z.looseObject({ bomFormat: z.literal('CycloneDX') }),
});

function bySigstore(bytes: Buffer, publicKey: string): { type: string; payload: Buffer; signature: Buffer } {
  const bundle = bundleFromJSON(JSON.parse(bytes.toString()) as never);
  const key = { publicKey: createPublicKey(publicKey), validFor: () => true };
  const trust = {
    certificateAuthorities: [],
    timestampAuthorities: [],
    tlogs: [],
    ctlogs: [],
    publicKey: () => key,
  };
  // a key of one's own has no certificate and no entry in sigstore's log: the thresholds say so
  const verifier = new Verifier(trust, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 });
  verifier.verify(toSignedEntity(bundle));
  if (!isBundleWithDsseEnvelope(bundle)) throw new Error('no DSSE envelope');
  const { payload, payloadType, signatures } = bundle.content.dsseEnvelope;
  const [only] = signatures;
  if (!only || signatures.length !== 1) throw new Error(`${signatures.length} signatures`);
  return { type: payloadType, payload, signature: only.sig };
}

function checkStatement(type: string, payload: Buffer, artifact: Buffer): void {
  if (type !== 'application/vnd.in-toto+json') throw new Error(`the payload type is ${type}`);
  const statement = Statement.parse(JSON.parse(payload.toString()));
  const [subject] = statement.subject;
  if (subject?.digest.sha256 !== sha256(artifact)) throw new Error('the artifact is not its subject');
}

/** Checks signature, payload type, subject and kind of predicate. Rejects with PartFailed that names the step. */
export async function checkBundle(crew: Crew, files: BundleFiles): Promise<void> {
  const [bytes, publicKey, artifact] = await Promise.all([
    readFile(files.bundle),
    readFile(files.publicKey, 'utf8'),
    readFile(files.artifact),
  ]);
  let opened: ReturnType<typeof bySigstore>;
  try {
    opened = bySigstore(bytes, publicKey);
    checkStatement(opened.type, opened.payload, artifact);
  } catch (thrown) {
    throw new PartFailed(
      '@sigstore/verify',
      thrown instanceof Error ? thrown.message : String(thrown),
      thrown,
    );
  }
  const message = encode(opened.type, opened.payload);
  await opensslVerify(crew, 'the bundle', { publicKey, message, signature: opened.signature });
}
