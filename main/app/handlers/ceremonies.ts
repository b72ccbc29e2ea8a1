// Calls about ceremonies: each either shows, or asks the ceremony itself; devices are at work in documents of main's own only.
import type { Handlers } from '../../../contract/ipc/calls.ts';
import { utf8 } from '../../../core/bytes/bytes.ts';
import { writeAtomic } from '../../../ports/files.ts';
import type { App } from '../app.ts';

type Calls = Pick<
  Handlers<'app'>,
  | 'ceremony/begin'
  | 'ceremony/show'
  | 'ceremony/act'
  | 'ceremony/cancel'
  | 'ceremony/say'
  | 'ceremony/unsay'
  | 'ceremony/sign'
  | 'ceremony/text'
  | 'ceremony/save'
  | 'ceremony/verify'
>;

/** The transcript where the person says, and beside it the text for people. */
async function save(app: App, ceremony: string): Promise<{ path: string | null }> {
  const name = `transcript-${ceremony}.json`;
  const path = await app.parts.shell.askWhere({ title: 'Save the transcript', name });
  if (path === null) return { path };
  const { json, text } = await app.ceremonies.transcript(ceremony);
  await writeAtomic(path, json);
  await writeAtomic(`${path.replace(/\.json$/, '')}.txt`, utf8(text));
  return { path };
}

export function ceremonyCalls(app: App): Calls {
  return {
    'ceremony/begin': async (wish) => ({ ceremony: await app.ceremonies.begin(wish) }),
    'ceremony/show': ({ ceremony }) => app.ceremonies.show(ceremony),
    'ceremony/act': async ({ ceremony }) => {
      await (await app.ceremonies.open(ceremony)).act();
      return {};
    },
    'ceremony/cancel': async ({ ceremony }) => {
      (await app.ceremonies.open(ceremony)).cancel();
      return {};
    },
    'ceremony/say': async ({ ceremony, did, reason }) => {
      await (await app.ceremonies.open(ceremony)).say(did, reason.trim());
      return {};
    },
    'ceremony/unsay': async ({ ceremony }) => {
      await (await app.ceremonies.open(ceremony)).unsay();
      return {};
    },
    'ceremony/sign': async ({ ceremony, role }) => {
      await (await app.ceremonies.open(ceremony)).sign(role);
      return {};
    },
    'ceremony/text': async ({ ceremony }) => {
      const { text } = await app.ceremonies.transcript(ceremony);
      return { text };
    },
    'ceremony/save': ({ ceremony }) => save(app, ceremony),
    'ceremony/verify': ({ ceremony }) => app.ceremonies.verify(ceremony),
  };
}
