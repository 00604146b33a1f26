/** What a field of a form gets from it. */
export interface PickerProps {
  readonly id?: string;
  readonly value?: unknown;
  readonly onChange?: (value: unknown) => void;
}

/** Rows that a picker shows at once; typing finds the others. */
export const MOST = 100;

export const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
