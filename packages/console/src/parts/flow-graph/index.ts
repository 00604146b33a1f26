import './flow-graph.css';

export { arrangeSome } from './arrange-some.ts';
export { KIND_ICONS } from './kind-icons.ts';
export { arrange, CARD, isPlaced, sizeOf } from './layout.ts';
export { isContainer, moveNodes, type Position, parentOf } from './structure.ts';
export { useCanvasWords } from './use-canvas-words.ts';
export { useWords } from './use-words.ts';
