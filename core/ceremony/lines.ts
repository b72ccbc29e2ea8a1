// A step as rows of name and value: the same on screen, terminal and paper, from the signed step alone.
import { fromBase64 } from '../bytes/base64.ts';
import { fromUtf8 } from '../bytes/bytes.ts';
import { toHex } from '../bytes/hex.ts';
import type { Envelope } from '../dsse/envelope.ts';
import { isFault } from '../fault/fault.ts';
import { parseCheckpoint } from '../log/checkpoint.ts';
import { parseNote } from '../log/note.ts';
import { visible } from '../review/text.ts';
import type { KeyAttributes } from '../key/attributes.ts';
import type { Output, OutputOf } from './outputs.ts';
import { signable } from '../decision/signable.ts';
import type { CeremonyStep, Did } from './step.ts';

/**
 * One row. `small`: bytes that a machine checks and nobody compares by eye (proofs, signatures, salts); a screen may fold
 * them, and never leaves them out.
 */
export interface Line {
  readonly name: string;
  readonly value: string;
  readonly small: boolean;
}

const row = (name: string, value: string | number | boolean): Line => ({
  name,
  value: oneLine(String(value)),
  small: false,
});
const small = (name: string, value: string): Line => ({ name, value: oneLine(value), small: true });

/** Text of others on one line: what is hidden shows, and a line break cannot pass for another row. */
export function oneLine(text: string): string {
  return visible(text).replace(/[\n\t]/g, (c) => (c === '\n' ? '<U+000A>' : '<U+0009>'));
}

/** What happened, as a person says it. */
export const happened: Readonly<Record<Did, string>> = {
  done: 'done as it stands here',
  yes: 'answered YES',
  no: 'answered NO',
  exception: 'EXCEPTION: done otherwise',
  stopped: 'STOPPED: the ceremony ends here',
};

const attributeNames: Readonly<Record<keyof KeyAttributes, string>> = {
  sensitive: 'sensitive',
  alwaysSensitive: 'always sensitive',
  extractable: 'extractable',
  neverExtractable: 'never extractable',
  local: 'made on the token',
  wrap: 'wraps other keys',
  unwrap: 'unwraps other keys',
  sign: 'signs',
  alwaysAuthenticate: 'PIN at each use',
};

/** A key id as `openssl dgst -sha256` of the SubjectPublicKeyInfo prints it; as it stands where it is none. */
function hexOf(keyid: string): string {
  return orRaw(keyid, () => toHex(fromBase64(keyid)));
}

function orRaw(raw: string, read: () => string): string {
  try {
    return read();
  } catch (thrown) {
    if (isFault(thrown)) return raw;
    throw thrown;
  }
}

function hsm({ serial, label, manufacturer, model, firmware, module }: OutputOf<'check-hsm'>): Line[] {
  return [
    row('HSM serial', serial),
    row('HSM label', label),
    row('HSM maker', manufacturer),
    row('HSM model', model),
    row('HSM firmware', firmware),
    row('module maker', module.manufacturer),
    row('module', module.description),
    row('module version', module.version),
    row('module digest', module.digest),
  ];
}

function key({ name, key: { alg, spki }, keyid, attributes }: OutputOf<'generate-key'>): Line[] {
  const names = Object.keys(attributeNames) as (keyof KeyAttributes)[];
  return [
    row('key name', name),
    row('algorithm', alg),
    row('key id', keyid),
    row('SPKI SHA-256', hexOf(keyid)),
    row('public key', spki),
    ...names.map((one) => row(attributeNames[one], attributes[one] ? 'yes' : 'no')),
  ];
}

function statement({ payloadType, payload, signatures }: Envelope): Line[] {
  return [
    row('statement type', payloadType),
    row(
      'statement',
      orRaw(payload, () => fromUtf8(fromBase64(payload))),
    ),
    ...signatures.flatMap(({ keyid, sig }) => [
      row('signed by key', keyid),
      row('its SPKI SHA-256', hexOf(keyid)),
      small('signature', sig),
    ]),
  ];
}

function decided({ version, digest, notAfter }: OutputOf<'decide-directory'>): Line[] {
  return [
    row('directory version', version),
    row('directory digest', digest),
    row("old key's window ends", notAfter),
  ];
}

function logRows(checkpoint: string): Line[] {
  try {
    const { origin, size, root } = parseCheckpoint(parseNote(checkpoint).body);
    return [row('log', origin), row('log size', size), row('log root', toHex(root))];
  } catch (thrown) {
    if (isFault(thrown)) return [row('log', 'not a checkpoint')];
    throw thrown;
  }
}

function published(output: OutputOf<'publish-directory'>): Line[] {
  const { version, digest, leaf, checkpoint, consistency } = output;
  return [
    row('directory version', version),
    row('directory digest', digest),
    row('leaf', leaf.index),
    row('logged at', leaf.record.at),
    ...logRows(checkpoint),
    small('record', JSON.stringify(leaf.record)),
    small('salt', leaf.salt),
    small('inclusion proof', leaf.proof.join(' ')),
    small('consistency proof', consistency.join(' ')),
    small('checkpoint', checkpoint),
  ];
}

function outputRows(output: Output): Line[] {
  switch (output.act) {
    case 'check-hsm':
      return hsm(output);
    case 'generate-key':
      return key(output);
    case 'prove-possession':
    case 'endorse-key':
      return statement(output.envelope);
    case 'decide-directory':
      return decided(output);
    case 'publish-directory':
      return published(output);
    case 'read-words':
      return [row('digest that is read', output.digest), row('check words', output.words.join(' '))];
  }
}

/** `REHEARSAL` or `real`, by the type of what is signed. */
const kindWord = ({ _type }: CeremonyStep): string =>
  _type === signable['rehearsal-step'].type ? 'REHEARSAL' : 'real';

/**
 * The rows of a step in their order: what was to be done and seen, what happened, what the act left behind, and what binds
 * the step to its ceremony. Every member of the step is in them, hidden characters made visible, each value on one line.
 */
export function linesOf(step: CeremonyStep): Line[] {
  return [
    row('ceremony is', kindWord(step)),
    row('step', `${step.n} ${step.step}`),
    row('to do', step.text),
    ...step.see.map((seen) => row('see', seen)),
    row('happened', happened[step.did]),
    ...(step.reason === '' ? [] : [row('reason', step.reason)]),
    ...(step.output === null ? [] : [row('act', step.output.act), ...outputRows(step.output)]),
    row('time here', step.at),
    row('signer', step.signer),
    row('ceremony', step.ceremony),
    row('script', step.script),
    row('follows', step.previous),
  ];
}
