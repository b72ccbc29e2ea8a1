// The preload of a virtual security key's window in Electron.
import { give } from './electron.ts';

give('virtual-key');
