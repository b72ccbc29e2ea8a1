// The entry of a virtual key's page: the demo's drawn hardware, and nothing of the Console.
import '../ui/jitless.ts';
import '../ui/fonts.ts';
import '../ui/base.css';
import './key.css';
import { createRoot } from 'react-dom/client';
import type { PageApi } from '../../contract/ipc/api.ts';
import { followTheme } from '../ui/theme.ts';
import { App } from './App.tsx';

const api = (window as unknown as { readonly signerConsole: PageApi<'virtual-key'> }).signerConsole;
const root = document.getElementById('root');
if (!root) throw new Error('the document has no root');

followTheme('system');
createRoot(root).render(<App api={api} />);
