// What broke between two peers.
/** Wire faults: between Console and Signer, and to services that the Signer asks. */
export const wire = {
  unreachable: { says: 'The peer does not answer.', next: 'It is tried again by itself.' },
  timed_out: { says: 'The peer took too long.', next: 'It is tried again by itself.' },
  version: { says: 'The peer speaks another version.', next: 'Update the older side.' },
  message_invalid: {
    says: 'The peer sent something that is not in the protocol.',
    next: 'The link was closed; report it.',
  },
  message_too_large: { says: 'The peer sent more than is allowed.', next: 'The link was closed; report it.' },
  sign_in_refused: {
    says: 'The Signer did not accept the sign-in.',
    next: 'Sign in again with an enrolled device.',
  },
  origin_forbidden: { says: 'A browser may not open the link.', next: 'Use the Console.' },
  call_forbidden: {
    says: 'A page asked for something that is not its own.',
    next: 'Nothing was done. Restart the app; report it if it comes back.',
  },
  gap: { says: 'Events are missing.', next: 'The link asks for them again by itself.' },
} as const;
