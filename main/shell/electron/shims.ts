// What newer Nodes have as globals and the oldest Electron that runs this has not. Imported before everything else.
import { webcrypto } from 'node:crypto';

if (!('crypto' in globalThis)) Object.defineProperty(globalThis, 'crypto', { value: webcrypto });
