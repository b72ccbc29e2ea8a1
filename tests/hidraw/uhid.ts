// A HID device made with Linux's /dev/uhid (include/uapi/linux/uhid.h): the kernel shows it as hidraw, like a plugged-in key.
import { closeSync, constants, openSync, read, writeSync } from 'node:fs';

const EVENT_BYTES = 4380; // sizeof(struct uhid_event)
const NAME_AT = 4;
const UNIQUE_AT = 4 + 128 + 64;
const RD_SIZE_AT = UNIQUE_AT + 64;
const RD_DATA_AT = RD_SIZE_AT + 20;
const OUTPUT_SIZE_AT = 4 + 4096;
const BUS_USB = 3;
const Event = { DESTROY: 1, OUTPUT: 6, CREATE2: 11, INPUT2: 12 } as const;

/** Usage page 0xF1D0, usage 1; one input and one output report of 64 bytes (CTAP 2.1, 11.2.8.2). */
const FIDO_REPORTS = Buffer.from(
  '06d0f10901a1010920150026ff007508954081020921150026ff00750895409102c0',
  'hex',
);

export interface UhidDevice {
  /** Sends one input report to whoever has the device open. */
  send(report: Uint8Array): void;
  /** Pulls it out. */
  destroy(): void;
}

function created(name: string): Buffer {
  const event = Buffer.alloc(EVENT_BYTES);
  event.writeUInt32LE(Event.CREATE2, 0);
  event.write(name, NAME_AT, 127);
  event.write('VIRTUAL0001', UNIQUE_AT, 63);
  event.writeUInt16LE(FIDO_REPORTS.length, RD_SIZE_AT);
  event.writeUInt16LE(BUS_USB, RD_SIZE_AT + 2);
  event.writeUInt32LE(0x1209, RD_SIZE_AT + 4);
  event.writeUInt32LE(0xf1d0, RD_SIZE_AT + 8);
  FIDO_REPORTS.copy(event, RD_DATA_AT);
  return event;
}

/** Makes the device. `onReport` gets each output report as it was written, its report id in front. */
export function makeUhid(name: string, onReport: (report: Uint8Array) => void): UhidDevice {
  const file = openSync('/dev/uhid', constants.O_RDWR);
  let there = true;
  writeSync(file, created(name));

  function next(): void {
    const event = Buffer.alloc(EVENT_BYTES);
    read(file, event, 0, EVENT_BYTES, null, (error, length) => {
      if (!there) return;
      if (error) throw error;
      const isOutput = length > 0 && event.readUInt32LE(0) === Event.OUTPUT;
      if (isOutput) onReport(event.subarray(4, 4 + event.readUInt16LE(OUTPUT_SIZE_AT)));
      next();
    });
  }
  next();

  return {
    send(report) {
      const event = Buffer.alloc(6 + report.length);
      event.writeUInt32LE(Event.INPUT2, 0);
      event.writeUInt16LE(report.length, 4);
      event.set(report, 6);
      writeSync(file, event);
    },
    destroy() {
      there = false;
      const event = Buffer.alloc(4);
      event.writeUInt32LE(Event.DESTROY, 0);
      writeSync(file, event);
      closeSync(file);
    },
  };
}
