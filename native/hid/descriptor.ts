// HID report descriptors (USB HID 1.11, 6.2.2), read as far as it takes to know a FIDO device and the size of its reports.

/** Usage page and usage of FIDO devices (CTAP 2.1, 11.2.8.2). */
export const FIDO_PAGE = 0xf1d0;
export const FIDO_USAGE = 0x01;

const LONG_ITEM = 0xfe;
const Tag = {
  USAGE_PAGE: 0x04,
  USAGE: 0x08,
  REPORT_SIZE: 0x74,
  REPORT_COUNT: 0x94,
  OUTPUT: 0x90,
  COLLECTION: 0xa0,
};

interface Item {
  readonly tag: number;
  readonly value: number;
}

/** Short items, in order; what is cut short ends the list. */
function* itemsOf(bytes: Uint8Array): Generator<Item> {
  for (let at = 0; at < bytes.length;) {
    const prefix = bytes[at] ?? 0;
    if (prefix === LONG_ITEM) {
      at += 3 + (bytes[at + 1] ?? 0);
      continue;
    }
    const size = [0, 1, 2, 4][prefix & 0x03] ?? 0;
    if (at + 1 + size > bytes.length) return;
    let value = 0;
    for (let i = 0; i < size; i++) value += (bytes[at + 1 + i] ?? 0) * 2 ** (8 * i);
    yield { tag: prefix & 0xfc, value };
    at += 1 + size;
  }
}

/** The first application collection's usage, and the bytes of an output report (0 where there is none). */
export function readDescriptor(bytes: Uint8Array): { page: number; usage: number; outputBytes: number } {
  let [page, usage, size, count] = [0, 0, 0, 0];
  let found: { page: number; usage: number } | undefined;
  for (const { tag, value } of itemsOf(bytes)) {
    if (tag === Tag.USAGE_PAGE) page = value;
    else if (tag === Tag.USAGE) usage = value;
    else if (tag === Tag.REPORT_SIZE) size = value;
    else if (tag === Tag.REPORT_COUNT) count = value;
    else if (tag === Tag.COLLECTION) found ??= { page, usage };
    else if (tag === Tag.OUTPUT) return { ...(found ?? { page, usage }), outputBytes: (size * count) / 8 };
  }
  return { ...(found ?? { page: 0, usage: 0 }), outputBytes: 0 };
}
