// What a page can load: its own built files, from disk, under its own host. Every other request ends here.
import type { Request, Route } from 'playwright-core';
import { chromiumOrigin } from '../../../contract/ipc/chromium-origin.ts';
import type { Frame } from '../../../contract/ipc/names.ts';
import type { PageFile } from '../page-files.ts';
import { CONTENT_SECURITY_POLICY, pageHeaders } from '../policy.ts';

/** A sandboxed document opens no window, asks no question, downloads nothing. In Electron the shell itself refuses those. */
const headers: Record<string, string> = {
  ...pageHeaders,
  'content-security-policy': `${CONTENT_SECURITY_POLICY}; sandbox allow-forms allow-same-origin allow-scripts`,
};

/** The path that is asked for, when it is asked of this page's own host. */
function pathIn(request: Request, frame: Frame): string | undefined {
  const origin = chromiumOrigin(frame);
  const url = request.url();
  const rest = url.startsWith(`${origin}/`) ? url.slice(origin.length) : undefined;
  return rest?.split(/[?#]/, 1)[0];
}

/** Only the page's own document may be navigated to, and only in the window itself. */
function isMeant(request: Request, path: string): boolean {
  if (request.method() !== 'GET') return false;
  return !request.isNavigationRequest() || (path === '/' && request.frame().parentFrame() === null);
}

/** Answers a request. One that is refused leaves the page where it is, and `log` is told. */
export async function fulfil(
  route: Route,
  frame: Frame,
  file: (path: string) => PageFile | undefined,
  log: (line: string) => void,
): Promise<void> {
  const request = route.request();
  const path = pathIn(request, frame);
  if (path === undefined || !isMeant(request, path)) {
    log(`refused: page ${frame} asked for ${request.url().slice(0, 200)}`);
    return route.abort('aborted');
  }
  const found = file(path);
  if (!found) return route.fulfill({ status: 404, headers, contentType: 'text/plain', body: '' });
  return route.fulfill({
    status: 200,
    headers: { ...headers, 'content-type': found.type },
    body: Buffer.from(found.read()),
  });
}
