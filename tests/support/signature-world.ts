// The evidence of one signature made at once, as an honest Signer would make it, with every part in reach of an attack.
import { SIGNATURE_EVIDENCE_TYPE, type SignatureEvidence } from '../../core/evidence-file/signature.ts';
import { digestBytes, digestOf } from '../../core/json/digest.ts';
import type { LogRecord } from '../../core/log/record.ts';
import type { DirectoryChain } from '../../core/trust/chain.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import { MiniLog, bundleBy } from './evidence-world.ts';
import { TENANT, newRequestId, samplePayload, type Person, type World } from './world.ts';

export interface SignedPlot {
  /** The chain in the file; the world's unless given. */
  readonly chain?: DirectoryChain;
  /** Numbers of the versions whose leaves stand before, and after, the signature; 1, and none, unless given. */
  readonly before?: readonly number[];
  readonly after?: readonly number[];
  /** Those whose leaves are in the file; all unless given. */
  readonly shown?: readonly number[];
  readonly signed?: Partial<Extract<LogRecord, { event: 'signed' }>>;
  readonly key?: string;
  readonly payload?: Uint8Array;
  readonly cosigners?: readonly Person[];
  /** What else the log is given right before, and right after, the signature. */
  readonly prior?: (log: MiniLog) => void;
  readonly later?: (log: MiniLog) => void;
}

/** Plays one signature over a fresh log with unrelated leaves in between. */
export function playSigned(world: World, plot: SignedPlot = {}): SignatureEvidence {
  const { chain = world.chain, before = [1], after = [], shown = [...before, ...after] } = plot;
  const log = new MiniLog(world);
  const noise = () =>
    log.append({ event: 'session', officer: 'ana', machine: 'ana-machine', session: world.pin });
  const digestAt = (version: number) => digestOf(nodeCrypto, chain.versions[version - 1]!.directory);
  const versions = (numbers: readonly number[]) =>
    numbers.flatMap((version) => {
      noise();
      const index = log.append({ event: 'directory', version, digest: digestAt(version) });
      return shown.includes(version) ? [index] : [];
    });
  const payload = plot.payload ?? samplePayload();
  const bundle = bundleBy(world, plot.key ?? 'file:release', payload);
  const early = versions(before);
  noise();
  plot.prior?.(log);
  const signed = log.append({
    event: 'signed',
    tenant: TENANT,
    requestId: newRequestId(),
    directory: digestAt(before.at(-1)!),
    payloadDigest: digestBytes(nodeCrypto, payload),
    keyid: bundle.dsseEnvelope.signatures[0]?.keyid ?? '',
    bundle: digestOf(nodeCrypto, bundle),
    ...plot.signed,
  });
  plot.later?.(log);
  const late = versions(after);
  noise();
  return structuredClone({
    _type: SIGNATURE_EVIDENCE_TYPE,
    bundle,
    policy: world.policy,
    directory: chain,
    leaves: [...early, signed, ...late].map((index) => log.leaf(index)),
    checkpoint: log.checkpoint(plot.cosigners ?? [world.people.ana]),
  });
}
