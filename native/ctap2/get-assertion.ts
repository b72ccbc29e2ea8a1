// authenticatorGetAssertion (CTAP 2.1, 6.2) over an allow list, checked before it is handed on.
import { DeviceFault } from '../../core/fault/fault.ts';
import type { PublicKey } from '../../core/key/crypto.ts';
import type { Operation } from '../ctaphid/deadline.ts';
import type { Cbor, CborMap } from './cbor.ts';
import { checkedData, checkSignature, same, type Asked } from './checks.ts';
import type { Token } from './client-pin.ts';
import { Ctap2Command, type Ctap2, type Parameters } from './ctap2.ts';
import { bytesAt, mapAt, uintAt } from './fields.ts';
import type { AuthenticatorInfo } from './info.ts';
import { descriptor } from './make-credential.ts';
import { Status } from './status.ts';

/** A credential that may answer; with its enrolled key the signature is checked. */
export interface Allowed {
  readonly id: Uint8Array;
  readonly publicKey?: PublicKey | undefined;
}

export interface AssertionWanted extends Asked {
  readonly allow: readonly Allowed[];
}

export interface Assertion {
  readonly credentialId: Uint8Array;
  readonly authenticatorData: Uint8Array;
  readonly signature: Uint8Array;
  readonly counter: number;
}

const MOST_CREDENTIALS = 64;

/**
 * Asks for an assertion under a token with the permission ga. A list longer than the device takes is searched in
 * parts without a touch (6.2.2, `up` false), then the one credential found is asked for with one.
 * DeviceFault: what `Ctap2.send` throws; `no_credential`; `malformed_reply` and `signature_wrong`.
 */
export async function getAssertion(
  ctap: Ctap2,
  info: AuthenticatorInfo,
  wanted: AssertionWanted,
  token: Token,
  operation: Operation,
): Promise<Assertion> {
  const parts = split(ctap, info, wanted, token);
  if (parts.length === 0) throw new DeviceFault('no_credential', 'no credential that the device could know');
  const [only] = parts;
  const allow = parts.length === 1 && only ? only : await search(ctap, parts, wanted, token, operation);
  const asked = { ...wanted, allow };
  const reply = await ctap.send(Ctap2Command.GET_ASSERTION, request(asked, token, false), operation);
  const assertion = checkedAssertion(reply, asked);
  await takeTheRest(ctap, reply, asked, operation);
  return assertion;
}

/** What a silent question is asked over: nothing that anybody would take for a challenge. */
const NOBODYS = new Uint8Array(32);

/**
 * Whether the device answers for this credential without a touch and without a token. The answer proves nothing and is
 * dropped. DeviceFault: what `Ctap2.send` throws, but for the answer that there is none.
 */
export async function knows(
  ctap: Ctap2,
  rpId: string,
  id: Uint8Array,
  operation: Operation,
): Promise<boolean> {
  const silent = new Map<string, Cbor>([['up', false]]);
  const asked = { 1: rpId, 2: NOBODYS, 3: [descriptor(id)], 5: silent };
  try {
    await ctap.send(Ctap2Command.GET_ASSERTION, asked, operation);
    return true;
  } catch (cause) {
    if (cause instanceof DeviceFault && cause.status === Status.NO_CREDENTIALS) return false;
    throw cause;
  }
}

function request(wanted: AssertionWanted, token: Token, silent: boolean): Parameters {
  return {
    1: wanted.rpId,
    2: wanted.clientDataHash,
    3: wanted.allow.map(({ id }) => descriptor(id)),
    5: silent ? new Map<string, Cbor>([['up', false]]) : undefined,
    6: token.authenticate(wanted.clientDataHash),
    7: token.protocol.version,
  };
}

/** Parts of the allow list that the device takes in one message; ids that are too long for it cannot be its own. */
function split(ctap: Ctap2, info: AuthenticatorInfo, wanted: AssertionWanted, token: Token): Allowed[][] {
  const longest = info.maxCredentialIdLength ?? Infinity;
  const most = Math.max(1, info.maxCredentialCountInList ?? Infinity);
  const parts: Allowed[][] = [];
  let part: Allowed[] = [];
  for (const allowed of wanted.allow) {
    if (allowed.id.length > longest) continue;
    const grown = [...part, allowed];
    const fits = grown.length <= most && ctap.fits(request({ ...wanted, allow: grown }, token, true));
    if (!fits && part.length > 0) parts.push(part);
    part = fits ? grown : [allowed];
  }
  if (part.length > 0) parts.push(part);
  return parts;
}

async function search(
  ctap: Ctap2,
  parts: readonly (readonly Allowed[])[],
  wanted: AssertionWanted,
  token: Token,
  operation: Operation,
): Promise<Allowed[]> {
  for (const allow of parts) {
    const found = await probePart(ctap, { ...wanted, allow }, token, operation);
    if (found) return [found];
  }
  throw new DeviceFault('no_credential', `none of ${wanted.allow.length} credentials`, Status.NO_CREDENTIALS);
}

async function probePart(
  ctap: Ctap2,
  wanted: AssertionWanted,
  token: Token,
  operation: Operation,
): Promise<Allowed | undefined> {
  try {
    const reply = await ctap.send(Ctap2Command.GET_ASSERTION, request(wanted, token, true), operation);
    return answering(reply, wanted.allow);
  } catch (cause) {
    if (cause instanceof DeviceFault && cause.status === Status.NO_CREDENTIALS) return undefined;
    throw cause;
  }
}

/** Which allowed credential answers. It may be left out when only one was asked for (CTAP 2.0, 5.2). */
function answering(reply: CborMap, allow: readonly Allowed[]): Allowed {
  const [only] = allow;
  if (!reply.has(0x01) && allow.length === 1 && only) return only;
  const id = bytesAt(mapAt(reply, 0x01), 'id');
  const found = allow.find((allowed) => same(allowed.id, id));
  if (!found)
    throw new DeviceFault('malformed_reply', 'the answer is by a credential that was not asked for');
  return found;
}

/** Everything that a reply must satisfy; see `getAssertion` for what it throws. */
export function checkedAssertion(reply: CborMap, wanted: AssertionWanted): Assertion {
  const allowed = answering(reply, wanted.allow);
  const authenticatorData = bytesAt(reply, 0x02);
  const signature = bytesAt(reply, 0x03);
  const data = checkedData(authenticatorData, wanted);
  if (data.attested) throw new DeviceFault('malformed_reply', 'a new credential in an assertion');
  if (signature.length < 8)
    throw new DeviceFault('malformed_reply', `signature of ${signature.length} bytes`);
  if (allowed.publicKey) checkSignature(allowed.publicKey, authenticatorData, wanted, signature);
  return { credentialId: allowed.id, authenticatorData, signature, counter: data.counter };
}

/** Fetches what the device still holds for this request, exactly as often as it said (6.3), each one checked. */
async function takeTheRest(
  ctap: Ctap2,
  reply: CborMap,
  wanted: AssertionWanted,
  operation: Operation,
): Promise<void> {
  const total = uintAt(reply, 0x05, 1);
  if (total > Math.max(MOST_CREDENTIALS, wanted.allow.length)) {
    throw new DeviceFault('malformed_reply', `${total} credentials for ${wanted.allow.length}`);
  }
  for (let taken = 1; taken < total; taken++) {
    checkedAssertion(await ctap.send(Ctap2Command.GET_NEXT_ASSERTION, undefined, operation), wanted);
  }
}
