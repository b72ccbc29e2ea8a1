// Ceremonies as text: the rows of a step, a script on paper, a transcript for people.
export { linesOf, oneLine, type Line } from './lines.ts';
export { printScript } from './print-script.ts';
export { renderTranscript, verdictRows } from './render-transcript.ts';
