// Which folder of Electron's own an instance holds: one for the user, and in the demo one for each officer beside it.
import { Id } from '../../../core/name/names.ts';

const NAMED = '--officer';

function officerIn(argv: readonly string[]): string | undefined {
  const at = argv.findIndex((arg) => arg === NAMED || arg.startsWith(`${NAMED}=`));
  return argv[at] === NAMED ? argv[at + 1] : argv[at]?.slice(NAMED.length + 1);
}

/**
 * A name within the state folder. The lock of Electron's single instance lies in it: the demo's officers each have a Console
 * that is open beside the others, and nothing else opens a second one.
 */
export function instanceFolder(argv: readonly string[]): string {
  const officer = argv.includes('--demo') ? Id.safeParse(officerIn(argv)) : undefined;
  return officer?.success === true ? `electron-${officer.data}` : 'electron';
}
