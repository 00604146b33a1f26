/** An invalid query. Codes: `telemetry.cursor`, `telemetry.query`. */
export class TelemetryError extends Error {
  readonly code: 'telemetry.cursor' | 'telemetry.query';
  readonly hint: string;

  constructor(code: TelemetryError['code'], message: string, hint: string) {
    super(message);
    this.name = 'TelemetryError';
    this.code = code;
    this.hint = hint;
  }
}
