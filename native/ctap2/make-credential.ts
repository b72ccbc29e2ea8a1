// authenticatorMakeCredential (CTAP 2.1, 6.1): one ES256 credential, checked before it is handed on.
import { DeviceFault } from '../../core/fault/fault.ts';
import type { PublicKey } from '../../core/key/crypto.ts';
import type { Operation } from '../ctaphid/deadline.ts';
import { encodeCanonical, type Cbor, type CborMap } from './cbor.ts';
import { checkAttestation, checkedData, same, type Asked } from './checks.ts';
import type { Token } from './client-pin.ts';
import { Ctap2Command, type Ctap2, type Parameters } from './ctap2.ts';
import { bytesAt, mapAt, textAt } from './fields.ts';

/** What is to be enrolled. */
export interface NewCredential extends Asked {
  readonly rpName: string;
  readonly userId: Uint8Array;
  readonly userName: string;
  readonly exclude: readonly Uint8Array[];
}

export interface MadeCredential {
  readonly credentialId: Uint8Array;
  readonly publicKey: PublicKey;
  readonly aaguid: string;
  readonly fmt: string;
  readonly authenticatorData: Uint8Array;
  readonly attestationObject: Uint8Array;
  readonly counter: number;
}

/** A PublicKeyCredentialDescriptor. */
export function descriptor(id: Uint8Array): CborMap {
  return new Map<string, Cbor>([
    ['id', id],
    ['type', 'public-key'],
  ]);
}

/**
 * Asks for a credential under a token with the permission mc. An exclude list that does not fit is refused.
 * DeviceFault: what `Ctap2.send` throws; `malformed_reply` and `signature_wrong` for an answer that is not right.
 */
export async function makeCredential(
  ctap: Ctap2,
  wanted: NewCredential,
  token: Token,
  operation: Operation,
): Promise<MadeCredential> {
  const reply = await ctap.send(
    Ctap2Command.MAKE_CREDENTIAL,
    {
      1: wanted.clientDataHash,
      2: new Map([
        ['id', wanted.rpId],
        ['name', wanted.rpName],
      ]),
      3: new Map<string, Cbor>([
        ['id', wanted.userId],
        ['name', wanted.userName],
        ['displayName', wanted.userName],
      ]),
      4: [
        new Map<string, Cbor>([
          ['alg', -7],
          ['type', 'public-key'],
        ]),
      ],
      5: wanted.exclude.length > 0 ? wanted.exclude.map(descriptor) : undefined,
      8: token.authenticate(wanted.clientDataHash),
      9: token.protocol.version,
    },
    operation,
  );
  return checkedCredential(reply, wanted);
}

/** Everything that a reply must satisfy; see `makeCredential` for what it throws. */
export function checkedCredential(reply: CborMap, wanted: NewCredential): MadeCredential {
  const fmt = textAt(reply, 0x01);
  const authenticatorData = bytesAt(reply, 0x02);
  const statement = mapAt(reply, 0x03);
  const data = checkedData(authenticatorData, wanted);
  if (!data.attested) throw new DeviceFault('malformed_reply', 'no credential in the answer');
  const { credentialId, publicKey, aaguid } = data.attested;
  if (wanted.exclude.some((id) => same(id, credentialId))) {
    throw new DeviceFault('malformed_reply', 'the new credential has the id of an old one');
  }
  checkAttestation(fmt, statement, authenticatorData, data.attested, wanted);
  // WebAuthn names the members that CTAP numbers (WebAuthn L3, 6.5.4)
  const attestationObject = encodeCanonical(
    new Map<string, Cbor>([
      ['fmt', fmt],
      ['attStmt', statement],
      ['authData', authenticatorData],
    ]),
  );
  return {
    credentialId,
    publicKey,
    aaguid,
    fmt,
    authenticatorData,
    attestationObject,
    counter: data.counter,
  };
}

/** Parameters with a zero-length pinUvAuthParam: a CTAP 2.0 key only blinks and waits for a touch (6.1.2, step 1). */
export function probe(clientDataHash: Uint8Array, version: number): Parameters {
  return {
    1: clientDataHash,
    2: new Map([
      ['id', 'select.invalid'],
      ['name', 'select'],
    ]),
    3: new Map<string, Cbor>([
      ['id', Uint8Array.of(0)],
      ['name', 'select'],
    ]),
    4: [
      new Map<string, Cbor>([
        ['alg', -7],
        ['type', 'public-key'],
      ]),
    ],
    8: new Uint8Array(0),
    9: version,
  };
}
