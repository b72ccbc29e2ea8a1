// What the one who checks lacks.
/** What the one who checks lacks. */
export const lack = {
  usage: { says: 'The arguments cannot be used.', next: 'See --help.' },
  file_missing: { says: 'A file cannot be read.', next: 'Check its path.' },
  file_malformed: {
    says: 'A file of the verifier itself is not of the expected form.',
    next: 'Check that it is the right file.',
  },
  directory_missing: {
    says: 'There is no directory to check against.',
    next: 'Give --directory, or --key for the signature only.',
  },
  data_locked: {
    says: 'Another process uses this data directory.',
    next: 'Stop it first, or name another directory.',
  },
  chromium_missing: {
    says: 'No Chromium can be started here.',
    next: 'Install chromium, or name its program in CHROMIUM_PATH.',
  },
  display_missing: {
    says: 'There is no display for a window.',
    next: 'Run it in a desktop session; npm run demo needs none.',
  },
  demo_only: {
    says: 'In Chromium the Console runs in demo mode only.',
    next: 'Use the Electron app for any other directory.',
  },
  module_missing: { says: 'The PKCS#11 module cannot be loaded.', next: 'Install it or correct its path.' },
} as const;
