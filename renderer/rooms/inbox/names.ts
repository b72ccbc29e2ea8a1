// What kinds of hold and of document are called; a document that nobody taught us keeps its own short name.
import {
  FileCheck2,
  FileQuestion,
  KeyRound,
  ListChecks,
  PackageCheck,
  RotateCcw,
  ShieldHalf,
  Siren,
  Stamp,
  Users,
  type LucideIcon,
} from 'lucide-react';
import type { HoldKind } from '../../../core/policy/policy.ts';
import type { Words } from '../../catalogue/words.tsx';

export const kindIcons: Readonly<Record<HoldKind, LucideIcon>> = {
  'manual-approval': ShieldHalf,
  'key-approval': KeyRound,
  'emergency-bypass': Siren,
  ceremony: Users,
};

/** `document` is null until the payload was fetched and decoded. */
export function documentName(t: Words, document: string | null): string {
  if (document === null) return t('document.none');
  return t.maybe(`document.${document}`) ?? t.maybe(`document.${document.split('-')[0] ?? ''}`) ?? document;
}

/** For the beginning of a line: catalogues write names as they stand inside a sentence. */
export const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

const icons: Readonly<Record<string, LucideIcon>> = {
  sbom: ListChecks,
  vex: FileCheck2,
  'scan-report': FileCheck2,
  provenance: Stamp,
  promotion: PackageCheck,
  replay: RotateCcw,
  blind: FileQuestion,
};

export const documentIcon = (document: string | null): LucideIcon =>
  icons[document ?? 'blind'] ?? icons[document?.split('-')[0] ?? ''] ?? FileCheck2;

/** What a gate saw, in words; a code that nobody taught us stands as it is. */
export function failureName(t: Words, { gate, code }: { gate: string; code: string }): string {
  return t.maybe(`finding.${code}`) ?? `${gate}: ${code}`;
}
