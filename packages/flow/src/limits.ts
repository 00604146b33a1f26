const KIB = 1024;
const YEAR_SECONDS = 365 * 24 * 3600;

/** What a definition may hold. Limits without a comment are the guide's or the vendor API's; the others are ours. */
export const FLOW_LIMITS = {
  /** Ours: of the definition as JSON text; the editor and each start read it whole. */
  definitionBytes: 1024 * KIB,
  /** Ours. */
  definitionDepth: 64,
  /** Ours. */
  definitionValues: 100_000,
  /** Ours, reported at once; a hostile document could have one for each value. */
  problems: 200,
  nameChars: 64,
  descriptionChars: 512,
  idChars: 256,
  /** Ours, of text without a limit of its own. */
  textChars: 512,
  functionNodes: 99,
  /** Ours: 99 functions with four control nodes each. */
  nodes: 400,
  /** Ours. */
  edges: 1_000,
  /** Of the vendor's form. The start node takes fewer. */
  vendorTriggers: 200,
  vendorFunctions: 100,
  vendorRetries: 200,
  triggers: 10,
  parallelSuccessors: { min: 1, max: 20 },
  conditionSuccessors: { min: 2, max: 20 },
  errorSuccessors: 10,
  retryIntervalSeconds: { min: 1, max: 30, fallback: 1 },
  retries: { min: 1, max: 8, fallback: 3 },
  /** Ours, of one error handler. */
  retryRules: 10,
  loopConcurrency: { min: 0, max: 100, fallback: 0 },
  /** Ours, above. */
  loopIntervalSeconds: { min: 0, max: 3_600, fallback: 0 },
  /** Ours, above. */
  waitSeconds: { min: 0, max: YEAR_SECONDS, fallback: 1_000 },
  /** Ours. */
  timeoutSeconds: { min: 1, max: YEAR_SECONDS },
  expressSeconds: 300,
  /** Ours, of one function node. */
  parameters: 100,
  /** As the body of a function's answer. */
  valueBytes: 6 * 1024 * KIB,
  /** Ours, of a path or an expression as text. */
  expressionBytes: 4 * KIB,
  /** Ours, of a template or a constant in a parameter. */
  templateBytes: 16 * KIB,
  /** Ours. */
  constantsBytes: 256 * KIB,
  /** Ours: of the fields that only the vendor's form has. */
  vendorBytes: 256 * KIB,
} as const;
