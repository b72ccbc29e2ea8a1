// A review rebuilds everything itself: whatever a Signer lies about locks approving, each lie with its code.
import { describe, expect, test } from 'vitest';
import type { Directory } from '../../../core/directory/directory.ts';
import { verifyChain } from '../../../core/trust/chain.ts';
import { Refusal, WireFault } from '../../../core/fault/fault.ts';
import { digestBytes, digestOf } from '../../../core/json/digest.ts';
import type { Request } from '../../../core/request/request.ts';
import type { HoldSnapshot } from '../../../core/stage/stages.ts';
import type { Link } from '../../../main/link/link.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { viewDigestOf } from '../../../second/view.ts';
import { FakeSigner } from '../../support/fake-signer.ts';
import { seatAt, until, type Seat } from '../../support/seat.ts';
import {
  expectedOf,
  makeDecision,
  makeWorld,
  newRequestId,
  samplePayload,
  seal,
  successor,
  type World,
} from '../../support/world.ts';

const second = async (...view: Parameters<typeof viewDigestOf>) => viewDigestOf(...view);

async function begin(payload = samplePayload(), world = makeWorld(), overrides: Partial<Request> = {}) {
  const signer = new FakeSigner(world);
  const seat = await seatAt(signer, world.people.ana, undefined, { second });
  const request = signer.hold(payload, overrides);
  await until(() => seat.console.queue().length === 1, 'the hold');
  return { signer, seat, request, world };
}

/** The codes that lock a review; none when it may be approved. Approving is refused with the first of them. */
async function locksOf(seat: Seat, requestId: string): Promise<string[]> {
  const review = await seat.console.review(requestId);
  const codes = review.stage === 'locked' ? review.locks.map(({ code }) => code) : [];
  const touches = seat.hand.touches;
  if (codes.length > 0) {
    const wish = { verdict: 'approve' as const, reason: '', device: 'ana-key' };
    const refused = await seat.console.authorize(review, wish).catch((thrown: unknown) => thrown);
    expect(refused).toMatchObject({ code: codes[0] });
    expect(seat.hand.touches).toBe(touches);
  }
  return codes;
}

/** Replaces the hold that the Signer shows, its leaf included, so that only the derivation can find the lie. */
async function poison(
  signer: FakeSigner,
  seat: Seat,
  id: string,
  lie: (request: Request, world: World) => Partial<Request>,
) {
  const row = signer.row(id);
  const request = { ...row.request, ...lie(row.request, signer.world) };
  const requestDigest = digestOf(nodeCrypto, request);
  const about = {
    tenant: request.tenant,
    requestId: request.id,
    requestDigest,
    payloadDigest: request.payloadDigest,
  };
  const index = signer.log.append({ event: 'held', ...about });
  const { salt, record } = signer.log.leaf(index);
  signer.rows.set(id, { ...row, request, held: { index, salt, record } });
  signer.tell(id);
  await until(
    () => digestOf(nodeCrypto, seat.console.queue()[0]?.hold.request ?? {}) === requestDigest,
    'the lie',
  );
}

const digest = (text: string) => digestBytes(nodeCrypto, new TextEncoder().encode(text));

describe('lies about the request', () => {
  test.each<[string, (request: Request, world: World) => Partial<Request>, string]>([
    ['kind', () => ({ kind: 'key-approval' }), 'request_differs'],
    [
      'quorum of fewer',
      (r) => ({ quorum: { ...r.quorum, presence: ['touch', 'pinpad', 'pin'] } }),
      'request_differs',
    ],
    [
      'quorum of another role',
      (r) => ({ quorum: { ...r.quorum, roles: [{ role: 'auditor', count: 1 }] } }),
      'request_differs',
    ],
    [
      'findings that passed',
      (r) => ({ findings: r.findings.map((f) => ({ ...f, result: 'pass' as const })) }),
      'request_differs',
    ],
    ['a key that needs no approval', () => ({ keys: ['file:release'] }), 'request_differs'],
    ["the log's own key", () => ({ keys: ['file:log'] }), 'request_differs'],
    ['a key of nobody', () => ({ keys: ['file:none'] }), 'key_unknown'],
    ['how long an approval lasts', () => ({ approvalSeconds: 86_400 }), 'request_differs'],
    ['another Signer', () => ({ signer: digest('other') }), 'signer_mismatch'],
    ['another directory', () => ({ directory: digest('other') }), 'directory_invalid'],
    ['another policy', () => ({ policy: digest('other') }), 'policy_mismatch'],
    ['an unknown view', () => ({ view: '2' }), 'view_unknown'],
    ['payload digest', () => ({ payloadDigest: digest('other') }), 'payload_mismatch'],
    ['payload type', () => ({ payloadType: 'application/octet-stream' }), 'request_differs'],
    ['a time that policy does not give', () => ({ expires: '2027-11-23T12:00:00.000Z' }), 'request_differs'],
    ['a grant', (r) => ({ grant: r.signer }), 'request_differs'],
    ['a time that is over', () => ({ expires: '2026-11-23T11:59:59.000Z' }), 'expired'],
  ])('%s', async (_, lie, code) => {
    const { signer, seat, request } = await begin();
    expect(await locksOf(seat, request.id)).toEqual([]);
    await poison(signer, seat, request.id, lie);
    expect((await locksOf(seat, request.id))[0]).toBe(code);
    await seat.console.close();
  });

  test('a blind payload shown with the cheaper quorum', async () => {
    const payload = samplePayload('a', 'https://unknown.example/x', { a: 1 });
    const { signer, seat, request } = await begin(payload);
    expect(await locksOf(seat, request.id)).toEqual([]);
    await poison(signer, seat, request.id, (_, world) => ({
      quorum: world.policy.kinds['manual-approval'].quorum,
    }));
    expect(await locksOf(seat, request.id)).toEqual(['request_differs']);
    await seat.console.close();
  });
});

describe('a hold under an older directory than this Console knows', () => {
  async function under(change: (next: Directory) => void) {
    const world = makeWorld();
    const { ben, cai } = world.people;
    const chain = successor(world.chain, change, [ben, cai]);
    const set = await begin(samplePayload(), {
      ...world,
      chain,
      trust: verifyChain(nodeCrypto, chain, world.pin),
    });
    const codes = await locksOf(set.seat, set.request.id);
    await set.seat.console.close();
    return codes;
  }
  test('locks when the newer one names another policy, or took the key back', async () => {
    const strict = makeWorld({ requestSeconds: 60 }).policy;
    expect(await under((next) => (next.policy = digestOf(nodeCrypto, strict)))).toEqual(['policy_mismatch']);
    const revoke = (next: Directory) => {
      for (const key of next.keys) if (key.name === 'file:release-approved') key.state = 'revoked';
    };
    expect(await under(revoke)).toEqual(['request_differs']);
  });
  test('may be approved when the newer one changes nothing for it', async () => {
    expect(await under((next) => (next.issuedAt = '2026-11-24T12:00:00Z'))).toEqual([]);
  });
});

describe('lies beside the request', () => {
  const twisted = async (twist: Partial<Link>, world = makeWorld()) => {
    const set = await begin(samplePayload(), world);
    set.seat.link.twist = twist;
    const codes = await locksOf(set.seat, set.request.id);
    await set.seat.console.close();
    return codes;
  };

  test('another payload', async () => {
    const other = await twisted({ fetchPayload: async () => samplePayload('evil') });
    expect(other[0]).toBe('payload_mismatch');
    const refused = await twisted({ fetchPayload: () => Promise.reject(new Refusal('payload_mismatch')) });
    expect(refused[0]).toBe('payload_mismatch');
  });

  test('another policy', async () => {
    const cheap = makeWorld({ approvalSeconds: 5 }).policy;
    expect((await twisted({ fetchPolicy: async () => cheap }))[0]).toBe('policy_mismatch');
  });

  test('a payload that cannot be had is no review at all', async () => {
    const { seat, request } = await begin();
    seat.link.twist = { fetchPayload: () => Promise.reject(new WireFault('timed_out')) };
    await expect(seat.console.review(request.id)).toRejectCode('timed_out');
    await seat.console.close();
  });

  test('a log that cannot be asked locks with what the wire said', async () => {
    expect(await twisted({ fetchCheckpoint: () => Promise.reject(new WireFault('unreachable')) })).toEqual([
      'unreachable',
    ]);
  });

  test("the hold's leaf: of another record, of another place, or not in the log", async () => {
    const change = async (held: (held: HoldSnapshot['held'], signer: FakeSigner) => HoldSnapshot['held']) => {
      const { signer, seat, request } = await begin();
      const row = signer.row(request.id);
      signer.rows.set(request.id, { ...row, held: held(row.held, signer) });
      signer.tell(request.id);
      const wanted = digestOf(nodeCrypto, signer.row(request.id).held);
      await until(() => digestOf(nodeCrypto, seat.console.queue()[0]?.hold.held ?? {}) === wanted, 'the lie');
      const codes = await locksOf(seat, request.id);
      await seat.console.close();
      return codes;
    };
    expect((await change((held, signer) => ({ ...held, record: signer.log.leaf(0).record })))[0]).toBe(
      'request_mismatch',
    );
    expect(await change((held) => ({ ...held, index: 0 }))).toEqual(['proof_invalid_log']);
    expect(await change((held) => ({ ...held, index: 1000 }))).toEqual(['proof_invalid_log']);
    expect(await change((held) => ({ ...held, salt: Buffer.alloc(32).toString('base64url') }))).toEqual([
      'proof_invalid_log',
    ]);
  });

  test('decisions: forged, of another view, twice, and a state that does not follow', async () => {
    const shown = async (make: (world: World, request: Request) => Partial<HoldSnapshot>, code: string) => {
      const { signer, seat, request, world } = await begin(samplePayload(), makeWorld(), {
        keys: ['pkcs11:token=ana;id=%02;type=private'],
        findings: [],
      });
      const row = signer.row(request.id);
      signer.rows.set(request.id, { ...row, ...make(world, row.request) } as typeof row);
      signer.tell(request.id);
      const wanted = digestOf(nodeCrypto, { ...signer.snapshot(request.id) });
      await until(() => digestOf(nodeCrypto, { ...seat.console.queue()[0]?.hold }) === wanted, 'the lie');
      expect(await locksOf(seat, request.id)).toEqual([code]);
      await seat.console.close();
    };
    const made = (world: World, request: Request, who: 'ben' | 'cai', overrides = {}) =>
      seal(
        world.people[who],
        makeDecision(expectedOf(world, request, samplePayload()), world.people[who], overrides),
      );
    await shown(
      (w, r) => ({
        decisions: [{ ...made(w, r, 'ben'), countersignature: made(w, r, 'ben').countersignature }],
      }),
      'machine_proof',
    );
    await shown(
      (w, r) => ({ decisions: [made(w, r, 'ben', { view: { version: '1', digest: digest('other') } })] }),
      'view_mismatch',
    );
    await shown(
      (w, r) => ({ decisions: [made(w, r, 'ben', { requestId: newRequestId() })] }),
      'request_mismatch',
    );
    await shown((w, r) => ({ decisions: [made(w, r, 'ben'), made(w, r, 'ben')] }), 'officer_decided');
    await shown((w, r) => ({ decisions: [made(w, r, 'ben', { verdict: 'deny', reason: 'x' })] }), 'denied');
    await shown((w, r) => ({ decisions: [made(w, r, 'ben')], state: 'quorate' }), 'quorum_incomplete');
  });
});

describe('the second decoder', () => {
  test.each([
    ['another digest', async () => digest('other')],
    ['no answer', () => Promise.reject(new Refusal('second_decoder'))],
  ] as const)('%s locks approving, denying stays', async (_, answer) => {
    const signer = new FakeSigner(makeWorld());
    const seat = await seatAt(signer, signer.world.people.ana, undefined, { second: answer });
    const request = signer.hold(samplePayload());
    await until(() => seat.console.queue().length === 1, 'the hold');
    expect(await locksOf(seat, request.id)).toEqual(['second_decoder']);
    const review = await seat.console.review(request.id);
    await seat.console.authorize(review, { verdict: 'deny', reason: 'decoders differ', device: 'ana-key' });
    expect(signer.row(request.id).state).toBe('denied');
    await seat.console.close();
  });
});

describe('two officers', () => {
  test('honest Consoles show the same view; one that was shown something else is refused', async () => {
    const signer = new FakeSigner(makeWorld());
    const { ana, ben } = signer.world.people;
    const one = await seatAt(signer, ana, undefined, { second, language: 'en' });
    const two = await seatAt(signer, ben, undefined, { second, language: 'de' });
    const request = signer.hold(samplePayload(), { keys: [signer.world.held], findings: [] });
    await until(() => one.console.queue().length + two.console.queue().length === 2, 'the hold');
    const [a, b] = [await one.console.review(request.id), await two.console.review(request.id)];
    expect(a.rebuilt.viewDigest).toBe(b.rebuilt.viewDigest);
    expect(a.context).not.toBe(b.context);
    await one.console.authorize(a, { verdict: 'approve', reason: '', device: 'ana-key' });
    // Ben's screen shows another view of the same request, as a poisoned Console would.
    const { view } = b.rebuilt;
    const poisoned = {
      ...b,
      rebuilt: {
        ...b.rebuilt,
        view: { ...view, claims: [] },
        viewDigest: digestOf(nodeCrypto, { ...view, claims: [] }),
      },
    };
    const { delivery } = await two.console.authorize(poisoned, {
      verdict: 'approve',
      reason: '',
      device: 'ben-key',
    });
    expect(delivery).toMatchObject({ state: 'withheld', code: 'view_mismatch' });
    expect(two.events).toContainEqual({ event: 'alarm', code: 'view_mismatch', about: request.id });
    expect(signer.row(request.id).state).toBe('waiting');
    await one.console.close();
    await two.console.close();
  });
});

test('a hostile name is journalled by its beginning, whole characters only', async () => {
  const name = `${'\u0001'.repeat(400)}${'😀'.repeat(3000)}`;
  const { seat, request } = await begin(samplePayload(name));
  expect(await locksOf(seat, request.id)).toEqual([]);
  const shown = seat.console.journal.records().at(-1)?.entry;
  expect(shown?.event === 'shown' && shown.headline.subjects[0]?.name.length).toBeLessThanOrEqual(500);
  await seat.console.close();
});

describe('payloads that want to be slow', () => {
  const shownOf = async (statement: object) => {
    const { seat, request } = await begin(new TextEncoder().encode(JSON.stringify(statement)));
    const review = await seat.console.review(request.id);
    await seat.console.close();
    return review;
  };
  const base = {
    _type: 'https://in-toto.io/Statement/v1',
    predicateType: 'https://cyclonedx.org/bom',
    predicate: { a: 1 },
  };

  test('ten thousand subjects', async () => {
    const subject = Array.from({ length: 10_000 }, (_, i) => ({
      name: `f${i}`,
      digest: { sha256: 'ab'.repeat(32) },
    }));
    const { headline } = await shownOf({ ...base, subject });
    expect(headline.subjects).toHaveLength(10_000);
    expect(headline.subjects[9_999]?.name).toBe('f9999');
  });

  test('a subject that is no list, and one behind an empty one', async () => {
    const huge = await shownOf({ ...base, subject: { 999999999: { name: 'x' } } });
    expect(huge.headline.subjects.length).toBeLessThan(10);
    const hidden = await shownOf({
      ...base,
      subject: [{}, { name: 'evil', digest: { sha256: 'ab'.repeat(32) } }],
    });
    expect(hidden.headline.subjects.map(({ name }) => name)).toEqual(['', 'evil']);
  });
});
