// A bare Electron window of the app's size and settings: one page without script of ours, or with BARE_ROWS rows and a filter.
import { app, BrowserWindow } from 'electron';

const rows = Number(process.env['BARE_ROWS'] ?? '-1');

const row = (name: string): string => `<div role="row">${name}</div>`;
const list = (count: number): string =>
  count === 0
    ? '<h2>Nothing waits</h2>'
    : Array.from({ length: count }, (_, at) => row(`hold ${at}`)).join('');
/** Without a list it is what any window is measured against. */
const body =
  rows < 0
    ? row('bare')
    : `<input type="search"><main>${list(rows)}</main><script>
document.querySelector('input').addEventListener('input', ({ target }) => {
  for (const one of document.querySelectorAll('[role=row]')) one.hidden = !one.textContent.includes(target.value);
});</script>`;

if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
void app.whenReady().then(async () => {
  const window = new BrowserWindow({
    width: 1280,
    height: 800,
    useContentSize: true,
    show: false,
    autoHideMenuBar: true,
    webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false, spellcheck: false },
  });
  window.once('ready-to-show', () => window.show());
  await window.loadURL(`data:text/html,${encodeURIComponent(`<!doctype html><title>bare</title>${body}`)}`);
});
app.on('window-all-closed', () => app.quit());
