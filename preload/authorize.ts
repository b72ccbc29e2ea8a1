// The preload of the authorize document in Electron.
import { give } from './electron.ts';

give('authorize');
