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
  module_missing: { says: 'The PKCS#11 module cannot be loaded.', next: 'Install it or correct its path.' },
} as const;
