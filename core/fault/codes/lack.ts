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
  not_configured: {
    says: 'No Signer is set up for this Console.',
    next: 'Set it up in Settings, or start with --demo.',
  },
  settings_fixed: {
    says: 'The organisation, or the demo, fixed this setting.',
    next: 'Ask whoever keeps the policy file.',
  },
  too_many_open: {
    says: 'Too many reviews were open here, and the oldest was closed.',
    next: 'Open it again.',
  },
  demo_only: {
    says: 'Only the demo can do this.',
    next: 'Start with --demo; for anything else use the Electron app.',
  },
  node_missing: {
    says: 'The demo needs Node 24 or later, and there is none.',
    next: 'Install Node 24, then start again.',
  },
  demo_failed: { says: 'The demo could not be started.', next: 'See its log in the state folder.' },
  demo_ended: {
    says: 'The demo has ended with the window that started it.',
    next: 'Close this window and start the demo again.',
  },
  chromium_missing: {
    says: 'No Chromium can be started here.',
    next: 'Install chromium, or name its program in CHROMIUM_PATH.',
  },
  display_missing: {
    says: 'There is no display for a window.',
    next: 'Run it in a desktop session; npm run demo needs none.',
  },
  part_missing: {
    says: 'A part of stella is not where it belongs.',
    next: 'Keep the folder stella beside stella.mjs, as npm run build makes both. To check, review, print and verify the one file is enough.',
  },
  module_missing: { says: 'The PKCS#11 module cannot be loaded.', next: 'Install it or correct its path.' },
  directory_older: {
    says: 'The directory here ends before what is to be verified.',
    next: 'Get the newest directory chain from the Signer, and verify again.',
  },
} as const;
