// A small log of its own, and whole evidence files made over it: what honest parties would produce.
import { randomBytes } from 'node:crypto';
import { makeBundle, type Bundle } from '../../core/dsse/bundle.ts';
import { makeEnvelope, type Envelope } from '../../core/dsse/envelope.ts';
import { pae } from '../../core/dsse/pae.ts';
import { PAYLOAD_TYPE } from '../../core/dsse/statement.ts';
import { EVIDENCE_TYPE, type Evidence } from '../../core/evidence-file/evidence.ts';
import { canonical } from '../../core/json/canonical.ts';
import { digestOf } from '../../core/json/digest.ts';
import { keyId } from '../../core/key/keyid.ts';
import { checkpointBody, makeNote, noteSignatureLine } from '../../core/log/checkpoint.ts';
import { COSIGNATURE, ED25519 } from '../../core/log/note.ts';
import { cosignatureBytes, cosignatureMessage } from '../../core/log/cosignature.ts';
import type { Head } from '../../core/log/head.ts';
import { leafData } from '../../core/log/leaf.ts';
import { consistencyProof, inclusionProof, leafHash, rootOf } from '../../core/log/merkle.ts';
import { RECORD_TYPE, type Leaf, type LogRecord } from '../../core/log/record.ts';
import { approvalOf } from '../../core/predicate/approval.ts';
import type { Request } from '../../core/request/request.ts';
import type { Sealed } from '../../core/decision/decision.ts';
import { witnessName } from '../../core/directory/lookup.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import {
  expectedOf,
  makeDecision,
  makeRequest,
  NOW,
  ORIGIN,
  samplePayload,
  seal,
  type Person,
  type World,
} from './world.ts';

type Draft = {
  [E in LogRecord['event']]: Omit<Extract<LogRecord, { event: E }>, '_type' | 'at'> & { at?: string };
}[LogRecord['event']];

const b64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** An in-memory log with real leaves, proofs and checkpoints. */
export class MiniLog {
  readonly leaves: { salt: string; record: LogRecord; hash: Uint8Array }[] = [];
  readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  append(draft: Draft): number {
    const salt = randomBytes(32);
    const record = { _type: RECORD_TYPE, at: NOW, ...draft } as LogRecord;
    this.leaves.push({
      salt: salt.toString('base64url'),
      record,
      hash: leafHash(nodeCrypto, leafData(nodeCrypto, salt, record)),
    });
    return this.leaves.length - 1;
  }

  #hashes(size: number): Uint8Array[] {
    return this.leaves.slice(0, size).map((l) => l.hash);
  }

  root(size = this.leaves.length): Uint8Array {
    return rootOf(nodeCrypto, this.#hashes(size));
  }

  head(size = this.leaves.length): Head {
    return { origin: ORIGIN, size, root: b64(this.root(size)) };
  }

  leaf(index: number, size = this.leaves.length): Leaf {
    const { salt, record } = this.leaves[index]!;
    return { index, salt, record, proof: inclusionProof(nodeCrypto, this.#hashes(size), index).map(b64) };
  }

  consistency(oldSize: number, newSize = this.leaves.length): string[] {
    return consistencyProof(nodeCrypto, this.#hashes(newSize), oldSize).map(b64);
  }

  /** A signed checkpoint, cosigned by the witnesses of these people's machines. */
  checkpoint(cosigners: readonly Person[] = [], size = this.leaves.length): string {
    const { world } = this;
    const body = checkpointBody({ origin: ORIGIN, size, root: this.root(size) });
    const log = world.keys['file:log']!;
    const lines = [
      noteSignatureLine(
        nodeCrypto,
        { name: ORIGIN, type: ED25519, key: log.key },
        log.sign(Buffer.from(body)),
      ),
    ];
    for (const { machine } of cosigners) {
      const time = Math.floor(Date.parse(NOW) / 1000);
      const signature = machine.witness.sign(cosignatureMessage(body, time));
      const name = witnessName(world.directory, machine.id);
      lines.push(
        noteSignatureLine(
          nodeCrypto,
          { name, type: COSIGNATURE, key: machine.witness.key },
          cosignatureBytes({ time, signature }),
        ),
      );
    }
    return makeNote(body, lines);
  }
}

/** Everything about one held request, still in parts, so that an attack can change one of them. */
export interface Story {
  readonly log: MiniLog;
  readonly payload: Uint8Array;
  readonly request: Request;
  readonly decisions: Sealed[];
  readonly bundles: Bundle[];
  readonly approvals: Envelope[];
  /** Indices of the leaves that belong to this request. */
  readonly indices: number[];
  evidence(): Evidence;
}

export interface Plot {
  readonly payload?: Uint8Array;
  readonly request?: Partial<Request>;
  readonly approve?: readonly Person[];
  readonly deny?: readonly Person[];
  readonly cosigners?: readonly Person[];
  readonly key?: string;
  /** Appends leaves before, or after, the intent; the indices it returns go into the file. */
  readonly beforeIntent?: (log: MiniLog) => number[];
  readonly afterwards?: (log: MiniLog) => number[];
  /** The version that the intent names, and the time it says. */
  readonly intent?: { readonly directory?: string; readonly at?: string };
}

/** Signs the payload as the Signer does after a quorum. */
export function bundleBy(world: World, name: string, payload: Uint8Array): Bundle {
  const soft = world.keys[name]!;
  return makeBundle({
    payload,
    payloadType: PAYLOAD_TYPE,
    keyid: keyId(nodeCrypto, soft.key),
    signature: soft.sign(pae(PAYLOAD_TYPE, payload)),
  });
}

function decide(
  world: World,
  story: { log: MiniLog; request: Request; payload: Uint8Array },
  who: Person,
  verdict: 'approve' | 'deny',
): { sealed: Sealed; index: number } {
  const { log, request, payload } = story;
  const reason = verdict === 'deny' ? 'not ours' : '';
  const decision = makeDecision(expectedOf(world, request, payload), who, {
    verdict,
    reason,
    logHead: log.head(),
  });
  const sealed = seal(who, decision);
  const about = {
    tenant: request.tenant,
    requestId: request.id,
    challenge: decision.challenge,
    decision: digestOf(nodeCrypto, sealed),
  };
  return { sealed, index: log.append({ event: 'decided', ...about, officer: who.id, verdict }) };
}

function sign(world: World, story: Omit<Story, 'evidence'>, intent: Plot['intent'] = {}): void {
  const { log, request, payload, decisions } = story;
  const about = { tenant: request.tenant, requestId: request.id };
  const requestDigest = digestOf(nodeCrypto, request);
  const names = decisions.map((d) => digestOf(nodeCrypto, d));
  const keys = request.keys.map((k) => keyId(nodeCrypto, world.keys[k]!.key));
  story.indices.push(
    log.append({
      event: 'intent',
      ...about,
      requestDigest,
      payloadDigest: request.payloadDigest,
      directory: request.directory,
      decisions: names,
      keys,
      ...intent,
    }),
  );
  story.bundles.push(...request.keys.map((k) => bundleBy(world, k, payload)));
  const statement = canonical(
    approvalOf(request.payloadDigest, {
      requestId: request.id,
      requestDigest,
      decisions: names,
      receivedAt: NOW,
    }),
  );
  const attestation = world.keys['file:attestation']!;
  const signed = {
    keyid: keyId(nodeCrypto, attestation.key),
    signature: attestation.sign(pae(PAYLOAD_TYPE, statement)),
  };
  const envelope = makeEnvelope(PAYLOAD_TYPE, statement, [signed]);
  story.approvals.push(envelope);
  story.indices.push(
    log.append({ event: 'approved', ...about, requestDigest, statement: digestOf(nodeCrypto, envelope) }),
  );
}

/** Plays one held request from directory to signature (or denial) over a fresh log with unrelated leaves in between. */
export function playStory(world: World, plot: Plot = {}): Story {
  const log = new MiniLog(world);
  const payload = plot.payload ?? samplePayload();
  const request = makeRequest(world, payload, plot.request);
  const indices = [log.append({ event: 'directory', version: 1, digest: world.pin })];
  const noise = () =>
    log.append({ event: 'session', officer: 'ana', machine: 'ana-machine', session: world.pin });
  noise();
  const about = { tenant: request.tenant, requestId: request.id };
  indices.push(
    log.append({
      event: 'held',
      ...about,
      requestDigest: digestOf(nodeCrypto, request),
      payloadDigest: request.payloadDigest,
    }),
  );
  const story = {
    log,
    payload,
    request,
    decisions: [] as Sealed[],
    bundles: [] as Bundle[],
    approvals: [] as Envelope[],
    indices,
  };
  const voices = [
    ...(plot.approve ?? [world.people.ana]).map((p) => [p, 'approve'] as const),
    ...(plot.deny ?? []).map((p) => [p, 'deny'] as const),
  ];
  for (const [who, verdict] of voices) {
    noise();
    const { sealed, index } = decide(world, story, who, verdict);
    story.decisions.push(sealed);
    indices.push(index);
  }
  if ((plot.deny ?? []).length > 0)
    indices.push(log.append({ event: 'closed', ...about, state: 'denied', code: 'denied' }));
  else {
    indices.push(...(plot.beforeIntent?.(log) ?? []));
    sign(world, story, plot.intent);
  }
  indices.push(...(plot.afterwards?.(log) ?? []));
  noise();
  return { ...story, evidence: () => assemble(world, story, plot.cosigners ?? [world.people.ana]) };
}

function assemble(world: World, story: Omit<Story, 'evidence'>, cosigners: readonly Person[]): Evidence {
  const { log, request, payload, decisions, bundles, approvals, indices } = story;
  const sizes = [...new Set(decisions.map((d) => d.decision.logHead.size))];
  return structuredClone({
    _type: EVIDENCE_TYPE,
    request,
    payload: b64(payload),
    policy: world.policy,
    directory: world.chain,
    decisions,
    bundles,
    approvals,
    leaves: indices.map((i) => log.leaf(i)),
    heads: sizes.map((size) => ({ size, proof: log.consistency(size) })),
    checkpoint: log.checkpoint(cosigners),
  });
}
