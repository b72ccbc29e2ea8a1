// What a scene hands out: files in the person's folder, and the one JSON object that names them.
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sealed } from '../core/decision/decision.ts';
import type { Directory } from '../core/directory/directory.ts';
import { keyNamed, officerOf, deviceOf } from '../core/directory/lookup.ts';
import type { Bundle } from '../core/dsse/bundle.ts';
import type { Evidence } from '../core/evidence-file/evidence.ts';
import { canonical } from '../core/json/canonical.ts';
import { digestOf } from '../core/json/digest.ts';
import { toPem } from '../core/key/pem.ts';
import type { Finding } from '../core/request/request.ts';
import type { DirectoryChain } from '../core/trust/chain.ts';
import { nodeCrypto } from '../ports/crypto.ts';
import { PartFailed } from './crew/failed.ts';
import type { Artifact } from './pipeline/pack.ts';

/** One officer's decision as the result tells it; `digest` is that of the sealed decision in the evidence. */
interface Told {
  readonly officer: string;
  readonly device: string;
  readonly kind: 'security-key' | 'hsm';
  readonly presence: 'touch' | 'pinpad' | 'pin';
  readonly machine: string;
  readonly verdict: 'approve' | 'deny';
  readonly reason: string;
  readonly digest: string;
}

/** The object that `--json` prints. Paths are absolute; `bundle` and `envelope` are null where nothing was signed. */
export interface Result {
  readonly requestId: string;
  readonly kind: string;
  readonly held: boolean;
  readonly findings: readonly Finding[];
  readonly decisions: readonly Told[];
  readonly keyProvider: string;
  readonly payloadDigest: string;
  readonly view: { readonly version: string; readonly digest: string };
  readonly artifact: string;
  readonly bundle: string | null;
  readonly envelope: string | null;
  readonly publicKey: string;
  readonly evidence: string;
  readonly directory: string;
  readonly log: { readonly checkpoint: string; readonly leafIndex: number };
  readonly verified: boolean;
}

/** The folder for the files, made (0700) if missing. */
export async function openOut(out: string | null): Promise<string> {
  try {
    if (out === null) return await mkdtemp(join(tmpdir(), 'signer-demo-files-'));
    await mkdir(out, { recursive: true, mode: 0o700 });
    return out;
  } catch (thrown) {
    throw new PartFailed(
      'files',
      `the folder cannot be made: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
      thrown,
    );
  }
}

const names = {
  bundle: 'bundle.sigstore.json',
  envelope: 'envelope.dsse.json',
  publicKey: 'public-key.pem',
  evidence: 'evidence.json',
  directory: 'directory.json',
  checkpoint: 'checkpoint.txt',
} as const;

/** The names of the files beside the artifact. */
export const outFiles: readonly string[] = Object.values(names);

/** What a scene yields. `bundle` is null where nothing was signed. */
export interface Yield {
  readonly evidence: Evidence;
  readonly bundle: Bundle | null;
  readonly chain: DirectoryChain;
  readonly directory: Directory;
  readonly artifact: Artifact;
  readonly view: { readonly version: string; readonly digest: string };
  readonly held: boolean;
}

function told(directory: Directory, sealed: Sealed): Told {
  const { officer, device, machine, verdict, reason } = sealed.decision;
  const { kind, presence } = deviceOf(officerOf(directory, officer), device);
  return { officer, device, kind, presence, machine, verdict, reason, digest: digestOf(nodeCrypto, sealed) };
}

/** The last thing that the log says of this request: its leaf is in the evidence, with a proof to the checkpoint there. */
function lastLeaf({ leaves }: Evidence): number {
  const last = leaves.at(-1);
  if (!last) throw new PartFailed('files', 'the evidence has no leaf');
  return last.index;
}

/** Writes the files into `out`, and returns the result; it is not verified yet. */
export async function writeResult(out: string, scene: Yield): Promise<Result> {
  const { evidence, bundle, chain, directory, artifact, view, held } = scene;
  const { request, decisions, checkpoint } = evidence;
  const [name] = request.keys;
  if (name === undefined) throw new PartFailed('files', 'the request names no key');
  const put = async (file: string, content: Uint8Array | string): Promise<string> => {
    const path = join(out, file);
    await writeFile(path, content);
    return path;
  };
  return {
    requestId: request.id,
    kind: request.kind,
    held,
    findings: request.findings,
    decisions: decisions.map((sealed) => told(directory, sealed)),
    keyProvider: name.split(':', 1)[0] ?? '',
    payloadDigest: request.payloadDigest,
    view,
    artifact: artifact.path,
    bundle: bundle && (await put(names.bundle, canonical(bundle))),
    envelope: bundle && (await put(names.envelope, canonical(bundle.dsseEnvelope))),
    publicKey: await put(names.publicKey, toPem(keyNamed(directory, name).key)),
    evidence: await put(names.evidence, canonical(evidence)),
    directory: await put(names.directory, canonical(chain)),
    log: { checkpoint: await put(names.checkpoint, checkpoint), leafIndex: lastLeaf(evidence) },
    verified: false,
  };
}
