// The evidence of one signature under a bypass grant, as honest parties would make it, with every part in reach of an attack.
import { SPEND_EVIDENCE_TYPE, type SpendEvidence } from '../../core/evidence-file/spend.ts';
import { digestBytes, digestOf } from '../../core/json/digest.ts';
import type { LogRecord } from '../../core/log/record.ts';
import { grantPayload, untilOf, type GrantTerms, type Outage } from '../../core/predicate/grant.ts';
import type { Finding, Request } from '../../core/request/request.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import { bundleBy, playStory, type MiniLog, type Plot, type Story } from './evidence-world.ts';
import { NOW, SCANNER, TENANT, newRequestId, samplePayload, type World } from './world.ts';

export const OUTAGE: Outage = {
  host: 'licensing.test',
  reason: 'timed_out',
  foundAt: NOW,
  lastYes: '2026-11-23T11:00:00.000Z',
  ttlSeconds: '900',
};

/** What an honest Signer asks officers during an outage, and the findings that go with it. */
export function bypassAsked(
  world: World,
  terms: Partial<GrantTerms> = {},
): { payload: Uint8Array; request: Partial<Request> & { id: string; findings: Finding[] } } {
  const id = newRequestId();
  const payload = grantPayload({
    signer: world.pin,
    requestId: id,
    tenant: TENANT,
    raisedBy: { subject: SCANNER, jkt: 'jkt' },
    predicateTypes: ['https://cyclonedx.org/bom'],
    count: 3,
    minutes: 30,
    cause: 'the licensing service is down',
    outage: OUTAGE,
    ...terms,
  });
  const findings: Finding[] = [
    { gate: 'optok', result: 'pass', code: 'accepted', facts: { subject: SCANNER } },
    { gate: 'poe', result: 'unavailable', code: 'poe_unavailable', facts: { ...OUTAGE } },
  ];
  return { payload, request: { id, findings } };
}

type RecordOf<E extends LogRecord['event']> = Extract<LogRecord, { event: E }>;

export interface SpendPlot {
  readonly terms?: Partial<GrantTerms>;
  readonly plot?: Plot;
  readonly granted?: Partial<RecordOf<'granted'>>;
  readonly spent?: Partial<RecordOf<'spent'>>;
  readonly payload?: Uint8Array;
  readonly key?: string;
  /** Spends before the grant is in force. */
  readonly spentFirst?: boolean;
  /** Appends leaves before, or after, the one that spends; the indices it returns go into the file. */
  readonly before?: (log: MiniLog) => number[];
  readonly after?: (log: MiniLog) => number[];
}

/** Plays a grant from outage to quorum, then one signature under it. */
export function playSpend(
  world: World,
  more: SpendPlot = {},
): { readonly story: Story; readonly evidence: () => SpendEvidence; readonly payload: Uint8Array } {
  const { ana, ben } = world.people;
  const asked = bypassAsked(world, more.terms);
  const story = playStory(world, { approve: [ana, ben], ...asked, ...more.plot });
  const { log, request } = story;
  const grant = request.payloadDigest;
  const terms = { count: more.terms?.count ?? 3, minutes: more.terms?.minutes ?? 30 };
  const about = { tenant: TENANT, requestId: request.id, grant };
  const until = untilOf(NOW, terms.minutes);
  const begin = () => log.append({ event: 'granted', ...about, count: terms.count, until, ...more.granted });
  const indices = more.spentFirst ? [] : [begin()];
  const payload = more.payload ?? samplePayload();
  const bundle = bundleBy(world, more.key ?? 'file:release-approved', payload);
  indices.push(...(more.before?.(log) ?? []));
  indices.push(
    log.append({
      event: 'spent',
      tenant: TENANT,
      requestId: newRequestId(),
      grant,
      ordinal: 1,
      directory: request.directory,
      payloadDigest: digestBytes(nodeCrypto, payload),
      keyid: bundle.dsseEnvelope.signatures[0]?.keyid ?? '',
      bundle: digestOf(nodeCrypto, bundle),
      ...more.spent,
    }),
  );
  if (more.spentFirst) indices.push(begin());
  indices.push(...(more.after?.(log) ?? []));
  log.append({ event: 'session', officer: 'ana', machine: 'ana-machine', session: world.pin });
  const evidence = (): SpendEvidence =>
    structuredClone({
      _type: SPEND_EVIDENCE_TYPE,
      grant: story.evidence(),
      bundle,
      leaves: indices.map((index) => log.leaf(index)),
    });
  return { story, evidence, payload };
}
