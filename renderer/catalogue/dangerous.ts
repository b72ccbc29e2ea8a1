// The codes that may mean an attack or a device that must not be trusted: they alone are drawn in red.

const dangerous: ReadonlySet<string> = new Set([
  'payload_mismatch',
  'request_differs',
  'policy_mismatch',
  'view_mismatch',
  'signer_mismatch',
  'challenge_reused',
  'store_tampered',
  'checkpoint_rolled_back',
  'checkpoint_split',
  'checkpoint_invalid',
  'proof_invalid_log',
  'directory_invalid',
  'directory_quorum',
  'directory_unpinned',
  'journal_shorter',
  'journal_broken',
  'signed_though_denied',
  'second_decoder',
  'signature_invalid',
  'signature_wrong',
  'key_unprotected',
  'approval_only_misused',
]);

/** Whether a code is an alarm and not only a hindrance. */
export const isDangerous = (code: string): boolean => dangerous.has(code);
