// What the authorize document shows of a ceremony: the step as it will be signed, the version, or what the HSM is asked.
import type { CeremonyLine, CeremonyPurpose } from '../../../contract/ipc/ceremony.ts';
import type { DirectoryFact } from '../../../contract/ipc/rooms.ts';
import type { CeremonyState } from '../../../ceremony/ports.ts';
import type { DoStep, IfStep } from '../../../core/ceremony/script.ts';
import { CeremonyStep, stepSignable } from '../../../core/ceremony/step.ts';
import { linesOf } from '../../../core/ceremony/text.ts';
import type { Person } from '../../../core/ceremony/transcript.ts';
import type { Signable } from '../../../core/decision/signable.ts';
import type { SignableObject } from '../../../core/decision/proof.ts';
import { describeChange } from '../../../core/directory/changes.ts';
import { Directory } from '../../../core/directory/directory.ts';
import { Refusal } from '../../../core/fault/fault.ts';
import { digestOf } from '../../../core/json/digest.ts';
import { parseAs } from '../../../core/json/schema.ts';
import type { Crypto } from '../../../core/key/crypto.ts';
import type { Trust } from '../../../core/trust/chain.ts';
import { beginning, spoken } from '../snapshots/common.ts';
import { factOf } from '../snapshots/changes.ts';
import { nameOfStep } from './shown.ts';

type Does = CeremonyPurpose['what'];

/** A ceremony as it stands, with whom it is shown for. */
export interface Setting {
  readonly crypto: Crypto;
  readonly state: CeremonyState;
  readonly person: Person;
  /** The person's name, by the directory. */
  readonly name: string;
}

function stepNow({ place }: CeremonyState): DoStep | IfStep {
  if (place.at !== 'step') throw new Refusal('ceremony_turn', 'the ceremony is over');
  return place.step;
}

function purposeOf({ crypto, state, person, name }: Setting, what: Does): CeremonyPurpose {
  const { kind, opening, steps } = state;
  const { script, ceremony } = opening;
  const step = stepNow(state);
  return {
    purpose: 'ceremony',
    kind,
    ceremony,
    script: {
      name: script.name,
      version: script.version,
      title: script.title,
      digest: digestOf(crypto, script),
    },
    n: steps.length,
    step: nameOfStep(step),
    text: step.text,
    see: [...step.see],
    role: person.role,
    officer: person.officer,
    name: beginning(name, 100),
    what,
  };
}

/** What a version changes against the one that it follows. */
export const changesOf = (trust: Trust, next: Directory): DirectoryFact[] =>
  describeChange(trust.at(next.previous ?? ''), next).map(factOf);

/** Of a step that a device is to sign: read from the object that it will be given, and no other. */
function signs(setting: Setting, object: SignableObject, trust: Trust): CeremonyPurpose {
  const { crypto, state } = setting;
  const step = parseAs(CeremonyStep, object);
  const digest = digestOf(crypto, step);
  const { pending, deciding } = state;
  if (!pending || digestOf(crypto, pending.step) !== digest || step.step !== nameOfStep(stepNow(state)))
    throw new Refusal('ceremony_turn', `${step.step} is not what is shown`);
  const { did, reason } = step;
  const { signed, missing } = pending;
  return purposeOf(setting, {
    does: 'sign',
    did,
    reason,
    lines: linesOf(step),
    changes: deciding === null ? [] : changesOf(trust, deciding),
    digest: spoken(digest),
    signed: [...signed],
    missing: [...missing],
  });
}

function decides(setting: Setting, object: SignableObject, trust: Trust): CeremonyPurpose {
  const next = parseAs(Directory, object);
  return purposeOf(setting, {
    does: 'directory',
    version: next.version,
    digest: spoken(digestOf(setting.crypto, next)),
    changes: changesOf(trust, next),
  });
}

/** Of what a person's device is to sign. Refusal `ceremony_turn` for anything that the ceremony does not ask for. */
export function purposeFor(
  setting: Setting,
  name: Signable,
  object: SignableObject,
  trust: Trust,
): CeremonyPurpose {
  if (name === stepSignable[setting.state.kind]) return signs(setting, object, trust);
  if (name === 'directory') return decides(setting, object, trust);
  throw new Refusal('ceremony_turn', name);
}

/** Of what the HSM is asked in this step. */
export function hsmPurpose(setting: Setting, lines: readonly (readonly [string, string])[]): CeremonyPurpose {
  const step = stepNow(setting.state);
  const act = 'do' in step ? step.act : undefined;
  if (act !== 'generate-key' && act !== 'prove-possession' && act !== 'endorse-key')
    throw new Refusal('ceremony_turn', 'the HSM has nothing to do in this step');
  const shown: CeremonyLine[] = lines.map(([line, value]) => ({ name: line, value, small: false }));
  return purposeOf(setting, { does: 'use-hsm', act, lines: shown });
}
