// What a device or its driver said.
/** Device faults: what the hardware or its driver said. What became of the matter at hand only the one who asked can say. */
export const device = {
  driver_exited: { says: 'The device driver stopped.', next: 'Try again.' },
  driver_missing: { says: 'The device driver is not installed.', next: 'Install what the message names.' },
  driver_failed: {
    says: 'The device driver failed.',
    next: 'Restart the app; report it if it comes back.',
  },
  call_invalid: {
    says: 'The device driver was asked for something it cannot understand.',
    next: 'Check the configuration of the device or key.',
  },
  driver_protocol: {
    says: 'The device driver spoke out of turn.',
    next: 'Restart the app.',
  },
  deadline: { says: 'The device did not answer in time.', next: 'Try again.' },
  cancelled: { says: 'Cancelled before the device answered.', next: 'Begin again when you want to.' },
  device_gone: { says: 'The device was removed.', next: 'Plug it in and try again.' },
  device_busy: { says: 'Another program holds the device.', next: 'Close it and try again.' },
  device_forbidden: {
    says: 'This user may not open the security key.',
    next: 'Put assets/udev/70-signer-console.rules into /etc/udev/rules.d and plug the key in again.',
  },
  device_not_found: { says: 'No such device is connected.', next: 'Plug it in.' },
  device_unsuitable: {
    says: 'The device cannot do what is asked.',
    next: 'Use a FIDO2 security key with a PIN, or an HSM.',
  },
  malformed_reply: {
    says: 'The device answered with something that is not valid.',
    next: 'Try another device.',
  },
  ctaphid_error: { says: 'The security key reported a transport error.', next: 'Plug it in again.' },
  no_credential: { says: 'This security key is not enrolled here.', next: 'Use the key that you enrolled.' },
  credential_excluded: { says: 'This security key is enrolled already.', next: 'Use another key.' },
  pin_required: { says: 'The device needs its PIN.', next: 'Enter the PIN.' },
  pin_not_set: { says: 'The device has no PIN yet.', next: 'Set a PIN first.' },
  pin_invalid: { says: 'Wrong PIN.', next: 'Enter it again.' },
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
  uv_invalid: { says: 'The device did not recognize the person.', next: 'Try again.' },
  uv_blocked: { says: 'The device no longer recognizes anybody.', next: 'Use the PIN.' },
  device_full: {
    says: 'The device has no room for another key.',
    next: 'Remove keys that are no longer used.',
  },
  touch_denied: {
    says: 'The device was not touched, or the touch was refused.',
    next: 'Try again.',
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
    next: 'Do not use this device.',
  },
} as const;
