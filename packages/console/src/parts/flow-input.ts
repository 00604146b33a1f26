type JsonObject = Record<string, unknown>;

/** The input of a run as typed: an object, or undefined when it is none. Nothing typed is an empty object. */
export function readFlowInput(text: string): JsonObject | undefined {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}
