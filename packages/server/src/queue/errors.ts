/**
 * The queue refuses a message or request.
 * Codes: `queue.full`, `queue.quota`, `queue.payload_too_large`, `queue.attributes_too_large`, `queue.invalid`.
 */
export class QueueError extends Error {
  readonly code:
    | 'queue.full'
    | 'queue.quota'
    | 'queue.payload_too_large'
    | 'queue.attributes_too_large'
    | 'queue.invalid';
  readonly hint: string;

  constructor(code: QueueError['code'], message: string, hint: string) {
    super(message);
    this.name = 'QueueError';
    this.code = code;
    this.hint = hint;
  }
}
