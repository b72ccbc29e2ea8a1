// DSSE's pre-authentication encoding, written a second time: the check shares no code with what signs.

/** DSSEv1 SP LEN(type) SP type SP LEN(body) SP body; lengths in bytes (DSSE v1.0.2, protocol.md). */
export function encode(payloadType: string, payload: Buffer): Buffer {
  const type = Buffer.from(payloadType);
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${type.length} `),
    type,
    Buffer.from(` ${payload.length} `),
    payload,
  ]);
}
