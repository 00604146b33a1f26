/** An invocation that the function, or the platform for it, ended with an error. */
export class FunctionFailed extends Error {
  /** As the function returned it: usually an object with `errorMessage` and `stackTrace`. */
  readonly result: unknown;
  /** Lines of this invocation. */
  readonly log: string;
  readonly requestId: string;

  constructor(name: string, fields: Pick<FunctionFailed, 'result' | 'log' | 'requestId'>) {
    super(`${name} failed: ${JSON.stringify(fields.result)}\n${fields.log}`);
    this.name = 'FunctionFailed';
    this.result = fields.result;
    this.log = fields.log;
    this.requestId = fields.requestId;
  }
}
