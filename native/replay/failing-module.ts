// A PKCS#11 module that fails on purpose: the real one, with one function answering a chosen return value.
import type { Cryptoki } from '../pkcs11/cryptoki.ts';

/** Which function fails, from which call on (0 is the first), how often, and with what. */
export interface ModuleFault {
  readonly call: keyof Cryptoki;
  readonly value: number;
  readonly from?: number;
  readonly times?: number;
}

/** What pkcs11js throws for a return value. */
export class ReturnValue extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`CKR_INJECTED_${code}`);
    this.code = code;
  }
}

type Any = (...parameters: unknown[]) => unknown;

/** Wraps a module; `calls` counts each function. */
export function failingModule(
  inner: Cryptoki,
  fault: ModuleFault | undefined,
  calls = new Map<string, number>(),
): Cryptoki {
  const get = (target: Cryptoki, name: string | symbol): unknown => {
    const member: unknown = Reflect.get(target, name);
    if (typeof member !== 'function' || typeof name !== 'string') return member;
    return (...parameters: unknown[]): unknown => {
      const seen = calls.get(name) ?? 0;
      calls.set(name, seen + 1);
      const from = fault?.from ?? 0;
      if (fault?.call === name && seen >= from && seen < from + (fault.times ?? Infinity)) {
        if (name.endsWith('Async')) return Promise.reject(new ReturnValue(fault.value));
        throw new ReturnValue(fault.value);
      }
      return (member as Any).apply(target, parameters);
    };
  };
  return new Proxy(inner, { get });
}
