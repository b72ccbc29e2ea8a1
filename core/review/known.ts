// Which predicate types a decoder explains; everything else is blind.

/** The predicate types whose every member is shown, each with a stable short name for people and rules. */
export const knownPredicates: ReadonlyMap<string, string> = new Map([
  ['https://cyclonedx.org/bom', 'sbom'],
  ['https://cyclonedx.org/bom/v1.6', 'sbom'],
  ['https://spdx.dev/Document', 'sbom'],
  ['https://spdx.dev/Document/v2.3', 'sbom'],
  ['https://openvex.dev/ns/v0.2.0', 'vex'],
  ['https://in-toto.io/attestation/vulns/v0.2', 'scan-report'],
  ['https://slsa.dev/provenance/v1', 'provenance'],
  ['https://stella.ops/promotion/v1', 'promotion'],
  ['https://stella.ops/replay/v1', 'replay'],
  // Callers cannot order it, so no view of it was made before it stood here.
  ['https://stella.ops/grant/v1', 'grant'],
]);
