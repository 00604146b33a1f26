export { fieldMs, fieldText, type Span } from './span.ts';
export { SpanPicker } from './span-picker.tsx';
export { type SpanState, useSpan } from './use-span.ts';
