// Which of the three shells runs, why, and how to get the better one: decided from what was seen, without looking.

export type ShellName = 'electron' | 'chromium' | 'terminal';

/**
 * What was seen. `display`: what answers, `dead` when one is named and does not, or null. `electron`: a program that answers. `broken`: why the one that is there does not answer. `namespaces`: what
 * keeps a sandbox from this user, or null. `wanted`: the shell that the arguments ask for.
 */
export interface Ground {
  readonly electron: string | null;
  readonly broken: string | null;
  readonly chromium: string | null;
  readonly display: 'x' | 'wayland' | 'dead' | null;
  readonly root: boolean;
  readonly namespaces: 'apparmor' | 'clone' | null;
  readonly wanted: ShellName | null;
}

/** `notes`: whole sentences for a person. `args`: what the shell needs beside the arguments of the app. */
export interface Choice {
  readonly shell: ShellName;
  readonly program: string | null;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
}

const asRoot = "as root Chromium's sandbox is off; run it as an ordinary user to have it.";
const keptFrom = {
  apparmor:
    "this system keeps unprivileged user namespaces, which Electron's sandbox needs, from programs without an AppArmor profile; " +
    '`sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0` allows them.',
  clone:
    "this system forbids unprivileged user namespaces, which Electron's sandbox needs; " +
    '`sudo sysctl kernel.unprivileged_userns_clone=1` allows them.',
} as const;

const noDisplay = 'there is no display; start it in a desktop session to have the window.';
const deadDisplay =
  'the display that DISPLAY or WAYLAND_DISPLAY names does not answer; start it in a desktop session to have the window.';
const install =
  '`npx install-electron`, or ELECTRON_OVERRIDE_DIST_PATH with the folder that holds it, brings the window.';

/** Why Electron cannot run here, or null. */
function lackOf(ground: Ground): string | null {
  if (ground.broken !== null) return `Electron does not start here (${ground.broken}); ${install}`;
  if (ground.electron === null) return `Electron's program is not here; ${install}`;
  if (ground.namespaces !== null && !ground.root) return keptFrom[ground.namespaces];
  return null;
}

/** Decides. A shell that was asked for and cannot run is not replaced without a word: the notes say so. */
export function choose(ground: Ground): Choice {
  const { wanted, root } = ground;
  const without = { args: [], env: {} };
  if (wanted === 'terminal')
    return { shell: 'terminal', program: null, ...without, notes: ['the terminal demo was asked for.'] };
  if (ground.display === null || ground.display === 'dead') {
    const note = ground.display === null ? noDisplay : deadDisplay;
    return { shell: 'terminal', program: null, ...without, notes: [note] };
  }
  const lack = lackOf(ground);
  const sandbox = root ? [asRoot] : [];
  if (lack === null && wanted !== 'chromium')
    return {
      shell: 'electron',
      program: ground.electron,
      args: [
        ...(root ? ['--no-sandbox'] : []),
        ...(ground.display === 'wayland' ? ['--ozone-platform=wayland'] : []),
      ],
      env: root ? { ELECTRON_DISABLE_SANDBOX: '1' } : {},
      notes: sandbox,
    };
  const why = wanted === 'chromium' ? "the system's Chromium was asked for." : (lack ?? '');
  if (ground.chromium !== null)
    return { shell: 'chromium', program: ground.chromium, ...without, notes: [why, ...sandbox] };
  return { shell: 'terminal', program: null, ...without, notes: [`${why} Chromium is not here either.`] };
}
