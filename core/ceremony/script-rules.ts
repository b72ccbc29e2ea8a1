// The rules of a script: names once, every way leads somewhere and to an END, no act around what it needs.
import { Act, everybodys, nameOf, needs, signersOf, type Entry, type Script } from './script-form.ts';

/** What is wrong with a script: the place of the entry (undefined: the script as a whole), and why. */
export interface Flaw {
  readonly at: number | undefined;
  readonly why: string;
}

/** Each rule gives the flaws that it sees, in the order of the entries. */
type Rule = (script: Script) => readonly Flaw[];

const every = (script: Script, look: (entry: Entry, at: number) => string | false | undefined): Flaw[] =>
  script.steps.flatMap((entry, at) => {
    const why = look(entry, at);
    return why === false || why === undefined ? [] : [{ at, why }];
  });

/** The place of the entry with this name; -1 where there is none. */
export const placeOf = ({ steps }: Script, name: string): number =>
  steps.findIndex((entry) => nameOf(entry) === name);

function targetsOf(entry: Entry): string[] {
  if ('if' in entry) return [entry.yes, entry.no];
  return 'go to' in entry ? [entry['go to']] : [];
}

/** The places that may follow a place, GO TOs not yet followed. */
function after(script: Script, at: number): number[] {
  const entry = script.steps[at];
  if (!entry || 'end' in entry) return [];
  return 'do' in entry ? [at + 1] : targetsOf(entry).map((name) => placeOf(script, name));
}

/** Every place that can be reached from these, themselves among them, without passing through those for which `closed` holds. */
function reached(
  script: Script,
  closed: (entry: Entry) => boolean = () => false,
  from: readonly number[] = [0],
): Set<number> {
  const found = new Set<number>();
  const open = [...from];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const entry = script.steps[at];
    if (!entry || found.has(at) || closed(entry)) continue;
    found.add(at);
    open.push(...after(script, at));
  }
  return found;
}

/** Every place from which an END can be reached. */
function ending(script: Script): Set<number> {
  const found = new Set(script.steps.flatMap((entry, at) => ('end' in entry ? [at] : [])));
  for (let grew = true; grew;) {
    const more = script.steps.flatMap((_, at) =>
      !found.has(at) && after(script, at).some((next) => found.has(next)) ? [at] : [],
    );
    for (const at of more) found.add(at);
    grew = more.length > 0;
  }
  return found;
}

const does =
  (act: Act) =>
  (entry: Entry): boolean =>
    'do' in entry && entry.act === act;

const isDone = (entry: Entry): boolean => 'end' in entry && entry.outcome === 'done';

const names: Rule = (script) =>
  every(script, (entry, at) => {
    const name = nameOf(entry);
    return name !== undefined && placeOf(script, name) < at && 'the name stands twice';
  });

const signers: Rule = (script) =>
  every(script, (entry) => {
    if (!('do' in entry) || !entry.signers) return undefined;
    if (new Set(entry.signers).size !== entry.signers.length) return 'a signer twice';
    const own = entry.signers.includes(entry.role) && entry.signers.includes('witness');
    return !own && 'its own role and the witness sign every step';
  });

/** Whoever watches does nothing, and what concerns everybody is signed by everybody. */
const hands: Rule = (script) =>
  every(script, (entry) => {
    if (!('do' in entry) || entry.act === undefined) return undefined;
    if (!everybodys.includes(entry.act)) return entry.role === 'witness' && 'a witness does no act';
    return signersOf(entry).length < 3 && `everybody signs ${entry.act}`;
  });

const targets: Rule = (script) =>
  every(script, (entry) => {
    const lost = targetsOf(entry).find((name) => placeOf(script, name) < 0);
    return lost !== undefined && `no step ${lost}`;
  });

const reachable: Rule = (script) => {
  const all = reached(script);
  return every(script, (_, at) => !all.has(at) && 'it cannot be reached');
};

const leadsOn: Rule = (script) =>
  every(
    script,
    (_, at) =>
      after(script, at).some((next) => next >= script.steps.length) && 'it leads past the last entry',
  );

const comesToEnd: Rule = (script) => {
  const ends = ending(script);
  return every(script, (_, at) => !ends.has(at) && 'it never comes to an END');
};

const actsOnce: Rule = (script) =>
  every(script, (entry, at) => {
    if (!('do' in entry) || entry.act === undefined) return undefined;
    return script.steps.findIndex(does(entry.act)) < at && `${entry.act} stands in two steps`;
  });

/** An act that needs another must not be reachable around it. */
const actsRest: Rule = (script) =>
  Act.options.flatMap((act) =>
    needs[act].flatMap((need) => {
      const around = reached(script, does(need));
      return every(
        script,
        (entry, at) => around.has(at) && does(act)(entry) && `${act} can be reached without ${need}`,
      );
    }),
  );

/** Nothing counts as done before it was read aloud, and no key that was made before it is published. */
const doneIsWhole: Rule = (script) => {
  const acts = script.steps.flatMap((entry, at) =>
    'do' in entry && entry.act !== undefined && entry.act !== 'read-words' ? after(script, at) : [],
  );
  const unread = reached(script, does('read-words'), [0, ...acts]);
  const making = script.steps.flatMap((entry, at) => (does('generate-key')(entry) ? [at] : []));
  const unpublished = reached(script, does('publish-directory'), making);
  return every(script, (entry, at) => {
    if (!isDone(entry)) return undefined;
    if (unread.has(at)) return 'it can be reached without read-words';
    return unpublished.has(at) && 'it can be reached with a key that is not published';
  });
};

/** A ceremony replaces one key once: after the decision there is no way back to it, nor to another key. */
const decidesOnce: Rule = (script) => {
  const later = reached(
    script,
    undefined,
    script.steps.flatMap((entry, at) => (does('decide-directory')(entry) ? after(script, at) : [])),
  );
  return every(script, (entry, at) => {
    const again = does('decide-directory')(entry) || does('generate-key')(entry);
    return again && later.has(at) && 'it can be reached after decide-directory';
  });
};

// The later ones take for granted what the earlier ones saw.
const rules: readonly Rule[] = [
  names,
  signers,
  hands,
  targets,
  reachable,
  leadsOn,
  comesToEnd,
  actsOnce,
  actsRest,
  decidesOnce,
  doneIsWhole,
];

/** The first flaw of a script of the right form; undefined for a sound one. */
export function flawOf(script: Script): Flaw | undefined {
  for (const rule of rules) {
    const [flaw] = rule(script);
    if (flaw) return flaw;
  }
  return undefined;
}
