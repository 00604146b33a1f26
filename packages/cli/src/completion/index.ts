export { bashCompletion } from './bash.ts';
export { completionPlaces } from './completion-words.ts';
export { fishCompletion } from './fish.ts';
export { zshCompletion } from './zsh.ts';
