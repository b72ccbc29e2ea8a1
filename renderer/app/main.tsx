// The entry of the app page: stores, bridge, and the first render.
import '../ui/jitless.ts';
import '../ui/fonts.ts';
import '../ui/base.css';
import { createRoot } from 'react-dom/client';
import { Bridge, type AppApi } from '../bridge/bridge.ts';
import { createLocal } from '../local/local.ts';
import { createMirror } from '../mirror/mirror.ts';
import { followTheme } from '../ui/theme.ts';
import { App } from './App.tsx';

const api = (window as unknown as { readonly signerConsole: AppApi }).signerConsole;
const root = document.getElementById('root');
if (!root) throw new Error('the document has no root');

// Before anything is drawn, so that no light page flashes at night; the person's own choice follows with the settings.
followTheme('system');
const mirror = createMirror();
const local = createLocal(localStorage);
createRoot(root).render(<App mirror={mirror} local={local} bridge={new Bridge(api, mirror)} />);
