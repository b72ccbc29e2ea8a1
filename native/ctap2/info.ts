// authenticatorGetInfo (CTAP 2.1, 6.4): what the device is and can do. Members that we do not know are passed over.
import { DeviceFault } from '../../core/fault/fault.ts';
import type { Operation } from '../ctaphid/deadline.ts';
import type { Cbor, CborMap } from './cbor.ts';
import { Ctap2Command, type Ctap2 } from './ctap2.ts';
import { booleanAt, bytesAt, isText, isUint, listAt, mapAt, uintAt } from './fields.ts';

/** The members that matter here, under the names of the specification. */
export interface AuthenticatorInfo {
  readonly versions: readonly string[];
  readonly extensions: readonly string[];
  readonly aaguid: string;
  readonly options: Readonly<Record<string, boolean>>;
  readonly maxMsgSize: number;
  readonly pinUvAuthProtocols: readonly number[];
  readonly maxCredentialCountInList: number | undefined;
  readonly maxCredentialIdLength: number | undefined;
  readonly transports: readonly string[];
  readonly algorithms: readonly number[];
  readonly forcePINChange: boolean;
  readonly minPINLength: number;
  readonly firmwareVersion: number | undefined;
  readonly remainingDiscoverableCredentials: number | undefined;
}

const DEFAULT_MIN_PIN = 4;

/** An AAGUID's 16 bytes as UUID text (RFC 9562, 4). */
export function uuid(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function optionsOf(map: CborMap): Record<string, boolean> {
  if (!map.has(0x04)) return {};
  const options: Record<string, boolean> = Object.create(null) as Record<string, boolean>;
  for (const [name, value] of mapAt(map, 0x04)) {
    if (typeof name !== 'string' || name.length > 64)
      throw new DeviceFault('malformed_reply', 'an option without a name');
    if (typeof value === 'boolean') options[name] = value;
  }
  return { ...options };
}

const isMap = (entry: Cbor): entry is CborMap => entry instanceof Map;

/** Reads the reply map. DeviceFault `malformed_reply` when a member is of another type than the specification's. */
export function parseInfo(map: CborMap): AuthenticatorInfo {
  const versions = listAt(map, 0x01, isText);
  if (versions.length === 0) throw new DeviceFault('malformed_reply', 'no versions');
  const algorithms = listAt(map, 0x0a, isMap).map((entry) => entry.get('alg'));
  return {
    versions,
    extensions: listAt(map, 0x02, isText),
    aaguid: uuid(bytesAt(map, 0x03, 16)),
    options: optionsOf(map),
    maxMsgSize: uintAt(map, 0x05, 1024),
    pinUvAuthProtocols: listAt(map, 0x06, isUint),
    maxCredentialCountInList: uintAt(map, 0x07, undefined),
    maxCredentialIdLength: uintAt(map, 0x08, undefined),
    transports: listAt(map, 0x09, isText),
    algorithms: algorithms.filter((alg): alg is number => typeof alg === 'number'),
    forcePINChange: booleanAt(map, 0x0c, false),
    minPINLength: Math.max(DEFAULT_MIN_PIN, uintAt(map, 0x0d, DEFAULT_MIN_PIN)),
    firmwareVersion: uintAt(map, 0x0e, undefined),
    remainingDiscoverableCredentials: uintAt(map, 0x14, undefined),
  };
}

/** Asks, and from then on keeps requests within what the device takes. */
export async function getInfo(ctap: Ctap2, operation: Operation): Promise<AuthenticatorInfo> {
  const info = parseInfo(await ctap.send(Ctap2Command.GET_INFO, undefined, operation));
  ctap.maxMessage = Math.max(1024, info.maxMsgSize);
  return info;
}
