// The three-method HID connection, the same as node-hid's HIDAsync, and a device that can be opened.

/** An open HID device. Rejections mean that it is gone. */
export interface HidConnection {
  /** Sends one report, its report id (0) in front. Resolves with the bytes written. */
  write(report: Uint8Array): Promise<number>;
  /** The next input report, or undefined (or no bytes) when none came within the milliseconds given. */
  read(timeoutMs: number): Promise<Uint8Array | undefined>;
  close(): Promise<void>;
}

/** A FIDO device as it is listed. */
export interface HidDevice {
  readonly path: string;
  readonly product: string;
  readonly virtual: boolean;
  readonly serial: string | undefined;
  /** Bytes of a report without its id: 64 but for odd devices. */
  readonly reportSize: number;
  open(): Promise<HidConnection>;
}
