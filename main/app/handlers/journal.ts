// Calls about the journal and about evidence: search, show, verify from disk, write where the person says.
import type { Handlers } from '../../../contract/ipc/calls.ts';
import type { EvidenceVerdict, JournalVerdict } from '../../../contract/ipc/journal.ts';
import { namesOf } from '../../../core/directory/people.ts';
import { CallerFault, isFault } from '../../../core/fault/fault.ts';
import { canonical } from '../../../core/json/canonical.ts';
import { writeAtomic } from '../../../ports/files.ts';
import type { App } from '../app.ts';
import { faultOf } from '../snapshots/common.ts';
import { journalDetail, journalPage, type NameOf } from '../snapshots/journal.ts';

type Calls = Pick<
  Handlers<'app'>,
  | 'journal/search'
  | 'journal/show'
  | 'journal/verify'
  | 'journal/export'
  | 'evidence/verify'
  | 'evidence/save'
>;

/** The chain and its signed head, read from disk again. A journal that does not hold is an answer, not a failure. */
async function verifyJournal(app: App): Promise<JournalVerdict> {
  const { journal } = app.console;
  const unrecorded = journal.unrecorded.length;
  try {
    const { head } = await journal.verify();
    const fault = journal.lock && faultOf(journal.lock);
    return { size: head.size, root: head.root, unrecorded, fault };
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    const { size, root } = journal.head();
    return { size, root, unrecorded, fault: faultOf(thrown) };
  }
}

/** Wire faults are no verdict: whether the evidence is good is not known then. */
async function verifyEvidence(app: App, requestId: string): Promise<EvidenceVerdict> {
  try {
    const { outcome, officers, directory, checkpoint } = await app.console.evidence(requestId);
    return { outcome, officers: [...officers], directory, checkpoint, fault: null };
  } catch (thrown) {
    if (!isFault(thrown) || thrown.kind !== 'refusal') throw thrown;
    return { outcome: null, officers: [], directory: null, checkpoint: null, fault: faultOf(thrown) };
  }
}

async function save(app: App, title: string, name: string, make: () => Promise<Uint8Array>) {
  const path = await app.parts.shell.askWhere({ title, name });
  if (path !== null) await writeAtomic(path, await make());
  return { path };
}

/** Officers' names, as the directory has them now. */
function nameIn(app: App): NameOf {
  const names = namesOf(app.console.trusted()?.latest.officers ?? []);
  return (id) => names.get(id) ?? id;
}

export function journalCalls(app: App): Calls {
  return {
    'journal/search': ({ query, before, limit }) =>
      journalPage(app.console.journal.records(), query, before, limit, nameIn(app)),
    'journal/show': ({ seq }) => {
      const detail = journalDetail(app.console.journal.records(), seq, nameIn(app));
      if (!detail) throw new CallerFault('not_found', `record ${seq}`);
      return detail;
    },
    'journal/verify': () => verifyJournal(app),
    'journal/export': () =>
      save(app, 'Export the journal', `journal-${app.hello().machine}.lines`, () =>
        app.console.journal.exported(),
      ),
    'evidence/verify': ({ requestId }) => verifyEvidence(app, requestId),
    'evidence/save': ({ requestId }) =>
      save(app, 'Save the evidence', `evidence-${requestId}.json`, async () =>
        canonical((await app.console.evidenceFile(requestId)).evidence),
      ),
  };
}
