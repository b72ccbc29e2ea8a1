// What a check refused.
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
  key_proof_missing: {
    says: 'The key is not in force any more, and nothing shows that it signed this while it was.',
    next: 'Ask the Signer for the evidence of this signature as it is now, and give it with the bundle.',
  },
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
  proposal_stale: {
    http: 409,
    says: 'The directory changed; the proposal follows a version that is no longer the newest.',
    next: 'Look at the newest version and propose the change again.',
  },
  proposal_open: {
    says: 'A proposal for the next version is open already.',
    next: 'Sign that one, or have it withdrawn first.',
  },
  proposal_unknown: { says: 'There is no such open proposal.', next: 'See what is open now.' },
  proposal_withdrawn: { says: 'The proposal was withdrawn by whoever made it.', next: 'Nothing changes.' },
  enrolment_missing: {
    says: "A new device did not say by its own signature that it is in its officer's hand.",
    next: 'Enrol it on the Console of the officer who holds it.',
  },
  enrolment_invalid: {
    says: 'An enrolment is not by the new device, or for another change.',
    next: 'Do not sign the proposal. Enrol the device again.',
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
  act_open: {
    says: 'Another act is open.',
    next: 'End or close it first: one thing is authorized at a time.',
  },
  act_over: { says: 'That act is over.', next: 'Open it again if it is still wanted.' },
  act_early: { says: 'It was opened a moment ago.', next: 'Read it first.' },
  act_phase: { says: 'That is not what the act waits for now.', next: 'Do what it says now.' },
  act_kept: {
    says: 'It is signed and durable here, and can no longer be cancelled.',
    next: 'It is sent by itself when the Signer can be reached.',
  },
  quorum_incomplete: {
    http: 403,
    says: 'The quorum is not complete.',
    next: 'Wait for the other officers.',
  },
  denied: { http: 409, says: 'An officer denied it.', next: 'See the reason; make a new request.' },
  expired: { http: 409, says: 'The time to decide is over.', next: 'Make a new request.' },
  withdrawn: { says: 'The requester took the request back.', next: 'Nothing was sent.' },
  committed: {
    says: 'The quorum is complete: the Signer checks everything again and signs.',
    next: 'The journal has its evidence once it is signed.',
  },
  signed: { says: 'The request was signed.', next: 'See its evidence.' },
  changed: {
    says: 'The request is not the one that was shown.',
    next: 'Nothing was sent. Read it again.',
  },
  environment_forbidden: {
    says: 'The directory is of another environment than this Console may work in.',
    next: 'Nothing was sent. Check which Signer this is.',
  },
  hold_closed: { http: 409, says: 'The request no longer waits.', next: 'Nothing more can be sent for it.' },
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
  grant_invalid: { says: 'This is not the statement of a bypass grant.', next: 'Do not trust it.' },
  grant_ended: {
    http: 409,
    says: 'The bypass grant is over, or used up.',
    next: 'Wait for the licensing service, or have an operator raise another bypass.',
  },
  grant_scope: {
    says: 'The bypass grant is not for this.',
    next: 'Do not trust it: tenant, predicate type, key and time must be those of the grant.',
  },
  grant_differs: {
    says: 'The Signer says two things of one bypass grant.',
    next: 'This is an alarm; report it.',
  },
  signed_though_denied: {
    says: 'A request that an officer denied was signed.',
    next: 'This is an alarm; report it.',
  },
  second_decoder: {
    says: 'The two decoders disagree about the payload.',
    next: 'Authorizing is locked. Report it.',
  },
  ceremony_script: {
    says: 'The script of the ceremony is not sound.',
    next: 'Mend the script; `stella ceremony check` names the step.',
  },
  ceremony_order: {
    says: 'The steps of the ceremony are not those of its script, in its order.',
    next: 'Do not trust it.',
  },
  ceremony_step: {
    says: 'A step of the ceremony is not what was shown and signed.',
    next: 'Do not trust it.',
  },
  ceremony_person: {
    says: 'Those who took part in the ceremony are not those who had to.',
    next: 'Use the device of the person whose turn it is.',
  },
  ceremony_output: {
    says: 'What a step of the ceremony made does not hold.',
    next: 'Do not trust it.',
  },
  ceremony_incomplete: {
    says: 'The ceremony did not come to its end.',
    next: 'Go on with it, or have everybody sign that it stops.',
  },
  ceremony_turn: {
    says: 'This is not what comes next in the ceremony.',
    next: 'Do what the step on the screen asks for.',
  },
  ceremony_interrupted: {
    says: 'The ceremony was interrupted while the machine was at work on this step.',
    next: 'Take the step up again: what was made already is found, and nothing is made twice.',
  },
  ceremony_clock: {
    says: 'The clock of this machine is behind the last step of the ceremony.',
    next: 'Set the clock, then go on.',
  },
  ceremony_folder: {
    says: 'The folder does not hold the record of a ceremony as it was written.',
    next: 'Keep it as it is, and look who could change it. A new ceremony needs a folder of its own.',
  },
  ceremony_unwritable: {
    says: 'The record of the ceremony cannot be written.',
    next: 'Make room on the disk, then go on. Nothing that was signed is lost.',
  },
  ceremony_rehearsal: {
    says: 'A rehearsal is never a real ceremony, nor the other way round.',
    next: 'Ask for the transcript of the real one.',
  },
  ceremony_other_script: {
    says: 'The ceremony followed another script than the one that was asked for.',
    next: 'Compare the two digests; ask those who held it for the script.',
  },
} as const;
