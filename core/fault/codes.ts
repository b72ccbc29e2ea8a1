// The closed tables of codes: what each says to a person, and what to do next. Codes never change meaning.
export { caller } from './codes/caller.ts';
export { device } from './codes/device.ts';
export { wire } from './codes/wire.ts';
export { refusal } from './codes/refusal.ts';
export { lack } from './codes/lack.ts';
