// What an act left behind as lines for people: every value as it stands in the object that devices sign.
import type { CeremonyLine } from '../../../contract/ipc/ceremony.ts';
import { fromUtf8 } from '../../../core/bytes/bytes.ts';
import { fromBase64 } from '../../../core/bytes/base64.ts';
import type { Output } from '../../../core/ceremony/outputs.ts';
import type { Envelope } from '../../../core/dsse/envelope.ts';

const line = (code: string, value: string | number): CeremonyLine => ({ code, value: String(value) });

/** A statement of a key's own is canonical JSON: shown as the text that it is. */
function statement({ payloadType, payload, signatures }: Envelope): CeremonyLine[] {
  return [
    line('payload-type', payloadType),
    line('payload', fromUtf8(fromBase64(payload))),
    ...signatures.map(({ keyid }) => line('keyid', keyid)),
    ...signatures.map(({ sig }) => line('signature', sig)),
  ];
}

/** All of an output; none for a step without one. */
export function linesOf(output: Output | null): CeremonyLine[] {
  if (output === null) return [];
  switch (output.act) {
    case 'check-hsm': {
      const { serial, label, manufacturer, model, firmware, module } = output;
      return [
        line('serial', serial),
        line('label', label),
        line('manufacturer', manufacturer),
        line('model', model),
        line('firmware', firmware),
        line('module.manufacturer', module.manufacturer),
        line('module.description', module.description),
        line('module.version', module.version),
        line('module.digest', module.digest),
      ];
    }
    case 'generate-key': {
      const { name, keyid, key, attributes } = output;
      return [
        line('name', name),
        line('keyid', keyid),
        line('algorithm', key.alg),
        line('public-key', key.spki),
        ...Object.entries(attributes).map(([attribute, is]) =>
          line(`attribute.${attribute}`, is ? 'yes' : 'no'),
        ),
      ];
    }
    case 'prove-possession':
    case 'endorse-key':
      return statement(output.envelope);
    case 'decide-directory':
      return [
        line('version', output.version),
        line('digest', output.digest),
        line('not-after', output.notAfter),
      ];
    case 'publish-directory':
      return [
        line('version', output.version),
        line('digest', output.digest),
        line('leaf', output.leaf.index),
        line('checkpoint', output.checkpoint),
        line('consistency', output.consistency.length),
      ];
    case 'read-words':
      return [line('words', output.words.join(' ')), line('digest', output.digest)];
  }
}
