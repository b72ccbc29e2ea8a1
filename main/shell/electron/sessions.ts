// One session in memory for each kind of page: it can load that page's built files, and nothing else in the world.
import { session, type Session } from 'electron';
import { originOf, SCHEME, type Frame } from '../../../contract/ipc/names.ts';
import { pageFiles, type PageFile } from '../page-files.ts';
import { pageHeaders } from '../policy.ts';

const answer = (status: number, body: string): Response =>
  new Response(body, { status, headers: { ...pageHeaders, 'content-type': 'text/plain; charset=utf-8' } });

/** The path that is asked for, when it is asked of this page's own host. */
function pathIn(url: string, frame: Frame): string | undefined {
  const origin = originOf(frame);
  const rest = url.startsWith(`${origin}/`) ? url.slice(origin.length) : undefined;
  return rest?.split(/[?#]/, 1)[0];
}

function respond(request: Request, frame: Frame, file: (path: string) => PageFile | undefined): Response {
  if (request.method !== 'GET') return answer(405, 'only GET');
  const found = file(pathIn(request.url, frame) ?? '');
  if (!found) return answer(404, 'not found');
  return new Response(found.read(), { headers: { ...pageHeaders, 'content-type': found.type } });
}

/** No page checks spelling, and yet each session would fetch a dictionary when it is made. */
export function hush(ses: Session): void {
  ses.setSpellCheckerLanguages([]);
  ses.setSpellCheckerEnabled(false);
}

/** Denies what pages may ask a browser for, and every request that is not for the page's own files. */
function close(ses: Session, frame: Frame): void {
  ses.setPermissionRequestHandler((_contents, _permission, done) => done(false));
  ses.setPermissionCheckHandler(() => false);
  ses.setDevicePermissionHandler(() => false);
  hush(ses);
  ses.on('will-download', (event) => event.preventDefault());
  ses.webRequest.onBeforeRequest((details, done) => {
    const own = details.url.startsWith(`${originOf(frame)}/`) || details.url.startsWith('devtools:');
    done({ cancel: !own && !details.url.startsWith('data:image/') });
  });
}

const made = new Map<Frame, Session>();

/** The session of this kind of page; the same one each time. `pages` holds the built pages, a folder each. */
export function sessionOf(frame: Frame, pages: string): Session {
  const known = made.get(frame);
  if (known) return known;
  const file = pageFiles(pages, frame);
  const ses = session.fromPartition(`signer-console-${frame}`, { cache: false }); // no `persist:`, so in memory
  close(ses, frame);
  ses.protocol.handle(SCHEME, (request) => respond(request, frame, file));
  made.set(frame, ses);
  return ses;
}
