// The closed tables of codes: what each says to a person, and what to do next. Codes never change meaning.

/** Caller faults; `http` is the status that the Signer answers with (protocol.md 14). */
export const caller = {
  body_malformed: {
    http: 400,
    says: 'The body is not strict JSON.',
    next: 'Send UTF-8 JSON without duplicate keys or unsafe numbers.',
  },
  schema_invalid: {
    http: 400,
    says: 'A field is missing, unknown or of the wrong form.',
    next: 'Compare the body with the schema.',
  },
  token_missing: {
    http: 401,
    says: 'No access token was sent.',
    next: 'Send the token as Authorization: DPoP, with a proof in DPoP.',
  },
  token_invalid: {
    http: 401,
    says: 'The access token was not accepted.',
    next: 'Ask the Authority for a new token.',
  },
  token_expired: {
    http: 401,
    says: 'The access token has expired.',
    next: 'Ask the Authority for a new token.',
  },
  proof_invalid: {
    http: 401,
    says: 'The DPoP proof was not accepted.',
    next: 'Make a new proof for this method and URL.',
  },
  proof_replayed: {
    http: 401,
    says: 'The DPoP proof was used before.',
    next: 'Make a new proof for every request.',
  },
  use_dpop_nonce: {
    http: 401,
    says: 'The DPoP proof bears no live nonce.',
    next: 'Repeat it with the nonce of the DPoP-Nonce header.',
  },
  session_invalid: {
    http: 401,
    says: 'The officer session was not accepted.',
    next: 'Sign in again with your device.',
  },
  scope_missing: {
    http: 403,
    says: 'The token lacks the scope signer.sign.',
    next: 'Ask for a token with that scope.',
  },
  tenant_missing: { http: 403, says: 'The token names no tenant.', next: 'Ask for a token of a tenant.' },
  tenant_forbidden: {
    http: 403,
    says: 'This belongs to another tenant.',
    next: 'Use a token of the tenant that owns it.',
  },
  not_entitled: { http: 403, says: 'The tenant is not entitled to sign.', next: 'Renew the licence.' },
  predicate_reserved: {
    http: 403,
    says: 'This predicate is reserved for the Signer itself.',
    next: 'Use a predicate type of your own.',
  },
  key_forbidden: {
    http: 403,
    says: 'Callers may not name this key.',
    next: 'Name a release key from GET keys.',
  },
  not_approvable: {
    http: 403,
    says: 'The policy lets nobody approve this.',
    next: 'Use a predicate that the Signer knows, or another key.',
  },
  host_forbidden: {
    http: 403,
    says: 'The Host or Origin header names somebody else.',
    next: 'Call the address that the Signer printed.',
  },
  not_found: { http: 404, says: 'There is nothing here.', next: 'Check the address and the id.' },
  method_not_allowed: {
    http: 405,
    says: 'This address does not answer that method.',
    next: 'See openapi.json.',
  },
  idempotency_conflict: {
    http: 409,
    says: 'This idempotency key was used with another body.',
    next: 'Use a new key for a new request.',
  },
  in_progress: {
    http: 409,
    says: 'The first request with this idempotency key is still running.',
    next: 'Repeat it in a moment.',
  },
  not_waiting: {
    http: 409,
    says: 'The request no longer waits.',
    next: 'Read its state; make a new request if needed.',
  },
  too_large: { http: 413, says: 'The body is larger than allowed.', next: 'Send at most 16 MiB.' },
  type_unsupported: { http: 415, says: 'The body is not application/json.', next: 'Send application/json.' },
  quota_exceeded: { http: 429, says: 'The quota is used up.', next: 'Wait for the time in Retry-After.' },
  rate_limited: { http: 429, says: 'Too many requests.', next: 'Wait for the time in Retry-After.' },
  internal: {
    http: 500,
    says: 'The Signer failed and logged why.',
    next: 'Repeat it; then ask the operators, with the trace.',
  },
  authority_unavailable: {
    http: 503,
    says: "The Authority's keys cannot be had, so no token can be checked.",
    next: 'Repeat it later.',
  },
  poe_unavailable: {
    http: 503,
    says: 'The entitlement could not be checked.',
    next: 'Repeat it later.',
  },
  key_unavailable: {
    http: 503,
    says: 'No key can sign this now.',
    next: 'Ask for another key or mode, or repeat it later.',
  },
  busy: { http: 503, says: 'The Signer is starting or stopping.', next: 'Repeat it in a moment.' },
} as const;

/** Device faults: what the hardware or its driver said. */
export const device = {
  driver_exited: { says: 'The device driver stopped.', next: 'Nothing was sent. Try again.' },
  driver_missing: { says: 'The device driver is not installed.', next: 'Install what the message names.' },
  driver_failed: {
    says: 'The device driver failed.',
    next: 'Nothing was sent. Restart the app; report it if it comes back.',
  },
  call_invalid: {
    says: 'The device driver was asked for something it cannot understand.',
    next: 'Check the configuration of the device or key.',
  },
  driver_protocol: {
    says: 'The device driver spoke out of turn.',
    next: 'Nothing was sent. Restart the app.',
  },
  deadline: { says: 'The device did not answer in time.', next: 'Nothing was sent. Try again.' },
  cancelled: { says: 'Cancelled before the device answered.', next: 'Nothing was sent.' },
  device_gone: { says: 'The device was removed.', next: 'Nothing was sent. Plug it in and try again.' },
  device_busy: { says: 'Another program holds the device.', next: 'Close it and try again.' },
  device_not_found: { says: 'No such device is connected.', next: 'Plug it in.' },
  device_unsuitable: {
    says: 'The device cannot do what is asked.',
    next: 'Use a FIDO2 security key with a PIN, or an HSM.',
  },
  malformed_reply: {
    says: 'The device answered with something that is not valid.',
    next: 'Nothing was sent. Try another device.',
  },
  ctaphid_error: { says: 'The security key reported a transport error.', next: 'Plug it in again.' },
  no_credential: { says: 'This security key is not enrolled here.', next: 'Use the key that you enrolled.' },
  credential_excluded: { says: 'This security key is enrolled already.', next: 'Use another key.' },
  pin_required: { says: 'The device needs its PIN.', next: 'Enter the PIN.' },
  pin_not_set: { says: 'The device has no PIN yet.', next: 'Set a PIN first.' },
  pin_invalid: { says: 'Wrong PIN.', next: 'Nothing was sent. Enter it again.' },
  pin_auth_blocked: {
    says: 'Three wrong PINs in a row.',
    next: 'Pull the key out, plug it in again, then try once more.',
  },
  pin_blocked: {
    says: 'The PIN is blocked.',
    next: 'The device must be reset or unblocked by its administrator.',
  },
  pin_policy: { says: 'The PIN does not meet the rules of the device.', next: 'Choose a longer PIN.' },
  pin_change_required: { says: 'The device wants a new PIN first.', next: 'Change the PIN, then try again.' },
  uv_invalid: { says: 'The device did not recognize the person.', next: 'Nothing was sent. Try again.' },
  uv_blocked: { says: 'The device no longer recognizes anybody.', next: 'Use the PIN.' },
  device_full: {
    says: 'The device has no room for another key.',
    next: 'Remove keys that are no longer used.',
  },
  touch_denied: {
    says: 'The device was not touched, or the touch was refused.',
    next: 'Nothing was sent. Try again.',
  },
  ctap_status: {
    says: 'The security key refused with a status of its own.',
    next: 'See the number; try another key.',
  },
  pkcs11_status: {
    says: 'The HSM refused with a status of its own.',
    next: 'See the number; ask the HSM administrator.',
  },
  key_not_found: { says: 'The HSM holds no such key.', next: 'Check the key URI.' },
  key_ambiguous: {
    says: 'The HSM holds more than one such key.',
    next: 'Name the key by id and token serial.',
  },
  key_unprotected: {
    says: 'The HSM made a key that could be taken out or wrapped.',
    next: 'Do not use the key. Ask the HSM administrator.',
  },
  signature_wrong: {
    says: 'The device made a signature that does not verify.',
    next: 'Nothing was sent. Do not use this device.',
  },
} as const;

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
  gap: { says: 'Events are missing.', next: 'The link asks for them again by itself.' },
} as const;

/** Refusals: a check failed. Some are alarms as well. `http` stands where a caller may be told; the rest are `internal` to it. */
export const refusal = {
  json_malformed: { says: 'The bytes are not strict JSON.', next: 'Do not trust them.' },
  json_duplicate_key: { says: 'A JSON object has the same key twice.', next: 'Do not trust it.' },
  json_number_unsafe: { says: 'A JSON number cannot be kept exactly.', next: 'Send it as a string.' },
  json_too_deep: { says: 'The JSON is nested too deeply.', next: 'Do not trust it.' },
  json_too_large: { says: 'The JSON is too large.', next: 'Do not trust it.' },
  json_not_canonical: { says: 'The bytes are not in canonical form.', next: 'Do not trust them.' },
  schema: { says: 'A member is missing, unknown or of the wrong form.', next: 'Do not trust it.' },
  wrong_type: { says: 'The object is of another type than the one asked for.', next: 'Do not trust it.' },
  encoding: { says: 'The text is not valid in its encoding.', next: 'Do not trust it.' },
  envelope_invalid: {
    says: 'The envelope is not a DSSE envelope of the expected form.',
    next: 'Do not trust it.',
  },
  bundle_invalid: {
    says: 'The bundle is not a sigstore bundle of the expected form.',
    next: 'Do not trust it.',
  },
  statement_invalid: {
    http: 400,
    says: 'The payload is not an in-toto statement.',
    next: 'Do not trust it.',
  },
  subject_mismatch: {
    says: 'The artifact is not a subject of the statement.',
    next: 'Check that you have the right file.',
  },
  signature_invalid: { says: 'A signature does not verify.', next: 'Do not trust it.' },
  key_unknown: { http: 400, says: 'The key is not in the directory.', next: 'Do not trust it.' },
  key_use: {
    http: 403,
    says: 'The key may not be used for this.',
    next: 'Do not trust what it signed; to have something signed, name another key.',
  },
  key_window: { says: 'The key was not valid at that time.', next: 'Do not trust it.' },
  key_hint_mismatch: { says: 'The key hint does not fit the key.', next: 'Do not trust it.' },
  approval_missing: {
    says: 'The key signs only what officers decided, and their decisions are missing.',
    next: 'Ask for the evidence file.',
  },
  approval_only_misused: {
    says: 'What was held was not signed with an approval-only key.',
    next: 'Do not trust it.',
  },
  evidence_mismatch: {
    says: 'The evidence belongs to something else.',
    next: 'Ask for the evidence of this bundle.',
  },
  directory_invalid: { says: 'The directory is not valid.', next: 'Do not trust it.' },
  directory_unpinned: {
    says: 'The directory does not start at the pinned version 1.',
    next: 'Check the pin.',
  },
  directory_skipped: { says: 'A version of the directory is missing.', next: 'Ask for the whole chain.' },
  directory_quorum: {
    says: 'A version of the directory was not signed by the quorum of the one before.',
    next: 'Do not trust it.',
  },
  policy_mismatch: { says: 'The policy is not the one that the directory names.', next: 'Do not trust it.' },
  request_mismatch: { says: 'The decision is for another request.', next: 'Do not trust it.' },
  request_differs: {
    http: 409,
    says: 'What the Signer says of the request does not follow from payload, findings and policy.',
    next: 'Authorizing is locked. Report it.',
  },
  payload_mismatch: {
    says: 'The payload is not the one that the request names.',
    next: 'Authorizing is locked. Report it.',
  },
  signer_mismatch: { says: 'The decision is for another Signer.', next: 'Do not trust it.' },
  view_mismatch: {
    says: 'What the officers were shown differs.',
    next: 'Compare the words of the view aloud; report it.',
  },
  view_unknown: { says: 'The view version is not allowed by the directory.', next: 'Update the Console.' },
  challenge_unknown: {
    says: 'The challenge was not given for this officer and request.',
    next: 'Ask for a new challenge.',
  },
  challenge_reused: {
    says: 'The challenge was answered before with other bytes.',
    next: 'This is an alarm; report it.',
  },
  officer_unknown: { says: 'The officer is not in the directory.', next: 'Do not trust it.' },
  officer_role: { says: 'The officer may not decide this.', next: 'Ask an officer with the role.' },
  officer_is_requester: { says: 'Whoever asked may not decide.', next: 'Ask another officer.' },
  officer_starts_caller: {
    says: 'The officer can start the caller and may not decide.',
    next: 'Ask another officer.',
  },
  officer_decided: {
    says: 'The officer has decided already.',
    next: 'Only a denial may follow an approval.',
  },
  suspended: { says: 'Officer, device, machine or key is suspended.', next: 'A quorum may lift it.' },
  device_unknown: { says: 'The device is not enrolled for this officer.', next: 'Use an enrolled device.' },
  device_proof: { says: 'The device signature does not verify.', next: 'Do not trust it.' },
  device_presence: {
    says: 'The device proves no person, and policy asks for one.',
    next: 'Use a device with touch or PIN pad.',
  },
  machine_unknown: { says: 'The machine is not in the directory.', next: 'Enrol the machine.' },
  machine_proof: { says: 'The machine signature does not verify.', next: 'Do not trust it.' },
  machine_shared: {
    says: 'Two decisions came from one machine.',
    next: 'Each officer decides on a machine of their own.',
  },
  reason_missing: { says: 'A denial needs a reason.', next: 'Write the reason.' },
  quorum_incomplete: { says: 'The quorum is not complete.', next: 'Wait for the other officers.' },
  denied: { http: 409, says: 'An officer denied it.', next: 'See the reason; make a new request.' },
  expired: { http: 409, says: 'The time to decide is over.', next: 'Make a new request.' },
  hold_closed: { http: 409, says: 'The request no longer waits.', next: 'Nothing was sent.' },
  store_tampered: {
    says: 'The stored request is not what the devices signed.',
    next: 'Nothing was signed. This is an alarm; report it.',
  },
  head_mismatch: { says: 'The log head of a decision does not fit the log.', next: 'Do not trust it.' },
  order_wrong: { says: 'The leaves do not stand in the order of the protocol.', next: 'Do not trust it.' },
  leaf_missing: { says: 'A leaf that must be in the log is missing.', next: 'Do not trust it.' },
  proof_invalid_log: {
    says: 'A proof does not lead to the root of the checkpoint.',
    next: 'Do not trust it.',
  },
  checkpoint_invalid: { says: 'The checkpoint is not valid.', next: 'Do not trust it.' },
  checkpoint_rolled_back: {
    says: 'The log is shorter than it was.',
    next: 'Authorizing is locked. Report it.',
  },
  checkpoint_split: { says: 'The log shows two histories.', next: 'Authorizing is locked. Report it.' },
  witness_missing: { says: 'Too few witnesses cosigned the checkpoint.', next: 'Wait for the witnesses.' },
  witness_unknown: { says: 'A cosignature is not by a witness of the directory.', next: 'Do not trust it.' },
  journal_shorter: {
    says: 'The journal of this machine is shorter than the Signer remembers.',
    next: 'Authorizing is locked until a quorum accepts it.',
  },
  journal_broken: {
    says: 'The journal of this machine is not what was written.',
    next: 'Authorizing is locked. Report it.',
  },
  journal_unwritable: {
    says: 'The journal cannot be written.',
    next: 'Free some space; denying still works.',
  },
  signed_though_denied: {
    says: 'A request that an officer denied was signed.',
    next: 'This is an alarm; report it.',
  },
  second_decoder: {
    says: 'The two decoders disagree about the payload.',
    next: 'Authorizing is locked. Report it.',
  },
} as const;

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
