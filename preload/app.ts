// The preload of the window in Electron.
import { give } from './electron.ts';

give('app');
