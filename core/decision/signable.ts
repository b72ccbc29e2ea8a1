// The closed table of what a device may sign. Nothing is signed, and nothing accepted, that is not in it.

/**
 * For each kind of object: its `_type`, the WebAuthn origin under which a security key signs its digest, and the
 * DSSE payload type under which an HSM signs its canonical bytes (protocol.md 6). No browser can write such an origin.
 */
export const signable = {
  decision: row('decision'),
  session: row('session'),
  enrolment: row('enrolment'),
  'self-test': row('self-test'),
  drill: row('drill'),
  'ceremony-step': row('ceremony-step'),
  'bypass-review': row('bypass-review'),
  directory: row('directory'),
  suspension: row('suspension'),
  'rehearsal-decision': row('rehearsal-decision'),
  'rehearsal-step': row('rehearsal-step'),
} as const;

export type Signable = keyof typeof signable;

function row<N extends string>(name: N) {
  return {
    type: `https://stella.ops/signer/${name}/v1`,
    origin: `stella-console:${name}`,
    payloadType: `application/vnd.stella.${name}+json`,
  } as const;
}
