// The entry of the authorize document: asks main for the act, and draws it. It knows no other page, and no other page it.
import '../ui/jitless.ts';
import '../ui/fonts.ts';
import '../ui/base.css';
import './act.css';
import { createRoot } from 'react-dom/client';
import { followTheme } from '../ui/theme.ts';
import { App } from './App.tsx';
import { Asking, type AuthorizeApi } from './asking.ts';
import { Boundary } from './Boundary.tsx';

const api = (window as unknown as { readonly signerConsole: AuthorizeApi }).signerConsole;
const root = document.getElementById('root');
if (!root) throw new Error('the document has no root');

followTheme('system');
const asking = new Asking(api);
createRoot(root).render(
  <Boundary asking={asking}>
    <App asking={asking} />
  </Boundary>,
);
